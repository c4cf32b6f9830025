"""Origin: the sandbox obeys pages that it served itself, programs on this machine, and nobody's web page.

Any page that a browser has open can send requests to this machine. Its browser names it in ``Origin``, and a
page that had its own name lead here asks for that name in ``Host``. A form can be sent anywhere unasked,
but not as JSON.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.model.error import ControlError

LOCAL = "localhost"
OPEN = ("/sandbox", "/gateway")
JSON = "application/json"
NAME = web.AppKey("name", str)


@web.middleware
async def only_ours(
    request: web.Request,
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],  # the name is aiohttp's
) -> web.StreamResponse:
    """Send away what another page sent."""
    asked = _host(f"//{request.headers.get('Host', '')}")
    own = {LOCAL, request.app[NAME]}
    if not _is_local(request.app[NAME], own - {request.app[NAME]}):
        own.add(asked)  # it was opened to other machines, under whatever name they know
    if not _is_local(asked, own):
        raise ControlError("This is not the name of this machine", status=HTTPStatus.FORBIDDEN)
    origin = request.headers.get("Origin")
    if origin is not None and not _is_local(_host(origin), own):
        raise ControlError("Pages of other sites may not ask here", status=HTTPStatus.FORBIDDEN)
    if origin is None and request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        raise ControlError("Pages of other sites may not ask here", status=HTTPStatus.FORBIDDEN)
    changes = request.method not in {"GET", "HEAD"} and request.path.startswith(OPEN)
    if changes and request.can_read_body and request.content_type != JSON:
        raise ControlError(f"The body must be {JSON}", status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return await handler(request)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_local(host: str, own: set[str]) -> bool:
    if host in own or host.endswith(f".{LOCAL}"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
