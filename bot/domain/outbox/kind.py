"""Kind: what is so of all cards of a kind, whatever they show. One line for each kind.

What a kind's cards are about stands in `bot.usecases.outbox.kind`, how they look in `bot.delivery.kind`, when
their subject is gone or over in `storage.kind`.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

import msgspec

from bot.domain.outbox.outbox import CardKind
from bot.domain.sight import Subject


class CardHome(Enum):
    """Where the cards of a kind stand."""

    CHANNEL = "channel"
    """In any channel; the card goes to another one when its own is gone."""
    FIXED = "fixed"
    """In the channel that the card is about, and never in another."""
    POST = "post"
    """In a channel, or as the first message of a forum's post."""
    THREAD = "thread"
    """In the thread of an incident."""


class CardTraits(msgspec.Struct, frozen=True, kw_only=True):
    """``about`` is what the card's subject id numbers, None where it takes a look to say.

    ``calls`` says that the first post rings whoever its alerts wake, or leaves that to a reply;
    ``recurring``: a new message is made each time there is something to say; ``probing``: it asks whether
    Discord is back, and is tried again soon; ``in_ledger``: it is written down who was shown what, and when.
    """

    about: Subject | None = None
    calls: bool = False
    recurring: bool = False
    probing: bool = False
    in_ledger: bool = True
    home: CardHome = CardHome.CHANNEL


TRAITS: Final[Mapping[CardKind, CardTraits]] = MappingProxyType(
    {
        CardKind.ALERT: CardTraits(about=Subject.ALERT, calls=True),
        CardKind.GROUP: CardTraits(about=Subject.GROUP, calls=True),
        CardKind.FOLDED: CardTraits(about=Subject.ALERT),
        CardKind.RING: CardTraits(),
        CardKind.BOARD: CardTraits(recurring=True, in_ledger=False, home=CardHome.FIXED),
        CardKind.INCIDENT: CardTraits(about=Subject.INCIDENT, home=CardHome.POST),
        CardKind.NUDGE: CardTraits(home=CardHome.THREAD),
        CardKind.BRIEF: CardTraits(home=CardHome.THREAD),
        CardKind.REPORT: CardTraits(recurring=True, probing=True, home=CardHome.FIXED),
        CardKind.CLOSURE: CardTraits(recurring=True),
        CardKind.NOTE: CardTraits(),
    }
)
"""Every kind has its line."""


def kinds_about(*subjects: Subject) -> tuple[CardKind, ...]:
    """The kinds whose cards are plainly about one of these."""
    return tuple(kind for kind, traits in TRAITS.items() if traits.about in subjects)


def kinds_at(*homes: CardHome) -> tuple[CardKind, ...]:
    """The kinds whose cards stand in such places."""
    return tuple(kind for kind, traits in TRAITS.items() if traits.home in homes)
