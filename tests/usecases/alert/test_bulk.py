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
from tests.senders import ANNA, BEN, Send, firing, resolved


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


async def test_what_has_moved_on_altogether_is_not_said_to_be_as_before(desk: Desk, send: Send) -> None:
    await send(firing("disk"), firing("cpu"))
    done = await bulk.act(desk, CHANNEL, verbs.ACK, actor=ANNA)
    await bulk.act(desk, CHANNEL, verbs.RESOLVE, actor=BEN)
    with pytest.raises(ConflictError, match="nothing left to take back"):
        await bulk.undo(desk, done.act_id, actor=ANNA)


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


async def test_what_came_or_got_worse_after_somebody_looked_is_left_alone(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("disk"), firing("disk", fingerprint="other"), firing("cpu"))
    cause = await bulk.look(desk, CHANNEL, 1)
    total, board = await bulk.count(desk, CHANNEL)
    assert (cause.total, cause.untaken, total) == (2, 2, 3)
    clock.advance(timedelta(seconds=1))
    await send(firing("disk", Severity.CRITICAL), firing("disk", fingerprint="new"), firing("net"))
    assert (await bulk.count(desk, CHANNEL, board))[0] == 2
    done = await bulk.act(desk, CHANNEL, verbs.ACK, actor=ANNA, member_id=1, seen=cause.seen)
    assert (done.changed, done.unseen) == (1, 2)
    done = await bulk.act(desk, CHANNEL, verbs.RESOLVE, actor=ANNA, seen=board)
    assert (done.changed, done.unseen) == (2, 3)
    assert await states(desk) == ["new", "resolved", "resolved", "new", "new"]
    with pytest.raises(ConflictError, match=r"could see there .* 3 alerts came or got worse meanwhile"):
        await bulk.act(desk, CHANNEL, verbs.ACK, actor=ANNA, seen=board)
    assert (await bulk.act(desk, CHANNEL, verbs.ACK, actor=ANNA)).changed == 3


async def test_what_came_back_after_somebody_looked_is_left_alone(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("disk"), firing("cpu"))
    await send(resolved("disk"))
    _, board = await bulk.count(desk, CHANNEL)
    clock.advance(timedelta(seconds=1))
    await send(firing("disk"))
    done = await bulk.act(desk, CHANNEL, verbs.ACK, actor=ANNA, seen=board)
    assert (done.changed, done.unseen) == (1, 1)
    assert await states(desk) == ["new", "acked"]


async def test_a_number_on_a_button_is_what_it_does(desk: Desk, send: Send) -> None:
    await send(firing("disk"), firing("disk", fingerprint="other"))
    await alerts.acknowledge(desk, 1, actor=BEN)
    cause = await bulk.look(desk, CHANNEL, 1)
    assert (cause.total, cause.untaken) == (2, 1)
    assert (await bulk.act(desk, CHANNEL, verbs.ACK, actor=ANNA, member_id=1)).changed == cause.untaken
    await bulk.act(desk, CHANNEL, verbs.RESOLVE, actor=ANNA)
    with pytest.raises(ConflictError, match="left to resolve"):
        await bulk.count(desk, CHANNEL)
