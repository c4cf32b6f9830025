"""Route: one address of the API, as data; what it takes is read here and nowhere else.

A GET takes its query, a POST its body: both become one value of the route's own type, with all text
harmless and without secrets. A field that is unknown, missing or of another shape is refused by name.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar

import msgspec
from aiohttp import web

from bot.domain.access.redaction import Redacted, redact, redact_body
from bot.domain.access.token import Scope
from bot.domain.actor import Actor
from bot.domain.errors import InvalidInputError
from bot.domain.incident.incident import IncidentLevel
from bot.domain.text import harmless
from bot.ingress.body import inflate, read_body
from bot.ingress.large import LARGE
from bot.ingress.problem import ProblemType, Refusal
from bot.providers.body import UnsupportedMediaError, decode
from bot.usecases.desk import Desk

MAX_BODY: Final = 262_144
LONGEST_KEY: Final = 255
KEY: Final = "Idempotency-Key"
OURS: Final = ("claim_token",)
"""Fields that hold a secret of our own, which is compared and never kept."""
_MISFIT: Final = re.compile(r"(?P<reason>.*?)(?: - at `(?:key in )?\$?\.?(?P<place>[^`]*)`)?", re.DOTALL)
_NAMED: Final = re.compile(r"Object \w+ (?P<how>unknown|required) field `(?P<field>.*)`", re.DOTALL)
_SAID: Final = {"unknown": "There is no such field here.", "required": "It is required."}

T = TypeVar("T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: ``desk`` is its project's, ``ref`` what stands for ``{ref}`` in the address.

    ``key`` is its Idempotency-Key, "" without one. ``sees`` says that it may look at alerts.
    ``cap`` is the worst that it may call an incident.
    """

    desk: Desk
    actor: Actor
    ref: str
    key: str
    sees: bool = True
    cap: IncidentLevel = IncidentLevel.P0


@dataclass(frozen=True, slots=True)
class ApiReply:
    """``body`` is None for an answer without one."""

    body: msgspec.Struct | None
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[T]):
    """``path`` may hold one ``{ref}``; ``answers`` are the types of its successes by status.

    Every POST heeds an Idempotency-Key.
    """

    method: str
    path: str
    scope: Scope
    summary: str
    takes: type[T]
    act: Callable[[Caller, T], Awaitable[ApiReply]]
    answers: Mapping[int, type[msgspec.Struct] | None]


def read_query(request: web.BaseRequest, kind: type[T]) -> T:
    """The query as a ``kind``; a list is given as repeated fields or with commas.

    Raises:
        Refusal: a field is unknown or cannot be used.
    """
    lists = {field.name for field in msgspec.structs.fields(kind) if field.default == ()}
    given: dict[str, object] = {}
    for name in request.query:
        values = [harmless(text) for text in request.query.getall(name)]
        if name in lists:
            values = [part for text in values for part in text.split(",")]
        given[harmless(name)] = values if len(values) > 1 else values[0]
    return _convert(redact(given).value, kind, strict=False)


async def read_json(request: web.BaseRequest, kind: type[T], *, patience: timedelta) -> T:
    """The body as a ``kind``; none at all counts as an empty object, null as a field that is not there.

    Raises:
        Refusal: it is too large or too slow, no JSON, or a field is unknown, missing or cannot be used.
    """
    body = await read_body(request, limit=MAX_BODY, patience=patience)
    body = inflate(body, request.headers.getall("Content-Encoding", []), limit=MAX_BODY)
    try:
        decoded = decode(body, request.headers.get("Content-Type", "")) if body.strip() else {}
    except UnsupportedMediaError as error:
        raise Refusal(ProblemType.UNSUPPORTED_MEDIA, error.reason, field=error.field) from None
    except InvalidInputError as error:
        raise Refusal(ProblemType.UNREADABLE, f"{error}.", field=error.field) from None
    if not isinstance(decoded, dict):
        return _convert((await _redact(body, decoded)).value, kind, strict=True)
    decoded = {name: value for name, value in decoded.items() if value is not None}
    ours = {name: decoded.pop(name) for name in OURS if isinstance(decoded.get(name), str)}
    value = (await _redact(body, decoded)).value
    return _convert({**value, **ours} if isinstance(value, dict) else value, kind, strict=True)


async def _redact(body: bytes, decoded: object) -> Redacted:
    """A large body keeps nobody waiting."""
    if len(body) > LARGE:
        return await asyncio.to_thread(redact_body, body, decoded)
    return redact_body(body, decoded)


def read_key(request: web.BaseRequest) -> str:
    """The Idempotency-Key, "" without one.

    Raises:
        Refusal: it is too long or not printable ASCII.
    """
    keys = request.headers.getall(KEY, [])
    if not keys:
        return ""
    key = keys[0].strip()
    if len(keys) > 1 or not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Refusal(
            ProblemType.INVALID, f"Must be up to {LONGEST_KEY} printable characters, once.", field=KEY
        )
    return key


def _convert(value: object, kind: type[T], *, strict: bool) -> T:
    try:
        return msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise _misfit(str(error)) from None


def _misfit(words: str) -> Refusal:
    """The words of msgspec, taken apart into the field and what is wrong with it."""
    found = _MISFIT.fullmatch(words)
    reason, place = (found["reason"], found["place"]) if found else (words, None)
    named = _NAMED.fullmatch(reason)
    if named is None:
        return Refusal(ProblemType.INVALID, f"{reason}.", field=place or "body")
    field = f"{place}.{named['field']}" if place else named["field"]
    return Refusal(ProblemType.INVALID, _SAID[named["how"]], field=field)
