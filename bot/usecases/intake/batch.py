"""Batch: the body of the intake transaction, for many requests at once.

Everything is read in two statements, decided in memory by the pure `decide`, and written with one statement a
table. A signature that occurs several times in a batch is folded in the order of arrival.
"""

from datetime import datetime

from bot.domain.access.source import Source
from bot.domain.alert.alert import State
from bot.domain.alert.episode import began
from bot.domain.alert.event import Event, NewAlert
from bot.domain.alert.pulse import PULSE, is_pulse
from bot.domain.alert.signal import Signal, Status
from bot.domain.alert.verdict import Lane, Policy, SignatureStanding, Verdict, lives_until
from bot.domain.errors import SourceClosedError
from bot.domain.outbox.outbox import CardKind
from bot.domain.recurrence.settlement import settle_standing
from bot.usecases.desk import Desk
from bot.usecases.intake import note as notes
from bot.usecases.intake.change import changes_in
from bot.usecases.intake.distinction import distinguish
from bot.usecases.intake.expiry import note_expiries
from bot.usecases.intake.grouping import Grouping
from bot.usecases.intake.outcome import (
    SignalOutcome,
    alert_entry,
    event,
    receipt,
    rejection,
    request_entries,
)
from bot.usecases.intake.ringing import plan_rings, ring_fixers
from bot.usecases.intake.silencing import Silencing
from bot.usecases.intake.submission import Identified, Receipt, Submission
from bot.usecases.intake.succession import Succession
from bot.usecases.intake.track import SignatureState, Stage, standing_of
from storage.transaction import Transaction

_MOVES = {Stage.MOVED, Stage.BEGUN_AND_OVER}
_TOLD_ONE_BY_ONE = {Verdict.RAISED, Verdict.REOPENED, Verdict.RESOLVED}


class Batch:
    """One use for one transaction."""

    def __init__(self, tx: Transaction, desk: Desk, now: datetime) -> None:
        self._tx = tx
        self._desk = desk
        self._now = now
        self._project_id = desk.project.id
        self._tracks: dict[str, SignatureState] = {}
        self._gathering = Grouping(tx, desk, now)
        self._succession = Succession(tx, self._project_id, now)
        self._silencing = Silencing(tx, self._project_id, now)

    def write(self, submissions: list[Submission]) -> list[Receipt]:
        """Store all; the receipts are in the same order."""
        self._demand_open(submissions)
        self._load(submissions)
        decided = [self._decide(submission) for submission in submissions]
        fresh = self._number()
        changes = self._succession.changes() + changes_in(submissions, decided)
        self._desk.tell_rows(self._tx, changes, self._now)
        self._write_alerts(fresh)
        self._desk.tell_cards(self._tx, changes, self._now)
        note_expiries(self._tx, self._tracks.values())
        self._silencing.write(self._tracks.values())
        self._write_events(submissions, decided)
        self._write_entries(submissions, decided)
        return [receipt(submission, each) for submission, each in zip(submissions, decided, strict=True)]

    def _demand_open(self, submissions: list[Submission]) -> None:
        """A source that was removed is closed at once, whoever still has its token at hand."""
        removed = self._tx.sources.removed({each.source.id for each in submissions})
        if removed:
            raise SourceClosedError("The source was removed.")

    def _load(self, submissions: list[Submission]) -> None:
        """Find what is known of every signature, and begin a recurrence for the new ones that fire."""
        first: dict[str, tuple[Source, Signal]] = {}
        for submission in submissions:
            for item in submission.signals:
                if is_pulse(item.signal):
                    continue
                held = first.get(item.signature)
                if held is None or (
                    held[1].status is Status.RESOLVED and item.signal.status is Status.FIRING
                ):
                    first[item.signature] = (submission.source, item.signal)
        if not first:
            return
        recurrences = self._tx.recurrences
        known = recurrences.known(self._project_id, first)
        missing = {
            signature: held
            for signature, held in first.items()
            if signature not in known and held[1].status is Status.FIRING
        }
        if missing:
            known |= recurrences.begin(self._project_id, missing, now=self._now)
        self._succession.load(first)
        for signature, each in known.items():
            self._tracks[signature] = SignatureState.of(each, first[signature][0])

    def _decide(self, submission: Submission) -> list[SignalOutcome]:
        rules = self._desk.rules
        policy = submission.source.policy(
            default_silence=rules.silence,
            default_reopen_window=rules.reopen_window,
            flap_limit=rules.flap_limit,
            flap_window=rules.flap_window,
        )
        self._succession.method = submission.method
        return [self._decide_one(item, policy) for item in submission.signals]

    def _decide_one(self, item: Identified, policy: Policy) -> SignalOutcome:
        if is_pulse(item.signal):
            return SignalOutcome(item, Verdict.PULSE, None, None, PULSE, item.signal.severity.value, 0)
        track = self._tracks.get(item.signature)
        if track is None:
            self._succession.remember(item, None, policy)
            return SignalOutcome(
                item, Verdict.NEVER_SEEN, None, None, State.RESOLVED.value, item.signal.severity.value, 0
            )
        standing = track.known.standing
        before = None if standing is None else (standing.state.value, standing.severity.value)
        decision = self._succession.decide(item, track, policy)
        if decision.verdict is Verdict.OPENED:
            standing = self._begin(track, item.signal, policy)
        decision = self._silencing.hush(track, item.signal, decision)
        track.take(decision, item.signal)
        if standing is None:
            return SignalOutcome(
                item, decision.verdict, None, None, State.RESOLVED.value, item.signal.severity.value, 0
            )
        return SignalOutcome(
            item,
            decision.verdict,
            track,
            before,
            standing.state.value,
            standing.severity.value,
            standing.occurrences,
            decision.hush,
        )

    def _begin(self, track: SignatureState, signal: Signal, policy: Policy) -> SignatureStanding:
        now = self._now
        before = self._succession.end(track, signal)
        standing = SignatureStanding(
            alert_id=0,
            state=State.NEW,
            severity=signal.severity,
            occurrences=1,
            flaps=0,
            opened_at=began(signal, before.resolved_at if before else None, now),
            last_seen_at=now,
            started_at=signal.started_at,
            received_at=now,
            silent_after=lives_until(signal, policy, now),
            loud_since=now,
        )
        track.begin(signal, standing)
        return standing

    def _number(self) -> list[tuple[str, SignatureState]]:
        """What begins in this batch, told apart from what is alike and with its numbers."""
        fresh = [(signature, track) for signature, track in self._tracks.items() if track.opened is not None]
        distinguish(self._tx, self._project_id, (track for _, track in fresh))
        ids = self._tx.alerts.allocate(len(fresh))
        for alert_id, (_, track) in zip(ids, fresh, strict=True):
            standing_of(track).alert_id = alert_id
        return fresh

    def _write_alerts(self, fresh: list[tuple[str, SignatureState]]) -> None:
        tx, tracks = self._tx, self._tracks
        old = [track for track in tracks.values() if not track.begun]
        self._gathering.assign(
            ((track.opened, track) for _, track in fresh if track.opened is not None),
            (track for track in old if track.known.standing is not None),
        )
        self._count()
        tx.alerts.open_new(self._new_alert(signature, track) for signature, track in fresh)
        tx.alerts.refresh(
            (track.source.name, track.told, standing_of(track)) for track in old if track.told is not None
        )
        tx.alerts.move(
            (track.source.name, standing_of(track)) for track in tracks.values() if track.stage in _MOVES
        )
        tx.recurrences.settle(
            {
                track.known.recurrence_id: settle_standing(track.course, track.known.standing, self._now)
                for track in tracks.values()
                if track.known.standing and track.stage is not Stage.BEGUN
            },
            now=self._now,
        )
        self._write_cards(fresh, old)
        self._succession.write()
        plan_rings(tx, self._desk, [track for _, track in fresh], old, self._now)

    def _count(self) -> None:
        """Write down what the batch adds to recurrences: new ones, before their alerts refer to them."""
        tracks = self._tracks.values()
        for track in tracks:
            track.tally.last_alert_id = track.known.standing.alert_id if track.known.standing else 0
            if track.opened is not None:
                track.tally.channel_id = self._gathering.channel_of(track)
        ring_fixers(self._tx, self._desk, tracks, self._now)
        tallies = {track.known.recurrence_id: track.tally for track in tracks if track.tally.occurrences}
        self._tx.recurrences.add(tallies, now=self._now)

    def _write_cards(self, fresh: list[tuple[str, SignatureState]], old: list[SignatureState]) -> None:
        default = self._desk.default_channel_id
        self._tx.cards.create(
            self._project_id,
            CardKind.ALERT,
            (
                (
                    standing_of(track).alert_id,
                    track.source.channel_id or default,
                    Lane.INFO if track.lane is None else track.lane,
                )
                for _, track in fresh
                if standing_of(track).group_id is None
            ),
            now=self._now,
        )
        own = (
            (standing_of(track).alert_id, track.lane)
            for track in old
            if track.lane is not None and standing_of(track).group_id is None
        )
        self._gathering.show(own, default)

    def _new_alert(self, signature: str, track: SignatureState) -> NewAlert:
        signal = track.latest
        assert signal is not None  # noqa: S101 -- it began in this batch
        return NewAlert(
            project_id=self._project_id,
            source_id=track.source.id,
            recurrence_id=track.known.recurrence_id,
            signature=signature,
            signal=signal,
            standing=standing_of(track),
            channel_id=track.tally.channel_id or 0,
        )

    def _write_events(self, submissions: list[Submission], decided: list[list[SignalOutcome]]) -> None:
        events = self._tx.events
        events.keep({each.envelope.digest: each.envelope for each in submissions}.values())
        rows: list[Event] = []
        for submission, each in zip(submissions, decided, strict=True):
            rows.extend(event(self._project_id, submission, one) for one in each)
            rows.extend(rejection(self._project_id, submission, one) for one in submission.rejected)
        events.append(rows)
        for told in submissions:
            if told.note is not None:
                notes.tell(self._tx, self._desk, told.source, told.note, now=self._now)
        self._tx.sources.touch({each.source.id: each.envelope.received_at for each in submissions})

    def _write_entries(self, submissions: list[Submission], decided: list[list[SignalOutcome]]) -> None:
        requests = request_entries(submissions, decided, self._now)
        changed = [
            alert_entry(submission, one, self._now)
            for submission, each in zip(submissions, decided, strict=True)
            for one in each
            if one.verdict in _TOLD_ONE_BY_ONE
        ]
        self._tx.audit.append(self._project_id, *self._succession.entries(), *requests, *changed)
