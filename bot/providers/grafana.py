"""Grafana: the webhook of Grafana Alerting, and the one of dashboards' alerts up to Grafana 8.

Grafana Alerting speaks Alertmanager's shape with more to it (receivers/webhook/v1 and
templates/template_data.go of grafana/alerting). Names like ``__dashboardUid__`` are its private notes.
"""

import json
from datetime import datetime
from typing import Any, Final

from bot.domain.alert.signal import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_NOTE,
    MAX_SUMMARY,
    Reading,
    SenderNote,
    Signal,
    Status,
)
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut, one_line
from bot.providers.group import read_group
from bot.providers.label import bound_labels, first_of, locate, read_texts
from bot.providers.link import read_links
from bot.providers.sender import Provider
from bot.providers.severity import read_priority, read_severity

_LEGACY_TEST: Final = "Test notification"
_LEGACY_STATUSES: Final = {
    "alerting": Status.FIRING,
    "no_data": Status.FIRING,
    "pending": Status.FIRING,
    "ok": Status.RESOLVED,
    "paused": Status.RESOLVED,
}


class Grafana(Provider):
    """Grafana Alerting."""

    name = "grafana"
    title = "Grafana"
    where = "Into `provisioning/alerting/tocsin.yaml`, or the same values by hand as a webhook contact point."
    language = "yaml"

    def parse(self, payload: object) -> Reading:
        """Read ``{"version": "1", "alerts": [...]}``, or the older ``{"ruleId": ..., "state": ...}``.

        Raises:
            InvalidInputError: it is neither.
        """
        if not isinstance(payload, dict):
            raise InvalidInputError("body", "must be an object with a list of alerts")
        if "alerts" not in payload and "ruleId" in payload:
            if payload["ruleId"] == 0 and payload.get("ruleName") == _LEGACY_TEST:
                said = payload.get("message")
                words = cut(said, MAX_NOTE) if isinstance(said, str) else ""
                return Reading((), note=SenderNote("A test of Grafana came through", words))
            return Reading(((0, _read_legacy(payload)),))
        alerts = payload.get("alerts")
        if isinstance(alerts, list):
            payload = {**payload, "alerts": [_without_private(alert) for alert in alerts]}
        return read_group(payload)

    def receiver(self, url: str, token: str) -> str:
        """A contact point, as a provisioning file and as what to fill in by hand."""
        return (
            "# Alerting > Contact points > New: integration Webhook, URL and POST as below,\n"
            "# Authorization Header: scheme Bearer, credentials as below. Or as a provisioning file:\n"
            "apiVersion: 1\n"
            "contactPoints:\n"
            "  - orgId: 1\n"
            "    name: Tocsin\n"
            "    receivers:\n"
            "      - uid: tocsin\n"
            "        type: webhook\n"
            "        settings:\n"
            f"          url: {json.dumps(url)}\n"
            "          httpMethod: POST\n"
            "          authorization_scheme: Bearer\n"
            f"          authorization_credentials: {json.dumps(token)}\n"
        )

    def example(self, now: datetime) -> dict[str, object]:
        """A group of one alert that fires since ``now``."""
        labels = {
            "alertname": "High CPU",
            "grafana_folder": "Infrastructure",
            "instance": "web-01",
            "severity": "critical",
        }
        annotations = {
            "summary": "CPU on web-01 is 97.5%",
            "runbook_url": "https://runbooks.example.org/high-cpu",
        }
        alert = {
            "status": "firing",
            "labels": labels,
            "annotations": annotations,
            "startsAt": now.isoformat(),
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "https://grafana.example.org/alerting/grafana/d1rdpdv7k/view?orgId=1",
            "dashboardURL": "https://grafana.example.org/d/abc123?orgId=1",
            "fingerprint": "96704a3245b6ac69",
            "values": {"A": 97.5},
            "valueString": "[ var='A' labels={instance=web-01} value=97.5 ]",
        }
        return {
            "version": "1",
            "groupKey": '{}:{alertname="High CPU"}',
            "truncatedAlerts": 0,
            "status": "firing",
            "receiver": "Tocsin",
            "orgId": 1,
            "state": "alerting",
            "title": "[FIRING:1] High CPU",
            "groupLabels": {"alertname": "High CPU"},
            "commonLabels": labels,
            "commonAnnotations": annotations,
            "externalURL": "https://grafana.example.org/",
            "alerts": [alert],
        }


def _without_private(alert: object) -> object:
    if not isinstance(alert, dict):
        return alert
    return {**alert, "labels": _public(alert.get("labels")), "annotations": _public(alert.get("annotations"))}


def _public(texts: object) -> object:
    if not isinstance(texts, dict):
        return texts
    return {name: text for name, text in texts.items() if not (name[:2] == "__" == name[-2:])}


def _read_legacy(payload: dict[str, Any]) -> Signal:
    state = payload.get("state")
    status = _LEGACY_STATUSES.get(state) if isinstance(state, str) else None
    if status is None:
        raise InvalidInputError("state", "must be one of " + ", ".join(_LEGACY_STATUSES))
    labels = read_texts(payload.get("tags"), "tags")
    texts = {
        field: text
        for field in ("ruleName", "title", "message")
        if isinstance(text := payload.get(field), str)
    }
    severity, severity_word = (
        read_severity(labels["severity"])
        if labels.get("severity")
        else read_priority(labels.get("priority", ""))
    )
    return Signal(
        status=status,
        name=cut(one_line(first_of(texts, ("ruleName", "title"))) or "unnamed alert", MAX_NAME),
        severity=severity,
        severity_word=severity_word,
        summary=cut(first_of(texts, ("message", "title")), MAX_SUMMARY),
        description=cut(_read_matches(payload.get("evalMatches")), MAX_DESCRIPTION),
        labels=bound_labels(labels),
        links=read_links([("Source", payload.get("ruleUrl"))]),
        fingerprint=f"rule:{_number(payload, 'orgId')}:{_number(payload, 'ruleId')}",
        **locate(labels),
    )


def _number(payload: dict[str, Any], field: str) -> int:
    number = payload.get(field, 0)
    if not isinstance(number, int):
        raise InvalidInputError(field, "must be a number")
    return number


def _read_matches(matches: object) -> str:
    if not isinstance(matches, list):
        return ""
    return "\n".join(
        f"{match.get('metric')} = {match.get('value')}" for match in matches if isinstance(match, dict)
    )
