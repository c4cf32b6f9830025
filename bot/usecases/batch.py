"""Batch: the body of the intake transaction, for many requests at once.

Everything is read in two statements, decided in memory by the pure `decide`, and written with one statement a
table. A signature that occurs several times in a batch is folded in the order of arrival.
"""

from datetime import datetime

import msgspec

from bot.domain import actor
from bot.domain.alert import State, format_ref
from bot.domain.audit import Entry
from bot.domain.outbox import CardKind
from bot.domain.settlement import Course, settle_standing
from bot.domain.signal import Rejected, Signal, Status
from bot.domain.source import Source
from bot.domain.verdict import Decision, Lane, Policy, Standing, Verdict, decide
from bot.usecases import ripple
from bot.usecases.desk import Desk
from bot.usecases.ripple import Wave
from storage.alert import NewAlert
from storage.codec import encode
from storage.event import Envelope, Event
from storage.recurrence import Known, Tally
from storage.transaction import Transaction

_PREVIEW = 120


class Identified(msgspec.Struct, frozen=True, gc=False):
    """A signal with its place in the request and its signature."""

    position: int
    signature: str
    signal: Signal


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One request, read and redacted, from an authenticated source."""

    source: Source
    envelope: Envelope
    signals: tuple[Identified, ...]
    rejected: tuple[Rejected, ...] = ()


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one signal; ``ref`` is empty for a resolve of something never seen."""

    ref: str
    state: str
    occurrences: int
    deduped: bool


class Receipt(msgspec.Struct, frozen=True):
    """The answer to one request; ``alerts`` are in the sender's order."""

    accepted: int
    deduped: int
    rejected: tuple[Rejected, ...]
    alerts: tuple[Outcome, ...]
    verdicts: tuple[Verdict, ...] = ()


class _Track(msgspec.Struct):
    """A signature during the batch: how it stands, and what has to be written at the end."""

    known: Known
    source: Source
    tally: Tally
    opened: Signal | None = None
    refreshed: Signal | None = None
    resolved: bool = False
    lane: Lane | None = None

    @property
    def course(self) -> Course | None:
        """How the episode stood before the batch; None when it began in it."""
        return self.known.course if self.opened is None else None


class _Decided(msgspec.Struct, gc=False):
    """One signal and what was decided; ``standing`` moves on with the batch, the rest is of that moment."""

    item: Identified
    verdict: Verdict
    track: _Track | None
    before: tuple[str, str] | None
    state: str
    severity: str
    occurrences: int


_TOLD_ONE_BY_ONE = {Verdict.RAISED, Verdict.REOPENED, Verdict.RESOLVED}


class Batch:
    """One use for one transaction."""

    def __init__(self, tx: Transaction, desk: Desk, now: datetime) -> None:
        self._tx = tx
        self._desk = desk
        self._now = now
        self._project_id = desk.project.id
        self._tracks: dict[str, _Track] = {}

    def write(self, submissions: list[Submission]) -> list[Receipt]:
        """Store all; the receipts are in the same order."""
        self._load(submissions)
        decided = [self._decide(submission) for submission in submissions]
        ripple.spread(self._tx, self._waves(submissions, decided), self._now)
        self._write_alerts()
        self._write_events(submissions, decided)
        self._write_entries(submissions, decided)
        return [_receipt(submission, each) for submission, each in zip(submissions, decided, strict=True)]

    def _load(self, submissions: list[Submission]) -> None:
        """Find what is known of every signature, and begin a recurrence for the new ones that fire."""
        first: dict[str, tuple[Source, Signal]] = {}
        for submission in submissions:
            for item in submission.signals:
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
        for signature, each in known.items():
            self._tracks[signature] = _Track(each, first[signature][0], Tally())

    def _decide(self, submission: Submission) -> list[_Decided]:
        rules = self._desk.rules
        policy = submission.source.policy(
            default_silence=rules.silence, default_reopen_window=rules.reopen_window
        )
        return [self._decide_one(item, policy) for item in submission.signals]

    def _decide_one(self, item: Identified, policy: Policy) -> _Decided:
        track = self._tracks.get(item.signature)
        if track is None:
            return _Decided(item, Verdict.NEVER_SEEN, None, None, "", item.signal.severity.value, 0)
        standing = track.known.standing
        before = None if standing is None else (standing.state.value, standing.severity.value)
        decision = decide(standing, item.signal, policy, self._now)
        if decision.verdict is Verdict.OPENED:
            standing = self._begin(track, item.signal, policy)
        _count(track, decision, item.signal)
        if standing is None:
            return _Decided(item, decision.verdict, None, None, "", item.signal.severity.value, 0)
        return _Decided(
            item,
            decision.verdict,
            track,
            before,
            standing.state.value,
            standing.severity.value,
            standing.occurrences,
        )

    def _begin(self, track: _Track, signal: Signal, policy: Policy) -> Standing:
        now = self._now
        track.opened = signal
        track.refreshed = None
        track.resolved = False
        track.known.standing = standing = Standing(
            alert_id=0,
            state=State.NEW,
            severity=signal.severity,
            occurrences=1,
            flaps=0,
            opened_at=now,
            last_seen_at=now,
            silent_after=now + policy.silence if policy.silence is not None else None,
        )
        return standing

    def _waves(self, submissions: list[Submission], decided: list[list[_Decided]]) -> list[Wave]:
        """What incidents have to hear; alerts that begin in this batch belong to none yet."""
        return [
            Wave(
                alert_id,
                one.verdict.value,
                actor.source(submission.source.name),
                f"{format_ref(alert_id)} {one.item.signal.name}",
            )
            for submission, each in zip(submissions, decided, strict=True)
            for one in each
            if one.verdict in _TOLD_ONE_BY_ONE and one.track and (alert_id := _standing(one.track).alert_id)
        ]

    def _write_alerts(self) -> None:
        tx, tracks = self._tx, self._tracks
        fresh = [(signature, track) for signature, track in tracks.items() if track.opened is not None]
        ids = tx.alerts.allocate(len(fresh))
        for alert_id, (_, track) in zip(ids, fresh, strict=True):
            _standing(track).alert_id = alert_id
        tx.alerts.open_new(self._new_alert(signature, track) for signature, track in fresh)
        old = [track for track in tracks.values() if track.opened is None]
        tx.alerts.refresh(
            (track.source.name, track.refreshed, _standing(track))
            for track in old
            if track.refreshed is not None
        )
        tx.alerts.move(
            (track.source.name, _standing(track))
            for track in tracks.values()
            if track.resolved and (track.opened is not None or track.refreshed is None)
        )
        tallies = {
            track.known.recurrence_id: track.tally for track in tracks.values() if track.tally.occurrences
        }
        for track in tracks.values():
            track.tally.last_alert_id = track.known.standing.alert_id if track.known.standing else 0
        tx.recurrences.add(tallies, now=self._now)
        tx.recurrences.settle(
            {
                track.known.recurrence_id: settle_standing(track.course, track.known.standing, self._now)
                for track in tracks.values()
                if track.known.standing and (track.resolved or track.opened is None)
            },
            now=self._now,
        )
        self._write_cards(fresh, old)

    def _write_cards(self, fresh: list[tuple[str, _Track]], old: list[_Track]) -> None:
        default = self._desk.default_channel_id
        self._tx.cards.create(
            self._project_id,
            CardKind.ALERT,
            (
                (
                    _standing(track).alert_id,
                    track.source.channel_id or default,
                    Lane.INFO if track.lane is None else track.lane,
                )
                for _, track in fresh
            ),
            now=self._now,
        )
        self._tx.cards.touch(
            CardKind.ALERT,
            ((_standing(track).alert_id, track.lane) for track in old if track.lane is not None),
            now=self._now,
        )

    def _new_alert(self, signature: str, track: _Track) -> NewAlert:
        assert track.opened is not None  # noqa: S101 -- the caller chose by it
        return NewAlert(
            project_id=self._project_id,
            source_id=track.source.id,
            recurrence_id=track.known.recurrence_id,
            signature=signature,
            signal=track.refreshed or track.opened,
            standing=_standing(track),
        )

    def _write_events(self, submissions: list[Submission], decided: list[list[_Decided]]) -> None:
        events = self._tx.events
        events.keep({each.envelope.digest: each.envelope for each in submissions}.values())
        rows: list[Event] = []
        for submission, each in zip(submissions, decided, strict=True):
            rows.extend(self._event(submission, one) for one in each)
            rows.extend(self._rejected(submission, one) for one in submission.rejected)
        events.append(rows)
        self._tx.sources.touch({each.source.id: each.envelope.received_at for each in submissions})

    def _event(self, submission: Submission, one: _Decided) -> Event:
        signal = one.item.signal
        return Event(
            project_id=self._project_id,
            source_id=submission.source.id,
            recurrence_id=one.track.known.recurrence_id if one.track else None,
            alert_id=_standing(one.track).alert_id if one.track else None,
            envelope_digest=submission.envelope.digest,
            position=one.item.position,
            status=signal.status.value,
            severity=signal.severity.value,
            verdict=one.verdict.value,
            reason="",
            preview=f"{signal.name}: {signal.summary}"[:_PREVIEW],
            received_at=submission.envelope.received_at,
        )

    def _rejected(self, submission: Submission, one: Rejected) -> Event:
        return Event(
            project_id=self._project_id,
            source_id=submission.source.id,
            recurrence_id=None,
            alert_id=None,
            envelope_digest=submission.envelope.digest,
            position=one.index,
            status="",
            severity="",
            verdict=Verdict.REJECTED.value,
            reason=one.reason,
            preview="",
            received_at=submission.envelope.received_at,
        )

    def _write_entries(self, submissions: list[Submission], decided: list[list[_Decided]]) -> None:
        entries: list[Entry] = []
        for submission, each in zip(submissions, decided, strict=True):
            entries.append(self._request_entry(submission, each))
            entries.extend(
                self._alert_entry(submission, one) for one in each if one.verdict in _TOLD_ONE_BY_ONE
            )
        self._tx.audit.append(self._project_id, *entries)

    def _request_entry(self, submission: Submission, decided: list[_Decided]) -> Entry:
        """One entry for a request: the alerts it opened by name, the rest by count."""
        counts: dict[str, int] = {}
        for one in decided:
            counts[one.verdict.value] = counts.get(one.verdict.value, 0) + 1
        if submission.rejected:
            counts[Verdict.REJECTED.value] = len(submission.rejected)
        opened = [
            format_ref(_standing(one.track).alert_id)
            for one in decided
            if one.verdict is Verdict.OPENED and one.track
        ]
        return Entry(
            at=self._now,
            actor=actor.source(submission.source.name),
            action="intake",
            subject=f"source:{submission.source.name}",
            after=encode({"envelope": submission.envelope.digest, "verdicts": counts, "opened": opened}),
        )

    def _alert_entry(self, submission: Submission, one: _Decided) -> Entry:
        assert one.track is not None and one.before is not None  # noqa: S101, PT018 -- these verdicts have both
        state, severity = one.before
        return Entry(
            at=self._now,
            actor=actor.source(submission.source.name),
            action=one.verdict.value,
            subject=f"alert:{_standing(one.track).alert_id}",
            before=encode({"state": state, "severity": severity}),
            after=encode({"state": one.state, "severity": one.severity}),
        )


def _standing(track: _Track) -> Standing:
    standing = track.known.standing
    assert standing is not None  # noqa: S101 -- a track that was decided on stands somewhere
    return standing


def _count(track: _Track, decision: Decision, signal: Signal) -> None:
    """Keep the tally and remember what the alert's row and card need."""
    tally = track.tally
    verdict = decision.verdict
    if signal.status is Status.FIRING:
        tally.occurrences += 1
        tally.episodes += verdict is Verdict.OPENED
        tally.flaps += verdict is Verdict.REOPENED
        tally.duplicates += verdict in {Verdict.FOLDED, Verdict.RAISED}
        if verdict is not Verdict.OPENED:
            track.refreshed = signal
    elif verdict is Verdict.RESOLVED:
        track.resolved = True
    if decision.lane is not None:
        track.lane = decision.lane if track.lane is None else min(track.lane, decision.lane)


def _receipt(submission: Submission, decided: list[_Decided]) -> Receipt:
    return Receipt(
        accepted=len(decided),
        deduped=sum(one.verdict.deduped for one in decided),
        rejected=submission.rejected,
        alerts=tuple(
            Outcome(
                format_ref(_standing(one.track).alert_id) if one.track else "",
                one.state,
                one.occurrences,
                one.verdict.deduped,
            )
            for one in decided
        ),
        verdicts=tuple(one.verdict for one in decided),
    )
