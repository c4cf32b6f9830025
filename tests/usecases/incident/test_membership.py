"""Which alerts belong to an incident: at most one open one each, and nothing is lost in a merge."""

import pytest

from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.incident.duration import Moment
from bot.domain.incident.incident import (
    IllegalIncidentTransitionError,
    IncidentLevel,
    IncidentRules,
    IncidentState,
    Role,
)
from bot.domain.incident.nudge import NudgeKind
from bot.domain.incident.timeline import Kind
from bot.domain.outbox.outbox import CardKind
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk, Rules
from bot.usecases.incident import end
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident import thread as threads
from bot.usecases.incident.membership import link, merge, unlink
from bot.usecases.incident.mutation import perform
from bot.usecases.incident.timeline import note
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, firing
from tests.usecases.crisis import escalate, log, look, nudges, story


async def mention(desk: Desk, alert_id: int) -> str:
    return (await alert_query.find(desk, alert_id)).view.incident


async def alerts_of(desk: Desk, incident_id: int) -> list[str]:
    return [alert.name for alert in (await incident_inspection.find(desk, incident_id)).view.alerts]


async def revision(desk: Desk, alert_id: int) -> int:
    (place,) = await desk.storage.read(lambda tx: tx.cards.of(CardKind.ALERT, [alert_id]))
    return place.wanted


async def test_a_linked_alert_shows_it_and_an_unlinked_one_does_not(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b"))
    await escalate(desk, 1)
    before = await revision(desk, 2)
    shown = await link(desk, 1, 2, actor=BEN)
    assert (shown.view.total, await mention(desk, 2), await revision(desk, 2)) == (2, "I-1", before + 1)
    with pytest.raises(ConflictError, match="A-2 belongs to I-1 already"):
        await link(desk, 1, 2, actor=BEN)
    shown = await unlink(desk, 1, 2, actor=ANNA)
    assert (shown.view.total, await mention(desk, 2), await revision(desk, 2)) == (1, "", before + 2)
    with pytest.raises(ConflictError, match="A-2 does not belong to I-1"):
        await unlink(desk, 1, 2, actor=ANNA)
    await link(desk, 1, 2, actor=BEN)
    told = [(kind, text) for kind, _, text in await story(desk) if text.startswith("A-2")]
    assert told == [
        (Kind.ALERT_FIRED, "A-2 b"),
        (Kind.LINKED, "A-2 b"),
        (Kind.UNLINKED, "A-2 b"),
        (Kind.LINKED, "A-2 b"),
    ]
    assert [each.entry.action for each in await log(desk)] == ["open", "link", "unlink", "link"]


async def test_an_alert_belongs_to_one_open_incident(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b"))
    await escalate(desk, 1)
    await escalate(desk, 2)
    with pytest.raises(ConflictError, match="A-2 belongs to I-2 already"):
        await link(desk, 1, 2, actor=ANNA)
    await perform(desk, incidents.resolve(2, actor=ANNA))
    await link(desk, 1, 2, actor=ANNA)
    assert await mention(desk, 2) == "I-1"
    await perform(desk, incidents.reopen(2, actor=ANNA))
    assert await mention(desk, 2) == "I-1"


async def test_an_end_leaves_alone_what_belongs_to_another_by_now(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b"), firing("c"))
    await escalate(desk, 1)
    await escalate(desk, 2)
    await link(desk, 2, 3, actor=ANNA)
    await perform(desk, incidents.resolve(2, actor=ANNA))
    await link(desk, 1, 2, actor=ANNA)
    await perform(desk, incidents.reopen(2, actor=ANNA))
    assert await end.last_of(desk, 3) == "I-2"
    assert (await end.open_under(desk, 2))[1] == {Severity.WARNING: 1}
    assert (await end.resolve_with_alerts(desk, 2, actor=ANNA)).alerts == 1
    found = [(await alert_query.find(desk, each)).view.alert.state for each in (1, 2, 3)]
    assert found == [State.NEW, State.NEW, State.RESOLVED]
    await perform(desk, incidents.reopen(2, actor=ANNA))
    desk.rules = Rules(default_channel_id=CHANNEL, incidents=IncidentRules(resolve_with_alerts=True))
    assert await incidents.resolve_recovered(desk) == 1
    assert (await look(desk, 2)).state is IncidentState.RESOLVED


async def test_what_is_closed_takes_nothing_in(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b"))
    await escalate(desk, 1)
    await perform(desk, incidents.resolve(1, actor=ANNA))
    await perform(desk, incidents.close(1, actor=ANNA))
    with pytest.raises(ConflictError, match="I-1 is closed"):
        await link(desk, 1, 2, actor=ANNA)
    for one, other in ((9, 2), (1, 9)):
        with pytest.raises(NotFoundError):
            await link(desk, one, other, actor=ANNA)


async def test_a_merge_moves_the_alerts_and_says_where_they_went(desk: Desk, send: Send) -> None:
    await send(firing("a", Severity.CRITICAL), firing("b"), firing("c"))
    for number in (1, 2, 3):
        await escalate(desk, number)
    await threads.settle(desk, 2, thread_id=22)
    await note(desk, 1, actor=BEN, text="seen first here")
    shown = await merge(desk, 1, 2, actor=BEN)
    assert (shown.incident.id, shown.incident.severity, shown.view.total) == (2, IncidentLevel.P1, 2)
    assert [await mention(desk, number) for number in (1, 2, 3)] == ["<#22>", "<#22>", "I-3"]
    gone = await incident_inspection.find(desk, 1)
    assert (gone.incident.state, gone.incident.merged_into_id) == (IncidentState.CLOSED, 2)
    assert (gone.view.merged_into, await alerts_of(desk, 1)) == ("<#22>", ["a"])
    assert (await story(desk, 1))[-1] == (Kind.MERGED, "Ben", "I-1 went into I-2: b")
    assert (await story(desk, 2))[-1] == (Kind.MERGED, "Ben", "I-1 came into I-2: a")
    for number in (1, 2):
        assert (await nudges(desk, number))[-1].kind is NudgeKind.MERGED
    assert [(await log(desk, number))[-1].entry.action for number in (1, 2)] == ["merge", "absorb"]
    page = await incident_inspection.timeline(desk, 2)
    assert "seen first here" in [line.text for line in page.lines]


async def test_merges_of_merges_are_told_together(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b"), firing("c"))
    for number in (1, 2, 3):
        await escalate(desk, number)
    await merge(desk, 1, 2, actor=ANNA)
    await merge(desk, 2, 3, actor=ANNA)
    written = await incident_inspection.postmortem(desk, 3)
    assert {each.id for each in written.merged} == {1, 2}
    assert sorted(each.alert.name for each in written.involved) == ["a", "b", "c"]
    assert written.unlisted == 0


async def test_alerts_that_a_postmortem_does_not_list_are_counted(
    desk: Desk, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incident_inspection, "INVOLVED", 2)
    await send(firing("a"), firing("b"), firing("c"), firing("d"))
    await escalate(desk, 1)
    for number in (2, 3, 4):
        await link(desk, 1, number, actor=BEN)
    await unlink(desk, 1, 4, actor=BEN)
    written = await incident_inspection.postmortem(desk, 1)
    assert (len(written.involved), written.unlisted) == (2, 1)


async def test_a_merge_that_cannot_be_changes_nothing(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b"))
    await escalate(desk, 1)
    await escalate(desk, 2)
    await perform(desk, incidents.take(1, actor=ANNA, role=Role.SCRIBE))
    before = [(await look(desk, number), await story(desk, number)) for number in (1, 2)]
    with pytest.raises(ConflictError, match="into itself"):
        await merge(desk, 1, 1, actor=ANNA)
    with pytest.raises(NotFoundError, match="I-9"):
        await merge(desk, 1, 9, actor=ANNA)
    assert [(await look(desk, number), await story(desk, number)) for number in (1, 2)] == before
    await merge(desk, 1, 2, actor=ANNA)
    with pytest.raises(IllegalIncidentTransitionError):
        await merge(desk, 1, 2, actor=ANNA)
    with pytest.raises(ConflictError, match="merged into I-2"):
        await perform(desk, incidents.reopen(1, actor=ANNA))
    with pytest.raises(ConflictError, match="I-1 is closed"):
        await merge(desk, 2, 1, actor=ANNA)
    with pytest.raises(ConflictError, match="not resolved yet"):
        await perform(desk, incidents.retime(1, actor=ANNA, moment=Moment.RESOLVED, at=desk.clock.now()))
