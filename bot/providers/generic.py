"""Generic: JSON for everything that can post but has no format of its own; README.md is its reference.

A body is one alert, a list of alerts, or an object with a list named ``alerts``. What can be meant is
taken, whatever its type; only what is no alert at all is an error, and a status nobody knows, for a guess
there would wake people for what is over.
"""

import json
import shlex
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from bot.domain.alert.signal import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_SAID_VALUE,
    MAX_SUMMARY,
    Reading,
    Rejected,
    Severity,
    Signal,
    Status,
)
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut, one_line, words
from bot.providers.batch import read_batch
from bot.providers.field import first_line
from bot.providers.label import (
    bound_identity,
    bound_labels,
    bound_said,
    locate,
    read_texts,
    write_text,
)
from bot.providers.link import read_links
from bot.providers.sender import Provider, Request
from bot.providers.severity import WORDS, read_priority, read_severity
from bot.providers.timestamp import is_unusable, read_moment

_TITLE: Final = ("title", "name", "alertname", "subject")
_SUMMARY: Final = ("summary", "message", "text")
_DESCRIPTION: Final = ("description", "details", "body")
_STATUS: Final = ("status", "state")
_SEVERITY: Final = ("severity", "priority", "level")
_FINGERPRINT: Final = ("fingerprint", "dedupe_key", "dedup_key", "id")
_GROUP: Final = ("group_key", "group")
_STARTED: Final = ("started_at", "starts_at", "startsAt", "timestamp")
_ENDED: Final = ("ended_at", "ends_at", "endsAt", "resolved_at")
_REASON: Final = ("rejection_reason", "rejected_reason", "reason")
MAX_REASON: Final = 200
MOST_MINUTES: Final = 527_040
_LINKS: Final = {"runbook_url": "Runbook", "dashboard_url": "Dashboard", "url": "Source"}

_KNOWN: Final = frozenset(
    {
        *(
            *_TITLE,
            *_SUMMARY,
            *_DESCRIPTION,
            *_STATUS,
            *_SEVERITY,
            *_FINGERPRINT,
            *_GROUP,
            *_STARTED,
            *_ENDED,
        ),
        *("namespace", "service", "target", "host", "instance", "labels", "links", *_LINKS),
        *("accepted", "dedupe_ttl_minutes"),
    }
)

_STATUSES: Final = {
    **dict.fromkeys(
        words(
            "firing alerting alert active open triggered trigger problem down failed failure failing error "
            "critical warning"
        ),
        Status.FIRING,
    ),
    **dict.fromkeys(
        words(
            "resolved resolve ok up closed close recovered recovery inactive normal cleared clear success "
            "healthy fixed"
        ),
        Status.RESOLVED,
    ),
}


_BOTH: Final = frozenset({"critical", "warning", "alert", "error", "failure"})
"""Words that say both that it fires and how bad it is."""


class Generic(Provider):
    """Anything that can post JSON."""

    name = "generic"
    title = "Generic JSON, text or GET"
    url_token = True
    methods = frozenset({"POST", "PUT", "GET"})
    where = "From any script. `status` may be `firing` (the default) or `resolved`; a GET will do too."
    language = "sh"

    def gather(self, payload: object, request: Request) -> object:
        """Of a text the first line is the title, and fields may stand in the query."""
        if not isinstance(payload, str):
            return payload
        return {"title": first_line(payload), "description": payload, **request.query}

    def parse(self, payload: object) -> Reading:
        """Read one alert, a list of them, or ``{"alerts": [...]}``.

        Raises:
            InvalidInputError: it is none of these, or the one alert has a field of the wrong type.
        """
        if isinstance(payload, list):
            return read_batch(payload, _read_alert)
        if not isinstance(payload, dict):
            raise InvalidInputError("body", "must be an object or a list of objects")
        if "alerts" in payload:
            return read_batch(payload["alerts"], _read_alert)
        if payload.get("accepted") is False:
            return Reading((), (Rejected(0, _read_rejection(payload)),))
        return Reading(((0, _read_alert(payload)),))

    def receiver(self, url: str, token: str) -> str:
        """A command to paste into a shell or a script."""
        body = {
            "title": "Backup failed",
            "severity": "critical",
            "host": "nas-01",
            "summary": "exit status 2",
        }
        return (
            f"curl -fsS -X POST {shlex.quote(url)} \\\n"
            f"  -H {shlex.quote(f'Authorization: Bearer {token}')} \\\n"
            "  -H 'Content-Type: application/json' \\\n"
            f"  -d {shlex.quote(json.dumps(body))}\n"
        )

    def example(self, now: datetime) -> dict[str, object]:
        """One alert that fires since ``now``."""
        return {
            "title": "Nightly backup failed",
            "status": "firing",
            "severity": "critical",
            "summary": "borg exited with status 2",
            "description": "Repository nas-01:/srv/backup: connection closed by remote host.",
            "service": "backup",
            "host": "nas-01",
            "dedupe_key": "backup/nas-01",
            "labels": {"repository": "nas-01:/srv/backup"},
            "links": [{"title": "Log", "url": "https://logs.example.org/backup/nas-01"}],
            "started_at": now.isoformat(),
        }


def _read_alert(alert: object) -> Signal:
    if not isinstance(alert, dict):
        raise InvalidInputError("alert", "must be an object")
    if alert.get("accepted") is False:
        raise InvalidInputError("accepted", _read_rejection(alert))
    given = read_texts(alert.get("labels"), "labels")
    labels = {**given, **{name: text for name, text in _other_fields(alert) if name not in given}}
    title, summary = _read_title(alert)
    status, word = _read_status(alert)
    severity, severity_word = _read_severity(alert, given, word)
    return Signal(
        status=status,
        name=title,
        severity=severity,
        severity_word=severity_word,
        summary=summary,
        description=cut(_text(alert, _DESCRIPTION), MAX_DESCRIPTION),
        labels=bound_labels(labels),
        links=read_links(_link_candidates(alert)),
        fingerprint=bound_identity(_text(alert, _FINGERPRINT)),
        **locate(
            labels,
            namespace=_text(alert, ("namespace",)),
            service=_text(alert, ("service",)),
            target=_text(alert, ("target", "host", "instance")),
        ),
        group_key=bound_identity(_text(alert, _GROUP)),
        started_at=read_moment(_find(alert, _STARTED)[1]),
        ended_at=read_moment(_find(alert, _ENDED)[1]) if status is Status.RESOLVED else None,
        ttl=_read_ttl(alert.get("dedupe_ttl_minutes")),
        said=bound_said(_rest(alert)),
    )


def _read_rejection(alert: dict[str, Any]) -> str:
    """Why a gate before us did not accept it; it is kept as an event and opens nothing."""
    reason = cut(one_line(_text(alert, _REASON)), MAX_REASON) or "no reason given"
    said = one_line(cut(_text(alert, _TITLE), MAX_REASON))
    return f"not accepted by the sender: {reason}" + (f" ({said})" if said else "")


def _read_ttl(value: object) -> timedelta | None:
    """The silence that ends this alert, within a minute and a year; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        minutes = float(value)
    except (ValueError, OverflowError):
        return None
    return timedelta(minutes=min(max(minutes, 1), MOST_MINUTES)) if minutes > 0 else None


def _read_title(alert: dict[str, Any]) -> tuple[str, str]:
    """Name and summary; without a title the first line that was said is the name."""
    title, summary = _text(alert, _TITLE), _text(alert, _SUMMARY)
    said = title or summary or _text(alert, _DESCRIPTION)
    name = one_line(said.strip().partition("\n")[0])
    if not name:
        raise InvalidInputError("title", "is missing")
    return cut(name, MAX_NAME), "" if summary == name else cut(summary, MAX_SUMMARY)


def _read_status(alert: dict[str, Any]) -> tuple[Status, str]:
    """The status and the word that said so, "" where none did."""
    field, said = _find(alert, _STATUS)
    if said is None or _is_code(said):
        return Status.FIRING, ""
    word = said.strip().lower() if isinstance(said, str) else ""
    status = _STATUSES.get(word)
    if status is None:
        raise InvalidInputError(field, "must be firing or resolved")
    return status, word


def _is_code(said: object) -> bool:
    """Whether it is the status of an answer of a web server, which says nothing of the alert."""
    number = str(said).strip() if isinstance(said, int | str) else ""
    return len(number) == 3 and number.isascii() and number.isdigit() and number[0] in "12345"  # noqa: PLR2004 -- HTTP


def _read_severity(alert: dict[str, Any], labels: dict[str, str], status: str) -> tuple[Severity, str]:
    """By its own field or label, else by a status that is a severity too (``"status": "CRITICAL"``)."""
    field, said = _find(alert, _SEVERITY)
    word = write_text(said) if isinstance(said, str | int | float) else ""
    if word and field == "priority":
        return read_priority(word)
    word = word or labels.get("severity", "")
    if not word and labels.get("priority"):
        return read_priority(labels["priority"])
    return read_severity(word or (status if status in WORDS and status in _BOTH else ""))


def _rest(alert: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What has no role of its own, and what could not be understood."""
    for field, value in (_find(alert, _STARTED), _find(alert, _ENDED)):
        if is_unusable(value):
            yield field, write_text(value)
    field, said = _find(alert, _STATUS)
    if _is_code(said):
        yield field, write_text(said)
    field, said = _find(alert, _SEVERITY)
    if said is not None and not isinstance(said, str | int | float):
        yield field, write_text(said)
    ttl = alert.get("dedupe_ttl_minutes")
    if ttl is not None and _read_ttl(ttl) is None:
        yield "dedupe_ttl_minutes", write_text(ttl)
    for name, value in alert.items():
        if name not in _KNOWN and isinstance(value, dict | list) and value:
            yield name, cut(write_text(value), MAX_SAID_VALUE)


def _link_candidates(alert: dict[str, Any]) -> Iterator[tuple[str, object]]:
    links = alert.get("links")
    for link in links if isinstance(links, list) else [links]:
        if isinstance(link, dict):
            yield one_line(cut(_text(link, ("title", "text")), 80)) or "Link", _text(link, ("url", "href"))
        else:
            yield "Link", link
    for field, title in _LINKS.items():
        yield title, alert.get(field)


def _other_fields(alert: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields nobody knows are labels, if they are no objects or lists."""
    for name, value in alert.items():
        if name not in _KNOWN and isinstance(value, str | int | float):
            yield name, write_text(value)


def _find(fields: dict[str, Any], names: tuple[str, ...]) -> tuple[str, Any]:
    """The first of ``names`` that is given, and its value; null is not given."""
    for name in names:
        value = fields.get(name)
        if value is not None:
            return name, value
    return names[0], None


def _text(fields: dict[str, Any], names: tuple[str, ...]) -> str:
    """What stands there as a text, whatever it is: a detail never costs the alert."""
    _, value = _find(fields, names)
    return "" if value is None else write_text(value)
