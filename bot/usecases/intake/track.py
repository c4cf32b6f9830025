"""Track: what a batch remembers of each signature, and has to write of its alert in the end."""

from datetime import datetime
from enum import Enum, auto

import msgspec

from bot.domain.access.source import Source
from bot.domain.alert.flap import Hush
from bot.domain.alert.quiet import NOTHING, QuietKind
from bot.domain.alert.ring import RingReason
from bot.domain.alert.signal import Signal, Status
from bot.domain.alert.verdict import IntakeDecision, Lane, SignatureStanding, Verdict
from bot.domain.recurrence.settlement import EpisodeState, KnownRecurrence, RecurrenceTally

_RISES = {Verdict.RAISED, Verdict.REOPENED}
_UNCOUNTED = {Verdict.LATE, Verdict.OVERTAKEN}


class Stage(Enum):
    """What of the alert's row has to be written.

    Nothing; where it stands; that and what it says; the whole row, for it begins in this batch; and where it
    stands after that, for it ended in this batch too.
    """

    KNOWN = auto()
    MOVED = auto()
    TOLD = auto()
    BEGUN = auto()
    BEGUN_AND_OVER = auto()


class StandingBefore(msgspec.Struct, frozen=True, gc=False):
    """What is compared in the end with how the alert stands then."""

    run: int = 0
    quiet_until: datetime | None = None
    quiet_kinds: frozenset[QuietKind] = NOTHING


_NEVER_STOOD = StandingBefore()


class SignatureState(msgspec.Struct):
    """A signature during the batch.

    ``opened`` is the signal that began the episode, if this batch did, ``told`` the last one after it.
    ``risen`` says that it came back or became worse, and that nothing holds it quiet; ``rings`` why people
    have to be rung at once; ``silenced`` is the signal that began while a silence fitted it.
    """

    known: KnownRecurrence
    source: Source
    tally: RecurrenceTally
    stage: Stage = Stage.KNOWN
    opened: Signal | None = None
    told: Signal | None = None
    before: StandingBefore = _NEVER_STOOD
    lane: Lane | None = None
    risen: bool = False
    rings: RingReason | None = None
    silenced: Signal | None = None

    @classmethod
    def of(cls, known: KnownRecurrence, source: Source) -> "SignatureState":
        """As it stands before the batch."""
        standing = known.standing
        if standing is None:
            return cls(known, source, RecurrenceTally())
        before = StandingBefore(standing.run, standing.flapping.quiet_until, standing.quiet_kinds)
        return cls(known, source, RecurrenceTally(), before=before)

    @property
    def begun(self) -> bool:
        """Whether the episode began in this batch."""
        return self.opened is not None

    @property
    def course(self) -> EpisodeState | None:
        """How the episode stood before the batch; None when it began in it."""
        return self.known.course if self.opened is None else None

    @property
    def latest(self) -> Signal | None:
        """What was said last, at the place where it began; None where nothing has to be written of that."""
        opened, told = self.opened, self.told
        if opened is None or told is None:
            return told or opened
        return msgspec.structs.replace(
            told, namespace=opened.namespace, service=opened.service, target=opened.target
        )

    def begin(self, signal: Signal, standing: SignatureStanding) -> None:
        """A new episode begins, which ``standing`` is of; nothing is left to write of the one before."""
        self.known.standing = standing
        self.stage = Stage.BEGUN
        self.opened, self.told = signal, None
        self.before = _NEVER_STOOD
        self.rings = self.silenced = None

    def take(self, decision: IntakeDecision, signal: Signal) -> None:
        """Keep the tally and remember what the alert's row and card need."""
        verdict, tally = decision.verdict, self.tally
        if verdict is Verdict.REPEATED:
            self._tell(signal)
        elif signal.status is Status.FIRING and verdict not in _UNCOUNTED:
            tally.occurrences += 1
            tally.episodes += verdict is Verdict.OPENED
            tally.flaps += verdict is Verdict.REOPENED
            tally.duplicates += verdict in {Verdict.FOLDED, Verdict.RAISED}
            if verdict is not Verdict.OPENED:
                self._tell(signal)
        elif verdict is Verdict.RESOLVED:
            self._end()
        if decision.rings:
            self.rings = RingReason.WORSE if verdict is Verdict.RAISED else RingReason.BACK
        self.risen |= verdict in _RISES and decision.hush is Hush.NONE
        if decision.lane is not None:
            self.lane = decision.lane if self.lane is None else min(self.lane, decision.lane)

    def _tell(self, signal: Signal) -> None:
        self.told = signal
        if self.opened is None:
            self.stage = Stage.TOLD

    def _end(self) -> None:
        if self.opened is not None:
            self.stage = Stage.BEGUN_AND_OVER
        elif self.stage is Stage.KNOWN:
            self.stage = Stage.MOVED


def standing_of(track: SignatureState) -> SignatureStanding:
    """Where a track that was decided on stands."""
    standing = track.known.standing
    assert standing is not None  # noqa: S101 -- a track that was decided on stands somewhere
    return standing
