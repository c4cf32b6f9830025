"""Group: alerts in the shape of Alertmanager's webhook, which Grafana, SigNoz and others copied.

The shape is `template.Data` of prometheus/alertmanager (template/template.go); what Grafana adds (values,
dashboard, panel and silence addresses) is read wherever it is found, for Grafana also sends through an
Alertmanager. The status of each alert decides whether it fires: ``endsAt`` lies in the future for some that
fire, and the status of the group is "firing" as long as one in it does. ``truncatedAlerts`` has no bearing on
those that did come.
"""

from collections.abc import Iterator
from typing import Any, Final

from bot.domain.alert.signal import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_SUMMARY,
    Reading,
    Signal,
    Status,
)
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut, one_line
from bot.providers.batch import read_batch
from bot.providers.label import bound_identity, bound_labels, first_of, locate, read_texts
from bot.providers.link import read_links
from bot.providers.moment import read_moment
from bot.providers.severity import read_severity

_STATUSES: Final = {"firing": Status.FIRING, "resolved": Status.RESOLVED}
_SEVERITY: Final = ("severity", "priority")
_SUMMARY: Final = ("summary", "message", "title")
_DESCRIPTION: Final = ("description", "Error")
_RUNBOOK: Final = ("runbook_url", "runbook")
_DASHBOARD: Final = ("dashboard_url", "dashboardURL", "dashboard")
_DATASOURCE_ALERTS: Final = ("DatasourceNoData", "DatasourceError")
_NAMELESS: Final = "unnamed alert"


def read_group(payload: object) -> Reading:
    """Read a group of alerts in Alertmanager's shape.

    Raises:
        InvalidInputError: it is no object with a list of alerts.
    """
    if not isinstance(payload, dict):
        raise InvalidInputError("body", "must be an object with a list of alerts")
    group_key = payload.get("groupKey")
    group_key = bound_identity(group_key) if isinstance(group_key, str) else ""
    return read_batch(payload.get("alerts"), lambda alert: _read_alert(alert, group_key))


def _read_alert(alert: object, group_key: str) -> Signal:
    if not isinstance(alert, dict):
        raise InvalidInputError("alert", "must be an object")
    status = _read_status(alert.get("status"))
    labels = read_texts(alert.get("labels"), "labels")
    annotations = read_texts(alert.get("annotations") or {}, "annotations")
    severity, severity_word = read_severity(first_of(labels, _SEVERITY))
    fingerprint = alert.get("fingerprint")
    return Signal(
        status=status,
        name=cut(one_line(_name(labels, annotations)), MAX_NAME),
        severity=severity,
        severity_word=severity_word,
        summary=cut(first_of(annotations, _SUMMARY), MAX_SUMMARY),
        description=cut(first_of(annotations, _DESCRIPTION) or _measured(alert), MAX_DESCRIPTION),
        labels=bound_labels(labels),
        links=read_links(_link_candidates(alert, annotations)),
        fingerprint=bound_identity(fingerprint) if isinstance(fingerprint, str) else "",
        **locate(labels),
        group_key=group_key,
        started_at=read_moment(alert.get("startsAt")),
        ended_at=read_moment(alert.get("endsAt")) if status is Status.RESOLVED else None,
    )


def _read_status(word: object) -> Status:
    status = _STATUSES.get(word) if isinstance(word, str) else None
    if status is None:
        raise InvalidInputError("status", "must be firing or resolved")
    return status


def _name(labels: dict[str, str], annotations: dict[str, str]) -> str:
    name = labels.get("alertname", "")
    if name in _DATASOURCE_ALERTS:  # Grafana's own alert about a rule: the rule is what people know
        name = labels.get("rulename") or name
    return name or next(filter(None, annotations.values()), _NAMELESS)


def _measured(alert: dict[str, Any]) -> str:
    """What Grafana measured: ``valueString`` is the long form of ``values``."""
    if text := alert.get("valueString"):
        return text if isinstance(text, str) else ""
    values = alert.get("values")
    if not isinstance(values, dict):
        return ""
    return ", ".join(f"{name}={value}" for name, value in values.items() if isinstance(value, int | float))


def _link_candidates(alert: dict[str, Any], annotations: dict[str, str]) -> Iterator[tuple[str, object]]:
    yield "Runbook", first_of(annotations, _RUNBOOK)
    yield "Dashboard", alert.get("dashboardURL") or first_of(annotations, _DASHBOARD)
    yield "Panel", alert.get("panelURL")
    yield "Source", alert.get("generatorURL")
    yield "Silence", alert.get("silenceURL")
