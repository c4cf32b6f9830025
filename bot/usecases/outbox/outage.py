"""Outage: when a channel was shown nothing for a while, and what it is told of that afterwards.

Law: a channel that comes back hears first, and once, what it missed; nothing of that time is replayed. The
report is also the question whether Discord is back: until it stands in the channel nothing else is tried, so
that an outage leaves no other message behind of which nobody knows whether it was posted.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.cards.outbox.outage import OutageView
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outage import BLIND, ECHO, Outage, OutageCause, Unshown, is_blind
from bot.domain.outbox.outbox import CardKind, Outgoing
from bot.usecases.desk import Desk
from storage.transaction import Transaction


def rest(tx: Transaction, desk: Desk, channel_id: int, *, quiet: bool, now: datetime) -> float | None:
    """How many seconds the channel's report has to wait, 0 for not at all; None where none is due.

    ``quiet`` says that nothing was sent for so long that a blindness may have begun. A report whose turn it
    is has its numbers from now: what is over and was never shown is let go in the same transaction.
    """
    untold = tx.outages.untold(channel_id)
    if untold is None and quiet and _begin(tx, desk, channel_id, now):
        untold = tx.outages.untold(channel_id)
    if untold is None:
        return None
    seconds = (untold.rests_until - now).total_seconds()
    if seconds <= 0:
        found = untold.outage
        tx.boards.settle_over(channel_id, quiet=True)
        _count(tx, desk, found, ended_at=now if found.goes_on(now) else None)
    return max(seconds, 0.0)


def view(tx: Transaction, desk: Desk, card: Outgoing) -> OutageView | None:
    """What a report has to say."""
    found = tx.outages.last(card.subject_id)
    return None if found is None else OutageView(found, card.generation, desk.project.tag)


async def spare(desk: Desk, card: Outgoing, over_at: datetime | None) -> bool:
    """Let a claimed card go that is known to stand nowhere, if its alerts came and went in a blindness.

    ``over_at`` says when they were over. The others are let go with the report; of this one nobody knew
    whether an earlier attempt had arrived.
    """
    if over_at is None:
        return False
    now = desk.clock.now()

    def spare_outage(tx: Transaction) -> bool:
        last = tx.outages.last(card.channel_id)
        if last is None or not last.covers(card.id, over_at):
            return False
        tx.outages.let_go(card.id, revision=card.wanted)
        # It may have ended in the moment of the report, which counted it as open then.
        _renew(tx, desk.of(card.project_id), last, now)
        return True

    return await desk.storage.write(spare_outage)


async def wake(desk: Desk) -> timedelta | None:
    """The desk starts: returns how long it was down if that was long enough to have missed something.

    Its own channel is told at once; others when something turns out to have fired meanwhile (`recount`).
    """
    now = desk.clock.now()

    def wake_outage(tx: Transaction) -> timedelta | None:
        proved_at = tx.projects.proved_at(desk.project.id)
        tx.projects.touch(desk.project.id, now=now)
        if proved_at is None or now - proved_at < BLIND:
            return None
        for each in desk.everybody:
            _note_stops(tx, each, proved_at, now)
        return now - proved_at

    return await desk.storage.write(wake_outage)


async def recount(desk: Desk) -> int:
    """Senders repeat what they could not tell a desk that was down; returns how many reports changed."""
    now = desk.clock.now()

    def recount_outage(tx: Transaction) -> int:
        stops = tx.outages.ended_after(desk.project.id, OutageCause.STOPPED, now - ECHO)
        return sum(_renew(tx, desk, each, now) for each in stops)

    changed = await desk.storage.write(recount_outage)
    if changed:
        desk.bell.ring()
    return changed


def _begin(tx: Transaction, desk: Desk, channel_id: int, now: datetime) -> bool:
    """Whether the channel turns out to be blind; each card is told of by one report at most."""
    last = tx.outages.last(channel_id)
    unshown = _unshown(tx, channel_id, last, now)
    if unshown is None or is_blind(unshown.since, None, now) is None:
        return False
    since = is_blind(unshown.since, tx.outages.sent_at(channel_id), now)
    if since is None:
        return False
    begun = Outage(
        channel_id=channel_id,
        cause=OutageCause.UNREACHABLE,
        began_at=since,
        ended_at=now,
        first_card_id=unshown.first_card_id,
        last_card_id=unshown.first_card_id,
    )
    if last is not None and last.cause is OutageCause.STOPPED and since <= last.ended_at:
        begun = replace(begun, cause=last.cause, began_at=min(since, last.began_at), ended_at=last.ended_at)
    elif tx.closures.closed_since(channel_id, since):
        begun = replace(begun, cause=OutageCause.CLOSED)
    project_id = tx.projects.of_card(unshown.first_card_id) or desk.project.id
    tx.outages.note(project_id, begun)
    tx.outages.owe_report(project_id, channel_id, now=now)
    return True


def _unshown(tx: Transaction, channel_id: int, last: Outage | None, now: datetime) -> Unshown | None:
    """What waits and is shown nowhere: a board that stands shows all that came before it was last made."""
    told = 0 if last is None else last.last_card_id
    found = tx.outages.unshown(channel_id, after_card_id=told)
    storm = None if found is None else tx.boards.storm(channel_id, now=now)
    if storm is None or storm.left_at is not None or storm.message_id is None:
        return found
    return tx.outages.unshown(channel_id, after_card_id=told, after=storm.sent_at)


def _note_stops(tx: Transaction, desk: Desk, stopped_at: datetime, now: datetime) -> None:
    home = desk.default_channel_id
    picked = {home, *(source.channel_id for source in tx.sources.listing(desk.project.id))}
    for channel_id in sorted(each for each in picked if each is not None):
        if tx.outages.untold(channel_id) is None:
            _note_stop(tx, desk, channel_id, stopped_at, now)
    if home is not None:
        tx.outages.owe_report(desk.project.id, home, now=now)


def _note_stop(tx: Transaction, desk: Desk, channel_id: int, stopped_at: datetime, now: datetime) -> None:
    unshown = _unshown(tx, channel_id, tx.outages.last(channel_id), now)
    first = tx.outages.newest_card_id() + 1 if unshown is None else unshown.first_card_id
    stop = Outage(
        channel_id=channel_id,
        cause=OutageCause.STOPPED,
        began_at=stopped_at,
        ended_at=now,
        first_card_id=first,
        last_card_id=first - 1,
    )
    tx.outages.note(desk.project.id, stop)


def _renew(tx: Transaction, desk: Desk, known: Outage, now: datetime) -> bool:
    """The first alert makes the report due, each further one changes it."""
    counted = _count(tx, desk, known)
    if (counted.fired, counted.still_open) == (known.fired, known.still_open):
        return False
    if known.fired or known.channel_id == desk.default_channel_id:
        tx.cards.touch(CardKind.REPORT, [(known.channel_id, Lane.COUNT)], now=now)
    else:
        tx.outages.owe_report(desk.project.id, known.channel_id, now=now)
    return True


def _count(tx: Transaction, desk: Desk, known: Outage, ended_at: datetime | None = None) -> Outage:
    """Its numbers as they are now; ``ended_at`` is when it ends if it goes on."""
    present = known if ended_at is None else replace(known, ended_at=ended_at)
    tally = tx.outages.tally(present)
    counted = replace(
        present, fired=tally.fired, still_open=tally.still_open, last_card_id=tally.last_card_id
    )
    if counted != known:
        tx.outages.note(desk.project.id, counted)
    return counted
