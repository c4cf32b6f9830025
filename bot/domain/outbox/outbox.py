"""Outbox: what a channel should show and what it does show.

One row a card: the subject, the revision that is wanted and the one that is shown. A card is rendered when
it is sent, so that any number of changes is one call.
"""

import base64
import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.alert.verdict import Lane

NONCE_LENGTH: Final = 25  # Discord's limit for a string nonce (resources/message, Create Message)
NONCE_WINDOW: Final = timedelta(seconds=90)  # Discord says "the past few minutes"; stay well inside
COUNT_DELAY: Final = timedelta(seconds=3)
EDIT_REST: Final = timedelta(seconds=1)  # between two sendings of a card that nobody waits for
PROBE_REST: Final = timedelta(seconds=1)  # of a report, which asks whether Discord is back
MAX_BACKOFF: Final = timedelta(minutes=5)


class CardKind(StrEnum):
    """What a card is about."""

    ALERT = "alert"
    RING = "ring"
    BOARD = "board"
    INCIDENT = "incident"
    NUDGE = "nudge"
    REPORT = "report"
    CLOSURE = "closure"
    BRIEF = "brief"
    GROUP = "group"
    NOTE = "note"
    FOLDED = "folded"
    """The message of an alert from before it shared a card: it leads there, and nothing of it changes."""


class ParkReason(StrEnum):
    """Why a card waits until its cause changes."""

    NO_CHANNEL = "no_channel"
    UNKNOWN_CHANNEL = "unknown_channel"
    MISSING_ACCESS = "missing_access"
    MISSING_PERMISSION = "missing_permission"
    NO_TEXT = "no_text"
    """A forum, or another channel that takes no plain messages."""
    LOCKED = "locked"
    """A thread that only moderators may write to."""
    REFUSED = "refused"
    NO_THREAD = "no_thread"
    """A nudge waits for its incident's thread; nobody has to mend anything."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed card. ``message_id`` is None until it was posted once.

    ``retried`` says that an earlier attempt to post may have reached Discord although nobody heard of it;
    it began at ``posting_since``. ``pinged`` says that its words mention whom it rang; people were rung for
    what it is about at ``rung_at`` the last time, by its own post or by a reply to it, in run ``rung_run``.
    """

    id: int
    project_id: int
    kind: CardKind
    subject_id: int
    channel_id: int
    message_id: int | None
    wanted: int
    shown: int
    lane: Lane
    generation: int
    nonce: str
    posting_since: datetime
    retried: bool
    failures: int
    pinged: bool
    rung_at: datetime | None = None
    rung_run: int | None = None
    dirty_since: datetime


def nonce(tag: str, channel_id: int, card_id: int, generation: int) -> str:
    """The nonce of a message: one for all attempts to post it, and different for any other (25 characters).

    The channel is part of it because the scope of Discord's check is not documented.
    """
    digest = hashlib.sha256(f"{tag}:{channel_id}:{card_id}:{generation}".encode()).digest()
    return base64.b32encode(digest).decode()[:NONCE_LENGTH].lower()


def backoff(failures: int) -> timedelta:
    """How long to leave a card alone after its ``failures``-th failure in a row: 1, 2, 4 s ... 5 min."""
    return min(timedelta(seconds=2 ** min(max(failures - 1, 0), 16)), MAX_BACKOFF)
