"""Opsgenie: alerts as its Alert API takes them.

Who is the same: the ``alias``. An alert that brings none is a problem of its own, named by the number that it
gets here.
"""

from typing import Any, Final

import msgspec

from bot.domain.alert.alert import Alert
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

MAX_ALIAS: Final = 512
_PRIORITIES: Final = ("P1", "P2", "P3", "P4", "P5")
_OF_SEVERITY: Final = {Severity.CRITICAL: "P1", Severity.WARNING: "P3", Severity.INFO: "P5"}
_LINKS: Final = ("runbook", "runbook_url", "dashboard", "dashboard_url", "url", "link", "generatorURL")


class ActionRequest(msgspec.Struct, frozen=True):
    """What a request about an alert says besides its address."""

    text: str = ""
    user: str = ""
    source: str = ""
    end_time: str = ""


def read_create(payload: object, fresh_alias: str) -> tuple[str, Signal]:
    """The alias and the alert; ``fresh_alias`` is for one that brings none.

    Raises:
        InvalidInputError: there is no message, or the alias is too long.
    """
    if not isinstance(payload, dict):
        raise InvalidInputError("body", "must be an object")
    message = _text(payload.get("message"))
    if not message.strip():
        raise InvalidInputError("message", "can not be empty")
    alias = _text(payload.get("alias")) or fresh_alias
    if len(alias) > MAX_ALIAS:
        raise InvalidInputError("alias", f"must have at most {MAX_ALIAS} characters")
    severity, word = read_severity(_text(payload.get("priority")))
    labels = _labels(payload)
    details = payload.get("details")
    details = details if isinstance(details, dict) else {}
    name = one_line(message)
    return alias, Signal(
        status=Status.FIRING,
        name=cut(name, MAX_NAME),
        severity=severity,
        severity_word=word,
        summary=cut(message, MAX_SUMMARY) if len(name) > MAX_NAME else "",
        description=cut(_text(payload.get("description")), MAX_DESCRIPTION),
        labels=bound_labels(labels),
        links=read_links((name.replace("_", " ").capitalize(), details.get(name)) for name in _LINKS),
        fingerprint=bound_identity(alias),
        service=cut(first_of(labels, SERVICE), MAX_LABEL_NAME),
        target=cut(labels.get("entity") or labels.get("host", ""), MAX_LABEL_NAME),
    )


def read_update(alert: Alert, field: str, value: str) -> Signal:
    """The alert as it is, with another message, description or priority."""
    severity, word = read_severity(value) if field == "priority" else (alert.severity, alert.severity_word)
    return Signal(
        status=Status.FIRING,
        name=cut(one_line(value), MAX_NAME) if field == "message" else alert.name,
        severity=severity,
        severity_word=word,
        summary=alert.summary,
        description=cut(value, MAX_DESCRIPTION) if field == "description" else alert.description,
        labels=alert.labels,
        links=alert.links,
        namespace=alert.namespace,
        service=alert.service,
        target=alert.target,
        group_key=alert.group_key,
    )


def priority_of(alert: Alert) -> str:
    """``P1`` to ``P5``: the sender's own word where it is one."""
    word = alert.severity_word.upper()
    return word if word in _PRIORITIES else _OF_SEVERITY[alert.severity]


def read_close(alias: str) -> Signal:
    """What is over is known by its alias alone."""
    return Signal(
        status=Status.RESOLVED,
        name=cut(one_line(alias), MAX_NAME),
        severity=Severity.INFO,
        fingerprint=bound_identity(alias),
    )


def read_note(payload: object) -> ActionRequest:
    """The body of a request about an alert; an empty one says nothing.

    Raises:
        InvalidInputError: it is no object.
    """
    if payload is None:
        return ActionRequest()
    if not isinstance(payload, dict):
        raise InvalidInputError("body", "must be an object")
    return ActionRequest(
        text=_text(payload.get("note")),
        user=_text(payload.get("user")),
        source=_text(payload.get("source")),
        end_time=_text(payload.get("endTime")),
    )


def _labels(payload: dict[str, Any]) -> dict[str, str]:
    details = payload.get("details")
    flat = details if isinstance(details, dict) else {}
    labels = {name: text for name, value in flat.items() if (text := _text(value))}
    tags = payload.get("tags")
    if isinstance(tags, list) and tags:
        labels["tags"] = ", ".join(filter(None, map(_text, tags)))
    for name in ("alias", "entity", "source"):
        if text := _text(payload.get(name)):
            labels[name] = text
    return labels


def _text(value: object) -> str:
    """A text, or a number or truth as text; "" for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""
