"""Outcome: what became of one call to Discord, as one named reason.

Law: an outcome says what may be done next, whatever the status, code or exception was. `DONE` says that the
call took effect, `PASSING` leaves open whether it did, all others say that it did not.

Sources: developers/topics/opcodes-and-status-codes.mdx for codes, developers/topics/rate-limits.mdx for 429.
"""

from enum import StrEnum
from http import HTTPStatus
from typing import Final, Generic, TypeVar

import msgspec

from bot.domain.outbox.outbox import ParkReason

T = TypeVar("T")


class SendOutcome(StrEnum):
    """Why a call ended as it did."""

    DONE = "done"
    MESSAGE_GONE = "message_gone"
    """The message was deleted, or never was ours: post a new one."""
    CHANNEL_GONE = "channel_gone"
    NO_ACCESS = "no_access"
    NO_PERMISSION = "no_permission"
    NO_TEXT = "no_text"
    """A forum, or another channel that takes no plain messages."""
    LOCKED = "locked"
    """A thread that only moderators may write to."""
    ARCHIVED = "archived"
    """A thread has to be woken up first."""
    THREAD_EXISTS = "thread_exists"
    """The message has its thread already, under its own id."""
    CROWDED = "crowded"
    """The server has as many active threads as it may have."""
    REFUSED = "refused"
    """Discord will never take this message; others may pass."""
    LIMITED = "limited"
    UNAUTHORIZED = "unauthorized"
    """The token is not accepted (any more)."""
    PASSING = "passing"
    """Discord or the way there is ill; nobody knows whether the call took effect."""

    @property
    def park_reason(self) -> ParkReason | None:
        """Why the whole channel has to wait, None when it need not."""
        return _PARKED.get(self)


class Answer(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One call's end.

    ``body`` is there for `SendOutcome.DONE` alone; ``retry_after`` is in seconds and only set for
    `SendOutcome.LIMITED`; ``words`` are Discord's own, for the log; ``unsent`` says that no
    line could be opened.
    """

    outcome: SendOutcome
    body: T | None = None
    retry_after: float = 0.0
    words: str = ""
    unsent: bool = False

    @property
    def in_doubt(self) -> bool:
        """Whether the call may have taken effect although it failed."""
        return self.outcome is SendOutcome.PASSING and not self.unsent


class Fault(msgspec.Struct, frozen=True):
    """The part of an error's body that is read."""

    code: int = 0
    message: str = ""
    retry_after: float | None = None
    is_global: bool = msgspec.field(default=False, name="global")


_PARKED: Final = {
    SendOutcome.CHANNEL_GONE: ParkReason.UNKNOWN_CHANNEL,
    SendOutcome.NO_ACCESS: ParkReason.MISSING_ACCESS,
    SendOutcome.NO_PERMISSION: ParkReason.MISSING_PERMISSION,
    SendOutcome.NO_TEXT: ParkReason.NO_TEXT,
    SendOutcome.LOCKED: ParkReason.LOCKED,
}
_BY_CODE: Final[dict[int, SendOutcome]] = {
    10003: SendOutcome.CHANNEL_GONE,
    10008: SendOutcome.MESSAGE_GONE,
    20016: SendOutcome.LIMITED,  # slow mode
    20028: SendOutcome.LIMITED,  # the channel's write limit
    30046: SendOutcome.LIMITED,  # edits of messages older than an hour
    40005: SendOutcome.REFUSED,  # too large
    50001: SendOutcome.NO_ACCESS,
    50005: SendOutcome.MESSAGE_GONE,  # another user's message: the desk changed its bot
    50006: SendOutcome.REFUSED,  # empty
    50007: SendOutcome.REFUSED,
    50008: SendOutcome.NO_TEXT,  # not a channel for text
    50013: SendOutcome.NO_PERMISSION,
    50024: SendOutcome.NO_TEXT,  # not possible in a channel of this type
    50033: SendOutcome.REFUSED,
    50035: SendOutcome.REFUSED,  # invalid form
    50083: SendOutcome.ARCHIVED,
    40058: SendOutcome.NO_TEXT,  # a forum takes no plain messages
    130000: SendOutcome.PASSING,  # overloaded
    160004: SendOutcome.THREAD_EXISTS,
    160005: SendOutcome.LOCKED,
    160006: SendOutcome.CROWDED,
    200000: SendOutcome.REFUSED,  # AutoMod
    240000: SendOutcome.REFUSED,
}
_BY_STATUS: Final[dict[int, SendOutcome]] = {
    HTTPStatus.BAD_REQUEST: SendOutcome.REFUSED,
    HTTPStatus.UNAUTHORIZED: SendOutcome.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN: SendOutcome.NO_PERMISSION,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: SendOutcome.REFUSED,
    HTTPStatus.TOO_MANY_REQUESTS: SendOutcome.LIMITED,
}


def classify(status: int, code: int, *, is_json: bool) -> SendOutcome:
    """The outcome of an error with this HTTP status and Discord's own code (0 when it has none).

    An error without JSON comes from something between us and Discord, and says nothing about the call.
    """
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SendOutcome.LIMITED
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not is_json:
        return SendOutcome.PASSING
    return _BY_CODE.get(code) or _BY_STATUS.get(status, SendOutcome.PASSING)
