"""Opsgenie: its Alert API. The token is the ``GenieKey``.

Requests that change something are answered with 202 and a ``requestId``; what became of them is asked for
with it afterwards. Here all is done before the answer, so the id itself says what came of it: it is made of
the kind of request, its outcome and the alert, with a MAC under the desk's key. Nothing has to be kept.

An alert is named by its ``alias``, its ``id`` (``A-1042``) or ``tiny`` (``1042``): ``identifierType``.
"""

import uuid
from datetime import timedelta
from typing import Any, Final

import msgspec
from aiohttp import web

from bot.domain.access.source import Source
from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert, parse_ref
from bot.domain.alert.signal import Reading
from bot.domain.errors import ConflictError, InvalidInputError, NotDurableError
from bot.domain.silence.matcher import MAX_MATCHERS, MAX_VALUE, Matcher
from bot.domain.silence.silence import MAX_COMMENT
from bot.domain.text import cut, one_line
from bot.ingress.face.opsgenie_view import SAID, Tickets, alias_of, show, write_time
from bot.ingress.face.reception import (
    Reception,
    invalid,
    json_answer,
    segments,
    sender_of,
    signature_of,
    with_key,
)
from bot.ingress.problem import ProblemType, Refusal
from bot.providers.opsgenie import ActionRequest, read_close, read_create, read_note, read_update
from bot.providers.severity import absent_as
from bot.providers.timestamp import read_moment
from bot.usecases.alert import sender
from bot.usecases.alert.move import MAX_NOTE
from bot.usecases.alert.sender import Name
from bot.usecases.silence import silence as silences
from bot.usecases.silence.silence import Wish

PROVIDER: Final = "opsgenie"
MOST_LISTED: Final = 100
LONGEST_SNOOZE: Final = timedelta(days=365)

_POSTED: Final = ("close", "acknowledge", "unacknowledge", "notes", "snooze")
_UPDATES: Final = ("message", "description", "priority")
_LONGEST_USER: Final = 80
_LATER: Final = 60  # seconds
_UNKNOWN: Final = "Alert does not exist"


class OpsgenieFace:
    """Answers ``/v2/alerts...``."""

    provider = PROVIDER

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._tickets = Tickets(reception.desk)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request.

        Raises:
            Refusal: with what is wrong with it.
            NotDurableError: it cannot be stored or read now.
        """
        source = await self._reception.source_of(request, (PROVIDER,))
        return await self._reception.among_known(lambda: self._serve(request, source))

    @staticmethod
    def refuse(_: web.BaseRequest, refusal: Refusal) -> web.Response:
        """A refusal as Opsgenie words it; what cannot be used is 422 there."""
        reason = refusal.reason
        status = 422 if reason is ProblemType.INVALID else reason.status
        said = {"message": refusal.detail, "took": 0.0, "requestId": str(uuid.uuid4())}
        return json_answer(said, status=status, headers=refusal.headers)

    @staticmethod
    def fail(_: web.BaseRequest, error: NotDurableError) -> web.Response:
        """Say that it may work later."""
        said = {"message": str(error), "took": 0.0, "requestId": str(uuid.uuid4())}
        return json_answer(said, status=503, headers={"Retry-After": str(error.retry_after)})

    async def _serve(self, request: web.BaseRequest, source: Source) -> web.Response:
        if request.method in {"GET", "HEAD"}:
            return await self._read(request, source)
        match request.method, segments(request)[2:]:
            case "POST", []:
                return await self._create(request, source)
            case "DELETE", [_]:
                return await self._act(request, source, "delete")
            case "POST", [_, action] if action in _POSTED:
                return await self._act(request, source, action)
            case "PUT" | "POST", [_, field] if field in _UPDATES:
                return await self._update(request, source, field)
        raise _not_spoken()

    async def _read(self, request: web.BaseRequest, source: Source) -> web.Response:
        match segments(request)[2:]:
            case []:
                return await self._list(request, source)
            case ["requests", ticket]:
                return await self._request(source, ticket)
            case [_]:
                return await self._get(request, source)
        raise _not_spoken()

    async def _create(self, request: web.BaseRequest, source: Source) -> web.Response:
        content = await self._reception.read(source, await self._reception.body(request))
        try:
            with absent_as(source.default_severity):
                _, signal = read_create(with_key(content, "alias"), str(uuid.uuid4()))
        except InvalidInputError as error:
            raise invalid(error) from None
        receipt = await self._reception.take(source, content, Reading(((0, signal),)))
        return self._accepted("create", parse_ref(receipt.alerts[0].ref))

    async def _act(self, request: web.BaseRequest, source: Source, action: str) -> web.Response:
        """What is asked for a known alert; of an unknown one the ticket says so, as there."""
        note = await self._note(request)
        name = self._name(request, source)
        desk, who = self._reception.desk_of(source), _actor(source, note)
        text = note.text[:MAX_NOTE]
        match action:
            case "close" | "delete":
                done = await sender.resolve(desk, name, actor=who, note=text) or await sender.find(desk, name)
            case "acknowledge":
                done = await sender.acknowledge(desk, name, actor=who, note=text)
            case "unacknowledge":
                done = await sender.unacknowledge(desk, name, actor=who)
            case "snooze":
                done = await self._snooze(name, who, note)
            case _:
                if not text.strip():
                    raise Refusal(
                        ProblemType.INVALID, "Request body is not processable: note can not be empty."
                    )
                done = await sender.annotate(desk, name, actor=who, note=text)
        return self._accepted(action, done.id if done else 0)

    async def _snooze(self, name: Name, who: Actor, note: ActionRequest) -> Alert | None:
        """A silence of this one alert: nobody is called until then, and what still fires calls again."""
        desk = self._reception.desk_of(name.source)
        ends_at = read_moment(note.end_time)
        if ends_at is None:
            raise Refusal(ProblemType.INVALID, "Request body is not processable: endTime is no time.")
        alert = await sender.find(desk, name)
        if alert is None or not alert.state.open:
            return None
        wish = Wish(
            matchers=_only(alert),
            starts_at=desk.clock.now(),
            ends_at=ends_at,
            created_by=who.name,
            comment=note.text[:MAX_COMMENT] or "snoozed",
            source_id=name.source.id,
        )
        try:
            await silences.put(desk, wish, actor=who)
        except InvalidInputError as error:
            raise invalid(error) from None
        except ConflictError as error:
            raise Refusal(ProblemType.TOO_MANY_ALERTS, str(error), retry_after=_LATER) from None
        return alert

    async def _update(self, request: web.BaseRequest, source: Source, field: str) -> web.Response:
        """A new text or priority is one more word about an alert that goes on."""
        content = await self._reception.read(source, await self._reception.body(request) or b"{}")
        alert = await sender.find(self._reception.desk_of(source), self._name(request, source))
        body = content.redacted.value
        value = body.get(field) if isinstance(body, dict) else None
        if not isinstance(value, str) or not value.strip():
            raise Refusal(ProblemType.INVALID, f"Request body is not processable: {field} can not be empty.")
        if alert is None or not alert.state.open:
            return self._accepted("update", 0)
        signal = read_update(alert, field, value)
        await self._reception.take(source, content, Reading(((0, signal),)), signature=alert.signature)
        return self._accepted("update", alert.id)

    async def _get(self, request: web.BaseRequest, source: Source) -> web.Response:
        found = await sender.find(self._reception.desk_of(source), self._name(request, source))
        if found is None:
            raise Refusal(ProblemType.NOT_FOUND, f"{_UNKNOWN}.")
        return json_answer(_framed(show(found, source)))

    async def _list(self, request: web.BaseRequest, source: Source) -> web.Response:
        offset, limit = _number(request, "offset", 0), _number(request, "limit", 20)
        wanted = _read_query(request.query.get("query", ""))
        desk = self._reception.desk_of(source)
        shown = min(max(limit, 1), MOST_LISTED)
        found = await sender.recent_alerts(desk, source, offset=offset, limit=shown, is_open=wanted)
        return json_answer(_framed([show(each, source) for each in found]))

    async def _request(self, source: Source, ticket: str) -> web.Response:
        told = self._tickets.read(ticket)
        if told is None:
            raise Refusal(ProblemType.NOT_FOUND, "Request not found. It might not be processed, yet.")
        action, number = told
        found = (
            await sender.find(self._reception.desk_of(source), Name(source, number=number))
            if number
            else None
        )
        data: dict[str, Any] = {
            "success": found is not None,
            "isSuccess": found is not None,
            "action": action.capitalize(),
            "processedAt": write_time(self._reception.desk.clock.now()),
            "integrationId": source.name,
            "status": SAID[action] if found else _UNKNOWN,
            "alertId": found.ref if found else "",
            "alias": alias_of(found) if found else "",
        }
        return json_answer(_framed(data))

    def _accepted(self, action: str, number: int) -> web.Response:
        ticket = self._tickets.issue(action, number)
        said = {"result": "Request will be processed", "took": 0.0, "requestId": ticket}
        return json_answer(said, status=202)

    async def _note(self, request: web.BaseRequest) -> ActionRequest:
        body = await self._reception.body(request)
        try:
            said = (await self._reception.read(None, body)).redacted.value if body.strip() else None
            return read_note(said)
        except InvalidInputError as error:
            raise invalid(error) from None

    def _name(self, request: web.BaseRequest, source: Source) -> Name:
        """Which alert the address means."""
        ident = segments(request)[2]
        match request.query.get("identifierType", "id").lower():
            case "alias":
                return Name(source, signature=signature_of(source, read_close(ident)))
            case "id" | "tiny":
                try:
                    return Name(source, number=parse_ref(ident))
                except InvalidInputError:
                    return Name(source)
        raise Refusal(
            ProblemType.INVALID, "identifierType must be id, alias or tiny.", field="identifierType"
        )


def _only(alert: Alert) -> tuple[Matcher, ...]:
    """Matchers that fit this alert of its source, and no other."""
    alias = alert.labels.get("alias")
    if alias and len(alias) <= MAX_VALUE:
        return (Matcher("alias", alias),)
    labels = {"alertname": alert.name, **alert.labels}
    named = [(name, text) for name, text in labels.items() if len(text) <= MAX_VALUE]
    return tuple(Matcher(name, text) for name, text in named[:MAX_MATCHERS])


def _not_spoken() -> Refusal:
    return Refusal(ProblemType.NOT_FOUND, "This part of Opsgenie's API is not spoken here.")


def _framed(data: object) -> dict[str, Any]:
    return {"data": data, "took": 0.0, "requestId": str(uuid.uuid4())}


def _read_query(text: str) -> bool | None:
    """Of Opsgenie's query language ``status: open`` and ``status: closed``; None for everything.

    Raises:
        Refusal: it asks for something else: a wrong list would be worse than none.
    """
    match "".join(text.lower().split()):
        case "":
            return None
        case "status:open" | "status=open":
            return True
        case "status:closed" | "status=closed":
            return False
    raise Refusal(
        ProblemType.INVALID, "Only status: open and status: closed can be searched for.", field="query"
    )


def _number(request: web.BaseRequest, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 9):  # noqa: PLR2004 -- no list is that long
        raise Refusal(ProblemType.INVALID, f"{name} must be a number.", field=name)
    return int(text)


def _actor(source: Source, note: ActionRequest) -> Actor:
    """The source, with the name of the person it speaks for."""
    plain = sender_of(source)
    user = cut(one_line(note.user), _LONGEST_USER)
    return msgspec.structs.replace(plain, name=f"{user} ({source.name})") if user else plain
