"""A board's alerts are taken on or ended together, by cause or all, and that can be taken back."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError
from bot.usecases.alert import bulk
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, firing


async def states(desk: Desk) -> list[str]:
    rows = await desk.storage.read(lambda tx: tx.run_raw("SELECT state FROM alert ORDER BY id").all())
    return [row.state for row in rows]


async def test_all_are_acknowledged_in_one_act_and_given_back_by_undo(desk: Desk, send: Send) -> None:
    await send(*(firing(f"alert {number}") for number in range(5)))
    await alerts.acknowledge(desk, 1, actor=BEN)
    done = await bulk.act(desk, CHANNEL, verbs.ACK, actor=ANNA)
    assert done.changed == 4
    assert await states(desk) == ["acked"] * 5
    await alerts.resolve(desk, 5, actor=BEN)
    with pytest.raises(ConflictError, match="Only who did it"):
        await bulk.undo(desk, done.act_id, actor=BEN)
    assert await bulk.undo(desk, done.act_id, actor=ANNA) == 3
    assert await states(desk) == ["acked", "new", "new", "new", "resolved"]
    with pytest.raises(ConflictError, match="taken back already"):
        await bulk.undo(desk, done.act_id, actor=ANNA)


async def test_what_is_acknowledged_from_a_board_ends_as_from_a_card(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("disk", Severity.CRITICAL), firing("cpu", Severity.CRITICAL))
    await bulk.act(desk, CHANNEL, verbs.ACK, actor=ANNA, member_id=1)
    await alerts.acknowledge(desk, 2, actor=ANNA)
    from_board, from_card = await desk.storage.read(lambda tx: tx.alerts.many([1, 2]))
    assert from_board.ack_until == from_card.ack_until == clock.now() + timedelta(hours=4)


async def test_one_cause_is_resolved_and_comes_back_with_whoever_had_it(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("disk"), firing("cpu"))
    acked = await alerts.acknowledge(desk, 1, actor=BEN)
    shown = await bulk.look(desk, CHANNEL, 1)
    assert (shown.name, shown.total) == ("disk", 1)
    done = await bulk.act(desk, CHANNEL, verbs.RESOLVE, actor=ANNA, member_id=1)
    assert await states(desk) == ["resolved", "new"]
    clock.advance(bulk.UNDO)
    assert await bulk.undo(desk, done.act_id, actor=ANNA) == 1
    alert = await desk.storage.read(lambda tx: tx.alerts.get(desk.project.id, 1))
    assert alert is not None
    assert (alert.state, alert.owner) == (State.ACKED, acked.owner)


async def test_after_five_minutes_it_stays_and_is_forgotten(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("disk"))
    done = await bulk.act(desk, CHANNEL, verbs.ACK, actor=ANNA)
    with pytest.raises(ConflictError, match="left to acknowledge"):
        await bulk.act(desk, CHANNEL, verbs.ACK, actor=BEN)
    clock.advance(bulk.UNDO + timedelta(seconds=1))
    with pytest.raises(ConflictError, match="five minutes are over"):
        await bulk.undo(desk, done.act_id, actor=ANNA)
    assert await bulk.forget_old(desk) == 1
