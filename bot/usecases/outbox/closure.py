"""Closure: a channel that cannot be written to, and what its fallback channel is told of that.

Law: one message for one closure, however many cards wait, workers meet it or restarts happen meanwhile; it
is kept true, and says in the end that it is over. A channel that is closed again soon has the same message.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from bot.cards.outbox.closure import ClosureView
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.closure import Closure
from bot.domain.outbox.outbox import CardKind, Outgoing, ParkReason
from bot.usecases.desk import Desk
from bot.usecases.owner import owner
from storage.transaction import Transaction

SAME: Final = timedelta(minutes=10)  # in which a closure that comes back goes on with its message
LISTED: Final = 25  # alerts that a notice offers to open


def begin(tx: Transaction, desk: Desk, channel_id: int, reason: ParkReason, *, now: datetime) -> None:
    """The channel's cards were parked; its fallback hears of it, or how many wait by now."""
    cards = tx.closures.waiting(channel_id)
    last = tx.closures.last(channel_id)
    if not cards or (last is not None and last.ended_at is None and last.moved_to is not None):
        return
    is_same = last is not None and (last.ended_at is None or now - last.ended_at < SAME)
    began_at = last.began_at if last is not None and is_same else now
    present = Closure(channel_id=channel_id, reason=reason, began_at=began_at, cards=cards)
    if present != last:
        tx.closures.note(desk.project.id, present)
    fallback_id = fallback(tx, desk, channel_id)
    if fallback_id is None:
        return
    if not (is_same and tx.closures.is_told(channel_id, fallback_id)):
        tx.closures.owe_notice(desk.project.id, channel_id, fallback_id, now=now)
    elif present != last:
        tx.cards.touch(CardKind.CLOSURE, [(channel_id, Lane.COUNT)], now=now)


def lose(tx: Transaction, desk: Desk, channel_id: int, *, now: datetime) -> int:
    """The channel was deleted: what stood there of open alerts waits, with what was still to come.

    Returns how many cards stood there.
    """
    whose = tx.channels.lose(channel_id, now=now)
    if whose:
        tx.channels.park(channel_id, ParkReason.UNKNOWN_CHANNEL, now=now)
        begin(tx, owner(tx, desk, whose[0]), channel_id, ParkReason.UNKNOWN_CHANNEL, now=now)
    return len(whose)


def end(tx: Transaction, desk: Desk, channel_id: int, *, now: datetime, moved_to: int | None = None) -> None:
    """The channel can be written to again, or its cards went elsewhere."""
    last = tx.closures.last(channel_id)
    if last is None or last.ended_at is not None:
        return
    tx.closures.note(desk.project.id, replace(last, ended_at=now, moved_to=moved_to))
    tx.cards.touch(CardKind.CLOSURE, [(channel_id, Lane.PERSON)], now=now)


def end_empty(tx: Transaction, desk: Desk, *, now: datetime, moved_to: int) -> None:
    """Cards went to another channel: closures that nothing waits for any more are over.

    One that a source still names goes on, for its next alert will meet it.
    """
    named = {source.channel_id for source in tx.sources.listing(desk.project.id)}
    for each in tx.closures.over(desk.project.id):
        if each.channel_id not in named:
            end(tx, desk, each.channel_id, now=now, moved_to=moved_to)
        elif each.moved_to != moved_to:
            tx.closures.note(desk.project.id, replace(each, moved_to=moved_to))
            tx.cards.touch(CardKind.CLOSURE, [(each.channel_id, Lane.PERSON)], now=now)


def view(tx: Transaction, desk: Desk, card: Outgoing) -> ClosureView | None:
    """What the notice has to say now."""
    channel_id = card.subject_id
    found = tx.closures.last(channel_id)
    if found is None:
        return None
    is_open = found.ended_at is None
    counts = tx.boards.count_held(channel_id) if is_open else {}
    return ClosureView(
        channel_id=channel_id,
        number=card.generation,
        tag=desk.project.tag,
        reason=found.reason,
        began_at=found.began_at,
        ended_at=found.ended_at,
        moved_to=found.moved_to,
        cards=tx.closures.waiting(channel_id) if is_open else found.cards,
        criticals=counts.get(Severity.CRITICAL, 0),
        held=tuple(tx.boards.held(channel_id, limit=LISTED)) if is_open else (),
        sources=tuple(
            source.name for source in tx.sources.listing(desk.project.id) if source.channel_id == channel_id
        ),
    )


def fallback(tx: Transaction, desk: Desk, channel_id: int) -> int | None:
    """Where people hear of a closed channel: what its first source names, else the desk's; never itself."""
    named = desk.rules.fallback_channel_id
    for source in tx.sources.listing(desk.project.id):
        where = source.channel_id or desk.default_channel_id
        if where == channel_id and source.fallback_channel_id is not None:
            named = source.fallback_channel_id
            break
    return None if named == channel_id else named
