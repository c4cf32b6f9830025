"""Recurrences as programs see them. Spans are seconds."""

from datetime import datetime, timedelta

import msgspec

from bot.domain.recurrence.profile import EpisodeSummary, RecurrenceProfile
from bot.domain.recurrence.recurrence import Fix, format_ref
from bot.domain.recurrence.run import RunState
from bot.domain.recurrence.work import Check, Handoff, HandoffKind, Item, NextStep, WorkMode
from bot.ingress.api.answer import Doer, show_actor, show_actor_or_none
from bot.ingress.api.run import RunAnswer, show_run
from bot.usecases.recurrence.query import FoundRecurrence


class WorkItem(msgspec.Struct, frozen=True):
    """What is to be done about it; the ``id`` never changes."""

    id: str
    mode: WorkMode
    next_step: NextStep
    reason: str


class HandoffAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-over; ``assignee`` is null for a proposal."""

    id: int
    kind: HandoffKind
    at: datetime
    by: Doer
    assignee: Doer | None
    title: str
    body: str
    untouched: tuple[str, ...] = ("alerts", "incidents", "runs", "recurrences")


class FixAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody said that it is mended; ``regressed_at`` is when it came back all the same."""

    at: datetime
    by: Doer
    owner: Doer
    note: str
    regressed_at: datetime | None


class EpisodeBody(msgspec.Struct, frozen=True, kw_only=True):
    """One of its last alerts, and who did what about it."""

    alert: str
    opened_at: datetime
    acked_at: datetime | None
    resolved_at: datetime | None
    owner: Doer | None
    resolved_by: Doer | None
    note: str
    note_by: Doer | None
    self_resolved: bool
    incidents: tuple[str, ...]


class RecurrenceItem(msgspec.Struct, frozen=True, kw_only=True):
    """One recurrence over all its life; medians and incidents are those of its last 50 episodes.

    ``work_item`` is null before its first episode, ``self_resolved_share`` before one has ended.
    """

    ref: str
    name: str
    namespace: str
    service: str
    target: str
    signature: str
    source: str
    provider: str
    occurrences: int
    episodes: int
    duplicates: int
    flaps: int
    first_seen_at: datetime
    last_seen_at: datetime
    acks: int
    resolves: int
    self_resolves: int
    self_resolved_share: float | None
    median_seconds_to_ack: float | None
    median_seconds_to_resolve: float | None
    median_gap_seconds: float | None
    attention_seconds: float
    noise_votes: int
    runs: dict[RunState, int]
    incidents: tuple[str, ...]
    last_episodes: tuple[EpisodeBody, ...]
    fix: FixAnswer | None
    handoff: HandoffAnswer | None
    work_item: WorkItem | None


class Hour(msgspec.Struct, frozen=True):
    """An hour in which it fired."""

    at: datetime
    occurrences: int


class Day(msgspec.Struct, frozen=True):
    """A day (UTC) on which it fired."""

    at: datetime
    occurrences: int
    episodes: int


class EventRef(msgspec.Struct, frozen=True, kw_only=True):
    """What its source sent: see /v1/events/{id}/dossier."""

    id: int
    received_at: datetime
    verdict: str
    envelope_digest: str
    position: int
    preview: str


class CheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A dry run as it went."""

    id: int
    at: datetime
    by: Doer
    mode: WorkMode
    next_step: NextStep
    passed: bool
    checks: tuple[Check, ...]


class RecurrenceStory(msgspec.Struct, frozen=True, kw_only=True):
    """One recurrence with the hours and days of its last 30 days, and its newest runs, checks and events."""

    item: RecurrenceItem
    hours: tuple[Hour, ...]
    days: tuple[Day, ...]
    runs: tuple[RunAnswer, ...]
    checks: tuple[CheckAnswer, ...]
    source_refs: tuple[EventRef, ...]
    noise_voters: tuple[str, ...]


def show_story(found: FoundRecurrence) -> RecurrenceStory:
    """One recurrence."""
    return RecurrenceStory(
        item=show_item(found.profile),
        hours=tuple(Hour(*each) for each in found.hours),
        days=tuple(Day(*each) for each in found.days),
        runs=tuple(show_run(each) for each in found.runs),
        checks=tuple(
            CheckAnswer(
                id=each.id,
                at=each.at,
                by=show_actor(each.by),
                mode=each.mode,
                next_step=each.next_step,
                passed=each.passed,
                checks=each.checks,
            )
            for each in found.checks
        ),
        source_refs=tuple(
            EventRef(**{name: getattr(each, name) for name in EventRef.__struct_fields__})
            for each in found.events
        ),
        noise_voters=found.voters,
    )


def show_item(profile: RecurrenceProfile) -> RecurrenceItem:
    """One line of the dossier."""
    known, medians = profile.recurrence, profile.medians
    names = RecurrenceItem.__struct_fields__
    same = {name: getattr(known, name) for name in names if hasattr(known, name)}
    return RecurrenceItem(
        **same
        | {
            "ref": format_ref(known.id),
            "source": profile.source,
            "provider": profile.provider,
            "self_resolved_share": profile.self_resolved_share,
            "median_seconds_to_ack": _seconds(medians.to_ack),
            "median_seconds_to_resolve": _seconds(medians.to_resolve),
            "median_gap_seconds": _seconds(medians.gap),
            "attention_seconds": known.attention.total_seconds(),
            "runs": profile.runs,
            "incidents": profile.incidents,
            "last_episodes": tuple(show_episode(episode) for episode in profile.last_episodes),
            "fix": _fix(known.fix),
            "handoff": None if profile.handoff is None else show_handoff(profile.handoff),
            "work_item": None if profile.item is None else show_work_item(profile.item),
        }
    )


def show_work_item(item: Item) -> WorkItem:
    """A work item."""
    return WorkItem(item.ref, item.mode, item.next_step, item.reason)


def show_handoff(handoff: Handoff) -> HandoffAnswer:
    """A hand-over."""
    return HandoffAnswer(
        id=handoff.id,
        kind=handoff.kind,
        at=handoff.at,
        by=show_actor(handoff.by),
        assignee=show_actor_or_none(handoff.assignee),
        title=handoff.title,
        body=handoff.body,
    )


def show_episode(episode: EpisodeSummary) -> EpisodeBody:
    """An episode as programs see it."""
    names = EpisodeBody.__struct_fields__
    same = {name: getattr(episode, name) for name in names}
    actors = {name: show_actor_or_none(same[name]) for name in ("owner", "resolved_by", "note_by")}
    return EpisodeBody(**same | actors)


def _fix(fix: Fix | None) -> FixAnswer | None:
    if fix is None:
        return None
    return FixAnswer(
        at=fix.at,
        by=show_actor(fix.by),
        owner=show_actor(fix.owner),
        note=fix.note,
        regressed_at=fix.regressed_at,
    )


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
