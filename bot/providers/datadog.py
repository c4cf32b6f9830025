"""Datadog: its webhook with the payload in the recipe, and with the payload it comes with.

Known by the monitor and the group that alerts (``$AGGREG_KEY``). The payload that Datadog proposes has no
key and no state but for the brackets before its title: then the title without them is the identity.
"""

import re
from datetime import datetime
from typing import Final

from bot.domain.alert.signal import Reading, SenderNote
from bot.domain.errors import InvalidInputError
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.field import Object
from bot.providers.sender import Provider
from bot.providers.written_time import read_time

_PREFIX: Final = re.compile(r"^\s*(?:\[P[1-5]\]\s*)?\[([A-Za-z -]+?)(?:\s+on\s+([^\]]*))?\]\s*")
_ENDS: Final = ("recovered", "recovery", "success", "ok", "resolved")
_WARNS: Final = ("warn", "re-warn", "warning", "no data", "re-no data")
_KNOWN: Final = (
    "id", "key", "aggregation", "alert_cycle_key", "aggreg_key", "transition", "alert_transition", "title",
    "alert_title",
    "body",
    "text", "link", "url", "date", "last_updated", "priority", "alert_type", "org", "event_type", "snapshot",
    "alert_id", "scope", "alert_status", "tags", "host", "service", "monitor", "event_title",
)  # fmt: skip
_PAYLOAD: Final = """{
  "id": "$ALERT_ID", "aggregation": "$AGGREG_KEY", "transition": "$ALERT_TRANSITION", "type": "$ALERT_TYPE",
  "title": "$EVENT_TITLE", "monitor": "$ALERT_TITLE", "body": "$TEXT_ONLY_MSG", "status": "$ALERT_STATUS",
  "priority": "$ALERT_PRIORITY", "scope": "$ALERT_SCOPE", "host": "$HOSTNAME", "tags": "$TAGS",
  "link": "$LINK", "date": "$DATE"
}"""


class Datadog(Provider):
    """Datadog."""

    name = "datadog"
    title = "Datadog"
    success = 200
    retries_429 = False
    where = "Integrations > Webhooks > New; then mention `@webhook-tocsin` in the monitors' messages."
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read the payload of the recipe, or the one Datadog proposes.

        Raises:
            InvalidInputError: there is no title in it.
        """
        fields = {
            name: value
            for name, value in field.read_object(payload).items()
            if not (isinstance(value, str) and value.startswith("$"))
        }
        title = field.text(fields, "title", "event_title", "alert_title", "monitor")
        if not title:
            raise InvalidInputError("title", "is missing")
        found = _PREFIX.match(title)
        bare = _PREFIX.sub("", title).strip() or title
        name = field.text(fields, "monitor", "alert_title") or bare
        word = field.text(fields, "transition", "alert_transition") or (found[1] if found else "")
        if word.lower() == "test" or title.startswith("[TEST]"):
            return Reading((), note=SenderNote("A test of Datadog came through", bare))
        kind = field.text(fields, "type", "alert_type").lower()
        state = word.lower() or kind
        moment = read_time(fields.get("date") or fields.get("last_updated"))
        firing = state not in _ENDS and not state.endswith("recovered")
        return one(
            build_signal(
                firing=firing,
                name=_PREFIX.sub("", name).strip() or name,
                severity=_severity(fields, state, kind),
                severity_word="" if not word else word.lower(),
                summary=field.text(fields, "status", "alert_status"),
                description=field.text(fields, "body", "text"),
                labels=_labels(fields),
                links=[("Event", fields.get("link") or fields.get("url")), ("Graph", fields.get("snapshot"))],
                rest=fields,
                key=_key(fields, bare, (found[2] or "") if found else ""),
                target=field.text(fields, "host", "scope", "alert_scope"),
                started_at=moment if firing else None,
                ended_at=moment,
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """Name, URL, payload and header."""
        header = f'{{"Authorization": "Bearer {token}"}}'
        return f"Name:     tocsin\nURL:      {url}\nHeaders:  {header}\nPayload:\n{_PAYLOAD}\n"

    def example(self, now: datetime) -> dict[str, object]:
        """A monitor that triggered."""
        return _example(now, "Triggered")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, recovered."""
        return _example(now, "Recovered")


def _key(fields: Object, bare: str, scope: str) -> str:
    key = field.text(fields, "aggregation", "key", "aggreg_key", "alert_cycle_key")
    if key:
        return f"dd:{key}"
    monitor, group = field.text(fields, "alert_id"), field.text(fields, "scope", "alert_scope")
    if monitor:
        return f"dd:{monitor}:{group}"
    org = field.text(field.inner(fields, "org"), "id")
    return f"dd:{org}:{scope}:{bare}"


def _severity(fields: Object, state: str, kind: str) -> str:
    if state in _WARNS:
        return "warning"
    return field.text(fields, "priority") or {"warning": "warning", "info": "info"}.get(kind, "critical")


def _labels(fields: Object) -> dict[str, str]:
    labels = field.flat(fields, *_KNOWN, "type", "status")
    for tag in field.text(fields, "tags").split(","):
        name, colon, value = tag.strip().partition(":")
        if name and colon:
            labels[name] = value
    if scope := field.text(fields, "scope", "alert_scope"):
        labels["scope"] = scope
    return labels


def _example(now: datetime, transition: str) -> dict[str, object]:
    return {
        "id": "1234567",
        "aggregation": "9bd4ac313a4d1e8fae2482df7b77628e",
        "transition": transition,
        "type": "error" if transition == "Triggered" else "success",
        "title": f"[{transition} on host:nas-01] CPU is high",
        "monitor": "CPU is high",
        "body": "CPU of nas-01 is above 90% for 5 minutes.",
        "status": "system.cpu.user over host:nas-01 was > 90.0 at least once during the last 5m",
        "priority": "P2",
        "scope": "host:nas-01",
        "host": "nas-01",
        "tags": "env:prod,host:nas-01,service:shop",
        "link": "https://app.datadoghq.com/event/event?id=1234567",
        "date": int(now.timestamp() * 1000),
    }
