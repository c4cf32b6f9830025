"""Incidents as programs ask for them and see them."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.alert import alert as alert_model
from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import Incident as Subject
from bot.domain.incident.incident import IncidentLevel, IncidentState, Role, clamp, format_ref
from bot.domain.incident.postmortem import Postmortem
from bot.domain.incident.timeline import Kind, TimelineLine
from bot.ingress.api.answer import Doer, Limit, Offset, SomeWords, Text, Words, show_actor, show_actor_or_none
from bot.usecases.incident.mutation import MAX_TITLE
from bot.usecases.triage.open_request import OpenOutcome

UserId = Annotated[str, msgspec.Meta(pattern="^([0-9]{1,19})?$")]


class IncidentBody(msgspec.Struct, frozen=True, kw_only=True):
    """One incident as it is now. ``thread_id`` is where people talk about it, null until it stands.

    ``update`` is what was last told, ``update_due_at`` when people want to hear more.
    """

    ref: str
    state: IncidentState
    severity: IncidentLevel
    title: str
    summary: str
    service: str
    roles: dict[Role, Doer]
    opened_by: Doer
    opened_at: datetime
    impact_started_at: datetime | None
    detected_at: datetime
    acked_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    update: str
    updated_at: datetime | None
    updated_by: Doer | None
    update_due_at: datetime | None
    merged_into: str | None
    thread_id: str | None


class GradedBody(IncidentBody, frozen=True, kw_only=True):
    """``clamped`` says that ``severity_asked`` is worse than ``severity_cap``, the worst that is allowed."""

    clamped: bool
    severity_asked: IncidentLevel
    severity_cap: IncidentLevel


class OpenedBody(msgspec.Struct, frozen=True):
    """``outcome`` says whether it is new; ``taken_in`` by an open one of the same signature or service.

    ``clamped`` says that ``severity_asked`` was worse than ``severity_cap``, which it became.
    """

    outcome: Annotated[str, msgspec.Meta(examples=[*OpenOutcome])]
    incident: IncidentBody
    clamped: bool = False
    severity_asked: IncidentLevel | None = None
    severity_cap: IncidentLevel | None = None


class IncidentPageBody(msgspec.Struct, frozen=True):
    """Worst first, then newest first; ``total`` counts all that match."""

    incidents: tuple[IncidentBody, ...]
    offset: int
    total: int


class InvolvedBody(msgspec.Struct, frozen=True):
    """An alert of the incident."""

    ref: str
    state: alert_model.State
    severity: Severity
    name: str
    service: str


class TimelineEntryBody(msgspec.Struct, frozen=True):
    """One thing that happened, as it reads now."""

    at: datetime
    actor: Doer
    kind: Kind
    text: str
    alert: str | None
    corrected: bool
    deleted: bool


class Promise(msgspec.Struct, frozen=True):
    """An action item."""

    ref: str
    text: str
    owner: Doer | None
    due_at: datetime | None
    done_at: datetime | None


class IncidentStory(IncidentBody, frozen=True, kw_only=True):
    """One incident with all that belongs to it; durations are null where that has not happened yet."""

    seconds_to_acknowledge: float | None
    seconds_to_mitigate: float | None
    seconds_to_resolve: float | None
    alerts: tuple[InvolvedBody, ...]
    timeline: tuple[TimelineEntryBody, ...]
    actions: tuple[Promise, ...]
    merged: tuple[str, ...]


class IncidentQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which incidents: an empty field means any. ``text`` is looked for in title and service."""

    state: IncidentState | tuple[IncidentState, ...] = ()
    severity: IncidentLevel | tuple[IncidentLevel, ...] = ()
    text: Text = ""
    limit: Limit = 20
    offset: Offset = 0


class NewIncident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to open: about ``alert`` (A-1042), or with a ``title`` of its own.

    Without ``severity`` the alert decides. No incident is worse than its alerts allow, nor than
    ``severity_cap``: a worse one becomes the worst that is allowed, and the answer says so. An open one of
    the last ``dedupe_window_minutes`` takes it in (without: the desk's own window; 0: none does).
    """

    alert: Text = ""
    title: Annotated[str, msgspec.Meta(max_length=MAX_TITLE)] = ""
    severity: IncidentLevel | None = None
    note: Words = ""
    service: Text = ""
    severity_cap: IncidentLevel | None = None
    dedupe_window_minutes: Annotated[int, msgspec.Meta(ge=0, le=43_200)] | None = None


class NewUpdate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``update`` is told to everybody who follows the incident."""

    update: SomeWords


class SeverityChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another severity; one worse than its alerts or ``severity_cap`` allow becomes the worst allowed."""

    severity: IncidentLevel
    severity_cap: IncidentLevel | None = None


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``alert`` is such as A-1042."""

    alert: Text


class Cast(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gets a role: the Discord user with the id ``user``, here called ``name``; else whoever asks."""

    role: Role
    user: UserId = ""
    name: Text = ""


class Merger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``into`` is the incident that goes on, such as I-7."""

    into: Text


def person_or_none(user_id: str, name: str) -> Actor | None:
    """The person with this id, None for an empty one."""
    return actors.person(int(user_id), name or user_id) if user_id else None


def show(subject: Subject) -> IncidentBody:
    """An incident by itself."""
    return IncidentBody(**_fields(subject))


def show_graded(subject: Subject, asked: IncidentLevel, cap: IncidentLevel) -> GradedBody:
    """An incident whose severity was to be another."""
    clamped = clamp(asked, cap) is not asked
    return GradedBody(**_fields(subject), clamped=clamped, severity_asked=asked, severity_cap=cap)


def _fields(subject: Subject) -> dict[str, Any]:
    names = IncidentBody.__struct_fields__
    same = {name: getattr(subject, name) for name in names if hasattr(subject, name)}
    times = {name: getattr(subject.times, name) for name in names if hasattr(subject.times, name)}
    merged, thread = subject.merged_into_id, subject.thread_id
    return {
        **same,
        **times,
        "roles": {role: show_actor(holder) for role, holder in subject.roles.items()},
        "opened_by": show_actor(subject.opened_by),
        "updated_by": show_actor_or_none(subject.updated_by),
        "merged_into": None if merged is None else format_ref(merged),
        "thread_id": None if thread is None else str(thread),
    }


def tell(story: Postmortem) -> IncidentStory:
    """An incident with all that belongs to it."""
    took = story.durations
    return IncidentStory(
        **_fields(story.incident),
        seconds_to_acknowledge=_seconds(took.acknowledge),
        seconds_to_mitigate=_seconds(took.mitigate),
        seconds_to_resolve=_seconds(took.resolve),
        alerts=tuple(
            InvolvedBody(
                each.alert.ref, each.alert.state, each.alert.severity, each.alert.name, each.alert.service
            )
            for each in story.involved
        ),
        timeline=tuple(_line(line) for line in story.lines),
        actions=tuple(
            Promise(each.ref, each.text, show_actor_or_none(each.owner), each.due_at, each.done_at)
            for each in story.actions
        ),
        merged=tuple(each.ref for each in story.merged),
    )


def _line(line: TimelineLine) -> TimelineEntryBody:
    alert_id = line.first.draft.alert_id
    return TimelineEntryBody(
        at=line.at,
        actor=show_actor(line.actor),
        kind=line.kind,
        text="" if line.deleted else line.text,
        alert=None if alert_id is None else alert_model.format_ref(alert_id),
        corrected=line.corrected_by is not None,
        deleted=line.deleted,
    )


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
