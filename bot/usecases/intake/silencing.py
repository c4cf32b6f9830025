"""Silencing: alerts that begin or come back while a silence fits them are quiet from the first moment.

What is known and open already was told when the silence began (`bot.usecases.silence.settlement`). Where no
signal of a batch begins anything, nothing is asked.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from msgspec.structs import replace

from bot.domain.alert.quiet import Quiet, QuietKind
from bot.domain.alert.signal import Signal
from bot.domain.alert.verdict import IntakeDecision, SignatureStanding, Verdict
from bot.domain.silence.silence import Silence, labels_of
from bot.usecases.intake.track import SignatureState, standing_of
from storage.transaction import Transaction

_BEGINS = {Verdict.OPENED, Verdict.REOPENED}


class Silencing:
    """One use for one batch: `hush` with each decision, `write` once the alerts have their numbers."""

    def __init__(self, tx: Transaction, project_id: int, now: datetime) -> None:
        self._tx = tx
        self._project_id = project_id
        self._now = now

    @cached_property
    def _active(self) -> list[Silence]:
        return self._tx.silences.active(self._project_id, now=self._now)

    def hush(self, track: SignatureState, signal: Signal, decision: IntakeDecision) -> IntakeDecision:
        """The decision without a ring, where a silence fits what begins."""
        standing = track.known.standing
        if decision.verdict not in _BEGINS or standing is None or not self._active:
            return decision
        if not self._fitting(track.source.id, signal, standing):
            return decision
        standing.quiet_kinds |= {QuietKind.SILENCE}
        standing.loud_since = None
        track.silenced = signal
        return replace(decision, rings=False)

    def write(self, tracks: Iterable[SignatureState]) -> None:
        """Say of each that is quiet now by whom and until when."""
        held = {}
        for track in tracks:
            standing = track.known.standing
            if track.silenced is None or standing is None or QuietKind.SILENCE not in standing.quiet_kinds:
                continue
            fitting = self._fitting(track.source.id, track.silenced, standing)
            if fitting:
                held[standing_of(track).alert_id] = reason_of(fitting, self._now)
        self._tx.quiet_reasons.put(held)

    def _fitting(self, source_id: int, signal: Signal, standing: SignatureStanding) -> list[Silence]:
        labels = labels_of(
            signal.name,
            standing.severity.value,
            namespace=signal.namespace,
            service=signal.service,
            target=signal.target,
            labels=signal.labels,
        )
        return [each for each in self._active if each.fits(source_id, labels)]


def reason_of(fitting: Iterable[Silence], now: datetime) -> Quiet:
    """The reason that the longest of some silences is."""
    longest = max(fitting, key=lambda each: each.ends_at)
    return Quiet(kind=QuietKind.SILENCE, by=longest.actor, since=now, until=longest.ends_at)
