"""What people, programs and time do: one wins, everything is told, nothing illegal changes anything."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.alert.alert import Alert, IllegalTransitionError, State
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.usecases.alert import lapse, retry
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from tests.senders import ANNA, BEN, Send, add_source, firing, resolved, submission


async def look(desk: Desk, alert_id: int = 1) -> Alert:
    return (await alert_query.find(desk, alert_id)).view.alert


async def entries(desk: Desk, alert_id: int = 1) -> list[tuple[str, str, str]]:
    chain = await desk.storage.read(lambda tx: tx.audit.about(f"alert:{alert_id}"))
    return [(each.entry.actor.name, each.entry.action, each.entry.note) for each in chain]


async def test_an_ack_names_its_owner_and_tells_the_log(desk: Desk, send: Send) -> None:
    await send(firing())
    acked = await alerts.acknowledge(desk, 1, actor=ANNA, note="  on it ")
    assert acked == await look(desk)
    assert (acked.state, acked.owner, acked.note, acked.acked_at) == (
        State.ACKED,
        ANNA,
        "on it",
        desk.clock.now(),
    )
    assert await entries(desk) == [("Anna", "ack", "on it")]


async def test_of_two_at_once_one_wins_and_the_other_hears_who(desk: Desk, send: Send) -> None:
    await send(firing())
    results = await asyncio.gather(
        alerts.acknowledge(desk, 1, actor=ANNA),
        alerts.acknowledge(desk, 1, actor=BEN),
        return_exceptions=True,
    )
    (won,) = [each for each in results if isinstance(each, Alert)]
    (lost,) = [each for each in results if isinstance(each, IllegalTransitionError)]
    assert won.owner is not None
    assert won.owner.mention in str(lost)
    assert len(await entries(desk)) == 1


async def test_an_illegal_step_changes_nothing(desk: Desk, send: Send) -> None:
    await send(firing())
    before = await look(desk)
    with pytest.raises(IllegalTransitionError):
        await alerts.unacknowledge(desk, 1, actor=ANNA)
    assert await look(desk) == before
    assert await entries(desk) == []


async def test_an_alert_nobody_knows_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="A-99"):
        await alerts.acknowledge(desk, 99, actor=ANNA)


async def test_a_claim_ends_by_release_by_failure_or_by_time(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await alerts.claim(desk, 1, actor=ANNA)
    with pytest.raises(ConflictError, match="held by <@1>"):
        await alerts.release(desk, 1, actor=BEN)
    assert (await alerts.release(desk, 1, actor=ANNA)).owner is None
    await alerts.claim(desk, 1, actor=ANNA, lease=timedelta(minutes=1))
    assert await alerts.expire_leases(desk) == 0
    clock.advance(timedelta(minutes=1))
    assert await alerts.expire_leases(desk) == 1
    assert ((await look(desk)).state, await alerts.expire_leases(desk)) == (State.NEW, 0)
    await alerts.claim(desk, 1, actor=BEN)
    failed = await retry.fail(desk, 1, actor=BEN, note="no access")
    assert (failed.state, failed.note) == (State.FAILED, "no access")
    assert (await retry.retry(desk, 1, actor=ANNA)).state is State.NEW


async def test_silence_ends_what_its_sender_never_resolves(desk: Desk, clock: ManualClock) -> None:
    source = await add_source(desk, "cron", silence=timedelta(minutes=30))
    await take_in(desk, [submission(source, firing("Backup"))])
    clock.advance(timedelta(minutes=20))
    await take_in(desk, [submission(source, firing("Backup"))])
    clock.advance(timedelta(minutes=20))
    assert await lapse.end_silent(desk) == 0
    clock.advance(timedelta(minutes=10))
    assert await lapse.end_silent(desk) == 1
    ended = await look(desk)
    assert ended.state is State.RESOLVED
    assert ended.resolved_by is not None
    assert ended.resolved_by.name == "silence"
    assert ended.expired


async def test_notes_pile_up_in_the_history_and_the_newest_is_shown(desk: Desk, send: Send) -> None:
    await send(firing())
    await alerts.annotate(desk, 1, actor=ANNA, note="first")
    await alerts.annotate(desk, 1, actor=BEN, note="second")
    found = await alert_query.find(desk, 1)
    assert (found.view.alert.note, found.view.alert.note_by) == ("second", BEN)
    assert [line.what for line in found.history] == ["opened", "noted: first", "noted: second"]


@pytest.mark.parametrize("note", ["", "   ", "x" * 1001])
def test_empty_and_endless_notes_are_refused(note: str) -> None:
    async def write() -> None:
        await alerts.annotate(None, 1, actor=ANNA, note=note)  # type: ignore[arg-type]  # never reached

    with pytest.raises(InvalidInputError, match="note"):
        asyncio.run(write())


async def test_what_people_did_is_remembered_when_it_fires_again(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await alerts.acknowledge(desk, 1, actor=ANNA, note="restarted the consumer")
    await send(resolved())
    clock.advance(timedelta(days=3))
    await send(firing())
    memory = (await alert_query.find(desk, 2)).view.memory
    assert memory is not None
    assert memory.remedy is not None
    assert (memory.episodes, memory.remedy.who, memory.remedy.note) == (2, ANNA, "restarted the consumer")
    assert memory.previous_at == clock.now() - timedelta(days=3)


async def test_the_list_shows_the_worst_first_and_counts_all(desk: Desk, send: Send) -> None:

    await send(*[firing(f"w{n}") for n in range(12)], firing("worst", Severity.CRITICAL))
    await send(resolved("w3"))
    page = await alert_query.listing(desk, limit=5)
    assert (page.total, page.lines[0].alert.name) == (12, "worst")
    rest = await alert_query.listing(desk, offset=10, limit=5)
    assert len(rest.lines) == 2


@pytest.mark.parametrize(
    ("typed", "names"), [("DISK", {"disk-a", "disk-b"}), ("A-2", {"disk-b"}), ("%", set()), ("_", set())]
)
async def test_suggestions_fit_what_was_typed(desk: Desk, send: Send, typed: str, names: set[str]) -> None:
    await send(firing("disk-a"), firing("disk-b"), firing("cpu"))
    assert {each.name for each in await alert_query.suggest(desk, typed)} == names
