"""Events, for programs: the dossier of one, with what it came in and what became of it."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from bot.domain.access.token import Scope
from bot.domain.alert import alert as alert_model
from bot.domain.alert.ref import SourceRef
from bot.domain.alert.ref import correlation as log_correlation
from bot.domain.errors import InvalidInputError
from bot.domain.incident import incident as incident_model
from bot.domain.recurrence import recurrence as recurrence_model
from bot.domain.snowflake import is_snowflake
from bot.ingress.api.alert import AlertBody, show
from bot.ingress.api.answer import Nothing, Text
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.ingress.api.run import RunAnswer, show_run
from bot.usecases.admin import event as events
from bot.usecases.admin.event import EventDossier
from bot.usecases.alert.program import AlertHistory

_OTHERS: Final = 3


class DossierQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event by its ``id``, or the newest one of the alert ``ref`` (A-1042) or that a ``run`` is about.

    ``provider_event_id`` is the identity that the sender itself gave its alert (its fingerprint).
    """

    id: Text = ""
    ref: Text = ""
    run: Text = ""
    provider_event_id: Annotated[str, msgspec.Meta(max_length=512)] = ""


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One signal as it was taken in, never changed since; ``position`` is its place in the request."""

    id: int
    received_at: datetime
    status: str
    severity: str
    preview: str
    position: int


class StoredEnvelope(msgspec.Struct, frozen=True, kw_only=True):
    """The request without its secrets; the original is known by its length and SHA-256 alone."""

    digest: str
    body: Any
    original_sha256: str
    original_length: int
    rules_version: int
    redactions: int
    received_at: datetime


class EventSource(msgspec.Struct, frozen=True, kw_only=True):
    """Who sent it, and how it is known there; ``provider`` is null once the source was removed."""

    name: str
    provider: str | None
    signature: str | None


class Correlation(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: ``verdict`` is why, ``reason`` what was wrong with a rejected one."""

    verdict: str
    reason: str
    envelope_digest: str
    alert: str | None
    alert_state: alert_model.State | None
    recurrence: str | None
    incident: str | None


class EventDossierAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All about one event; ``envelope`` is null if it was not kept.

    ``stage`` says how far it came: rejected, pulse, never_seen, deduplicated, alerting, incident or resolved.
    ``log_correlation`` is what to look for in a log, ``source_url`` where the sender shows it, ``runs`` are
    what programs did about its alert, newest first.
    """

    event: StoredEvent
    envelope: StoredEnvelope | None
    source: EventSource
    correlation: Correlation
    stage: str
    duplicate: bool
    redacted: bool
    source_url: str | None
    source_refs: tuple[SourceRef, ...]
    log_correlation: dict[str, str]
    alert: AlertBody | None
    runs: tuple[RunAnswer, ...]


async def _find(caller: Caller, asked: DossierQuery) -> ApiReply:
    if [asked.id, asked.ref, asked.run, asked.provider_event_id].count("") != _OTHERS:
        raise InvalidInputError("id", "give one of id, ref, run and provider_event_id")
    if asked.run:
        return ApiReply(_show(await events.find_of_run(caller.desk, _read_id(asked.run, "run"))))
    if asked.provider_event_id:
        return ApiReply(_show(await events.find_of_sender(caller.desk, asked.provider_event_id)))
    if asked.ref:
        return ApiReply(_show(await events.find_of_alert(caller.desk, alert_model.parse_ref(asked.ref))))
    return ApiReply(_show(await events.find(caller.desk, _read_id(asked.id))))


async def _get(caller: Caller, _: Nothing) -> ApiReply:
    return ApiReply(_show(await events.find(caller.desk, _read_id(caller.ref))))


def _read_id(text: str, field: str = "id") -> int:
    if not is_snowflake(text):
        raise InvalidInputError(field, f"{text[:40]!r} is none; they are numbered")
    return int(text)


def _show(found: EventDossier) -> EventDossierAnswer:
    event, alert, recurrence = found.event, found.alert, found.recurrence
    return EventDossierAnswer(
        event=StoredEvent(**{name: getattr(event, name) for name in StoredEvent.__struct_fields__}),
        envelope=_envelope(found),
        source=EventSource(
            name=found.source_name,
            provider=None if found.source is None else found.source.provider,
            signature=None if recurrence is None else recurrence.signature,
        ),
        correlation=Correlation(
            verdict=event.verdict,
            reason=event.reason,
            envelope_digest=event.envelope_digest,
            alert=None if alert is None else alert.ref,
            alert_state=None if alert is None else alert.state,
            recurrence=None if recurrence is None else recurrence_model.format_ref(recurrence.id),
            incident=None if found.incident_id is None else incident_model.format_ref(found.incident_id),
        ),
        stage=found.stage,
        duplicate=found.duplicate,
        redacted=found.envelope is not None and found.envelope.redactions > 0,
        source_url=found.source_url or None,
        source_refs=found.refs,
        log_correlation=log_correlation(found.refs),
        alert=None if alert is None else show(AlertHistory(alert, found.source_name)),
        runs=tuple(show_run(each) for each in found.runs),
    )


def _envelope(found: EventDossier) -> StoredEnvelope | None:
    kept = found.envelope
    if kept is None:
        return None
    fields = {name: getattr(kept, name) for name in StoredEnvelope.__struct_fields__}
    return StoredEnvelope(**fields | {"body": msgspec.json.decode(kept.body)})


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/events/dossier",
        scope=Scope.EVENTS_READ,
        summary="An event with its request and what became of it, by its id or the alert's",
        takes=DossierQuery,
        act=_find,
        answers={200: EventDossierAnswer},
    ),
    Route(
        method="GET",
        path="/v1/events/{ref}/dossier",
        scope=Scope.EVENTS_READ,
        summary="An event with its request and what became of it",
        takes=Nothing,
        act=_get,
        answers={200: EventDossierAnswer},
    ),
)
