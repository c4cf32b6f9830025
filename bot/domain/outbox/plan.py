"""Plan: which call a channel gets next.

Law: of the calls whose bucket is open the most urgent one is made; a bucket that is closed holds up only its
own calls; no call is made that would be refused. The last token of a bucket is kept: of the posts for people
and for the board, of the edits for criticals and people. A board that lacks something gets its turn before
anything that nobody waits for.

Theory: posts and edits have buckets of their own, so a channel is two queues. When so many new cards wait
that the last of them would come later than `PATIENCE`, that is a storm: from then on only what people
took up still gets cards; criticals wake people by replies to the board, one a cause. Everything is reachable
from the board, one message that is edited in place. What is on it stays there until it is over, or until so
`FEW` are left that cards for them are no flood. So it is entered by many and left by few: it cannot flicker.

What a bucket holds is what Discord said of it, never a number of ours. Pure: it sees counts and buckets and
knows neither database nor wire; all durations are in seconds.
"""

import math
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from bot.domain.alert.verdict import Lane

PATIENCE: Final = 15.0  # that a new card may wait for its turn, where more wait it is a storm
HANDFUL: Final = 5  # new cards that are never a storm, however tight the bucket
FEW: Final = 10  # alerts on a board that may have cards of their own
CALM: Final = 20.0  # in which hardly anything new may come before held cards are posted
REFRESH: Final = 30.0  # between turns of a board that lacks nothing and says what was so a while ago
BOARD_REST: Final = 1.0  # between two turns of a board, at least
WRITTEN: Final = 10_000  # alerts on a board for a second of its rest
BOARD_SHARE: Final = 0.6  # of the edits that a board may use up
RESERVE: Final = 1  # tokens kept of each bucket
LOOK: Final = 1.0  # after which a storm is looked at again although nothing rang
SLOW_LOOK: Final = 5.0  # the same of a board that nothing new comes to


class PlannedCall(StrEnum):
    """What the channel gets."""

    POST = "post"
    EDIT = "edit"
    BOARD = "board"
    WAIT = "wait"


class Bucket(msgspec.Struct, frozen=True, gc=False):
    """What Discord said of a bucket: ``remaining`` of ``limit`` calls, full again in ``resets_in``.

    ``window`` is how long it takes from a full bucket's first call until it is full again. ``limit`` is None
    while nothing was heard. ``closed`` is how long no call at all may be made, for whatever reason.
    """

    limit: int | None = None
    remaining: int = 0
    resets_in: float = 0.0
    window: float = 0.0
    closed: float = 0.0

    def wait(self, *, urgent: bool, promised: int = 0) -> float:
        """How long until a call may be made, 0 for now; the reserve is for urgent ones.

        So many more are left as are ``promised`` to somebody else, as long as there are others.
        """
        if self.closed > 0 or self.limit is None or self.resets_in <= 0:
            return max(self.closed, 0.0)
        kept = 0 if urgent else min(self._kept + promised, self.limit - 1)
        return 0.0 if self.remaining > kept else self.resets_in

    def carries(self, seconds: float) -> float:
        """How many calls that nobody waits for may begin within ``seconds``; infinity without a limit."""
        if self.limit is None or self.window <= 0:
            return math.inf
        a_window = self.limit - self._kept
        if self.resets_in <= 0:
            return a_window * math.ceil(seconds / self.window)
        later = math.ceil(max(seconds - self.resets_in, 0.0) / self.window)
        return max(self.remaining - self._kept, 0) + a_window * later

    @property
    def _kept(self) -> int:
        """A bucket of one call has nothing to keep."""
        return RESERVE if self.limit is not None and self.limit > RESERVE else 0


UNKNOWN: Final = Bucket()


class Waiting(msgspec.Struct, frozen=True, gc=False):
    """Cards that may be sent now, by lane: those never posted, and those to be edited."""

    new: Mapping[Lane, int]
    changed: Mapping[Lane, int]

    @property
    def news(self) -> int:
        """All cards that were never posted; what people wait for is no storm, and no board stands for it."""
        return sum(count for lane, count in self.new.items() if lane is not Lane.PERSON)


class Board(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How the board of a channel stands.

    ``lacking`` says that it lacks a new alert or lists one that is over or became critical meanwhile,
    ``drifted`` only that some of those it lists have cards by now or changed otherwise; ``young`` cards
    without a message came within the last `CALM` seconds. ``held`` is how many alerts are on it. ``rung_out``
    says that the channel has rung so often that the next critical's card comes quietly: a reply calls for it,
    and that has the last token.
    """

    active: bool = False
    posted: bool = False
    lacking: bool = False
    drifted: bool = False
    rested: float = math.inf
    young: int = 0
    held: int = 0
    rung_out: bool = False


class PlanStep(msgspec.Struct, frozen=True, gc=False):
    """The next call, for a card of one of these lanes; an infinite ``wait`` is for something new."""

    call: PlannedCall
    lanes: tuple[Lane, ...] = ()
    wait: float = 0.0


class _Turn(NamedTuple):
    call: PlannedCall
    lanes: tuple[Lane, ...]
    urgent: bool


_OPENING: Final = _Turn(PlannedCall.BOARD, (), urgent=True)
_RENEWAL: Final = _Turn(PlannedCall.BOARD, (), urgent=False)
_ANSWERS: Final = (
    _Turn(PlannedCall.EDIT, (Lane.CRITICAL, Lane.PERSON), urgent=True),
    _Turn(PlannedCall.POST, (Lane.PERSON,), urgent=True),
)
_ENDS: Final = _Turn(PlannedCall.EDIT, (Lane.RESOLVE,), urgent=False)
_NEWS: Final = (
    _Turn(PlannedCall.POST, (Lane.RESOLVE, Lane.WARNING), urgent=False),
    _Turn(PlannedCall.POST, (Lane.INFO, Lane.COUNT), urgent=False),
)
_REST: Final = _Turn(PlannedCall.EDIT, (Lane.WARNING, Lane.INFO, Lane.COUNT), urgent=False)
_BEHIND: Final = (_ENDS, _REST)
"""Edits that leave one to a board that will lack something again: else it would have one in a window."""


def storm_from(post: Bucket) -> float:
    """More new cards than this are a storm: the last of them would wait longer than `PATIENCE`."""
    return max(post.carries(PATIENCE), HANDFUL)


def storms(waiting: Waiting, post: Bucket) -> bool:
    """Whether a channel without a board needs one."""
    return waiting.news > storm_from(post)


def calms(board: Board, post: Bucket) -> bool:
    """Whether so little is new that the held cards may be posted."""
    return 2 * board.young <= storm_from(msgspec.structs.replace(post, resets_in=0.0))


def board_rest(edit: Bucket, held: int = 0) -> float:
    """Seconds between two turns of a board: others can edit too, and a list of many takes long to write."""
    rest = max(BOARD_REST, held / WRITTEN)
    if edit.limit is None:
        return rest
    return max(edit.window / max(edit.limit * BOARD_SHARE, 1.0), rest)


def choose(waiting: Waiting, board: Board, post: Bucket, edit: Bucket) -> PlanStep:
    """The next step of a channel."""
    wait = math.inf
    for turn in _order(waiting, board, post):
        if not _is_due(turn, waiting, board):
            continue
        is_post = turn.call is PlannedCall.POST or turn is _OPENING
        is_behind = turn in _BEHIND and board.posted and board.lacking
        pause = (post if is_post else edit).wait(urgent=turn.urgent, promised=int(is_behind))
        if turn is _RENEWAL:
            rest = board_rest(edit, board.held) if board.lacking else REFRESH
            pause = max(pause, rest - board.rested)
        if pause <= 0:
            return PlanStep(turn.call, turn.lanes)
        wait = min(wait, pause)
    if board.active and waiting.news:
        wait = min(wait, LOOK if board.young else SLOW_LOOK)
    return PlanStep(PlannedCall.WAIT, wait=wait)


def _order(waiting: Waiting, board: Board, post: Bucket) -> Iterator[_Turn]:
    """All turns, the most urgent first; criticals leave the last post to a board that may be needed."""
    brews = board.active or 2 * waiting.news > storm_from(post)
    opens = not board.active or (board.posted and board.held <= FEW and calms(board, post))
    if not board.posted:
        yield _OPENING
    if opens:
        yield _Turn(PlannedCall.POST, (Lane.CRITICAL,), urgent=not (brews or board.rung_out))
    yield from _ANSWERS
    if board.posted:
        yield _RENEWAL
    yield _ENDS
    if opens:
        yield from _NEWS
    yield _REST


def _is_due(turn: _Turn, waiting: Waiting, board: Board) -> bool:
    if turn.call is PlannedCall.BOARD:
        return board.active and (board.lacking or board.drifted)
    cards = waiting.new if turn.call is PlannedCall.POST else waiting.changed
    return any(cards.get(lane) for lane in turn.lanes)
