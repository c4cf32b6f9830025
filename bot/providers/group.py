"""Group: alerts in the shape of Alertmanager's webhook, which Grafana, SigNoz and others copied.

The shape is `template.Data` of prometheus/alertmanager (template/template.go); what Grafana adds (values,
dashboard, panel and silence addresses, an image) is read wherever it is found, for Grafana also sends
through an Alertmanager. The status of each alert decides whether it fires: ``endsAt`` lies in the future for
some that fire, and the status of the group is "firing" as long as one in it does.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from bot.domain.alert.signal import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_SUMMARY,
    TRUNCATED,
    Reading,
    Signal,
    Status,
)
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut, one_line
from bot.providers.batch import read_batch
from bot.providers.label import (
    bound_identity,
    bound_labels,
    bound_said,
    first_of,
    locate,
    read_texts,
    write_text,
)
from bot.providers.link import read_links
from bot.providers.severity import read_priority, read_severity
from bot.providers.timestamp import is_unusable, read_moment

_STATUSES: Final = {"firing": Status.FIRING, "resolved": Status.RESOLVED}
_SUMMARY: Final = ("summary", "message", "title")
_DESCRIPTION: Final = ("description", "Error")
_RUNBOOK: Final = ("runbook_url", "runbook")
_DASHBOARD: Final = ("dashboard_url", "dashboardURL", "dashboard")
_PAGES: Final = {"panelURL": "Panel", "generatorURL": "Source", "silenceURL": "Silence", "imageURL": "Image"}
_DATASOURCE: Final = {"DatasourceNoData": "No data", "DatasourceError": "Data source error"}
_NAMELESS: Final = "unnamed alert"


class _Group(NamedTuple):
    key: str
    common: dict[str, str]
    left_out: int


_ALONE: Final = _Group("", {}, 0)


def read_group(payload: object) -> Reading:
    """Read a group of alerts in Alertmanager's shape.

    Raises:
        InvalidInputError: it is no object with a list of alerts.
    """
    if not isinstance(payload, dict):
        raise InvalidInputError("body", "must be an object with a list of alerts")
    key, left_out = payload.get("groupKey"), payload.get("truncatedAlerts")
    group = _Group(
        key=bound_identity(key) if isinstance(key, str) else "",
        common={
            **read_texts(payload.get("groupLabels"), "groupLabels"),
            **read_texts(payload.get("commonLabels"), "commonLabels"),
        },
        left_out=left_out if isinstance(left_out, int) and left_out > 0 else 0,
    )
    return read_batch(payload.get("alerts"), lambda alert: _read_alert(alert, group))


def read_alert(alert: object) -> Signal:
    """Read one alert of this shape that belongs to no group.

    Raises:
        InvalidInputError: it is no object, its status is no word of ours, or its labels are no texts.
    """
    return _read_alert(alert, _ALONE)


def _read_alert(alert: object, group: _Group) -> Signal:
    if not isinstance(alert, dict):
        raise InvalidInputError("alert", "must be an object")
    status = _read_status(alert.get("status"))
    labels = read_texts(alert.get("labels"), "labels")
    annotations = read_texts(alert.get("annotations"), "annotations")
    severity, severity_word = (
        read_severity(labels["severity"])
        if labels.get("severity")
        else read_priority(labels.get("priority", ""))
    )
    fingerprint = alert.get("fingerprint")
    words = _Words.read(alert, labels, annotations, group.common)
    started_at = read_moment(alert.get("startsAt"))
    ended_at = read_moment(alert.get("endsAt")) if status is Status.RESOLVED else None
    moments = ("startsAt", started_at), ("endsAt", ended_at)
    return Signal(
        status=status,
        name=cut(one_line(words.name), MAX_NAME),
        severity=severity,
        severity_word=severity_word,
        summary=cut(words.summary, MAX_SUMMARY),
        description=cut(words.description, MAX_DESCRIPTION),
        labels=bound_labels(labels),
        links=read_links(_find_links(alert, annotations)),
        fingerprint="" if fingerprint is None else bound_identity(write_text(fingerprint)),
        **locate(labels),
        group_key=group.key,
        started_at=started_at,
        ended_at=ended_at,
        said=bound_said(_rest(alert, annotations, words.used, moments, group.left_out)),
    )


def _read_status(word: object) -> Status:
    status = _STATUSES.get(word.strip().lower()) if isinstance(word, str) else None
    if status is None:
        raise InvalidInputError("status", "must be firing or resolved")
    return status


class _Words(NamedTuple):
    """``used`` are the annotations that became one of the others."""

    name: str
    summary: str
    description: str
    used: frozenset[str]

    @classmethod
    def read(
        cls,
        alert: dict[str, Any],
        labels: dict[str, str],
        annotations: dict[str, str],
        common: Mapping[str, str],
    ) -> "_Words":
        """Grafana's own alert about a rule says so, for the rule's texts are about something else."""
        kind = labels.get("alertname") or common.get("alertname", "")
        summary, description = _first(annotations, _SUMMARY), _first(annotations, _DESCRIPTION)
        if kind in _DATASOURCE:
            error = annotations.get("Error", "")
            said = _DATASOURCE[kind]
            name = f"{said}: {labels.get('rulename') or kind}"
            return cls(name, f"{said}: {error}" if error else said, "", frozenset({"Error"}))
        name = kind or next(filter(None, annotations.values()), _NAMELESS)
        told = annotations.get(description, "") or measured(alert)
        return cls(name, annotations.get(summary, ""), told, frozenset({summary, description}))


def _first(texts: Mapping[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if texts.get(name):
            return name
    return ""


def measured(alert: Mapping[str, Any]) -> str:
    """What Grafana measured: ``B = 6.71, C = 1``; ``valueString`` is a long form of ``values``."""
    values = alert.get("values")
    if isinstance(values, dict) and values:
        numbers = [(name, value) for name, value in values.items() if isinstance(value, int | float)]
        return ", ".join(f"{cut(name, 64)} = {value:.6g}" for name, value in numbers)
    text = alert.get("valueString")
    return text if isinstance(text, str) else ""


def _rest(
    alert: dict[str, Any],
    annotations: dict[str, str],
    used: frozenset[str],
    moments: Iterable[tuple[str, datetime | None]],
    left_out: int,
) -> Iterator[tuple[str, str]]:
    """What was said without a role of its own."""
    if left_out:
        yield TRUNCATED, str(left_out)
    for name, moment in moments:
        if moment is None and is_unusable(alert.get(name)):
            yield name, write_text(alert[name])
    linked = (_first(annotations, _RUNBOOK), _first(annotations, _DASHBOARD))
    for name, text in annotations.items():
        if name not in used and name not in linked:
            yield name, text
    if told := measured(alert):
        yield "values", told


def _find_links(alert: dict[str, Any], annotations: dict[str, str]) -> list[tuple[str, object]]:
    """Titles and addresses, of those that are given."""
    found: list[tuple[str, object]] = []
    if runbook := first_of(annotations, _RUNBOOK):
        found.append(("Runbook", runbook))
    if dashboard := alert.get("dashboardURL") or first_of(annotations, _DASHBOARD):
        found.append(("Dashboard", dashboard))
    for name, title in _PAGES.items():
        if page := alert.get(name):
            found.append((title, page))
    return found
