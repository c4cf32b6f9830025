"""Zabbix: what the media type in the recipe posts. An event is known by its id, which its recovery names too.

Severities are Zabbix' 0 to 5, by number or word; macros that Zabbix could not fill in are as good as absent.
"""

import json
import re
from datetime import datetime
from typing import Any, Final

from bot.domain.alert.signal import Reading, SenderNote, Severity
from bot.domain.errors import InvalidInputError
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.field import Object
from bot.providers.sender import Provider
from bot.providers.state import read_state
from bot.providers.written_time import read_time

_SEVERITIES: Final = (
    Severity.INFO, Severity.INFO, Severity.WARNING, Severity.WARNING, Severity.CRITICAL, Severity.CRITICAL,
)  # fmt: skip
_WORDS: Final = ("not classified", "information", "warning", "average", "high", "disaster")
_EMPTY: Final = re.compile(r"\*UNKNOWN\*|\{[A-Z][A-Z0-9.]*(?:\.[A-Z0-9]+)*\}")
_KNOWN: Final = (
    "event_id", "eventid", "problem_id", "event_value", "value", "status", "event_status", "name",
    "event_name",
    "subject", "message", "severity", "event_severity", "nseverity", "event_nseverity", "url", "event_url",
    "event_date", "event_time", "date", "time", "event_recovery_date", "event_recovery_time", "tags",
    "event_tags",
    "trigger_url", "opdata", "event_opdata", "host", "host_name", "description", "trigger_description",
)  # fmt: skip
_PARAMETERS: Final = {
    "url": "URL",
    "token": "TOKEN",
    "event_id": "{EVENT.ID}",
    "event_value": "{EVENT.VALUE}",
    "event_update": "{EVENT.UPDATE.STATUS}",
    "event_name": "{EVENT.NAME}",
    "event_nseverity": "{EVENT.NSEVERITY}",
    "event_opdata": "{EVENT.OPDATA}",
    "event_tags": "{EVENT.TAGSJSON}",
    "event_date": "{EVENT.DATE}",
    "event_time": "{EVENT.TIME}",
    "event_recovery_date": "{EVENT.RECOVERY.DATE}",
    "event_recovery_time": "{EVENT.RECOVERY.TIME}",
    "host": "{HOST.NAME}",
    "host_ip": "{HOST.IP}",
    "trigger_id": "{TRIGGER.ID}",
    "trigger_url": "{TRIGGER.URL}",
    "trigger_description": "{TRIGGER.DESCRIPTION}",
    "zabbix_url": "{$ZABBIX.URL}",
}


class Zabbix(Provider):
    """Zabbix."""

    name = "zabbix"
    title = "Zabbix"
    success = 200
    where = (
        "Alerts > Media types > Create: type *Webhook* with these parameters, and as script what"
        " `tocsin source recipe zabbix --script` prints. Give a user this medium and an action that uses it."
    )
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read the parameters of one event.

        Raises:
            InvalidInputError: there is no event id or no value in them.
        """
        given = field.read_object(payload)
        fields = {name: value for name, value in given.items() if not _is_empty(value)}
        number = field.text(fields, "event_id", "eventid", "problem_id")
        name = field.text(fields, "event_name", "name", "subject")
        if not number:
            if name or _is_empty(
                given.get("event_id")
            ):  # the test of a media type, with its macros as they are
                return Reading((), note=SenderNote("A test of Zabbix came through", name))
            raise InvalidInputError("event_id", "is missing")
        firing = _read_value(fields)
        level, word = _read_severity(fields)
        host, opdata = field.text(fields, "host", "host_name"), field.text(fields, "event_opdata", "opdata")
        return one(
            build_signal(
                firing=firing,
                name=name or f"event {number}",
                severity=level,
                severity_word=word,
                summary=opdata or field.first_line(field.text(fields, "message")),
                description=field.text(fields, "trigger_description", "description", "message"),
                labels=_read_tags(fields) | field.flat(fields, *_KNOWN),
                links=_links(fields, number),
                key=f"zbx:{number}",
                rest=fields,
                target=host,
                started_at=_moment(fields, "event_"),
                ended_at=_moment(fields, "event_recovery_"),
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """The parameters of the media type, by name and value."""
        known = {"url": url, "token": token}
        return "".join(f"{name:<22}{known.get(name, value)}\n" for name, value in _PARAMETERS.items())

    def example(self, now: datetime) -> dict[str, object]:
        """A problem."""
        return _example(now, "1")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, over."""
        return _example(now, "0")


def _is_empty(value: object) -> bool:
    """Whether it is a macro that Zabbix could not fill in."""
    return isinstance(value, str) and _EMPTY.fullmatch(value.strip()) is not None


def _read_value(fields: Object) -> bool:
    word = field.need(fields, "event_value", "value", "event_status", "status")
    firing = {"1": True, "0": False}.get(word, read_state(word))
    if firing is None:
        raise InvalidInputError("event_value", "must be 1 (problem) or 0 (recovery)")
    return firing


def _read_severity(fields: Object) -> tuple[Severity, str]:
    said = field.text(fields, "event_nseverity", "nseverity", "event_severity", "severity").lower()
    number = int(said) if said in {"0", "1", "2", "3", "4", "5"} else -1
    if said in _WORDS:
        number = _WORDS.index(said)
    if number < 0:
        return Severity.WARNING, said
    word = _WORDS[number]
    return _SEVERITIES[number], "" if word == "warning" else word


def _read_tags(fields: Object) -> dict[str, str]:
    tags: Any = fields.get("event_tags", fields.get("tags"))
    if isinstance(tags, str):
        try:
            tags = json.loads(tags)
        except (ValueError, RecursionError):
            return {"tags": tags}
    found: dict[str, str] = {}
    for tag in tags if isinstance(tags, list) else []:
        if isinstance(tag, dict) and (name := field.text(tag, "tag", "name")):
            found[name] = field.text(tag, "value") or "true"
    return found


def _links(fields: Object, number: str) -> list[tuple[str, object]]:
    base, trigger = (
        field.text(fields, "zabbix_url").rstrip("/"),
        field.text(fields, "trigger_id", "triggerid"),
    )
    page = f"{base}/tr_events.php?triggerid={trigger}&eventid={number}" if base and trigger else ""
    return [("Runbook", fields.get("trigger_url")), ("Event", fields.get("event_url") or page)]


def _moment(fields: Object, prefix: str) -> datetime | None:
    date = field.text(fields, f"{prefix}date") or (field.text(fields, "date") if prefix == "event_" else "")
    time = field.text(fields, f"{prefix}time") or (field.text(fields, "time") if prefix == "event_" else "")
    return read_time(f"{date} {time}".strip())


def _example(now: datetime, value: str) -> dict[str, object]:
    return {
        "event_id": "4711",
        "event_value": value,
        "event_name": "High CPU on nas-01",
        "event_nseverity": "4",
        "event_opdata": "97.5 %",
        "event_tags": [{"tag": "component", "value": "cpu"}],
        "event_date": now.strftime("%Y.%m.%d"),
        "event_time": now.strftime("%H:%M:%S"),
        "event_recovery_date": now.strftime("%Y.%m.%d") if value == "0" else "{EVENT.RECOVERY.DATE}",
        "event_recovery_time": now.strftime("%H:%M:%S") if value == "0" else "{EVENT.RECOVERY.TIME}",
        "host": "nas-01",
        "trigger_id": "23456",
        "zabbix_url": "https://zabbix.example.org",
    }
