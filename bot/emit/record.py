"""Record: what is told of one alert, within bounds and without secrets."""

import itertools
import json
import os
import time
from collections.abc import Mapping
from typing import Final, NamedTuple

LEVELS: Final = ("info", "warning", "critical")
MAX_TITLE: Final = 200
MAX_MESSAGE: Final = 4_000
MAX_CONTEXT: Final = 25
MAX_KEY: Final = 100
MAX_VALUE: Final = 1_000

_numbers: Final = itertools.count()


class Record(NamedTuple):
    """One alert as it is told. ``key`` sorts by time and belongs to this record alone."""

    key: str
    at: str
    severity: str
    title: str
    message: str
    context: dict[str, str]

    def line(self) -> str:
        """The record as one line of JSON."""
        return json.dumps({"event": "alert", **self._asdict()}, ensure_ascii=False)

    def payload(self) -> dict[str, object]:
        """The record as Tocsin's generic provider reads it."""
        return {
            "title": self.title,
            "severity": self.severity,
            "message": self.message,
            "started_at": self.at,
            "labels": self.context,
        }


def read(severity: object, title: object, message: object, context: Mapping[str, object] | None) -> Record:
    """A record of whatever was handed in."""
    now = time.time_ns()
    level = str(severity).strip().lower()
    said = list((context or {}).items())[:MAX_CONTEXT] if isinstance(context or {}, Mapping) else []
    return Record(
        key=f"{now:020d}-{os.getpid():07d}-{next(_numbers):06d}",
        at=_moment(now),
        severity=level if level in LEVELS else "info",
        title=_words(title, MAX_TITLE) or "Untitled alert",
        message=_words(message, MAX_MESSAGE),
        context={_words(key, MAX_KEY): _value(key, value) for key, value in said},
    )


def _moment(now: int) -> str:
    seconds, rest = divmod(now, 1_000_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest // 1000:06d}Z"


def _words(value: object, limit: int) -> str:
    text = _scrub(str(value).encode("utf-8", "replace").decode()).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _value(key: object, value: object) -> str:
    """A value without secrets, whether it or its name gives them away."""
    name, text = str(key), str(value).encode("utf-8", "replace").decode()
    scrubbed = _scrub(f"{name}={text}")
    return _words(
        scrubbed.removeprefix(f"{name}=") if scrubbed.startswith(f"{name}=") else scrubbed, MAX_VALUE
    )


def _scrub(text: str) -> str:
    """The text without secrets, by the rules of the desk where its packages are installed."""
    try:
        from bot.domain.access.secret_pattern import scrub
    except ImportError:
        return text
    return scrub(text)[0]
