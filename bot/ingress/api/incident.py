"""Incidents, for programs: open one by the rules people open them by, follow it, move it along."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, TypeVar

import msgspec

from bot.cards.incident import postmortem as postmortem_card
from bot.domain.access.token import Scope
from bot.domain.alert import alert as alert_model
from bot.domain.incident.incident import clamp, parse_ref
from bot.domain.incident.search import IncidentFilter
from bot.ingress.api.answer import NewNote, Note, Nothing, Text, many
from bot.ingress.api.incident_view import (
    Cast,
    GradedBody,
    IncidentBody,
    IncidentPageBody,
    IncidentQuery,
    IncidentStory,
    Member,
    Merger,
    NewIncident,
    NewUpdate,
    OpenedBody,
    SeverityChange,
    person_or_none,
    show,
    show_graded,
    tell,
)
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.admin.idempotency import digest_of
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import program as incident_program
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident.mutation import IncidentMutation, Shown
from bot.usecases.triage import escalation
from bot.usecases.triage.open_request import OpenOutcome, OpenRequest

T = TypeVar("T", bound=msgspec.Struct)


async def _open(caller: Caller, asked: NewIncident) -> ApiReply:
    window = asked.dedupe_window_minutes
    wish = OpenRequest(
        alert_id=alert_model.parse_ref(asked.alert) if asked.alert else None,
        title=asked.title,
        severity=asked.severity,
        note=asked.note,
        service=asked.service,
        idempotency_key=digest_of(str(caller.actor), caller.key) if caller.key else None,
        lenient=True,
        cap=clamp(caller.cap, asked.severity_cap or caller.cap),
        dedupe_window=None if window is None else timedelta(minutes=window),
    )
    opened = await escalation.open_incident(caller.desk, wish, actor=caller.actor)
    status = 201 if opened.outcome is OpenOutcome.OPENED else 200
    clamped = opened.beyond is not None
    cap = opened.cap if clamped else None
    body = OpenedBody(opened.outcome, show(opened.incident), clamped, opened.beyond, cap)
    return ApiReply(body, status)


class OpenQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which ``service``; none named is all."""

    service: Text = ""


class PostmortemBody(msgspec.Struct, frozen=True, kw_only=True):
    """The draft as people get it, in Markdown."""

    ref: str
    title: str
    filename: str
    markdown: str


async def _list_open(caller: Caller, asked: OpenQuery) -> ApiReply:
    found = await incident_inspection.open_ones(caller.desk, service=asked.service)
    return ApiReply(IncidentPageBody(tuple(show(each) for each in found), 0, len(found)))


async def _postmortem(caller: Caller, _: Nothing) -> ApiReply:
    found = await incident_inspection.postmortem(caller.desk, parse_ref(caller.ref))
    incident = found.incident
    body = PostmortemBody(
        ref=incident.ref,
        title=incident.title,
        filename=postmortem_card.filename(incident),
        markdown=postmortem_card.render(found),
    )
    return ApiReply(body)


async def _list(caller: Caller, asked: IncidentQuery) -> ApiReply:
    which = IncidentFilter(
        states=many(asked.state) or None, severities=many(asked.severity), text=asked.text.strip()
    )
    page = await incident_inspection.listing(caller.desk, which, offset=asked.offset, limit=asked.limit)
    return ApiReply(IncidentPageBody(tuple(show(each) for each in page.incidents), page.offset, page.total))


async def _get(caller: Caller, _: Nothing) -> ApiReply:
    return ApiReply(tell(await incident_inspection.postmortem(caller.desk, parse_ref(caller.ref))))


async def _update(caller: Caller, asked: NewUpdate) -> ApiReply:
    incident_id = parse_ref(caller.ref)
    return _reply(
        await incident_program.tell(caller.desk, incident_id, actor=caller.actor, text=asked.update)
    )


async def _annotate(caller: Caller, asked: NewNote) -> ApiReply:
    incident_id = parse_ref(caller.ref)
    return _reply(
        await incident_program.annotate(caller.desk, incident_id, actor=caller.actor, text=asked.note)
    )


async def _grade(caller: Caller, asked: SeverityChange) -> ApiReply:
    cap = clamp(caller.cap, asked.severity_cap or caller.cap)
    graded = await incident_program.grade(
        caller.desk, parse_ref(caller.ref), actor=caller.actor, severity=asked.severity, cap=cap
    )
    return ApiReply(show_graded(graded.shown.incident, asked.severity, graded.cap))


async def _resolve(caller: Caller, asked: Note) -> ApiReply:
    step = incidents.resolve(parse_ref(caller.ref), actor=caller.actor, note=asked.note)
    return _reply(await incident_program.advance(caller.desk, step))


async def _cast(caller: Caller, asked: Cast) -> ApiReply:
    holder = person_or_none(asked.user, asked.name)
    incident_id = parse_ref(caller.ref)
    return _reply(
        await incident_program.cast(
            caller.desk, incident_id, actor=caller.actor, role=asked.role, holder=holder
        )
    )


async def _merge(caller: Caller, asked: Merger) -> ApiReply:
    ids = parse_ref(caller.ref), parse_ref(asked.into)
    return _reply(await incident_program.merge(caller.desk, *ids, actor=caller.actor))


async def _link(caller: Caller, asked: Member) -> ApiReply:
    ids = parse_ref(caller.ref), alert_model.parse_ref(asked.alert)
    return _reply(await incident_program.link(caller.desk, *ids, actor=caller.actor))


async def _unlink(caller: Caller, asked: Member) -> ApiReply:
    ids = parse_ref(caller.ref), alert_model.parse_ref(asked.alert)
    return _reply(await incident_program.unlink(caller.desk, *ids, actor=caller.actor))


def _plain(make: Callable[..., IncidentMutation]) -> Callable[[Caller, Nothing], Awaitable[ApiReply]]:
    async def act(caller: Caller, _: Nothing) -> ApiReply:
        step = make(parse_ref(caller.ref), actor=caller.actor)
        return _reply(await incident_program.advance(caller.desk, step))

    return act


def _reply(shown: Shown) -> ApiReply:
    return ApiReply(show(shown.incident))


def _post(
    path: str,
    summary: str,
    takes: type[T],
    act: Callable[[Caller, T], Awaitable[ApiReply]],
    answer: type[IncidentBody] = IncidentBody,
) -> Route[T]:
    return Route(
        method="POST",
        path=f"/v1/incidents/{{ref}}/{path}",
        scope=Scope.INCIDENTS_WRITE,
        summary=summary,
        takes=takes,
        act=act,
        answers={200: answer},
    )


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/incidents/open",
        scope=Scope.INCIDENTS_READ,
        summary="What is open now, worst first",
        takes=OpenQuery,
        act=_list_open,
        answers={200: IncidentPageBody},
    ),
    Route(
        method="GET",
        path="/v1/incidents/{ref}/postmortem",
        scope=Scope.INCIDENTS_READ,
        summary="The draft of its post-mortem",
        takes=Nothing,
        act=_postmortem,
        answers={200: PostmortemBody},
    ),
    Route(
        method="GET",
        path="/v1/incidents",
        scope=Scope.INCIDENTS_READ,
        summary="Incidents, worst first",
        takes=IncidentQuery,
        act=_list,
        answers={200: IncidentPageBody},
    ),
    Route(
        method="POST",
        path="/v1/incidents",
        scope=Scope.INCIDENTS_WRITE,
        summary="Open an incident (201), unless an open one takes it in (200)",
        takes=NewIncident,
        act=_open,
        answers={201: OpenedBody, 200: OpenedBody},
    ),
    Route(
        method="GET",
        path="/v1/incidents/{ref}",
        scope=Scope.INCIDENTS_READ,
        summary="One incident with its alerts, timeline and action items",
        takes=Nothing,
        act=_get,
        answers={200: IncidentStory},
    ),
    _post("update", "Tell everybody how it stands", NewUpdate, _update),
    _post("note", "Write a line into the timeline", NewNote, _annotate),
    _post("severity", "Another severity, at worst what is allowed", SeverityChange, _grade, GradedBody),
    _post("mitigate", "It hurts less", Nothing, _plain(incidents.mitigate)),
    _post("resolve", "It is over", Note, _resolve),
    _post("reopen", "It was not over, or not mitigated", Nothing, _plain(incidents.reopen)),
    _post("close", "Its story is told", Nothing, _plain(incidents.close)),
    _post("role", "Give somebody a role, or take it", Cast, _cast),
    _post("merge", "It went into another one, which is answered", Merger, _merge),
    _post("link", "An alert belongs to it", Member, _link),
    _post("unlink", "An alert does not belong to it after all", Member, _unlink),
)
