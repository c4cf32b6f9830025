"""Occurrence: an event of any kind with data of any shape, as CloudEvents and Standard Webhooks carry it.

State, severity and words are looked for in the data, the state else in the last word of the type. The
identity is the key that the data names, or what the event is about; an id that is new each time is none.
"""

import re
from datetime import datetime
from typing import Final

from bot.domain.alert.signal import Signal
from bot.providers import field
from bot.providers.build import build_signal
from bot.providers.field import Object
from bot.providers.state import read_state, read_state_at_end, without_state

_KEYS: Final = (
    "fingerprint",
    "dedup_key",
    "dedupe_key",
    "dedupKey",
    "key",
    "alert_id",
    "alertId",
    "incident_id",
)
_ABOUT: Final = (
    "monitor_id", "monitorId", "monitor", "check_id", "check", "rule_id", "rule", "incident", "alert",
    "resource",
    "host", "service", "name", "title",
)  # fmt: skip
_TITLES: Final = ("title", "alertname", "name", "monitor", "check", "alert", "summary", "message")
_SUMMARIES: Final = ("summary", "message", "reason", "description", "cause")
_SEVERITIES: Final = ("severity", "priority", "level")
_LINKS: Final = (
    ("Runbook", "runbook_url"),
    ("Dashboard", "dashboard_url"),
    ("Source", "url"),
    ("Source", "link"),
)


_TEST: Final = re.compile(r"(?:(?:webhook|endpoint|svix)[._-])?(?:ping|test)", re.IGNORECASE)


def is_test(kind: str) -> bool:
    """Whether an event's type says that it is only sent to try the way: ``ping``, ``webhook.test``."""
    return _TEST.fullmatch(kind) is not None


def read_occurrence(
    data: Object, *, kind: str, about: str = "", prefix: str, origin: str = "", moment: datetime | None = None
) -> Signal:
    """A signal of ``data``; ``kind`` is the event's type, ``about`` its subject, ``origin`` its source."""
    state = read_state(field.text(data, "status", "state"))
    if state is None:
        state = read_state_at_end(kind)
    severity = field.text(data, *_SEVERITIES) or ("info" if state is None else "")
    name = field.text(data, *_TITLES) or about or kind or "event"
    key = field.text(data, *_KEYS)
    if not key:
        named = about or field.text(data, *_ABOUT)
        key = (
            ":".join(filter(None, (origin, without_state(kind) if not named or origin else "", named)))
            or name
        )
    firing = state is not False
    return build_signal(
        firing=firing,
        name=name,
        severity=severity,
        summary=field.text(data, *_SUMMARIES) or kind,
        description=field.text(data, "description", "details", "body"),
        labels=field.flat(
            data, "status", "state", "title", "summary", "message", "description", *_SEVERITIES, *_KEYS
        )
        | ({"event_type": without_state(kind)} if kind else {}),
        links=[(title, data.get(link)) for title, link in _LINKS],
        key=f"{prefix}:{key}",
        service=field.text(data, "service"),
        target=field.text(data, "host", "instance", "target", *_ABOUT[:-2]) or about or origin,
        started_at=moment if firing else None,
        ended_at=moment,
    )
