"""PagerDuty: its Events API, version 2 and version 1. The token is the routing key (version 1: service key).

Accepted is 202 with the key, in version 1 200; a body that means nothing is 400 with the reasons, which
clients do not repeat; what cannot be stored now is 503, which they do.
"""

import uuid
from typing import Any, Final

from aiohttp import web

from bot.domain.access.source import Source
from bot.domain.alert.signal import Reading
from bot.domain.errors import InvalidInputError, NotDurableError
from bot.ingress.face.reception import (
    ReceivedBody,
    Reception,
    invalid,
    json_answer,
    sender_of,
    signature_of,
    with_key,
)
from bot.ingress.problem import ProblemType, Refusal
from bot.providers.pagerduty import EventAction, PagerDutyEvent, read_change, read_event, read_event_v1
from bot.providers.severity import absent_as
from bot.usecases.alert import change as changes
from bot.usecases.alert import sender
from bot.usecases.alert.sender import Name

PROVIDER: Final = "pagerduty"
_V1: Final = "/generic/"
_CHANGE: Final = "/v2/change/"


class PagerDutyFace:
    """Answers ``/v2/enqueue``, ``/v2/change/enqueue`` and ``/generic/2010-04-15/create_event.json``."""

    provider = PROVIDER

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one event.

        Raises:
            Refusal: with what is wrong with it.
            NotDurableError: it cannot be stored now.
        """
        if request.method != "POST":
            raise Refusal(ProblemType.METHOD_NOT_ALLOWED, "Use POST.", headers={"Allow": "POST"})
        is_v1 = request.path.startswith(_V1)
        credential = "service_key" if is_v1 else "routing_key"
        body = await self._reception.body_of_stranger(request)
        content = await self._reception.read(None, body, without=(credential,))
        shown = content.value.get(credential) if isinstance(content.value, dict) else None
        source = await self._reception.source_of(request, (PROVIDER,), shown)
        if request.path.startswith(_CHANGE):
            return await self._reception.among_known(lambda: self._change(source, content))
        key_name = "incident_key" if is_v1 else "dedup_key"
        try:
            read = read_event_v1 if is_v1 else read_event
            with absent_as(source.default_severity):
                event = read(with_key(content, key_name), uuid.uuid4().hex)
        except InvalidInputError as error:
            raise invalid(error) from None
        await self._reception.among_known(lambda: self._act(source, content, event))
        return _accepted(key_name, _own_key(content, key_name) or event.key, status=200 if is_v1 else 202)

    @staticmethod
    def refuse(_: web.BaseRequest, refusal: Refusal) -> web.Response:
        """A refusal as PagerDuty words it; a key that opens nothing is an invalid event there."""
        reason, detail = refusal.reason, refusal.detail
        status = ProblemType.INVALID.status if reason is ProblemType.UNAUTHENTICATED else reason.status
        if reason is ProblemType.UNAUTHENTICATED:
            detail = "Invalid routing key"
        said = {"status": "invalid event", "message": "Event object is invalid", "errors": [detail]}
        return json_answer(said, status=status, headers=refusal.headers)

    @staticmethod
    def fail(_: web.BaseRequest, error: NotDurableError) -> web.Response:
        """Say that it may work later."""
        said = {"status": "error", "message": str(error), "errors": [str(error)]}
        return json_answer(said, status=503, headers={"Retry-After": str(error.retry_after)})

    async def _act(self, source: Source, content: ReceivedBody, event: PagerDutyEvent) -> None:
        """An acknowledgement of what is not open is accepted and changes nothing, as there."""
        if event.action is EventAction.ACKNOWLEDGE:
            name = Name(source, signature=signature_of(source, event.signal))
            await sender.acknowledge(self._reception.desk_of(source), name, actor=sender_of(source))
            return
        await self._reception.take(source, content, Reading(((0, event.signal),)))

    async def _change(self, source: Source, content: ReceivedBody) -> web.Response:
        desk = self._reception.desk_of(source)
        try:
            change = read_change(content.redacted.value, desk.clock.now())
        except InvalidInputError as error:
            raise invalid(error) from None
        await changes.record(desk, source, change, actor=sender_of(source))
        return json_answer({"status": "success", "message": "Change event processed"}, status=202)


def _own_key(content: ReceivedBody, name: str) -> str:
    """The key as the sender wrote it, for the answer."""
    value: Any = content.value.get(name) if isinstance(content.value, dict) else None
    return value if isinstance(value, str) else ""


def _accepted(key_name: str, key: str, *, status: int) -> web.Response:
    said = {"status": "success", "message": "Event processed", key_name: key}
    return json_answer(said, status=status)
