"""A silence holds rings, not truth: from first to last; then what still fires rings once."""

from datetime import timedelta
from typing import Any

from bot.clock import ManualClock
from bot.domain.alert.alert import State
from bot.domain.alert.quiet import QuietKind
from bot.domain.alert.signal import Severity
from bot.domain.silence.matcher import Matcher
from bot.domain.silence.silence import Silence
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.silence import settlement
from bot.usecases.silence import silence as silences
from bot.usecases.silence.silence import Wish
from tests.senders import ANNA, Send, firing, resolved

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


async def silence(desk: Desk, value: str = "a", **more: Any) -> Silence:
    now = desk.clock.now()
    wish = Wish(
        matchers=(Matcher("alertname", value, is_regex=True),),
        starts_at=more.get("starts_at", now),
        ends_at=more.get("ends_at", now + HOUR),
        source_id=more.get("source_id"),
        comment="deploy",
        id=more.get("id", ""),
    )
    return await silences.put(desk, wish, actor=ANNA)


async def quiet(desk: Desk, alert_id: int = 1) -> bool:
    alert = (await alert_query.find(desk, alert_id)).view.alert
    return QuietKind.SILENCE in alert.quiet_kinds


async def rings(desk: Desk) -> list[str]:
    """Why people were, or are to be, rung at once, in order."""
    rows = await desk.storage.read(
        lambda tx: tx.run_raw("SELECT reason FROM ring WHERE ordinal = 1 ORDER BY id").all()
    )
    return [row.reason for row in rows]


async def test_what_is_open_becomes_quiet_at_once_and_rings_once_when_it_is_over(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("a"), firing("b"))
    made = await silence(desk)
    assert (await quiet(desk, 1), await quiet(desk, 2)) == (True, False)
    view = (await alert_query.find(desk, 1)).view
    assert view.silence is not None
    assert (view.silence.until, view.silence.by) == (made.ends_at, ANNA)
    await send(firing("a"))
    assert await rings(desk) == []
    clock.advance(HOUR - MINUTE)
    assert await settlement.settle(desk) == 0
    clock.advance(MINUTE)
    assert await settlement.settle(desk) == 1
    assert await settlement.settle(desk) == 0
    assert not await quiet(desk)
    assert await rings(desk) == ["silence_over"]
    history = [line.what for line in (await alert_query.find(desk, 1)).history]
    assert history[-2:] == ["silenced: deploy", "the silence is over: S-1"]


async def test_what_begins_or_comes_back_under_a_silence_is_stored_and_quiet(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await silence(desk)
    receipt = await send(firing("a", severity=Severity.CRITICAL))
    assert receipt.alerts[0].ref == "A-1"
    assert await quiet(desk)
    await send(resolved("a"))
    clock.advance(MINUTE)
    await send(firing("a", severity=Severity.CRITICAL))
    view = (await alert_query.find(desk, 1)).view
    assert (view.alert.state, view.alert.flaps) == (State.NEW, 1)
    assert await quiet(desk)
    assert view.silence is not None
    assert await rings(desk) == []


async def test_two_silences_are_over_with_the_longer_one(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing("a"))
    short = await silence(desk)
    longer = await silence(desk, "a|b", ends_at=clock.now() + 2 * HOUR)
    await silences.expire(desk, short.id, actor=ANNA)
    assert await quiet(desk)
    view = (await alert_query.find(desk, 1)).view
    assert view.silence is not None
    assert view.silence.until == longer.ends_at
    await silences.expire(desk, longer.id, actor=ANNA)
    assert not await quiet(desk)
    assert await rings(desk) == ["silence_over"]


async def test_a_silence_that_is_to_come_begins_by_itself_and_can_be_prolonged(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    now = clock.now()
    await send(firing("a"))
    made = await silence(desk, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    assert not await quiet(desk)
    clock.advance(HOUR)
    assert await settlement.settle(desk) == 1
    assert await quiet(desk)
    await silence(desk, id=made.id, starts_at=made.starts_at, ends_at=now + 3 * HOUR)
    clock.advance(HOUR)
    assert await settlement.settle(desk) == 0
    assert await quiet(desk)


async def test_what_was_resolved_meanwhile_rings_nobody(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing("a"))
    await silence(desk)
    await send(resolved("a"))
    clock.advance(HOUR)
    assert await settlement.settle(desk) == 0
    assert await rings(desk) == []


async def test_a_sender_silences_its_own_alerts_alone(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await silence(desk, source_id=99)
    assert not await quiet(desk)
    await silence(desk, source_id=1)
    assert await quiet(desk)
