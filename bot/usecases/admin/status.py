"""Status: is the desk all right, and if not, where does it hurt. Nothing here writes to stay."""

from datetime import datetime
from typing import Final

import msgspec

from bot.domain.access.source import Source
from bot.domain.alert.alert import Alert
from bot.domain.alert.search import OPEN_ALERTS
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane
from bot.domain.errors import NotDurableError
from bot.domain.integrity import IntegrityReport
from bot.domain.outbox.ledger import Pace
from bot.domain.outbox.outbox import ParkReason
from bot.usecases.desk import Desk
from bot.usecases.outbox import ledger
from storage.transaction import Transaction

REASONS: Final = {
    ParkReason.NO_CHANNEL: "no channel is chosen yet: an administrator runs /setup",
    ParkReason.UNKNOWN_CHANNEL: "the channel is gone: choose another with /setup",
    ParkReason.MISSING_ACCESS: "the bot cannot see the channel: give it View Channel",
    ParkReason.MISSING_PERMISSION: "the bot may not post there: give it Send Messages and Embed Links",
    ParkReason.NO_TEXT: "a forum or voice channel takes no cards: choose a text channel with /setup",
    ParkReason.LOCKED: "the thread is locked: unlock it, or give the bot Manage Threads",
    ParkReason.REFUSED: "Discord refused the message itself; the log says why",
    ParkReason.NO_THREAD: "they wait for their incident's thread",
}


LOOKED_BACK: Final = 50_000
"""Alerts among which the last of a severity is looked for, for they are not kept by severity."""

BY_ITSELF: Final = frozenset({ParkReason.NO_THREAD})
"""What nobody has to mend."""


class Outbox(msgspec.Struct, frozen=True):
    """What still has to be shown, by lane, and what cannot be, as (channel, reason, cards)."""

    dirty: dict[Lane, int]
    parked: list[tuple[int, ParkReason, int]]


class Condition(msgspec.Struct, frozen=True):
    """The desk at a glance."""

    outbox: Outbox
    sources: list[Source]
    open_alerts: int
    oldest_due: datetime | None
    pace: Pace
    database: str
    storms: dict[int, int]


async def outbox(desk: Desk) -> Outbox:
    """The outbox in numbers."""
    return await desk.storage.read(lambda tx: _outbox(tx, desk))


async def condition(desk: Desk) -> Condition:
    """Everything that `/status` and the metrics tell of the database."""
    now = desk.clock.now()

    def read_condition(tx: Transaction) -> Condition:
        return Condition(
            outbox=_outbox(tx, desk),
            sources=tx.sources.listing(desk.project.id),
            open_alerts=tx.alerts.count(desk.project.id, OPEN_ALERTS),
            oldest_due=tx.channels.oldest_due(now=now),
            pace=ledger.last_hour(tx, desk, now),
            database=desk.storage.dialect,
            storms=tx.boards.standing(desk.project.id),
        )

    return await desk.storage.read(read_condition)


class Standing(msgspec.Struct, frozen=True):
    """What is told besides: the last alert of each severity, and what breaks an invariant."""

    last: dict[Severity, Alert | None]
    integrity: IntegrityReport | None


async def standing(desk: Desk) -> Standing:
    """The last alert of each severity (of the newest `LOOKED_BACK`), and the last look at the invariants."""

    def read_standing(tx: Transaction) -> Standing:
        newest = tx.alert_search.newest_of_each(desk.project.id, among=LOOKED_BACK)
        return Standing(newest, tx.integrity.kept(desk.project.id))

    return await desk.storage.read(read_standing)


async def oldest_due(desk: Desk) -> datetime | None:
    """Since when the longest waiting card that could be sent has been waiting."""
    now = desk.clock.now()
    return await desk.storage.read(lambda tx: tx.channels.oldest_due(now=now))


async def default_channel_trouble(desk: Desk) -> str | None:
    """Why the cards of the default channel are parked, in words; None when they are not."""
    found = await outbox(desk)
    for channel_id, reason, cards in found.parked:
        is_its_own = reason is ParkReason.REFUSED or reason in BY_ITSELF
        if channel_id in {0, desk.default_channel_id} and not is_its_own:
            return f"{cards} cards are parked: {REASONS[reason]}"
    return None


async def writable(desk: Desk) -> None:
    """Prove that the database takes a commit now.

    Raises:
        NotDurableError: it does not.
    """
    now = desk.clock.now()
    await desk.storage.write(lambda tx: tx.projects.touch(desk.project.id, now=now))


async def write_trouble(desk: Desk) -> str:
    """Why nothing can be written now, in words with the remedy; "" when it can."""
    try:
        await writable(desk)
    except NotDurableError as error:
        return str(error)
    return ""


def _outbox(tx: Transaction, desk: Desk) -> Outbox:
    return Outbox(tx.channels.dirty_by_lane(desk.project.id), tx.channels.parked(desk.project.id))
