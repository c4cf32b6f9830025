"""Netdata: the custom sender of its ``alarm-notify.sh`` as in the recipe, and the webhook of Netdata Cloud.

An alarm is known by host, chart and name; Netdata calls it WARNING or CRITICAL, and CLEAR when it is over.
"""

from datetime import datetime
from typing import Final

from bot.domain.alert.signal import Reading, SenderNote, Signal
from bot.domain.errors import InvalidInputError
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.field import Object
from bot.providers.script import read_text
from bot.providers.sender import Provider
from bot.providers.written_time import read_time

_FIRES: Final = {"WARNING": "warning", "CRITICAL": "critical", "UNDEFINED": "warning", "RAISED": "critical"}
_ENDS: Final = ("CLEAR", "CLEARED", "REMOVED", "OK")
_TEST: Final = ("test_alarm", "test.chart")
_KNOWN: Final = (
    "host", "alarm", "name", "chart", "status", "old_status", "info", "url", "when", "goto_url", "message",
    "alert", "severity", "date", "alert_url", "unique_id", "alarm_id", "event_id", "value", "value_string",
)  # fmt: skip


class Netdata(Provider):
    """Netdata."""

    name = "netdata"
    title = "Netdata"
    success = 200
    where = "Into `health_alarm_notify.conf`: `sudo /etc/netdata/edit-config health_alarm_notify.conf`."
    language = "sh"

    def parse(self, payload: object) -> Reading:
        """Read ``{"host": ..., "chart": ..., "name": ..., "status": "CRITICAL"}``.

        Raises:
            InvalidInputError: there is no alarm in it.
        """
        fields = field.read_object(payload)
        node = field.inner(fields, "node")
        host = field.text(fields, "host", "node_name", "hostname") or field.text(node, "hostname", "name")
        if isinstance(fields.get("status"), dict):
            return one(_read_reachability(fields, host))
        name = field.need(fields, "name", "alert", "alarm")
        chart = field.text(fields, "chart", "instance")
        status = field.need(fields, "status", "severity").upper()
        if status not in _FIRES and status not in _ENDS:
            raise InvalidInputError("status", f"must be one of {', '.join([*_FIRES, *_ENDS])}")
        if (name, chart) == _TEST:
            return Reading((), note=SenderNote("A test of Netdata came through", f"{host} says {status}."))
        moment = read_time(fields.get("when") or fields.get("date"))
        return one(
            build_signal(
                firing=status in _FIRES,
                name=name,
                severity=_FIRES.get(status)
                or _FIRES.get(field.text(fields, "old_status").upper(), "warning"),
                summary=field.text(fields, "alarm", "message", "info"),
                description=field.text(fields, "info"),
                labels=_labels(fields, chart),
                links=[("Chart", fields.get("url") or fields.get("goto_url") or fields.get("alert_url"))],
                rest=fields,
                key=f"nd:{host}/{chart}/{name}",
                target=host,
                started_at=moment if status in _FIRES else None,
                ended_at=moment,
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """A custom sender, in Netdata's own bash."""
        return read_text("netdata.sh").replace("<url>", url).replace("<token>", token)

    def example(self, now: datetime) -> dict[str, object]:
        """A disk that fills."""
        return _example(now, "CRITICAL", "WARNING")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, cleared."""
        return _example(now, "CLEAR", "CRITICAL")


def _read_reachability(fields: Object, host: str) -> Signal:
    """Netdata Cloud says that a node is reachable, or is not."""
    status = field.inner(fields, "status")
    reachable = status.get("reachable")
    if not isinstance(reachable, bool):
        raise InvalidInputError("status.reachable", "must be true or false")
    if not host:
        raise InvalidInputError("host", "is missing")
    return build_signal(
        firing=not reachable,
        name=f"{host} is unreachable",
        severity=field.text(fields, "severity") if not reachable else "critical",
        summary=field.text(fields, "message") or field.text(status, "text"),
        links=[("Node", fields.get("url"))],
        key=f"nd:{host}/reachability",
        rest=fields,
        target=host,
    )


def _labels(fields: Object, chart: str) -> dict[str, str]:
    labels = field.flat(fields, *_KNOWN)
    value = field.text(fields, "value", "value_string")
    return {**labels, **({"chart": chart} if chart else {}), **({"value": value} if value else {})}


def _example(now: datetime, status: str, before: str) -> dict[str, object]:
    return {
        "host": "nas-01",
        "chart": "disk_space._srv",
        "name": "disk_space_usage",
        "status": status,
        "old_status": before,
        "alarm": "disk space usage = 93.4%",
        "info": "disk /srv space utilization",
        "value": "93.4%",
        "when": str(int(now.timestamp())),
        "url": "https://netdata.example.org/alarm?host=nas-01",
    }
