"""Ledger: what the gateway told of our messages, and how fast channels show what senders say.

The ledger is written where a card is settled, in the same transaction; intake pays nothing for it. What was
seen is written down afterwards, much at a time, and only ever fills in a time that was missing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain.outbox.ledger import Pace, Sent, Sighting, Wait, match, pace
from bot.usecases.desk import Desk
from storage.transaction import Transaction
from storage.writer import Turn

HOUR: Final = timedelta(hours=1)
MOST: Final = 20_000
"""Revisions that a pace is taken of, the latest; more than an hour of twenty busy channels."""


async def see(desk: Desk, sights: Sequence[Sighting]) -> list[tuple[Sighting, Wait]]:
    """Write down what was seen; returns the sights that were of a revision, with what it had waited.

    The others may be of messages that are no cards, or of calls whose answer is still on its way.
    """
    ids = {sight.message_id for sight in sights}
    pairs = match(await desk.storage.read(lambda tx: tx.ledger.unseen(ids)), sights)
    if not pairs:
        return []

    def note_sightings(tx: Transaction) -> list[tuple[Sighting, Wait]]:
        found = []
        for sent, sight in sorted(pairs, key=lambda pair: pair[0].card_id):
            if sent.posted:
                tx.cards.mark_seen(sent.message_id, at=sight.at)
            if tx.ledger.see(sent, at=sight.at):
                span = max(sight.at - sent.accepted_at, timedelta())
                found.append((sight, Wait(sent.lane, sent.posted, span)))
        return found

    return await desk.storage.write(note_sightings, turn=Turn.BULK)


async def of_card(desk: Desk, card_id: int) -> list[Sent]:
    """What is remembered of a card that has a message, oldest first."""
    return await desk.storage.read(lambda tx: tx.ledger.of_card(card_id))


def last_hour(tx: Transaction, desk: Desk, now: datetime) -> Pace:
    """The pace of what was sent within the last hour and was seen: exact, of each card's last revisions."""
    return pace(tx.ledger.waits(desk.project.id, since=now - HOUR, at_most=MOST))
