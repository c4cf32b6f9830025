"""What people do to an incident: one wins, everything is told, nothing illegal changes anything."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.alert.alert import State as AlertState
from bot.domain.alert.signal import Severity
from bot.domain.audit import first_broken
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.incident.duration import Moment
from bot.domain.incident.incident import (
    IllegalIncidentTransitionError,
    IncidentLevel,
    IncidentRules,
    IncidentState,
    Role,
)
from bot.domain.incident.nudge import NudgeKind
from bot.domain.incident.search import IncidentFilter
from bot.domain.incident.timeline import Kind
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk, Rules
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident.mutation import IncidentMutation, Shown, perform, press
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, firing, resolved
from tests.usecases.crisis import escalate, log, look, nudges, story


async def test_a_life_from_open_to_closed_and_back(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    await escalate(desk)
    begun = clock.now()
    for step, state in (
        (incidents.mitigate(1, actor=ANNA), IncidentState.MITIGATING),
        (incidents.reopen(1, actor=ANNA), IncidentState.OPEN),
        (incidents.mitigate(1, actor=ANNA), IncidentState.MITIGATING),
        (incidents.resolve(1, actor=BEN, note="rolled back"), IncidentState.RESOLVED),
        (incidents.close(1, actor=BEN), IncidentState.CLOSED),
        (incidents.reopen(1, actor=ANNA), IncidentState.OPEN),
    ):
        clock.advance(timedelta(minutes=10))
        assert (await perform(desk, step)).incident.state is state
    told = [text for kind, _, text in await story(desk) if kind is Kind.STATE]
    assert told == [
        "open → mitigating",
        "mitigating → open",
        "open → mitigating",
        "mitigating → resolved: rolled back",
        "resolved → closed",
        "closed → open",
    ]
    assert [nudge.kind for nudge in await nudges(desk)] == [NudgeKind.STATE] * 6
    assert (await look(desk)).touched_at == begun + timedelta(minutes=60)
    assert len(await log(desk)) == 7


async def test_an_illegal_step_changes_nothing(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    before = await look(desk), await story(desk), await log(desk)
    with pytest.raises(IllegalIncidentTransitionError):
        await perform(desk, incidents.close(1, actor=ANNA))
    assert (await look(desk), await story(desk), await log(desk)) == before
    with pytest.raises(NotFoundError, match="I-99"):
        await perform(desk, incidents.resolve(99, actor=ANNA))


async def test_of_two_at_once_one_wins(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    results = await asyncio.gather(
        *(perform(desk, incidents.take(1, actor=who, role=Role.COMMANDER)) for who in (ANNA, BEN)),
        return_exceptions=True,
    )
    (won,) = [each for each in results if isinstance(each, Shown)]
    (lost,) = [each for each in results if isinstance(each, ConflictError)]
    assert won.incident.roles[Role.COMMANDER].mention in str(lost)


async def test_roles_are_taken_given_and_laid_down(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    steps: list[IncidentMutation] = [
        incidents.take(1, actor=ANNA, role=Role.COMMANDER),
        incidents.assign(1, actor=ANNA, role=Role.COMMANDER, holder=BEN),
        incidents.give_up(1, actor=BEN, role=Role.COMMANDER),
        incidents.toggle(1, actor=BEN, role=Role.SCRIBE),
    ]
    for step in steps:
        await perform(desk, step)
    assert (await look(desk)).roles == {Role.SCRIBE: BEN}
    told = [(who, text) for kind, who, text in await story(desk) if kind is Kind.ROLE]
    assert told == [
        ("Anna", "commander: Anna"),
        ("Anna", "commander: Ben"),
        ("Ben", "commander: nobody"),
        ("Ben", "scribe: Ben"),
    ]


async def test_the_severity_moves_within_the_cap_of_all_its_alerts(desk: Desk, send: Send) -> None:
    await send(firing("a", service="x"), firing("b", Severity.CRITICAL, service="x"))
    await escalate(desk, 1)
    shown = await perform(desk, incidents.grade(1, actor=ANNA, severity=IncidentLevel.P0))
    assert (shown.incident.severity, shown.view.cap) == (IncidentLevel.P1, IncidentLevel.P1)
    assert (Kind.SEVERITY, "Anna", "P2 → P1 (P0 was asked for)") in await story(desk)
    with pytest.raises(ConflictError, match="P1 is the worst that is allowed"):
        await perform(desk, incidents.grade(1, actor=ANNA, severity=IncidentLevel.P0))
    await escalate(desk, 2)
    shown = await perform(desk, incidents.grade(1, actor=ANNA, severity=IncidentLevel.P0))
    assert (shown.incident.severity, shown.view.cap) == (IncidentLevel.P0, IncidentLevel.P0)
    assert (Kind.SEVERITY, "Anna", "P1 → P0") in await story(desk)


async def test_an_update_is_on_the_head_in_the_thread_and_in_the_timeline(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await escalate(desk)
    clock.advance(timedelta(minutes=50))
    shown = await perform(desk, incidents.tell(1, actor=BEN, text=" rolled back, watching "))
    incident = shown.incident
    assert (incident.update, incident.updated_by) == ("rolled back, watching", BEN)
    assert incident.update_due_at == clock.now() + timedelta(minutes=60)
    (nudge,) = await nudges(desk)
    assert (nudge.kind, nudge.text) == (NudgeKind.UPDATE, "rolled back, watching")
    assert (Kind.UPDATE, "Ben", "rolled back, watching") in await story(desk)
    with pytest.raises(InvalidInputError, match="update: needs some words"):
        incidents.tell(1, actor=BEN, text=" \n ")


async def test_times_are_corrected_in_order_and_the_log_keeps_both(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await escalate(desk)
    earlier = clock.now() - timedelta(minutes=20)
    step = incidents.retime(1, actor=ANNA, moment=Moment.IMPACT_STARTED, at=earlier)
    assert (await perform(desk, step)).incident.times.began_at == earlier
    late = clock.now() + timedelta(minutes=1)
    clock.advance(timedelta(minutes=5))
    with pytest.raises(InvalidInputError, match="would be after detected"):
        await perform(desk, incidents.retime(1, actor=ANNA, moment=Moment.IMPACT_STARTED, at=late))
    entry = (await log(desk))[-1].entry
    assert (entry.action, entry.before) == ("time", '{"impact_started_at":null}')
    assert earlier.strftime("%H:%M:%S") in entry.after
    assert [text for kind, _, text in await story(desk) if kind is Kind.TIME] == [
        "impact started: unknown → 2026-11-21 01:40:00 UTC"
    ]


async def test_a_title_is_one_line(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    shown = await perform(desk, incidents.rename(1, actor=ANNA, title=" Pay \n is down "))
    assert shown.incident.title == "Pay is down"


async def test_a_press_knows_the_revision_it_shows(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    shown = await press(desk, incidents.mitigate(1, actor=ANNA))
    assert shown.place is not None
    assert (shown.place.wanted, shown.incident.state) == (2, IncidentState.MITIGATING)


async def test_when_its_last_alert_resolves_the_head_offers_to_resolve(desk: Desk, send: Send) -> None:
    await send(firing("a", service="x"), firing("b", service="x"))
    await escalate(desk, 1)
    await escalate(desk, 2)
    revision = await wanted(desk)
    await send(resolved("a"))
    assert not (await incident_inspection.find(desk, 1)).view.offers_resolve
    await alerts.resolve(desk, 2, actor=BEN)
    found = await incident_inspection.find(desk, 1)
    assert found.view.offers_resolve
    assert (found.incident.state, await wanted(desk)) == (IncidentState.OPEN, revision + 2)
    assert await incidents.resolve_recovered(desk) == 0


async def test_it_resolves_by_itself_only_where_the_rules_say_so(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b"))
    await escalate(desk, 1)
    await escalate(desk, 2)
    await send(resolved("a"))
    desk.rules = Rules(default_channel_id=CHANNEL, incidents=IncidentRules(resolve_with_alerts=True))
    assert await incidents.resolve_recovered(desk) == 1
    assert [(await look(desk, number)).state for number in (1, 2)] == [
        IncidentState.RESOLVED,
        IncidentState.OPEN,
    ]
    assert (await log(desk))[-1].entry.actor.name == "alerts"


async def wanted(desk: Desk) -> int:
    place = (await incident_inspection.find(desk, 1)).place
    assert place is not None
    return place.wanted


async def test_the_timeline_tells_what_happens_to_its_alerts(desk: Desk, send: Send) -> None:
    await send(firing("a", service="x"), firing("b", service="y"))
    await escalate(desk, 1)
    await alerts.acknowledge(desk, 1, actor=BEN, note="mine")
    await send(firing("a", Severity.CRITICAL))
    await send(firing("a"), firing("b"), resolved("b"))
    await alerts.annotate(desk, 1, actor=ANNA, note="disk")
    await send(resolved("a"))
    await send(firing("a"))
    told = (await story(desk))[2:]
    assert told == [
        (Kind.ALERT_ACKED, "Ben", "A-1 a: mine"),
        (Kind.ALERT_RAISED, "prod", "A-1 a"),
        (Kind.NOTE, "Anna", "A-1 a: disk"),
        (Kind.ALERT_RESOLVED, "prod", "A-1 a"),
        (Kind.ALERT_REOPENED, "prod", "A-1 a"),
    ]


async def test_an_acknowledged_alert_acknowledges_its_incident(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    robot = ANNA.parse("program:robot")
    await escalate(desk, actor=robot)
    clock.advance(timedelta(minutes=7))
    await alerts.acknowledge(desk, 1, actor=BEN)
    assert (await look(desk)).times.acked_at == clock.now()


async def test_after_it_is_over_its_alerts_are_their_own(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    await perform(desk, incidents.resolve(1, actor=ANNA))
    before = await story(desk)
    await alerts.acknowledge(desk, 1, actor=BEN)
    await send(resolved())
    assert await story(desk) == before


async def test_lists_and_suggestions_show_the_worst_first(desk: Desk, send: Send) -> None:
    await send(firing("disk", Severity.INFO), firing("cpu", Severity.CRITICAL), firing("net"))
    for number in (1, 2, 3):
        await escalate(desk, number)
    await perform(desk, incidents.resolve(3, actor=ANNA))
    page = await incident_inspection.listing(desk)
    assert ([each.title for each in page.incidents], page.total) == (["cpu", "disk"], 2)
    rest = await incident_inspection.listing(desk, IncidentFilter(), offset=2)
    assert (len(rest.incidents), rest.total) == (1, 3)
    only = await incident_inspection.listing(desk, IncidentFilter(severities=(IncidentLevel.P4,)))
    assert [each.title for each in only.incidents] == ["disk"]
    assert [each.id for each in await incident_inspection.suggest(desk, "DISK")] == [1]
    assert [each.id for each in await incident_inspection.suggest(desk, "I-3")] == [3]
    assert await incident_inspection.suggest(desk, "%") == []


async def test_everything_that_happened_is_chained(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    await perform(desk, incidents.take(1, actor=ANNA, role=Role.SCRIBE))
    await send(resolved())
    await perform(desk, incidents.resolve(1, actor=ANNA))
    assert (await desk.storage.read(lambda tx: tx.alerts.get(1, 1))).state is AlertState.RESOLVED  # type: ignore[union-attr]  # it is there
    chain = await desk.storage.read(lambda tx: tx.audit.chain(desk.project.id))
    assert first_broken(chain) is None
