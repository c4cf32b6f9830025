"""Board: when a channel has a storm, what its board has to say, and how the storm ends.

Nothing is written while alerts come in: all of this is derived from the cards that wait when the channel gets
its next step, so that a storm costs intake nothing and survives any restart.
"""

import math
from datetime import datetime, timedelta
from typing import Final

from bot.cards.outbox.board import BoardPage, BoardView
from bot.domain.alert.verdict import Lane
from bot.domain.outbox import plan
from bot.domain.outbox.board import BoardAlert, Passed
from bot.domain.outbox.outbox import CardKind, Outgoing
from bot.domain.outbox.plan import Bucket, Waiting
from bot.domain.outbox.storm import Storm
from bot.usecases.desk import Desk
from bot.usecases.owner import owner_of_channel
from storage.transaction import Transaction

LISTED: Final = 100_000  # alerts that one board knows by name, 800 bytes each; the rest it counts
SAME_STORM: Final = timedelta(seconds=30)  # in which a storm that comes back goes on with its message
SINKS: Final = timedelta(minutes=10)  # after which a board may have to follow a new wave down the channel
_SOON: Final = timedelta(seconds=5)
_MOST: Final = 1_000  # cards counted for a bucket that has room for any number


def survey(
    tx: Transaction, desk: Desk, channel_id: int, *, post: Bucket, edit: Bucket, now: datetime
) -> tuple[Waiting, plan.Board]:
    """What waits in a channel and how its board stands; a storm that is seen begins here."""
    young_after = now - timedelta(seconds=plan.CALM)
    cap = int(min(plan.storm_from(post), _MOST)) + 1
    seen = tx.channels.look(channel_id, now=now, young_after=young_after, cap=cap)
    waiting = Waiting(seen.new, seen.changed)
    storm = tx.boards.storm(channel_id, now=now)
    if storm is None or storm.left_at is not None:
        if not plan.storms(waiting, post):
            if storm is not None and storm.is_dirty:
                tx.cards.mark_current(storm.card_id)
            return waiting, plan.Board()
        storm = _enter(tx, desk, channel_id, storm, now)
    if storm.is_parked:
        if storm.is_lost and not tx.boards.awaits_cards(channel_id):
            tx.boards.leave(channel_id, now=now)  # its alerts went elsewhere, or have cards
        return waiting, plan.Board()
    return waiting, _stand(tx, channel_id, storm, edit=edit, young=seen.young, now=now)


def begin_turn(tx: Transaction, channel_id: int, *, now: datetime) -> None:
    """The board is about to be made anew: remember of what."""
    _wish(tx, channel_id, now)
    tx.boards.settle_over(channel_id, quiet=True)
    tx.boards.mark(channel_id, tx.boards.unposted(channel_id))


async def view(desk: Desk, card: Outgoing) -> BoardView | None:
    """What the board has to show now; None when its channel never had a storm."""
    now = desk.clock.now()

    def read_board(tx: Transaction) -> BoardView | None:
        channel_id = card.channel_id
        storm = tx.boards.storm(channel_id, now=now)
        if storm is None:
            return None
        held = tx.boards.held(channel_id, limit=LISTED)
        is_over = not (held and tx.boards.awaits_cards(channel_id))
        return BoardView(
            channel_id=channel_id,
            number=card.generation,
            tag=desk.project.tag,
            since=storm.entered_at,
            now=now,
            held=tuple(held),
            newest_id=tx.boards.newest_held(channel_id) if len(held) == LISTED else 0,
            counts=tx.boards.count_held(channel_id) if len(held) == LISTED else None,
            passed=_passed(tx, channel_id, storm, now) if is_over else None,
            is_sunk=not is_over and _is_sunk(tx, card, now),
        )

    return await desk.storage.read(read_board)


def _passed(tx: Transaction, channel_id: int, storm: Storm, now: datetime) -> Passed:
    return tx.boards.passed(channel_id, first_card_id=storm.first_card_id, since=storm.entered_at, now=now)


def _is_sunk(tx: Transaction, card: Outgoing, now: datetime) -> bool:
    """Whether more comes than a handful, and people would look for it in vain at the channel's end."""
    if card.message_id is None or now - card.posting_since < SINKS:
        return False
    young_after = now - timedelta(seconds=plan.CALM)
    young = tx.channels.look(card.channel_id, now=now, young_after=young_after, cap=plan.HANDFUL + 1).young
    return young > plan.HANDFUL and tx.boards.stands_above(card.channel_id, card.message_id)


def was_held(tx: Transaction, card: Outgoing, now: datetime) -> bool:
    """Whether a card that is posted now was on a board before; what comes at once need not be looked up."""
    if card.message_id is not None or now - card.dirty_since < _SOON:
        return False
    storm = tx.boards.storm(card.channel_id, now=now)
    if storm is None or storm.message_id is None or storm.sent_at is None:
        return False
    return storm.sent_at >= card.dirty_since


async def end(desk: Desk, channel_id: int) -> None:
    """The board has said that the storm is over."""
    now = desk.clock.now()
    await desk.storage.write(lambda tx: tx.boards.leave(channel_id, now=now))


async def standing(desk: Desk) -> dict[int, int]:
    """The boards that stand now, as message ids by channel."""

    def read_standing(tx: Transaction) -> dict[int, int]:
        channels = [found for each in desk.everybody for found in tx.boards.answerable(each.project.id)]
        placed = tx.cards.of(CardKind.BOARD, channels)
        return {each.channel_id: each.message_id for each in placed if each.message_id is not None}

    return await desk.storage.read(read_standing)


async def page(desk: Desk, channel_id: int, *, number: int, size: int) -> BoardPage:
    """A page of the alerts that a channel's board stands for, the last one when ``number`` is beyond it."""

    def read_page(tx: Transaction) -> BoardPage:
        total = sum(tx.boards.count_held(channel_id).values())
        at = max(0, min(number, (total - 1) // size))
        held: list[BoardAlert] = tx.boards.held(channel_id, offset=at * size, limit=size)
        return BoardPage(
            channel_id=channel_id, tag=desk.project.tag, number=at, total=total, size=size, held=tuple(held)
        )

    return await desk.storage.read(read_page)


def _enter(tx: Transaction, desk: Desk, channel_id: int, last: Storm | None, now: datetime) -> Storm:
    if last is None:
        tx.boards.enter(owner_of_channel(tx, desk, channel_id).project.id, channel_id, now=now)
    else:
        is_recent = last.left_at is not None and now - last.left_at < SAME_STORM
        tx.boards.enter_again(last, channel_id, now=now, anew=not (is_recent and last.message_id is not None))
    entered = tx.boards.storm(channel_id, now=now)
    assert entered is not None  # noqa: S101 -- it was just written
    return entered


def _stand(
    tx: Transaction, channel_id: int, storm: Storm, *, edit: Bucket, young: int, now: datetime
) -> plan.Board:
    """Whether the board lacks anything. While it rests nobody looks: it may, and will be asked later."""
    is_posted = storm.message_id is not None
    rested = math.inf
    if is_posted and storm.sent_at is not None:
        rested = (now - storm.sent_at).total_seconds()
    shown = storm.made_of
    may_turn = not storm.is_busy and rested >= plan.board_rest(edit, shown.count)
    settled = tx.boards.settle_over(channel_id)
    if settled and not storm.is_dirty:
        _wish(tx, channel_id, now)
    lacking, drifted, held = not storm.is_busy, False, shown.count
    if may_turn:
        unposted = tx.boards.unposted(channel_id)
        # Who joins a group has no card of their own: then there are more, and none is newer.
        is_new = unposted.newest_card_id > shown.newest_card_id or unposted.count > shown.count
        is_worse = unposted.critical > shown.critical
        lacking = storm.is_dirty or settled > 0 or is_new or is_worse or unposted.count == 0
        drifted, held = unposted != shown, unposted.count
    return plan.Board(
        active=True, posted=is_posted, lacking=lacking, drifted=drifted, rested=rested, young=young, held=held
    )


def _wish(tx: Transaction, channel_id: int, now: datetime) -> None:
    tx.cards.touch(CardKind.BOARD, [(channel_id, Lane.CRITICAL)], now=now)
