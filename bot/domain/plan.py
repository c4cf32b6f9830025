"""Plan: which call a channel gets next.

Law: what is more urgent is never sent after what is less urgent while its own bucket is open; one that is
closed holds up only its own calls; the last token of a bucket is kept for criticals and people; a board
that has something to say is never put off for longer than a turn.

Theory: posts and edits have buckets of their own, so a channel is two queues. When more new cards wait than
the posts can carry in a few seconds, that is a storm: only criticals still get cards of their own, everything
else is reachable from the board, one message that is edited in place. When the arrivals have calmed down,
the open alerts that have no card get one as the budget allows; the board stays until they have.

Pure: it sees counts and buckets and knows neither database nor wire.
"""

from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.verdict import Lane

ENTER: Final = 10  # waiting new cards that make a storm: two full windows of Discord's usual bucket
LEAVE: Final = 3  # open alerts without a card at which the board goes
CALM: Final = 20.0  # seconds without a new alert after which held cards are posted
BOARD_REST: Final = 1.0  # seconds between two turns of the board
RESERVE: Final = 1  # tokens kept for criticals (posts) and people (edits)


class Call(StrEnum):
    """What the channel gets."""

    POST = "post"
    EDIT = "edit"
    BOARD = "board"
    WAIT = "wait"


class Bucket(msgspec.Struct, frozen=True, gc=False):
    """What is known of a bucket: calls that are left, None when nothing is known, and when it opens."""

    remaining: int | None = None
    opens_in: float = 0.0

    def carries(self, *, urgent: bool) -> bool:
        """Whether a call may be made now; the last token is for urgent ones."""
        if self.opens_in > 0:
            return False
        return urgent or self.remaining is None or self.remaining > RESERVE


class Waiting(msgspec.Struct, frozen=True, gc=False):
    """Cards that may be sent now: new ones and those to be edited, by lane."""

    new: dict[Lane, int]
    changed: dict[Lane, int]

    def news(self) -> int:
        """All cards that were never posted."""
        return sum(self.new.values())


class Board(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """``held`` open alerts have no card; ``rested`` is seconds since the board's last turn."""

    active: bool = False
    posted: bool = False
    dirty: bool = False
    held: int = 0
    rested: float = float("inf")
    quiet: float = float("inf")  # seconds since the last new alert


class Step(msgspec.Struct, frozen=True, gc=False):
    """The next call, for the cards of these lanes; ``wait`` is in seconds."""

    call: Call
    lanes: tuple[Lane, ...] = ()
    wait: float = 0.0


_URGENT_EDITS: Final = (Lane.CRITICAL, Lane.PERSON)
_ORDER: Final = (
    (Call.POST, (Lane.CRITICAL,), True),
    (Call.EDIT, _URGENT_EDITS, True),
    (Call.BOARD, (), True),
    (Call.EDIT, (Lane.RESOLVE,), False),
    (Call.POST, (Lane.PERSON, Lane.RESOLVE, Lane.WARNING), False),
    (Call.POST, (Lane.INFO, Lane.COUNT), False),
    (Call.EDIT, (Lane.WARNING, Lane.INFO, Lane.COUNT), False),
)


def storms(waiting: Waiting, board: Board) -> bool:
    """Whether the board has to speak for the channel, with hysteresis."""
    if board.active:
        return board.held > LEAVE
    return waiting.news() > ENTER


def choose(waiting: Waiting, board: Board, post: Bucket, edit: Bucket) -> Step:
    """The next step of a channel; `Call.WAIT` with infinity when nothing may be sent at all."""
    wait = float("inf")
    for call, lanes, urgent in _ORDER:
        if not _due(call, lanes, waiting, board):
            continue
        bucket = edit if call is Call.EDIT or (call is Call.BOARD and board.posted) else post
        if call is Call.BOARD and board.rested < BOARD_REST:
            wait = min(wait, BOARD_REST - board.rested)
        elif bucket.carries(urgent=urgent):
            return Step(call, lanes)
        else:
            wait = min(wait, bucket.opens_in if bucket.opens_in > 0 else BOARD_REST)
    if board.active and waiting.news() and board.quiet < CALM:
        wait = min(wait, CALM - board.quiet)
    return Step(Call.WAIT, wait=wait)


def _due(call: Call, lanes: tuple[Lane, ...], waiting: Waiting, board: Board) -> bool:
    match call:
        case Call.BOARD:
            return board.dirty
        case Call.POST:
            held = board.active and board.quiet < CALM and lanes != (Lane.CRITICAL,)
            return not held and any(waiting.new.get(lane) for lane in lanes)
        case _:
            return any(waiting.changed.get(lane) for lane in lanes)
