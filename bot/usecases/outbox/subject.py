"""Subject: what is known of a kind of card: how its subject is looked up, whom it calls, when it is over.

Each kind has an entry in a file of its own in `bot.usecases.outbox.kind`; `SUBJECTS` in its registry has all.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

import msgspec

from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import Outgoing
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.desk import Desk
from storage.transaction import Transaction

View: TypeAlias = msgspec.Struct
"""What a card has to show; each kind has its own, from `bot.cards`."""

V = TypeVar("V", bound=View)


class CardCall(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a card calls by what it shows; nobody unless something is said.

    ``severity`` wakes those who are named for it: by the ``words`` of sources that say so themselves, None
    stands for those of the desk. ``responders`` are those who answer incidents, in the channel ``home_id``.
    ``person_id`` is called alone, whoever else was rung. ``run`` says for which run of its alert it calls,
    ``since`` when that began; what is about no single alert has one run.
    """

    severity: Severity | None = None
    words: tuple[Sequence[str] | None, ...] = (None,)
    responders: bool = False
    home_id: int | None = None
    person_id: int | None = None
    run: int = 0
    since: datetime | None = None


def _call_nobody(_: View) -> CardCall:
    return CardCall()


def _never(_: View) -> datetime | None:
    return None


def _alerts_of_none(_: Transaction, __: int) -> list[int]:
    return []


def _about_nothing(_: Transaction, __: Desk, ___: int, ____: Subject) -> SubjectRef | None:
    return None


@dataclass(frozen=True, kw_only=True)
class CardSubject(Generic[V]):
    """A kind's entry. Either ``look_up`` or ``read`` says what the card has to show, None when that is gone.

    ``look_up`` works inside the transaction that claims the card; ``read`` has one of its own afterwards, for
    what is large. Both are given the desk of the card's project. ``call`` is whom the view calls, ``over_at``
    when all its alerts were over. ``about`` is what a click on the message leads to, where
    `CardTraits.about` does not say: by the subject's id and what is wanted; where that is several alerts,
    ``alerts`` are those.
    """

    look_up: Callable[[Transaction, Desk, Outgoing, datetime], V | None] | None = None
    read: Callable[[Desk, Outgoing], Awaitable[V | None]] | None = None
    call: Callable[[V], CardCall] = _call_nobody
    over_at: Callable[[V], datetime | None] = _never
    about: Callable[[Transaction, Desk, int, Subject], SubjectRef | None] = _about_nothing
    alerts: Callable[[Transaction, int], list[int]] = _alerts_of_none
