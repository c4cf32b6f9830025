"""People's words in a timeline: corrected in the open, followed when they change, never lost."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.actor import person
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.incident.timeline import Kind
from bot.usecases.desk import Desk
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident import timeline
from bot.usecases.incident.timeline import Pinned
from tests.senders import ANNA, BEN, Send, firing
from tests.usecases.crisis import escalate, lines, log, story

CARLA = person(3, "Carla")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def incident(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    await escalate(desk)
    clock.advance(10 * MINUTE)


def message(desk: Desk, text: str = "restarted the consumer", message_id: int = 900) -> Pinned:
    return Pinned(
        channel_id=55, message_id=message_id, author=CARLA, text=text, at=desk.clock.now() - 2 * MINUTE
    )


async def test_a_note_stands_where_it_happened(desk: Desk, clock: ManualClock) -> None:
    await timeline.note(desk, 1, actor=ANNA, text="  disk is full ")
    await timeline.note(desk, 1, actor=BEN, text="deployed", at=clock.now() - 30 * MINUTE)
    assert await story(desk) == [
        (Kind.NOTE, "Ben", "deployed"),
        (Kind.ALERT_FIRED, "prod", "A-1 HighErrorRate"),
        (Kind.OPENED, "Anna", "P2: HighErrorRate"),
        (Kind.NOTE, "Anna", "disk is full"),
    ]
    assert [each.entry.action for each in await log(desk)] == ["open", "note", "note"]


async def test_a_note_without_words_or_from_the_future_is_refused(desk: Desk, clock: ManualClock) -> None:
    with pytest.raises(InvalidInputError, match="note: needs some words"):
        await timeline.note(desk, 1, actor=ANNA, text=" ")
    with pytest.raises(InvalidInputError, match="at: lies in the future"):
        await timeline.note(desk, 1, actor=ANNA, text="x", at=clock.now() + MINUTE)
    with pytest.raises(NotFoundError, match="I-9"):
        await timeline.note(desk, 9, actor=ANNA, text="x")


async def test_a_pinned_message_stands_once_under_its_authors_name(desk: Desk, clock: ManualClock) -> None:
    assert await timeline.pin(desk, 1, message(desk), actor=ANNA)
    assert not await timeline.pin(desk, 1, message(desk), actor=BEN)
    (line,) = [each for each in await lines(desk) if each.kind is Kind.MESSAGE]
    assert (line.actor, line.text, line.at) == (CARLA, "restarted the consumer", clock.now() - 2 * MINUTE)
    assert (line.first.draft.channel_id, line.first.draft.message_id) == (55, 900)
    assert [each.entry.action for each in await log(desk)] == ["open", "pin"]


async def test_an_edited_message_reads_as_it_does_now_and_a_deleted_one_is_marked(desk: Desk) -> None:
    await timeline.pin(desk, 1, message(desk), actor=ANNA)
    assert await timeline.follow_edit(desk, 900, author=CARLA, text="restarted both") == 1
    assert await timeline.follow_edit(desk, 900, author=CARLA, text="restarted both") == 0
    assert await timeline.follow_edit(desk, 900, author=CARLA, text="") == 0
    line = (await lines(desk))[-1]
    assert (line.text, line.first.draft.text, line.corrected_by) == (
        "restarted both",
        "restarted the consumer",
        CARLA,
    )
    assert await timeline.follow_deletion(desk, 900) == 1
    assert await timeline.follow_deletion(desk, 900) == 0
    assert (await lines(desk))[-1].deleted
    assert [each.entry.action for each in await log(desk)] == ["open", "pin", "edit", "delete"]


async def test_messages_nobody_pinned_change_nothing(desk: Desk) -> None:
    before = await log(desk)
    assert await timeline.follow_edit(desk, 901, author=CARLA, text="x") == 0
    assert await timeline.follow_deletion(desk, 901) == 0
    assert await timeline.unpin(desk, 901, actor=ANNA) == 0
    assert await log(desk) == before


async def test_what_is_unpinned_may_be_pinned_again(desk: Desk) -> None:
    await timeline.pin(desk, 1, message(desk), actor=ANNA)
    assert await timeline.unpin(desk, 900, actor=BEN) == 1
    assert (await lines(desk))[-1].deleted
    assert await timeline.pin(desk, 1, message(desk, "restarted it again"), actor=BEN)
    line = (await lines(desk))[-1]
    assert (line.deleted, line.text, line.latest.version) == (False, "restarted it again", 3)


async def test_an_endless_message_is_shortened_in_the_middle(desk: Desk) -> None:
    await timeline.pin(desk, 1, message(desk, "begin " + "x" * 3_000 + " end"), actor=ANNA)
    text = (await lines(desk))[-1].text
    assert (len(text), text[:6], text[-4:]) == (1_000, "begin ", " end")


async def test_a_correction_shows_and_keeps_what_was_wrong(desk: Desk, clock: ManualClock) -> None:
    await timeline.note(desk, 1, actor=ANNA, text="02:00 deployed")
    entry_id = (await lines(desk))[-1].id
    at = clock.now() - 30 * MINUTE
    await timeline.correct(desk, 1, entry_id, actor=BEN, text="01:40 deployed", at=at)
    line = (await lines(desk))[0]
    assert (line.id, line.text, line.at) == (entry_id, "01:40 deployed", at)
    assert (line.actor, line.corrected_by, line.first.draft.text) == (ANNA, BEN, "02:00 deployed")
    await timeline.correct(desk, 1, entry_id, actor=CARLA, at=at + MINUTE)
    assert (await lines(desk))[0].text == "01:40 deployed"
    assert (await log(desk))[-1].entry.action == "correct"


async def test_only_what_people_wrote_is_corrected(desk: Desk) -> None:
    opened = next(line for line in await lines(desk) if line.kind is Kind.OPENED)
    with pytest.raises(ConflictError, match="written by the desk itself"):
        await timeline.correct(desk, 1, opened.id, actor=BEN, text="x")
    await timeline.note(desk, 1, actor=ANNA, text="wrong")
    entry_id = (await lines(desk))[-1].id
    with pytest.raises(InvalidInputError, match="say what it should read"):
        await timeline.correct(desk, 1, entry_id, actor=BEN)
    await timeline.withdraw(desk, 1, entry_id, actor=ANNA)
    with pytest.raises(ConflictError, match="was deleted"):
        await timeline.correct(desk, 1, entry_id, actor=BEN, text="right")
    with pytest.raises(NotFoundError, match="E999 in I-1"):
        await timeline.correct(desk, 1, 999, actor=BEN, text="right")


async def test_an_entry_of_another_incident_is_not_this_ones(desk: Desk, send: Send) -> None:
    await send(firing("b"))
    await escalate(desk, 2)
    await timeline.note(desk, 2, actor=ANNA, text="over there")
    entry_id = (await lines(desk, 2))[-1].id
    with pytest.raises(NotFoundError):
        await timeline.correct(desk, 1, entry_id, actor=BEN, text="here")


async def test_the_timeline_turns_in_pages_and_ends_with_the_newest(desk: Desk) -> None:
    for number in range(23):
        await timeline.note(desk, 1, actor=ANNA, text=f"note {number}")
    last = await incident_inspection.timeline(desk, 1)
    assert (last.page, last.pages, last.total, last.lines[-1].text) == (2, 3, 25, "note 22")
    assert [len((await incident_inspection.timeline(desk, 1, page=n)).lines) for n in (-4, 0, 9)] == [
        12,
        12,
        1,
    ]
    with pytest.raises(NotFoundError):
        await incident_inspection.timeline(desk, 9)
