"""What flaps is held quiet in the database too, and is calm again by itself."""

from datetime import timedelta

import msgspec

from bot.clock import ManualClock
from bot.domain.alert.flap import CALM, Flapping
from bot.domain.alert.signal import Severity
from bot.usecases.alert import flap as flaps
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from tests.senders import Send, firing, resolved

MINUTE = timedelta(minutes=1)


async def flapping(desk: Desk) -> Flapping:
    found = await alert_query.find(desk, 1)
    return found.view.alert.flapping


async def up_and_down(send: Send, clock: ManualClock, times: int) -> None:
    for _ in range(times):
        clock.advance(MINUTE)
        await send(resolved())
        clock.advance(MINUTE)
        await send(firing())


async def lane(desk: Desk) -> int:
    (row,) = await desk.storage.read(lambda tx: tx.run_raw("SELECT lane FROM card").all())
    found: int = row.lane
    return found


async def test_after_some_flaps_an_alert_is_held_quiet_until_it_is_calm(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await up_and_down(send, clock, desk.rules.flap_limit - 1)
    assert (await flapping(desk)).quiet_until is None
    await up_and_down(send, clock, 1)
    window = desk.rules.flap_window
    seen = await flapping(desk)
    assert (len(seen.flapped_at), seen.lasts) == (3, 4 * MINUTE)
    assert seen.quiet_until == clock.now() + window
    await send(firing(summary="a repeat keeps it so"))
    assert await flapping(desk) == seen
    found = await alert_query.find(desk, 1)
    assert [line.what for line in found.history][-1] == "reopened: flapping, held quiet"
    clock.advance(window - MINUTE)
    assert await flaps.calm_down(desk) == 0
    clock.advance(MINUTE)
    assert await flaps.calm_down(desk) == 1
    assert await flaps.calm_down(desk) == 0
    assert (await flapping(desk)).quiet_until is None
    found = await alert_query.find(desk, 1)
    assert [line.what for line in found.history][-1] == "calm again"


async def test_a_limit_of_zero_holds_nothing_quiet(desk: Desk, send: Send, clock: ManualClock) -> None:
    desk.rules = msgspec.structs.replace(desk.rules, flap_limit=0)
    await send(firing())
    await up_and_down(send, clock, 5)
    assert (await flapping(desk)).quiet_until is None


async def test_a_rise_ends_the_quiet(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    await up_and_down(send, clock, 3)
    await send(firing(severity=Severity.CRITICAL))
    assert await flapping(desk) == CALM
