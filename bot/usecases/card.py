"""Card: how delivery takes work from the outbox and gives it back.

These change only what is known of Discord, never an alert, and write no audit entries.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.cards.alert import AlertView
from bot.domain.outbox import CardKind, Outgoing, ParkReason, backoff
from bot.usecases.desk import Desk
from bot.usecases.view import alert_view
from storage.card import Place
from storage.transaction import Transaction

LEASE: Final = timedelta(minutes=2)


class Task(msgspec.Struct, frozen=True):
    """A claimed card with what it has to show; ``view`` is None when its subject is gone."""

    card: Outgoing
    view: AlertView | None


async def take(desk: Desk, channel_id: int, *, worker: str) -> Task | None:
    """Claim the most urgent card of a channel and look up what it must show, in one transaction."""
    now = desk.clock.now()

    def work(tx: Transaction) -> Task | None:
        card = tx.cards.claim(channel_id, worker=worker, tag=desk.project.tag, now=now, lease=LEASE)
        if card is None:
            return None
        alert = tx.alerts.get(card.project_id, card.subject_id) if card.kind is CardKind.ALERT else None
        return Task(card, None if alert is None else alert_view(tx, desk, alert))

    return await desk.storage.write(work)


async def begin_work(desk: Desk, *, worker: str) -> int:
    """Announce a worker, and free the cards that were claimed by processes that have died since."""
    await desk.storage.announce(worker)
    freed = await desk.storage.write(lambda tx: tx.channels.free_from_dead(worker))
    desk.bell.ring()
    return freed


async def settle(
    desk: Desk, card: Outgoing, *, worker: str, message_id: int, shown: int, pinged: bool
) -> None:
    """``message_id`` shows revision ``shown`` of the card now."""
    now = desk.clock.now()
    await desk.storage.write(
        lambda tx: tx.cards.settle(
            card.id, worker=worker, message_id=message_id, shown=shown, pinged=pinged, now=now
        )
    )


async def put_off(desk: Desk, card: Outgoing, *, worker: str, after: timedelta | None = None) -> datetime:
    """A passing failure: try again later (``after``, else longer each time); returns when."""
    until = desk.clock.now() + (after if after is not None else backoff(card.failures + 1))
    await desk.storage.write(lambda tx: tx.cards.put_off(card.id, worker=worker, until=until))
    return until


async def park(desk: Desk, card: Outgoing, reason: ParkReason, *, alone: bool) -> int:
    """A lasting failure: the channel's cards (or, ``alone``, this one) wait until the cause changes."""
    now = desk.clock.now()
    which = card.id if alone else None
    return await desk.storage.write(
        lambda tx: tx.channels.park(card.channel_id, reason, now=now, card_id=which)
    )


async def unpark(desk: Desk, channel_id: int) -> int:
    """The channel's cause may have changed: everything parked there is due again."""
    released = await desk.storage.write(lambda tx: tx.channels.unpark(channel_id))
    if released:
        desk.bell.ring()
    return released


async def lose(desk: Desk, card: Outgoing) -> None:
    """Its message was deleted: post it again as a new one."""
    now = desk.clock.now()
    await desk.storage.write(lambda tx: tx.cards.lose(card.id, now=now))
    desk.bell.ring()


async def forget_message(desk: Desk, message_id: int) -> bool:
    """A message was deleted in Discord; True when it was a card, which is then posted again."""
    if await showing(desk, message_id) is None:
        return False
    now = desk.clock.now()
    forgotten = await desk.storage.write(lambda tx: tx.cards.forget_message(message_id, now=now))
    desk.bell.ring()
    return forgotten > 0


async def answered(desk: Desk, card_id: int, *, revision: int) -> None:
    """A click was answered by showing ``revision`` on the card itself."""
    await desk.storage.write(lambda tx: tx.cards.answered(card_id, revision=revision))
    desk.bell.ring()


async def saw(desk: Desk, message_id: int) -> datetime | None:
    """The gateway's echo of a new message; returns since when its card had been due, the first time."""
    now = desk.clock.now()
    return await desk.storage.write(lambda tx: tx.cards.saw(message_id, at=now), urgent=False)


async def showing(desk: Desk, message_id: int) -> Place | None:
    """The card that this message is."""
    return await desk.storage.read(lambda tx: tx.cards.showing(message_id))


async def channels_due(desk: Desk) -> list[int]:
    """Channels where something may be sent now."""
    now = desk.clock.now()
    return await desk.storage.read(lambda tx: tx.channels.due(now=now))


async def next_due(desk: Desk, channel_id: int) -> datetime | None:
    """When the earliest waiting card of a channel may be sent, None when nothing waits."""
    return await desk.storage.read(lambda tx: tx.channels.next_due(channel_id))
