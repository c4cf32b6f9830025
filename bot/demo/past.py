"""Past: what the demo's team went through in the weeks before, so that its cards have something to remember.

It is lived through the use cases of the desk, on a clock that shows another time, before anything is sent.
"""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from bot.clock import ManualClock
from bot.domain.access.source import Source
from bot.domain.actor import Actor
from bot.domain.alert.alert import parse_ref
from bot.domain.alert.event import Envelope
from bot.domain.alert.signature import signature
from bot.domain.outbox.outbox import CardKind
from bot.providers.registry import PROVIDERS
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.intake.submission import Identified, Receipt, Submission
from storage.transaction import Transaction

_PROVIDER: Final = "generic"
_TUESDAY: Final = 1
_REACTION: Final = timedelta(minutes=3)


class Fire(NamedTuple):
    """An episode that is over: so many weeks ago, on a Tuesday at that time, for so many minutes.

    With a note somebody took it on and ended it, without it ended by itself.
    """

    weeks: int
    hour: int
    minute: int
    lasted: int
    note: str = ""


ERRORS: Final = (
    Fire(4, 2, 10, 6),
    Fire(4, 3, 25, 7),
    Fire(3, 2, 40, 5),
    Fire(3, 14, 5, 42, "rolled the payment client back"),
    Fire(2, 2, 15, 8),
    Fire(2, 3, 5, 6),
    Fire(1, 2, 30, 7),
    Fire(1, 3, 50, 31, "the cache was cold after the nightly deploy, warmed it by hand"),
)
DISK: Final = (
    Fire(3, 9, 20, 95, "removed old snapshots"),
    Fire(1, 16, 45, 240, "removed old snapshots again"),
)


async def live(
    desk: Desk, source: Source, story: dict[str, Any], fires: tuple[Fire, ...], who: Actor
) -> None:
    """Let the alert ``story`` (as the generic provider reads it) fire at these times in the past."""
    now = desk.clock.now()
    lived = []
    for fire in fires:
        began = _moment(now, fire)
        over = _at(desk, began + timedelta(minutes=fire.lasted))
        (told,) = (await _say(_at(desk, began), source, {**story, "status": "firing"})).alerts
        lived.append(parse_ref(told.ref))
        if fire.note:
            await alerts.acknowledge(_at(desk, began + _REACTION), lived[-1], actor=who, note=fire.note)
            await alerts.resolve(over, lived[-1], actor=who)
        else:
            await _say(over, source, {**story, "status": "resolved"})
    await desk.storage.write(partial(_let_be, alert_ids=lived))


def _moment(now: datetime, fire: Fire) -> datetime:
    """The Tuesday of a week in the past; never so near that it is not over by now."""
    tuesday = now - timedelta(days=(now.weekday() - _TUESDAY) % 7, weeks=fire.weeks - 1)
    began = tuesday.replace(hour=fire.hour, minute=fire.minute, second=0, microsecond=0)
    return began if began < now - timedelta(days=1) else began - timedelta(weeks=len(ERRORS))


def _at(desk: Desk, moment: datetime) -> Desk:
    """The desk as it was then."""
    return replace(desk, clock=ManualClock(moment))


async def _say(desk: Desk, source: Source, body: dict[str, Any]) -> Receipt:
    encoded = msgspec.json.encode(body)
    digest = hashlib.sha256(encoded).hexdigest()
    envelope = Envelope(
        digest=f"{digest}-{desk.clock.now():%Y%m%d%H%M}",
        source_id=source.id,
        body=encoded.decode(),
        original_sha256=digest,
        original_length=len(encoded),
        rules_version=1,
        redactions=0,
        received_at=desk.clock.now(),
    )
    signals = tuple(
        Identified(place, signature(_PROVIDER, source.name, signal), signal)
        for place, signal in PROVIDERS[_PROVIDER].parse(body).signals
    )
    (receipt,) = await take_in(desk, [Submission(source=source, envelope=envelope, signals=signals)])
    return receipt


def _let_be(tx: Transaction, *, alert_ids: list[int]) -> None:
    """Nobody needs to see these cards any more."""
    for card in tx.cards.of(CardKind.ALERT, alert_ids):
        tx.cards.mark_current(card.id)
