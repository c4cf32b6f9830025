"""Entry: which face a path belongs to; each answers in its own product's words."""

import re
from typing import Final, Protocol

from aiohttp import web

from bot import metrics
from bot.domain.errors import NotDurableError
from bot.ingress.face.alertmanager import AlertmanagerFace
from bot.ingress.face.opsgenie import OpsgenieFace
from bot.ingress.face.pagerduty import PagerDutyFace
from bot.ingress.face.reception import Reception
from bot.ingress.face.webhook import WebhookFace
from bot.ingress.problem import ProblemType, Refusal
from bot.ingress.refusal_log import RefusalLog


class Face(Protocol):
    """The API of another product."""

    @property
    def provider(self) -> str:
        """The kind of source whose tokens open it, for metrics and the log."""
        ...

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request; raises `Refusal` and `NotDurableError`."""
        ...

    def refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """A refusal in the product's words."""
        ...

    def fail(self, request: web.BaseRequest, error: NotDurableError) -> web.Response:
        """Why it cannot be stored now, in the product's words."""
        ...


_PATHS: Final = {
    "alertmanager-api": re.compile(r"/api/v2/(?:alerts|silences?|status|receivers)(?:/.*)?"),
    "pagerduty": re.compile(r"/v2/(?:change/)?enqueue/?|/generic/2010-04-15/create_event\.json/?"),
    "opsgenie": re.compile(r"/v2/alerts(?:/.*)?"),
    "discord": re.compile(r"/api/(?:v\d{1,2}/)?webhooks/.*"),
}
SPOKEN: Final = {
    "alertmanager-api": ["/api/v2/alerts", "/api/v2/alerts/groups", "/api/v2/receivers", "/api/v2/silences",
                         "/api/v2/silence/{id}", "/api/v2/status"],
    "pagerduty": ["/v2/enqueue", "/v2/change/enqueue", "/generic/2010-04-15/create_event.json"],
    "opsgenie": ["/v2/alerts", "/v2/alerts/{id}", "/v2/alerts/{id}/{action}",
                 "/v2/alerts/requests/{requestId}"],
    "discord": ["/api/webhooks/{source}/{token}", "/api/webhooks/{source}/{token}/github"],
    "slack": ["/api/webhooks/{source}/{token}/slack"],
}  # fmt: skip
"""What ``GET /`` lists, by the kind of source."""


class Faces:
    """All of them."""

    def __init__(self, reception: Reception, refusals: RefusalLog) -> None:
        self._refusals = refusals
        self._faces: dict[str, Face] = {
            "alertmanager-api": AlertmanagerFace(reception),
            "pagerduty": PagerDutyFace(reception),
            "opsgenie": OpsgenieFace(reception),
            "discord": WebhookFace(reception),
        }

    def of(self, path: str) -> Face | None:
        """The face that answers at ``path``."""
        for name, pattern in _PATHS.items():
            if pattern.fullmatch(path):
                return self._faces[name]
        return None

    async def answer(self, request: web.BaseRequest, face: Face) -> web.Response:
        """Answer one request; a refusal is said in the product's words, noted and counted like a hook's.

        A path may hold a token: it stands in no answer, metric or line of the log.
        """
        try:
            response = await face.answer(request)
        except Refusal as refusal:
            self._refusals.refused(face.provider, refusal.reason)
            if refusal.reason is ProblemType.OVERLOADED:
                metrics.TURNED_AWAY.labels("requests").inc()
            response = face.refuse(request, refusal)
        except NotDurableError as error:
            self._refusals.not_durable(face.provider, str(error))
            response = face.fail(request, error)
        metrics.REQUESTS.labels(face.provider, str(response.status)).inc()
        return response
