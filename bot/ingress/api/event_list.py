"""Lists of events, for programs: what came in last, how well providers tell, and a heartbeat."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

import msgspec

from bot.domain.access.token import Scope
from bot.domain.alert import alert as alert_model
from bot.domain.alert.ref import SourceRef
from bot.domain.recurrence import recurrence as recurrence_model
from bot.ingress.api.alert import Minutes
from bot.ingress.api.answer import Limit, Text, many
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.admin import event_list, heartbeat
from bot.usecases.admin.event_list import EventLine, Summary

WEEK: Final = 10_080
METHOD: Final = "bearer"


class RecentQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``channel_type`` is the way it came, ``provider_prefix`` the begin of a provider's name."""

    project: Text = ""
    channel_type: Literal["", "webhook", "api", "chat", "own"] = ""
    provider_prefix: Text = ""
    limit: Limit = 20


class RecentEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with what was found in it; its dossier has the rest."""

    id: int
    received_at: datetime
    source: str
    provider: str
    channel_type: str
    status: str
    severity: str
    verdict: str
    reason: str
    duplicate: bool
    redacted: bool
    preview: str
    alert: str | None
    recurrence: str | None
    source_refs: tuple[SourceRef, ...]


class RecentEvents(msgspec.Struct, frozen=True):
    """Newest first."""

    events: tuple[RecentEvent, ...]
    summary: Summary


class CoverageQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came within ``window_minutes`` (else a week), at most the newest 5,000 events."""

    window_minutes: Minutes = WEEK
    provider_prefix: Text = ""


class Coverage(msgspec.Struct, frozen=True):
    """By provider."""

    window_minutes: int
    providers: dict[str, Summary]


class HeartbeatQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which providers; none named is all that there are."""

    provider: Text | Annotated[tuple[Text, ...], msgspec.Meta(max_length=50)] = ()


class HeartbeatEvent(msgspec.Struct, frozen=True):
    """The event that stands for the provider."""

    provider: str
    event: int


class HeartbeatAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was stored; ``opened`` and ``posted`` are 0 always, for it is synthetic."""

    synthetic: bool
    opened: int
    posted: int
    principal: str
    method: str
    events: tuple[HeartbeatEvent, ...]


async def _recent(caller: Caller, asked: RecentQuery) -> ApiReply:
    lines = await event_list.recent(
        caller.desk,
        project=asked.project,
        channel=asked.channel_type,
        prefix=asked.provider_prefix,
        limit=asked.limit,
    )
    return ApiReply(RecentEvents(tuple(_show(each) for each in lines), event_list.summarise(lines)))


async def _coverage(caller: Caller, asked: CoverageQuery) -> ApiReply:
    window = timedelta(minutes=asked.window_minutes)
    found = await event_list.coverage(caller.desk, window=window, prefix=asked.provider_prefix)
    return ApiReply(Coverage(asked.window_minutes, found))


async def _beat(caller: Caller, asked: HeartbeatQuery) -> ApiReply:
    beats = await heartbeat.beat(caller.desk, many(asked.provider), actor=caller.actor, method=METHOD)
    answer = HeartbeatAnswer(
        synthetic=True,
        opened=0,
        posted=0,
        principal=str(caller.actor),
        method=METHOD,
        events=tuple(HeartbeatEvent(each.provider, each.event_id) for each in beats),
    )
    return ApiReply(answer)


def _show(line: EventLine) -> RecentEvent:
    listed, event = line.listed, line.listed.event
    recurrence_id = event.recurrence_id
    return RecentEvent(
        id=event.id,
        received_at=event.received_at,
        source=listed.source,
        provider=listed.provider,
        channel_type=line.channel,
        status=event.status,
        severity=event.severity,
        verdict=event.verdict,
        reason=event.reason,
        duplicate=line.duplicate,
        redacted=line.redacted,
        preview=event.preview,
        alert=None if event.alert_id is None else alert_model.format_ref(event.alert_id),
        recurrence=None if recurrence_id is None else recurrence_model.format_ref(recurrence_id),
        source_refs=line.refs,
    )


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/events/recent",
        scope=Scope.EVENTS_READ,
        summary="The newest events, with a summary",
        takes=RecentQuery,
        act=_recent,
        answers={200: RecentEvents},
    ),
    Route(
        method="GET",
        path="/v1/events/dossier/coverage",
        scope=Scope.EVENTS_READ,
        summary="By provider: totals, duplicates, redacted, refs by kind, and events without any",
        takes=CoverageQuery,
        act=_coverage,
        answers={200: Coverage},
    ),
    Route(
        method="POST",
        path="/v1/events/dossier/provider-heartbeat",
        scope=Scope.EVENTS_HEARTBEAT,
        summary="Store a synthetic event per provider; it opens nothing and posts nothing",
        takes=HeartbeatQuery,
        act=_beat,
        answers={200: HeartbeatAnswer},
    ),
)
