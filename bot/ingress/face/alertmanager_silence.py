"""Silences of Alertmanager's API v2, as amtool and karma read and write them.

A source's token makes silences of that source's alerts alone, and ends no others; those that people made in
Discord for everything are seen.
"""

from typing import Any, Final

import msgspec
from aiohttp import web

from bot.domain.access.source import Source
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.silence.matcher import Matcher, matcher, parse_matchers
from bot.domain.silence.silence import Silence
from bot.ingress.face.reception import Reception, invalid, json_answer, segments, sender_of
from bot.ingress.problem import ProblemType, Refusal
from bot.providers.timestamp import read_moment
from bot.usecases.silence import silence as silences
from bot.usecases.silence.silence import Wish

MAX_ID: Final = 64


class SilenceFace:
    """The addresses ``silences`` and ``silence/{id}``."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def listing(self, request: web.BaseRequest, source: Source) -> web.Response:
        """The silences that last and the newest that are over; a filter asks for a silence's matchers."""
        try:
            wanted = [each for text in request.query.getall("filter", []) for each in parse_matchers(text)]
        except InvalidInputError as error:
            raise Refusal(
                ProblemType.INVALID, f"bad matcher format: {error.reason}", field="filter"
            ) from None
        found = await silences.listing(self._reception.desk_of(source), source_id=source.id)
        return json_answer([self._show(each) for each in found if _is_wanted(each, wanted)])

    async def show(self, request: web.BaseRequest, source: Source) -> web.Response:
        """One."""
        try:
            found = await silences.find(self._reception.desk_of(source), _id(request), source_id=source.id)
        except NotFoundError:
            raise _unknown(request) from None
        return json_answer(self._show(found))

    async def put(self, request: web.BaseRequest, source: Source) -> web.Response:
        """Make one, or change the one whose ``id`` is given."""
        content = await self._reception.read(source, await self._reception.body(request))
        try:
            wish = _read(content.redacted.value, source)
            made = await silences.put(self._reception.desk_of(source), wish, actor=sender_of(source))
        except InvalidInputError as error:
            raise invalid(error) from None
        except NotFoundError as error:
            raise Refusal(ProblemType.NOT_FOUND, f"silence {error.ref} not found", field="id") from None
        except ConflictError as error:
            raise Refusal(ProblemType.CONFLICT, str(error)) from None
        return json_answer({"silenceID": made.id})

    async def expire(self, request: web.BaseRequest, source: Source) -> web.Response:
        """End one; one that is over already stays so, which is what was asked for."""
        actor = sender_of(source)
        try:
            await silences.expire(
                self._reception.desk_of(source), _id(request), actor=actor, source_id=source.id
            )
        except NotFoundError:
            raise _unknown(request) from None
        except ConflictError:
            pass
        return web.Response(status=200, headers={"Server": "tocsin"})

    def _show(self, silence: Silence) -> dict[str, Any]:
        return {
            "id": silence.id,
            "status": {"state": silence.phase(self._reception.desk.clock.now()).value},
            "updatedAt": _time(silence.updated_at),
            "comment": silence.comment,
            "createdBy": silence.created_by,
            "startsAt": _time(silence.starts_at),
            "endsAt": _time(silence.ends_at),
            "matchers": [
                {"name": each.name, "value": each.value, "isRegex": each.is_regex, "isEqual": each.is_equal}
                for each in silence.matchers
            ],
        }


def _read(body: object, source: Source) -> Wish:
    if not isinstance(body, dict):
        raise InvalidInputError("body", "must be an object")
    listed = body.get("matchers")
    if not isinstance(listed, list):
        raise InvalidInputError("matchers", "must be a list")
    times = {}
    for name in ("startsAt", "endsAt"):
        times[name] = read_moment(body.get(name))
        if times[name] is None:
            raise InvalidInputError(name, "must be a time such as 2026-03-31T14:05:00Z")
    starts_at, ends_at = times["startsAt"], times["endsAt"]
    assert starts_at is not None and ends_at is not None  # noqa: S101, PT018 -- see above
    return Wish(
        id=_text(body.get("id"), "id"),
        matchers=tuple(_matcher(each) for each in listed),
        starts_at=starts_at,
        ends_at=ends_at,
        created_by=_text(body.get("createdBy"), "createdBy"),
        comment=_text(body.get("comment"), "comment"),
        source_id=source.id,
    )


def _matcher(value: object) -> Matcher:
    if not isinstance(value, dict):
        raise InvalidInputError("matchers", "each must be an object")
    flags = {word: value.get(word, default) for word, default in (("isRegex", False), ("isEqual", True))}
    for word, flag in flags.items():
        if not isinstance(flag, bool):
            raise InvalidInputError(f"matchers.{word}", "must be true or false")
    name, text = value.get("name"), value.get("value")
    if not isinstance(name, str) or not isinstance(text, str):
        raise InvalidInputError("matchers", "name and value must be texts")
    return matcher(name, text, is_regex=flags["isRegex"], is_equal=flags["isEqual"])


def _is_wanted(silence: Silence, wanted: list[Matcher]) -> bool:
    """Alertmanager's rule: a filter is held against the values that a silence's matchers name."""
    named = {each.name: each.value for each in silence.matchers}
    return all(each.name in named and each.fits(named) for each in wanted)


def _text(value: object, field: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInputError(field, "must be text")
    return value


def _id(request: web.BaseRequest) -> str:
    return segments(request)[-1][:MAX_ID]


def _unknown(request: web.BaseRequest) -> Refusal:
    return Refusal(ProblemType.NOT_FOUND, f"silence {_id(request)} not found")


def _time(at: Any) -> str:
    text: str = msgspec.to_builtins(at.replace(microsecond=at.microsecond // 1000 * 1000))
    return text
