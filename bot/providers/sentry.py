"""Sentry: webhooks of an internal integration, and of the older plugin.

An issue is known by its id, also when a rule about it speaks (`event_alert`), a metric alert by its
incident. What was resolved or archived is over; being assigned or commented changes nothing.
"""

import re
from datetime import datetime
from typing import Final

from bot.domain.alert.signal import MAX_NOTE, Reading, SenderNote, Signal
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.field import Object
from bot.providers.sender import Provider, Request
from bot.providers.written_time import read_time

RESOURCE: Final = "sentry_resource"
"""Where `gather` keeps the header that says what the body is about."""

_PERSONAL: Final = ("request", "user", "contexts", "breadcrumbs", "extra", "exception", "sdk", "modules")
_FIRES: Final = {"created", "unresolved", "reopened", "regressed", "escalated"}
_ENDS: Final = {"resolved", "archived", "ignored"}
_METRIC: Final = {"critical": "critical", "warning": "warning", "resolved": "info"}
_NUMBER_IN_URL: Final = re.compile(r"/(?:issues|groups)/(\d+)")


class Sentry(Provider):
    """Sentry."""

    name = "sentry"
    title = "Sentry"
    url_token = True
    success = 200
    where = (
        "Settings > Developer Settings > New Internal Integration. Then give its Client Secret to Tocsin:"
        " `tocsin source rotate NAME --secret-file FILE`."
    )
    language = "text"

    def gather(self, payload: object, request: Request) -> object:
        """With the resource, and without what events tell of people."""
        if not isinstance(payload, dict):
            return payload
        kept = dict(payload)
        data = field.inner(kept, "data")
        for name in ("event", "error"):
            if isinstance(data.get(name), dict):
                data = {**data, name: _impersonal(data[name])}
        if data:
            kept["data"] = data
        if isinstance(kept.get("event"), dict):
            kept["event"] = _impersonal(kept["event"])
        resource = request.headers.get("sentry-hook-resource", "")
        return {**kept, RESOURCE: resource} if resource else kept

    def parse(self, payload: object) -> Reading:
        """Read ``{"action": ..., "data": {"issue" | "event" | "metric_alert": {...}}}``.

        Raises:
            InvalidInputError: it is none of these.
        """
        fields = field.read_object(payload)
        data, resource = field.inner(fields, "data"), field.text(fields, RESOURCE)
        action = field.text(fields, "action").lower()
        if field.inner(data, "metric_alert"):
            return one(_read_metric(data, action))
        if field.inner(data, "issue") and resource in ("", "issue"):
            return _read_issue(field.inner(data, "issue"), action)
        event = field.inner(data, "event", "error")
        if event or field.inner(fields, "event") or "project_slug" in fields:
            return _read_any_event(fields, event, field.text(data, "triggered_rule"))
        if resource == "installation" or field.inner(data, "installation"):
            return Reading((), note=SenderNote("Sentry's integration was set up", f"It says: {action}."))
        if resource or (data and action):
            return Reading(())
        raise InvalidInputError("data", "must hold an issue, an event or a metric_alert")

    def receiver(self, url: str, token: str) -> str:
        """What to fill in; without the client secret the token may stand in the address."""
        return (
            f"Webhook URL:   {url}\nAlert Rule Action: on\nPermissions:   Issue & Event: Read\n"
            f"Webhooks:      issue\n\n"
            f"Without giving Tocsin the client secret, use this address: {url}/{token}\n"
        )

    def example(self, now: datetime) -> dict[str, object]:
        """A new issue."""
        return _example(now, "created")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, resolved."""
        return _example(now, "resolved")


def _read_any_event(fields: Object, event: Object, rule: str) -> Reading:
    """Of a rule or of the plugin; what Sentry makes up for *Send Test Notification* is a note."""
    shown = event or field.inner(fields, "event")
    if _tags(shown).get("sample_event") == "yes":
        said = field.text(shown, "title", "message") or field.text(fields, "message")
        words = f"{rule}: {said}" if rule else said
        return Reading((), note=SenderNote("A test of Sentry came through", cut(words, MAX_NOTE)))
    return one(_read_event(event, rule) if event else _read_plugin(fields))


def _impersonal(event: Object) -> Object:
    return {name: value for name, value in event.items() if name not in _PERSONAL}


def _read_issue(issue: Object, action: str) -> Reading:
    number = field.need(issue, "id", path="data.issue.")
    if action not in _FIRES and action not in _ENDS:
        return Reading(())
    said = field.inner(issue, "metadata")
    labels = {
        "culprit": field.text(issue, "culprit"),
        "issue": field.text(issue, "shortId"),
        "platform": field.text(issue, "platform"),
        "status": field.text(issue, "substatus", "status"),
        "users": field.text(issue, "userCount"),
    }
    return one(
        build_signal(
            firing=action in _FIRES,
            name=field.text(issue, "title") or field.text(issue, "shortId") or f"issue {number}",
            severity=field.text(issue, "level") or "error",
            summary=field.text(issue, "culprit") or field.text(said, "value"),
            description=field.text(said, "value"),
            labels={name: text for name, text in labels.items() if text},
            links=[("Issue", issue.get("web_url")), ("Issue", issue.get("permalink"))],
            key=f"sentry:issue:{number}",
            service=_project(issue),
            target=field.text(issue, "shortId"),
            started_at=read_time(issue.get("firstSeen")) if action == "created" else None,
        )
    )


def _read_event(event: Object, rule: str) -> Signal:
    number = field.text(event, "issue_id", "groupID", "group_id")
    if not number:
        found = _NUMBER_IN_URL.search(field.text(event, "issue_url", "web_url"))
        number = found[1] if found else ""
    if not number:
        raise InvalidInputError("data.event.issue_id", "is missing")
    return build_signal(
        firing=True,
        name=field.text(event, "title", "message") or f"issue {number}",
        severity=field.text(event, "level") or "error",
        summary=field.text(event, "culprit", "location"),
        description=field.text(field.inner(event, "metadata"), "value"),
        labels=_tags(event) | ({"rule": rule} if rule else {}),
        links=[("Issue", event.get("web_url"))],
        key=f"sentry:issue:{number}",
        service=_project(event),
        target=_tags(event).get("server_name") or _tags(event).get("environment", ""),
        started_at=read_time(event.get("datetime") or event.get("timestamp")),
    )


def _read_metric(data: Object, action: str) -> Signal:
    alert = field.inner(data, "metric_alert")
    rule = field.inner(alert, "alert_rule")
    if action not in _METRIC:
        raise InvalidInputError("action", f"must be one of {', '.join(_METRIC)}")
    number = field.text(alert, "identifier", "id") or field.need(rule, "id", path="data.metric_alert.")
    projects = [name for name in field.items(alert, "projects") if isinstance(name, str)]
    return build_signal(
        firing=action != "resolved",
        name=field.text(rule, "name") or field.text(data, "description_title") or field.text(alert, "title"),
        severity=_METRIC[action],
        summary=field.first_line(field.text(data, "description_text")),
        description=field.text(data, "description_text"),
        labels=field.flat(rule, "id", "name", "organization_id", "date_created", "date_modified", "status"),
        links=[("Alert", data.get("web_url"))],
        key=f"sentry:metric:{number}",
        target=field.text(rule, "environment") or ", ".join(projects),
        service=projects[0] if projects else "",
        started_at=read_time(alert.get("date_started")),
        ended_at=read_time(alert.get("date_closed")),
    )


def _read_plugin(fields: Object) -> Signal:
    number = field.need(fields, "id")
    event = field.inner(fields, "event")
    return build_signal(
        firing=True,
        name=field.text(event, "title") or field.text(fields, "message") or f"issue {number}",
        severity=field.text(fields, "level") or "error",
        summary=field.text(fields, "culprit") or field.text(fields, "message"),
        description=field.text(fields, "message"),
        labels=_tags(event) | {"logger": field.text(fields, "logger") or "-"},
        links=[("Issue", fields.get("url"))],
        key=f"sentry:issue:{number}",
        service=field.text(fields, "project_slug", "project_name", "project"),
    )


def _tags(event: Object) -> dict[str, str]:
    return {
        pair[0]: str(pair[1])
        for pair in field.items(event, "tags")
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)  # noqa: PLR2004 -- name, value
    }


def _project(fields: Object) -> str:
    return field.text(field.inner(fields, "project"), "slug", "name") or field.text(fields, "project")


def _example(now: datetime, action: str) -> dict[str, object]:
    issue = {
        "id": "1234567890",
        "shortId": "SHOP-Y",
        "title": "ZeroDivisionError: division by zero",
        "culprit": "shop.checkout in pay",
        "level": "error",
        "status": "resolved" if action == "resolved" else "unresolved",
        "metadata": {"type": "ZeroDivisionError", "value": "division by zero"},
        "project": {"id": "1", "name": "shop", "slug": "shop"},
        "web_url": "https://example.sentry.io/issues/1234567890/",
        "firstSeen": now.isoformat(),
    }
    return {"action": action, "data": {"issue": issue}, "actor": {"type": "application", "name": "Sentry"}}
