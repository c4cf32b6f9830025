"""Webhook: incoming webhooks of Discord, of Slack behind ``/slack``, and events of GitHub behind ``/github``.

The token stands in the path, for such clients have no other place for it. It is looked at here and goes
nowhere else. Without ``?wait`` Discord says 204, with it 200 and the message; Slack says 200 and ``ok``, and
its clients take anything else for a failure.
"""

from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web

from bot.domain.access.source import Source
from bot.domain.alert.alert import parse_ref
from bot.domain.alert.signal import Reading
from bot.domain.errors import InvalidInputError, NotDurableError
from bot.ingress.face.form import read_form
from bot.ingress.face.reception import (
    ReceivedBody,
    Reception,
    invalid,
    json_answer,
    segments,
)
from bot.ingress.problem import ProblemType, Refusal
from bot.providers import discord_webhook, slack_webhook
from bot.providers.registry import PROVIDERS
from bot.providers.sender import Request
from bot.providers.severity import absent_as
from bot.usecases.intake.submission import Receipt

DISCORD: Final = "discord"
SLACK: Final = "slack"
GITHUB: Final = "github"

_EPOCH_MS: Final = 1_420_070_400_000  # of Discord's ids
_CODES: Final = {
    ProblemType.UNAUTHENTICATED: (50_027, "Invalid Webhook Token"),
    ProblemType.NOT_FOUND: (10_015, "Unknown Webhook"),
    ProblemType.UNREADABLE: (50_109, "The request body contains invalid JSON."),
    ProblemType.TOO_LARGE: (40_005, "Request entity too large"),
}
_INVALID: Final = (50_006, "Cannot send an empty message")
_SLACK_WORDS: Final = {
    ProblemType.UNAUTHENTICATED: (403, "invalid_token"),
    ProblemType.NOT_FOUND: (404, "no_service"),
    ProblemType.UNREADABLE: (400, "invalid_payload"),
    ProblemType.INVALID: (400, "no_text"),
    ProblemType.TOO_MANY_ALERTS: (429, "rate_limited"),
}
_YES: Final = frozenset({"true", "1", "yes", ""})
_TEXT: Final = {"Content-Type": "text/plain; charset=utf-8", "Server": "tocsin"}


class WebhookFace:
    """Answers ``/api/webhooks/{source}/{token}``, with or without a version in front."""

    provider = DISCORD

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request.

        Raises:
            Refusal: with what is wrong with it.
            NotDurableError: it cannot be stored now.
        """
        path = _path(request)
        if len(path) < 2:  # noqa: PLR2004 -- source and token
            raise Refusal(ProblemType.NOT_FOUND, "There is no such webhook.")
        source = await self._reception.source_of(request, (DISCORD, SLACK), path[1])
        if path[0] not in {str(source.id), source.name}:
            raise Refusal(ProblemType.NOT_FOUND, "There is no such webhook.")
        return await self._reception.among_known(lambda: self._serve(request, source, path))

    @staticmethod
    def refuse(request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """A refusal as Discord or Slack words it."""
        reason = refusal.reason
        if _path(request)[2:] == [SLACK]:
            status, word = _SLACK_WORDS.get(reason, (reason.status, "server_error"))
            return web.Response(status=status, text=word, headers={**_TEXT, **refusal.headers})
        if reason is ProblemType.TOO_MANY_ALERTS:
            wait = float(refusal.headers.get("Retry-After", "1"))
            limited = {"message": "You are being rate limited.", "retry_after": wait, "global": False}
            return json_answer(limited, status=429, headers=refusal.headers)
        code, words = _CODES.get(reason, _INVALID if reason is ProblemType.INVALID else (0, refusal.detail))
        return json_answer({"message": words, "code": code}, status=reason.status, headers=refusal.headers)

    @staticmethod
    def fail(request: web.BaseRequest, error: NotDurableError) -> web.Response:
        """Say that it may work later."""
        headers = {"Retry-After": str(error.retry_after)}
        if _path(request)[2:] == [SLACK]:
            return web.Response(status=503, text="server_error", headers={**_TEXT, **headers})
        return json_answer(
            {"message": "The alerts cannot be stored now.", "code": 0}, status=503, headers=headers
        )

    async def _serve(self, request: web.BaseRequest, source: Source, path: Sequence[str]) -> web.Response:
        kind = path[2] if len(path) > 2 else source.provider  # noqa: PLR2004 -- behind the token
        match request.method, kind, len(path):
            case "GET" | "HEAD", _, 2:
                return json_answer(_webhook(source, path[1]))
            case "POST", "slack", 2 | 3:
                await self._take(request, source, SLACK)
                return web.Response(text="ok", headers=_TEXT)
            case "POST", "github", 3:
                await self._take(request, source, GITHUB)
                return web.Response(status=204, headers={"Server": "tocsin"})
            case ("POST", "discord", 2) | ("PATCH", "messages", 4):
                receipt, content = await self._take(request, source, DISCORD)
                waits = request.method == "PATCH" or _waits(request)
                if not waits:
                    return web.Response(status=204, headers={"Server": "tocsin"})
                return json_answer(self._message(source, receipt, content))
            case "DELETE", "messages", 4:
                return web.Response(status=204, headers={"Server": "tocsin"})
            case _, ("discord" | "slack" | "github"), _:
                raise Refusal(ProblemType.METHOD_NOT_ALLOWED, "Use POST.", headers={"Allow": "GET, POST"})
        raise Refusal(ProblemType.NOT_FOUND, "There is no such webhook.")

    async def _take(
        self, request: web.BaseRequest, source: Source, kind: str
    ) -> tuple[Receipt, ReceivedBody]:
        body = await self._reception.body(request)
        content = await self._reception.read(source, read_form(body, request.headers.get("Content-Type", "")))
        try:
            with absent_as(source.default_severity):
                reading = _read(kind, content.redacted.value, request)
        except InvalidInputError as error:
            raise invalid(error) from None
        return await self._reception.take(source, content, reading), content

    def _message(self, source: Source, receipt: Receipt, content: ReceivedBody) -> dict[str, Any]:
        """The message as Discord would have made it; its id is a number that grows, as there."""
        now = self._reception.desk.clock.now()
        first = next((parse_ref(each.ref) for each in receipt.alerts if each.ref), 0)
        body = content.redacted.value
        said = body if isinstance(body, dict) else {}
        return {
            "id": str((int(now.timestamp() * 1000) - _EPOCH_MS << 22) + first % (1 << 22)),
            "type": 0,
            "content": said.get("content") or "",
            "channel_id": str(source.channel_id or self._reception.desk_of(source).default_channel_id or 0),
            "author": {"id": str(source.id), "username": source.name, "bot": True, "discriminator": "0000"},
            "embeds": said.get("embeds") or [],
            "attachments": [],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
            "timestamp": now.isoformat(),
            "edited_timestamp": None,
            "flags": 0,
            "components": [],
            "webhook_id": str(source.id),
        }


def _read(kind: str, value: object, request: web.BaseRequest) -> Reading:
    if kind == SLACK:
        return slack_webhook.read_message(value)
    if kind == DISCORD:
        return discord_webhook.read_message(value)
    provider = PROVIDERS.get(GITHUB)
    if provider is None:
        raise Refusal(ProblemType.NOT_FOUND, "Events of GitHub are not spoken here.")
    headers = {
        name.lower(): text for name, text in request.headers.items() if name.lower().startswith("x-git")
    }
    return provider.parse(provider.gather(value, Request(headers=headers)))


def _webhook(source: Source, token: str) -> dict[str, Any]:
    return {
        "id": str(source.id),
        "type": 1,
        "name": source.name,
        "avatar": None,
        "application_id": None,
        "channel_id": str(source.channel_id or 0),
        "guild_id": None,
        "token": token,
    }


def _path(request: web.BaseRequest) -> list[str]:
    """What follows the word ``webhooks``."""
    parts = segments(request)
    return parts[parts.index("webhooks") + 1 :]


def _waits(request: web.BaseRequest) -> bool:
    """``?wait``, ``?wait=true``, ``?wait=True`` and ``?wait=1`` all mean it."""
    value = request.query.get("wait")
    return value is not None and value.lower() in _YES
