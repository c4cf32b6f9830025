"""Alertmanager API: what Prometheus and vmalert push to an Alertmanager (``POST /api/v2/alerts``).

The body is a bare list. Nothing says "firing": an alert fires until its ``endsAt``, which lies some minutes
ahead and moves with each repeat, and is over once that has passed. One without an ``endsAt`` (amtool,
ElastAlert) fires for `RESOLVE_TIMEOUT`, as in Alertmanager itself.

Who is the same: Alertmanager's own fingerprint, the hash of all labels, so that an alert has one identity
whether it comes through its webhook or here. The labels that only tell a pair of Prometheus servers apart are
left out of it, for not everybody drops them on the way.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from bot.domain.alert.signal import Reading, Signal
from bot.domain.errors import InvalidInputError
from bot.providers.batch import read_batch
from bot.providers.group import read_alert
from bot.providers.label import read_texts
from bot.providers.timestamp import read_moment

RESOLVE_TIMEOUT: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(days=365)
"""An ``endsAt`` farther away counts as this far."""

_TWINS: Final = frozenset({"prometheus_replica", "receive_replica", "__replica__"})
_OFFSET: Final = 14695981039346656037
_PRIME: Final = 1099511628211
_MASK: Final = (1 << 64) - 1


def read_push(payload: object, now: datetime) -> Reading:
    """Read the list that came at ``now``.

    Raises:
        InvalidInputError: it is no list.
    """
    if not isinstance(payload, list):
        raise InvalidInputError("body", "must be a list of alerts")
    return read_batch(payload, lambda alert: _read(alert, now))


def fingerprint(labels: dict[str, str]) -> str:
    """Alertmanager's name for a set of labels: FNV-1a over the sorted names and values."""
    found = _OFFSET
    for name in sorted(labels):
        for byte in b"%b\xff%b\xff" % (_bytes(name), _bytes(labels[name])):
            found = ((found ^ byte) * _PRIME) & _MASK
    return f"{found:016x}"


def _read(alert: object, now: datetime) -> Signal:
    if not isinstance(alert, dict):
        raise InvalidInputError("alert", "must be an object")
    labels = {name: value for name, value in read_texts(alert.get("labels"), "labels").items() if value}
    if not labels:
        raise InvalidInputError("labels", "at least one label is needed")
    ends_at = read_moment(alert.get("endsAt"))
    is_over = ends_at is not None and ends_at <= now
    shaped: dict[str, Any] = {
        **alert,
        "labels": labels,
        "status": "resolved" if is_over else "firing",
        "fingerprint": fingerprint({name: value for name, value in labels.items() if name not in _TWINS}),
    }
    signal = read_alert(shaped)
    if is_over:
        return signal
    expires_at = min(ends_at or now + RESOLVE_TIMEOUT, now + LONGEST)
    return msgspec.structs.replace(signal, expires_at=expires_at)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
