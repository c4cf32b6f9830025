"""Uptime Kuma: its webhook as JSON, as a form, or by GET.

A monitor is known by its id. The test button and notices of expiry carry neither heartbeat nor monitor, only
words: a notice about a certificate or domain is a warning that stays one while the days count down, anything
else is told as a note.
"""

import json
import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec

from bot.domain.alert.signal import MAX_NOTE, Reading, SenderNote, Signal
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.field import Object
from bot.providers.sender import Provider
from bot.providers.written_time import read_time

_FIRING: Final = {"0": "critical", "2": "warning"}
_OVER: Final = ("1", "3")
_EXPIRES: Final = re.compile(r"\s*(?:will expire|expir\w+) in (\d+) days?", re.IGNORECASE)
_SAID: Final = re.compile(r"\[(?P<name>[^\n]{1,300}?)\] \[\W*(?P<state>Down|Up)\]\s*(?P<words>.*)", re.DOTALL)
"""``[Checkout API] [🔴 Down] timeout``: what Kuma itself calls the message."""
_URGENT: Final = 3  # days
_NOTICE: Final = timedelta(days=10)
"""Kuma says it again after 7 days, and never that a certificate was renewed."""


class UptimeKuma(Provider):
    """Uptime Kuma."""

    name = "uptime-kuma"
    title = "Uptime Kuma"
    url_token = True
    methods = frozenset({"POST", "PUT", "GET"})
    where = "Settings > Notifications > Setup Notification: type *Webhook*, and tick *Default enabled*."
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read ``{"heartbeat": {...}, "monitor": {...}, "msg": ...}``.

        Raises:
            InvalidInputError: it is nothing of the kind.
        """
        fields = field.read_object(payload)
        beat, monitor = field.inner(fields, "heartbeat"), field.inner(fields, "monitor")
        words = field.text(fields, "msg", "Body", "body", "text", "message")
        if beat:
            return one(_read_beat(beat, monitor, words))
        if monitor or not words:
            raise InvalidInputError("heartbeat", "is missing")
        return _read_words(words)

    def receiver(self, url: str, token: str) -> str:
        """What to fill in by hand."""
        headers = json.dumps({"Authorization": f"Bearer {token}"})
        body = "Preset - application/json"
        return f"Post URL:            {url}\nRequest Body:        {body}\nAdditional Headers:  {headers}\n"

    def example(self, now: datetime) -> dict[str, object]:
        """A monitor that is down since ``now``."""
        return _example(now, up=False)

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example's monitor, up."""
        return _example(now, up=True)


def _read_beat(beat: Object, monitor: Object, words: str) -> Signal:
    status = field.text(beat, "status")
    if status not in _FIRING and status not in _OVER:
        raise InvalidInputError(
            "heartbeat.status", "must be 0 (down), 1 (up), 2 (pending) or 3 (maintenance)"
        )
    name = field.text(monitor, "name", "pathName") or field.text(beat, "monitorName")
    number = field.text(beat, "monitorID", "monitor_id") or field.text(monitor, "id")
    if not (number or name):
        raise InvalidInputError("heartbeat.monitorID", "is missing")
    tags = _read_tags(monitor)
    path = [part for part in field.items(monitor, "path") if isinstance(part, str)]
    moment = read_time(beat.get("time"))
    firing = status in _FIRING
    return build_signal(
        firing=firing,
        name=name or f"monitor {number}",
        severity=tags.get("severity") or tags.get("priority") or _FIRING.get(status, "critical"),
        summary=field.text(beat, "msg") or words,
        description=field.text(monitor, "description"),
        labels=tags | _labels(monitor, path),
        links=[("Monitored address", monitor.get("url"))],
        key=f"kuma:{number or name}",
        rest={**beat, **monitor},
        service=tags.get("service", ""),
        target=_target(monitor) or name,
        group="/".join(path[:-1]),
        started_at=moment if firing else read_time(beat.get("lastDownTime")),
        ended_at=moment,
    )


def _read_tags(monitor: Object) -> dict[str, str]:
    tags: dict[str, str] = {}
    for tag in field.items(monitor, "tags"):
        if isinstance(tag, dict) and (name := field.text(tag, "name")):
            tags[name] = field.text(tag, "value") or "true"
    return tags


def _labels(monitor: Object, path: list[str]) -> dict[str, str]:
    labels = {"monitor_type": field.text(monitor, "type"), "monitor_group": " / ".join(path[:-1])}
    return {name: said for name, said in labels.items() if said}


def _target(monitor: Object) -> str:
    """The host that is watched; Kuma fills the address of a port or ping monitor with ``https://``."""
    host, port = field.text(monitor, "hostname"), field.text(monitor, "port")
    if host:
        return f"{host}:{port}" if port else host
    try:
        return urlsplit(field.text(monitor, "url")).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _read_words(words: str) -> Reading:
    """What a body of one's own and a notice of expiry say; anything else is a test."""
    if (said := _SAID.match(words)) is not None:
        return one(
            build_signal(
                firing=said["state"].lower() == "down",
                name=said["name"],
                severity="critical",
                summary=said["words"],
                key=f"kuma:name:{said['name']}",
                target=said["name"],
            )
        )
    found = _EXPIRES.search(words)
    if found is None:
        return Reading((), note=SenderNote("Uptime Kuma says hello", cut(words, MAX_NOTE)))
    what = words[: found.start()].strip()
    notice = build_signal(
        firing=True,
        name=words,
        severity="critical" if int(found[1][:6]) <= _URGENT else "warning",
        key=f"kuma:expiry:{what}",
    )
    return one(msgspec.structs.replace(notice, ttl=_NOTICE))


def _example(now: datetime, *, up: bool) -> dict[str, object]:
    said = "200 - OK" if up else "Request failed with status code 503"
    return {
        "heartbeat": {
            "monitorID": 10,
            "status": int(up),
            "time": now.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
            "msg": said,
            "important": True,
        },
        "monitor": {
            "id": 10,
            "name": "Checkout API",
            "path": ["Checkout API"],
            "url": "https://shop.example.org/health",
            "hostname": None,
            "type": "http",
            "tags": [],
        },
        "msg": f"[Checkout API] [{'✅ Up' if up else '🔴 Down'}] {said}",
    }
