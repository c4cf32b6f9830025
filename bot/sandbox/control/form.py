"""Reading what a caller of the control API wants, and answering; here its errors become JSON."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from bot.sandbox.model.error import ApiError, ControlError

Json = dict[str, Any]
Wish = TypeVar("Wish")
Number = TypeVar("Number", int, float)


def answer(body: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    headers = {"Content-Type": "application/json"}
    return web.Response(status=status, body=msgspec.json.encode(body), headers=headers)


async def read_wish(request: web.Request, kind: type[Wish], *, wrap: str | None = None) -> Wish:
    """The body as one of the inputs; ``wrap`` names the field that a bare list stands for.

    Raises:
        ControlError: 400 with what is wrong and where.
    """
    try:
        raw = msgspec.json.decode(await request.read() or b"{}")
        if wrap is not None and isinstance(raw, list):
            raw = {wrap: raw}
        return msgspec.convert(raw, kind, strict=False)
    except msgspec.DecodeError as error:
        raise ControlError(f"The body is not as expected: {error}") from error


def read_number(request: web.Request, key: str, kind: Callable[[str], Number]) -> Number | None:
    """A number of the query.

    Raises:
        ControlError: 400 when it is none.
    """
    if key not in request.query:
        return None
    try:
        return kind(request.query[key])
    except ValueError as error:
        raise ControlError(f"{key} must be a number") from error


@web.middleware
async def boundary(
    request: web.Request,
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],  # the name is aiohttp's
) -> web.StreamResponse:
    """Turn refusals into JSON."""
    try:
        return await handler(request)
    except ControlError as error:
        return answer(error.body(), error.status)
    except ApiError as error:
        body: Json = {"error": error.sentence, "code": error.code}
        return answer(body | ({"errors": error.errors} if error.errors else {}), error.status)
