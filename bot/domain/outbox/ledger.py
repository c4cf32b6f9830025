"""Ledger: when each revision of a card was accepted, sent and seen.

Accepted is when the change was on disk that the revision shows first, sent when Discord had answered the
call, seen when the gateway told of the message as the call had made it. What was seen is matched by the
message and its ``edited_timestamp``: the answer to an edit and the event about it carry the same, a new
message has none.

Theory: a wait is not estimated from sums or buckets. The last revisions of every card are kept as they were,
and quantiles are taken of those (nearest rank: always a wait that somebody really had).
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.alert.verdict import Lane

KEPT: Final = 8
"""Revisions remembered of each card; a newer one takes the oldest one's place."""


class Sent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A revision of a card as it went out; ``version`` is the message's edited timestamp, None for a new one.

    ``posted`` says that it was a message of its own, not an edit.
    """

    card_id: int
    revision: int
    message_id: int
    version: datetime | None
    lane: Lane
    posted: bool
    accepted_at: datetime
    sent_at: datetime
    seen_at: datetime | None = None


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """The gateway told of a message as it stood at ``version``."""

    message_id: int
    version: datetime | None
    at: datetime


class Wait(msgspec.Struct, frozen=True, gc=False):
    """How long one revision took from accepted to seen."""

    lane: Lane
    posted: bool
    span: timedelta


class Quantiles(msgspec.Struct, frozen=True):
    """Half of ``count`` waits were at most ``p50``, 99 of a hundred at most ``p99``."""

    count: int
    p50: timedelta
    p99: timedelta


class Pace(msgspec.Struct, frozen=True):
    """How fast channels show what senders say; None where nothing was seen.

    ``cards`` are new messages, ``changes`` edits. Counts are left out: they wait on purpose.
    """

    cards: Quantiles | None = None
    changes: Quantiles | None = None


def match(sent: Iterable[Sent], sights: Iterable[Sighting]) -> list[tuple[Sent, Sighting]]:
    """Which revision each sight is of. The first sight counts; of equal revisions the newest is meant."""
    first: dict[tuple[int, datetime | None], Sighting] = {}
    for sight in sights:
        held = first.get((sight.message_id, sight.version))
        if held is None or sight.at < held.at:
            first[sight.message_id, sight.version] = sight
    newest = {(each.message_id, each.version): each for each in sorted(sent, key=lambda each: each.revision)}
    return [(each, first[key]) for key, each in newest.items() if key in first]


def quantiles(spans: Sequence[timedelta]) -> Quantiles | None:
    """By nearest rank; None of nothing."""
    if not spans:
        return None
    ordered = sorted(spans)

    def rank(share: float) -> timedelta:
        return ordered[max(math.ceil(share * len(ordered)), 1) - 1]

    return Quantiles(len(ordered), rank(0.5), rank(0.99))


def pace(waits: Iterable[Wait]) -> Pace:
    """The waits that a sender's word caused."""
    told = [each for each in waits if each.lane is not Lane.COUNT]
    return Pace(
        cards=quantiles([each.span for each in told if each.posted]),
        changes=quantiles([each.span for each in told if not each.posted]),
    )
