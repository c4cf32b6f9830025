"""Events, for programs: the dossier of one, with what it came in and what became of it."""

from datetime import datetime
from typing import Any, Final

import msgspec

from bot.domain.access.token import Scope
from bot.domain.alert import alert as alert_model
from bot.domain.errors import InvalidInputError
from bot.domain.incident import incident as incident_model
from bot.domain.recurrence import recurrence as recurrence_model
from bot.ingress.api.answer import Nothing, Text
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.admin import event as dossier
from bot.usecases.admin.event import EventDossier

_LONGEST_ID: Final = 18


class DossierQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event by its ``id``, or the newest one that went into the alert ``ref`` (A-1042)."""

    id: Text = ""
    ref: Text = ""


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


class SourceRef(msgspec.Struct, frozen=True, kw_only=True):
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
    """All about one event; ``envelope`` is null if it was not kept."""

    event: StoredEvent
    envelope: StoredEnvelope | None
    source: SourceRef
    correlation: Correlation


async def _find(caller: Caller, asked: DossierQuery) -> ApiReply:
    if bool(asked.id) == bool(asked.ref):
        raise InvalidInputError("id", "give the id of an event, or the ref of an alert")
    if asked.ref:
        return ApiReply(_show(await dossier.find_of_alert(caller.desk, alert_model.parse_ref(asked.ref))))
    return ApiReply(_show(await dossier.find(caller.desk, _read_id(asked.id))))


async def _get(caller: Caller, _: Nothing) -> ApiReply:
    return ApiReply(_show(await dossier.find(caller.desk, _read_id(caller.ref))))


def _read_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        raise InvalidInputError("id", f"{text[:40]!r} is no event; they are numbered")
    return int(text)


def _show(found: EventDossier) -> EventDossierAnswer:
    event, alert, recurrence = found.event, found.alert, found.recurrence
    return EventDossierAnswer(
        event=StoredEvent(**{name: getattr(event, name) for name in StoredEvent.__struct_fields__}),
        envelope=_envelope(found),
        source=SourceRef(
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
