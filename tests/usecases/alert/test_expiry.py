"""What a sender said to fire until some time is over then, once, unless it says so again."""

from datetime import timedelta

from bot.clock import ManualClock
from bot.domain.alert.alert import State
from bot.usecases.alert import expiry
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from tests.senders import ANNA, Send, firing, resolved

MINUTE = timedelta(minutes=1)


async def state(desk: Desk) -> State:
    return (await alert_query.find(desk, 1)).view.alert.state


async def test_a_repeat_moves_the_end_on_and_silence_ends_it_once(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing(expires_at=clock.now() + 4 * MINUTE))
    clock.advance(3 * MINUTE)
    await send(firing(expires_at=clock.now() + 4 * MINUTE))
    clock.advance(2 * MINUTE)
    assert await expiry.end_expired(desk) == 0
    assert await state(desk) is State.NEW
    clock.advance(2 * MINUTE)
    assert await expiry.end_expired(desk) == 1
    assert await expiry.end_expired(desk) == 0
    assert await state(desk) is State.RESOLVED
    found = await alert_query.find(desk, 1)
    assert "its endsAt passed" in found.history[-1].what


async def test_what_was_resolved_before_its_end_is_left_alone(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing(expires_at=clock.now() + MINUTE))
    await alerts.resolve(desk, 1, actor=ANNA)
    clock.advance(2 * MINUTE)
    assert await expiry.end_expired(desk) == 0
    assert await expiry.end_expired(desk) == 0


async def test_an_expiry_from_before_a_resolve_does_not_end_the_alert_that_came_back(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing(expires_at=clock.now() + MINUTE))
    await send(resolved())
    await send(firing(expires_at=clock.now() + 5 * MINUTE))
    clock.advance(2 * MINUTE)
    assert await expiry.end_expired(desk) == 0
    assert await state(desk) is State.NEW
