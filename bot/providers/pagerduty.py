"""PagerDuty: events as its Events API takes them, version 2 and version 1.

Who is the same: the ``dedup_key`` (version 1: ``incident_key``), within the source whose token is the routing
key. A trigger without one is a problem of its own; the key that was made for it is answered.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from bot.domain.alert.change import Change, believable
from bot.domain.alert.signal import (
    MAX_DESCRIPTION,
    MAX_LABEL_NAME,
    MAX_NAME,
    MAX_SUMMARY,
    Severity,
    Signal,
    Status,
)
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut, one_line
from bot.providers.label import SERVICE, bound_identity, bound_labels, first_of
from bot.providers.link import read_links
from bot.providers.severity import read_severity
from bot.providers.timestamp import read_moment

MAX_KEY: Final = 255


class EventAction(StrEnum):
    """What an event asks for."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


class PagerDutyEvent(msgspec.Struct, frozen=True):
    """One event: what it asks for, and what about; of an acknowledgement only the key counts."""

    action: EventAction
    key: str
    signal: Signal


def read_event(payload: object, fresh_key: str) -> PagerDutyEvent:
    """Read an event of version 2; ``fresh_key`` is for a trigger that brings none.

    Raises:
        InvalidInputError: a field that cannot be missing is, or is of another kind.
    """
    body = _object(payload, "body")
    action = _action(body.get("event_action"), "event_action")
    key = _key(body.get("dedup_key"), "dedup_key", action, fresh_key)
    if action is not EventAction.TRIGGER:
        return PagerDutyEvent(action, key, _over(key, body.get("payload")))
    content = _object(body.get("payload"), "payload")
    summary = _text(content.get("summary"), "payload.summary")
    details = content.get("custom_details")
    links = [_link(each) for each in _list(body.get("links"))]
    links += [("Image", _field(each, "src")) for each in _list(body.get("images"))]
    labels = _labels(content, details)
    return PagerDutyEvent(
        action,
        key,
        _firing(
            key,
            summary,
            str(content.get("severity") or ""),
            labels,
            details,
            (*links, (_client(body), body.get("client_url"))),
            read_moment(content.get("timestamp")),
        ),
    )


def read_event_v1(payload: object, fresh_key: str) -> PagerDutyEvent:
    """Read an event of version 1, as `read_event` does."""
    body = _object(payload, "body")
    action = _action(body.get("event_type"), "event_type")
    key = _key(body.get("incident_key"), "incident_key", action, fresh_key)
    if action is not EventAction.TRIGGER:
        return PagerDutyEvent(action, key, _over(key, {"summary": body.get("description")}))
    summary = _text(body.get("description"), "description")
    details = body.get("details")
    links = [_link(each) for each in _list(body.get("contexts"))]
    labels = _labels({}, details)
    severity = labels.get("severity", "")
    return PagerDutyEvent(
        action,
        key,
        _firing(
            key, summary, severity, labels, details, (*links, (_client(body), body.get("client_url"))), None
        ),
    )


def read_change(payload: object, now: datetime) -> Change:
    """Read a change event that came at ``now``.

    Raises:
        InvalidInputError: it says nothing of what was changed.
    """
    body = _object(payload, "body")
    content = _object(body.get("payload"), "payload")
    labels = _labels({}, content.get("custom_details"))
    return Change(
        summary=cut(one_line(_text(content.get("summary"), "payload.summary")), MAX_SUMMARY),
        place=cut(one_line(_scalar(content.get("source"))), MAX_LABEL_NAME),
        service=cut(first_of(labels, SERVICE), MAX_LABEL_NAME),
        at=believable(read_moment(content.get("timestamp")), now),
        links=read_links(_link(each) for each in _list(body.get("links"))),
    )


def _firing(
    key: str,
    summary: str,
    severity_word: str,
    labels: dict[str, str],
    details: object,
    links: tuple[tuple[str, object], ...],
    at: datetime | None,
) -> Signal:
    severity, word = read_severity(severity_word)
    name = one_line(summary)
    return Signal(
        status=Status.FIRING,
        name=cut(name, MAX_NAME),
        severity=severity,
        severity_word=word,
        summary=cut(summary, MAX_SUMMARY) if len(name) > MAX_NAME else "",
        description=cut(_describe(details), MAX_DESCRIPTION),
        labels=bound_labels(labels),
        links=read_links(links),
        fingerprint=bound_identity(key),
        service=cut(first_of(labels, SERVICE), MAX_LABEL_NAME),
        target=cut(labels.get("source", ""), MAX_LABEL_NAME),
        group_key=cut(labels.get("group", ""), MAX_LABEL_NAME),
        started_at=at,
    )


def _over(key: str, content: object) -> Signal:
    """What is over, or taken on, is known by its key alone; some senders repeat the rest."""
    summary = content.get("summary") if isinstance(content, dict) else None
    name = one_line(summary) if isinstance(summary, str) and summary.strip() else key
    return Signal(
        status=Status.RESOLVED,
        name=cut(name, MAX_NAME),
        severity=Severity.INFO,
        fingerprint=bound_identity(key),
    )


def _action(word: object, field: str) -> EventAction:
    try:
        return EventAction(word) if isinstance(word, str) else EventAction("")
    except ValueError:
        raise InvalidInputError(field, "must be trigger, acknowledge or resolve") from None


def _key(value: object, field: str, action: EventAction, fresh: str) -> str:
    key = _scalar(value)
    if len(key) > MAX_KEY:
        raise InvalidInputError(field, f"must have at most {MAX_KEY} characters")
    if not key and action is not EventAction.TRIGGER:
        raise InvalidInputError(field, f"is required to {action}")
    return key or fresh


def _labels(content: dict[str, Any], details: object) -> dict[str, str]:
    """What the fields and the flat details say."""
    given = {name: _scalar(content.get(name)) for name in ("source", "component", "group", "class")}
    flat = details if isinstance(details, dict) else {}
    more = {name: text for name, value in flat.items() if (text := _scalar(value))}
    return {**more, **{name: text for name, text in given.items() if text}}


def _describe(details: object) -> str:
    """Details as lines; what is nested stays JSON."""
    if isinstance(details, str):
        return details
    if not isinstance(details, dict):
        return ""
    return "\n".join(
        f"{name}: {_scalar(value) or msgspec.json.encode(value).decode()}"
        for name, value in details.items()
        if value not in (None, "", [], {})
    )


def _link(each: object) -> tuple[str, object]:
    """``{"href", "text"}``, and in version 1 a context of type link or image."""
    return one_line(_scalar(_field(each, "text"))) or "Link", _field(each, "href") or _field(each, "src")


def _client(body: dict[str, Any]) -> str:
    return cut(one_line(_scalar(body.get("client"))), MAX_LABEL_NAME) or "Client"


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _object(value: object, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInputError(field, "must be an object")
    return value


def _text(value: object, field: str) -> str:
    text = _scalar(value)
    if not text.strip():
        raise InvalidInputError(field, "is required")
    return text


def _scalar(value: object) -> str:
    """A text, or a number or truth as text; "" for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""
