"""Handshake: what a sender of CloudEvents asks before it delivers (HTTP 1.1 Web Hooks for Event Delivery, 4).

Anybody may be told that deliveries are welcome: they still need the token of a source.
"""

from typing import Final

from aiohttp import web

from bot.domain.text import cut, harmless
from bot.ingress.problem import ProblemType, Refusal

_LONGEST: Final = 256
_PER_MINUTE: Final = "120"


def shake_hands(request: web.BaseRequest) -> web.Response:
    """Allow the origin that asks.

    Raises:
        Refusal: it does not say who asks.
    """
    origin = cut(harmless(request.headers.get("WebHook-Request-Origin", "")).strip(), _LONGEST)
    if not origin or not origin.isprintable() or not origin.isascii():
        raise Refusal(ProblemType.UNREADABLE, "Is missing.", field="WebHook-Request-Origin")
    headers = {"WebHook-Allowed-Origin": origin, "Allow": "POST", "Server": "tocsin"}
    if "WebHook-Request-Rate" in request.headers:
        headers["WebHook-Allowed-Rate"] = _PER_MINUTE
    return web.Response(status=200, headers=headers)
