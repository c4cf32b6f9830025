"""Ringing: what a batch means for whom alerts ring; most batches of repeats mean nothing and write nothing.

An alert that is new rings by its own card's first post; here only the call after that is planned. One that
was known and is loud anew, or worse, is rung at once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain import actor as actors
from bot.domain.alert.quiet import Quiet, QuietKind
from bot.domain.alert.ring import Ring, RingReason, RingSubject
from bot.domain.alert.signal import Severity
from bot.usecases import ring as rings
from bot.usecases.desk import Desk
from bot.usecases.intake.track import SignatureState, standing_of
from storage.transaction import Transaction


def plan_rings(
    tx: Transaction, desk: Desk, fresh: Iterable[SignatureState], old: Sequence[SignatureState], now: datetime
) -> None:
    """Plan calls, and write down what holds alerts quiet, and no longer does."""
    planned: list[Ring] = []
    again = {each: desk.repeats(each).next_after(now, now) is not None for each in Severity}
    for track in fresh:
        if track.rings is not None:
            planned.append(_first(desk, track, now))
        elif again[standing_of(track).severity] and standing_of(track).loud:
            repeat = rings.repeat(desk, _first(desk, track, now), standing_of(track).severity, now, now)
            planned += [] if repeat is None else [repeat]
    moved = [track for track in old if track.known.standing and standing_of(track).run != track.before.run]
    planned += [
        _first(desk, track, now) for track in moved if track.rings is not None and standing_of(track).loud
    ]
    tx.rings.plan(planned)
    _hold(tx, [track for track in old if track.known.standing], moved, now)
    rings.fold(tx, [standing_of(track).alert_id for track in moved], now)


def ring_fixers(tx: Transaction, desk: Desk, tracks: Iterable[SignatureState], now: datetime) -> None:
    """Plan to call who answers for what was mended and is back, once; before the sums of the batch know."""
    back = {track.known.recurrence_id: track for track in tracks if track.tally.episodes + track.tally.flaps}
    tx.rings.plan(
        rings.first(
            desk.project.id,
            standing_of(back[key]).alert_id,
            standing_of(back[key]).run,
            RingReason.REGRESSED,
            now,
        )
        for key, owner in tx.recurrences.mended(back).items()
        if owner.person_id is not None
    )


def _first(desk: Desk, track: SignatureState, now: datetime) -> Ring:
    standing = standing_of(track)
    return Ring(
        project_id=desk.project.id,
        subject=RingSubject.ALERT,
        subject_id=standing.alert_id,
        run=standing.run,
        reason=track.rings or RingReason.NEW,
        due_at=now,
        created_at=now,
    )


def _hold(
    tx: Transaction, old: Sequence[SignatureState], moved: Sequence[SignatureState], now: datetime
) -> None:
    held: dict[int, Quiet] = {}
    lifted: list[tuple[int, QuietKind]] = []
    for track in old:
        standing = standing_of(track)
        until = standing.flapping.quiet_until
        if until is not None and until != track.before.quiet_until:
            by = actors.job("flap")
            held[standing.alert_id] = Quiet(kind=QuietKind.FLAP, by=by, since=now, until=until)
        elif until is None and track.before.quiet_until is not None:
            lifted.append((standing.alert_id, QuietKind.FLAP))
    for track in moved:
        standing = standing_of(track)
        gone = track.before.quiet_kinds - standing.quiet_kinds - {QuietKind.FLAP}
        lifted += [(standing.alert_id, kind) for kind in gone]
    tx.quiet_reasons.put(held)
    tx.quiet_reasons.lift(lifted)
