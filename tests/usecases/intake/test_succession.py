"""One episode after another of the same signature, also where senders do not say that one is over."""

from datetime import timedelta

from msgspec.structs import replace

from bot.clock import ManualClock
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Signal
from bot.domain.alert.verdict import Verdict
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from tests.senders import ANNA, Send, firing, resolved


def started(signal: Signal, clock: ManualClock, ago: timedelta, ended: timedelta | None = None) -> Signal:
    now = clock.now()
    return replace(signal, started_at=now - ago, ended_at=None if ended is None else now - ended)


async def test_without_resolves_a_new_start_is_a_new_episode_and_rings_for_itself(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(started(firing(), clock, timedelta(0)))
    await alerts.acknowledge(desk, 1, actor=ANNA)
    begun = clock.now()
    clock.advance(timedelta(days=1))
    receipt = await send(started(firing(), clock, timedelta(minutes=1)))
    assert (receipt.verdicts, receipt.alerts[0].ref) == ((Verdict.OPENED,), "A-2")
    old = (await alert_query.find(desk, 1)).view.alert
    new = (await alert_query.find(desk, 2)).view.alert
    assert (old.state, old.resolved_at, str(old.resolved_by)) == (State.RESOLVED, begun, "source:prod")
    assert (new.state, new.owner, new.opened_at) == (
        State.NEW,
        None,
        clock.now() - timedelta(minutes=1),
    )


async def test_a_group_that_is_sent_again_counts_nothing(desk: Desk, send: Send, clock: ManualClock) -> None:
    signal = started(firing(), clock, timedelta(0))
    await send(signal)
    clock.advance(timedelta(minutes=5))
    receipt = await send(replace(signal, summary="now 93 %"))
    assert (receipt.verdicts, receipt.alerts[0].occurrences) == ((Verdict.REPEATED,), 1)
    alert = (await alert_query.find(desk, 1)).view.alert
    assert (alert.occurrences, alert.summary, alert.last_seen_at) == (1, "now 93 %", clock.now())


async def test_an_end_that_overtakes_its_firing_opens_nothing(send: Send, clock: ManualClock) -> None:
    end = started(resolved(), clock, timedelta(minutes=3), timedelta(minutes=1))
    assert (await send(end)).verdicts == (Verdict.NEVER_SEEN,)
    clock.advance(timedelta(minutes=2))
    late = started(firing(), clock, timedelta(minutes=5))
    receipt = await send(late)
    assert (receipt.verdicts, receipt.alerts[0].ref, receipt.deduped) == ((Verdict.OVERTAKEN,), "", 1)
    assert (await send(started(firing(), clock, timedelta(0)))).verdicts == (Verdict.OPENED,)
    clock.advance(timedelta(minutes=20))
    assert (await send(resolved())).verdicts == (Verdict.RESOLVED,)


async def test_an_early_end_is_forgotten_after_the_window(send: Send, clock: ManualClock) -> None:
    await send(started(resolved(), clock, timedelta(minutes=3), timedelta(minutes=1)))
    clock.advance(timedelta(minutes=11))
    assert (await send(started(firing(), clock, timedelta(minutes=14)))).verdicts == (Verdict.OPENED,)


async def test_a_recurrence_is_never_first_seen_after_it_began(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(started(firing(), clock, timedelta(hours=3)))
    alert = (await alert_query.find(desk, 1)).view.alert
    known = await desk.storage.read(lambda tx: tx.recurrences.get(desk.project.id, alert.recurrence_id))
    assert known is not None
    assert known.first_seen_at == alert.opened_at == clock.now() - timedelta(hours=3)


async def test_the_time_to_acknowledge_counts_from_the_receipt(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(started(firing(), clock, timedelta(hours=3)))
    clock.advance(timedelta(minutes=4))
    await alerts.acknowledge(desk, 1, actor=ANNA)
    alert = (await alert_query.find(desk, 1)).view.alert
    known = await desk.storage.read(lambda tx: tx.recurrences.get(desk.project.id, alert.recurrence_id))
    assert known is not None
    assert known.ack_time == timedelta(minutes=4)
