"""Alertmanager: the alerts, groups, receivers and status of its API v2, as Prometheus, amtool and karma ask.

Everything is about the alerts of the source whose token is shown. Errors are a JSON string, as there.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from bot.domain.access.source import Source
from bot.domain.errors import InvalidInputError, NotDurableError
from bot.domain.silence.matcher import Matcher, matcher, parse_matchers
from bot.domain.silence.silence import Silence, labels_of
from bot.ingress.face.alertmanager_silence import SilenceFace
from bot.ingress.face.reception import Reception, invalid, json_answer, segments
from bot.ingress.problem import ProblemType, Refusal
from bot.ingress.reading import parse_plain
from bot.providers.alertmanager_api import RESOLVE_TIMEOUT, fingerprint, read_push
from bot.providers.severity import absent_as
from bot.usecases.alert import sender
from bot.usecases.alert.sender import SenderAlert
from bot.usecases.silence import silence as silences

PROVIDER: Final = "alertmanager-api"
VERSION: Final = "0.25.0"
"""The Alertmanager whose API this is; clients choose their words by it."""

_ANNOTATIONS: Final = {"Runbook": "runbook_url", "Dashboard": "dashboard_url"}
_VERSION_INFO: Final = {
    "branch": "tocsin",
    "buildDate": "",
    "buildUser": "",
    "goVersion": "",
    "revision": "",
    "version": VERSION,
}
_TRUE: Final = frozenset({"true", "1", ""})

Answer = Callable[[web.BaseRequest, Source], Awaitable[web.Response]]


class AlertmanagerFace:
    """Answers ``/api/v2/...``."""

    provider = PROVIDER

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._began = reception.desk.clock.now()
        self._silences = SilenceFace(reception)
        self._routes: dict[tuple[str, ...], dict[str, Answer]] = {
            ("alerts",): {"GET": self._alerts, "POST": self._push},
            ("alerts", "groups"): {"GET": self._groups},
            ("receivers",): {"GET": self._receivers},
            ("status",): {"GET": self._status},
            ("silences",): {"GET": self._silences.listing, "POST": self._silences.put},
        }

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request.

        Raises:
            Refusal: with what is wrong with it.
            NotDurableError: it cannot be stored or read now.
        """
        path = tuple(segments(request)[2:])
        routes = self._routes.get(path)
        if routes is None and len(path) == 2 and path[0] == "silence":  # noqa: PLR2004 -- and its id
            routes = {"GET": self._silences.show, "DELETE": self._silences.expire}
        if routes is None:
            raise Refusal(ProblemType.NOT_FOUND, "This part of Alertmanager's API is not spoken here.")
        act = routes.get("GET" if request.method == "HEAD" else request.method)
        if act is None:
            raise Refusal(ProblemType.METHOD_NOT_ALLOWED, "Not so.", headers={"Allow": ", ".join(routes)})
        source = await self._reception.source_of(request, (PROVIDER,))
        return await self._reception.among_known(lambda: act(request, source))

    @staticmethod
    def refuse(_: web.BaseRequest, refusal: Refusal) -> web.Response:
        """A refusal as Alertmanager words it."""
        return json_answer(refusal.detail, status=refusal.reason.status, headers=refusal.headers)

    @staticmethod
    def fail(_: web.BaseRequest, error: NotDurableError) -> web.Response:
        """Say that it may work later."""
        return json_answer(str(error), status=503, headers={"Retry-After": str(error.retry_after)})

    async def _push(self, request: web.BaseRequest, source: Source) -> web.Response:
        """Alerts from Prometheus; 200 once all that can be used is stored, 400 when nothing can be."""
        content = await self._reception.read(source, await self._reception.body(request))
        now = self._reception.desk.clock.now()
        try:
            with absent_as(source.default_severity):
                reading = read_push(content.redacted.value, now)
                plain = None
                if content.redacted.hits:
                    plain = parse_plain(lambda value: read_push(value, now), content.value)
        except InvalidInputError as error:
            raise invalid(error) from None
        receipt = await self._reception.take(source, content, reading, plain=plain)
        if receipt.rejected and not receipt.accepted:
            first = receipt.rejected[0]
            raise Refusal(ProblemType.INVALID, f"alert {first.index}: {first.reason}")
        return json_answer(
            {
                "accepted": receipt.accepted,
                "deduped": receipt.deduped,
                "rejected": receipt.rejected,
                "alerts": receipt.alerts,
            }
        )

    async def _alerts(self, request: web.BaseRequest, source: Source) -> web.Response:
        return json_answer(await self._wanted(request, source))

    async def _groups(self, request: web.BaseRequest, source: Source) -> web.Response:
        groups: dict[str, list[Any]] = {}
        for alert in await self._wanted(request, source):
            groups.setdefault(alert["labels"].get("alertname", ""), []).append(alert)
        receiver = {"name": source.name}
        return json_answer(
            [
                {"labels": {"alertname": name} if name else {}, "receiver": receiver, "alerts": alerts}
                for name, alerts in sorted(groups.items())
            ]
        )

    async def _receivers(self, _: web.BaseRequest, source: Source) -> web.Response:
        return json_answer([{"name": source.name}])

    async def _status(self, _: web.BaseRequest, source: Source) -> web.Response:
        config = f'route:\n  receiver: "{source.name}"\nreceivers:\n- name: "{source.name}"\n'
        return json_answer(
            {
                "cluster": {"name": "tocsin", "status": "disabled", "peers": []},
                "config": {"original": config},
                "uptime": write_time(self._began),
                "versionInfo": _VERSION_INFO,
            }
        )

    async def _wanted(self, request: web.BaseRequest, source: Source) -> list[dict[str, Any]]:
        """The open alerts that the query asks for."""
        matchers = read_filters(request.query.getall("filter", []))
        receiver = _pattern(request, "receiver")
        if receiver is not None and not receiver.fits({"receiver": source.name}):
            return []
        desk = self._reception.desk_of(source)
        now = desk.clock.now()
        active = [each for each in await silences.lasting(desk) if each.starts_at <= now]
        shows = {
            "active": _flag(request, "active"),
            "suppressed": _flag(request, "silenced"),
        }
        found = []
        for listed in await sender.open_alerts(desk, source):
            shown = _show(listed, source, active)
            if shows[shown["status"]["state"]] and all(each.fits(shown["labels"]) for each in matchers):
                found.append(shown)
        return found


def write_time(at: datetime) -> str:
    """As Go writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_filters(written: list[str]) -> list[Matcher]:
    """The matchers of a query.

    Raises:
        Refusal: one is none.
    """
    try:
        return [each for text in written for each in parse_matchers(text)]
    except InvalidInputError as error:
        raise Refusal(ProblemType.INVALID, f"bad matcher format: {error.reason}", field="filter") from None


def _show(listed: SenderAlert, source: Source, active: list[Silence]) -> dict[str, Any]:
    alert = listed.alert
    labels = {"alertname": alert.name, **alert.labels}
    links = {link.title: link.url for link in alert.links}
    annotations = {"summary": alert.summary, "description": alert.description} | {
        annotation: links.get(title, "") for title, annotation in _ANNOTATIONS.items()
    }
    seen = labels_of(
        alert.name,
        alert.severity.value,
        namespace=alert.namespace,
        service=alert.service,
        target=alert.target,
        labels=alert.labels,
    )
    silenced = [each.id for each in active if each.fits(source.id, seen)]
    return {
        "annotations": {name: text for name, text in annotations.items() if text},
        "endsAt": write_time(listed.expires_at or alert.last_seen_at + RESOLVE_TIMEOUT),
        "fingerprint": fingerprint(labels),
        "generatorURL": links.get("Source", ""),
        "labels": labels,
        "receivers": [{"name": source.name}],
        "startsAt": write_time(alert.opened_at),
        "status": {
            "inhibitedBy": [],
            "mutedBy": [],
            "silencedBy": silenced,
            "state": "suppressed" if silenced else "active",
        },
        "updatedAt": write_time(alert.last_seen_at),
    }


def _flag(request: web.BaseRequest, name: str) -> bool:
    value = request.query.get(name)
    return value is None or value.lower() in _TRUE


def _pattern(request: web.BaseRequest, name: str) -> Matcher | None:
    written = request.query.get(name)
    if not written:
        return None
    try:
        return matcher(name, written, is_regex=True)
    except InvalidInputError as error:
        raise Refusal(ProblemType.INVALID, f"failed to parse receiver param: {error.reason}") from None
