"""Unkeyed: an identity for those senders that give none, by what stays the same when they say it again."""

import re
from collections.abc import Mapping
from typing import Final

from bot.domain.alert.signature import churns

_STATE: Final = re.compile(
    r"^\W*(?:(?:re)?triggered|recovered|resolved?|ok|problem|firing|fixed|alert(?:ing)?|warn(?:ing)?|critical|down|up"
    r"|error|failed|fail|success)\b\W*",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d+(?:[.,:]\d+)*%?")
_JOINT: Final = re.compile(r"[A-Za-z_-]\d+")


def steady(sender: str, title: str, labels: Mapping[str, str]) -> str:
    """``title`` without a leading word for the state and without measures, and the labels that do not churn.

    A number that belongs to a name (``nas-01``, ``web2``) is no measure.
    """
    plain = title
    for _ in range(3):
        plain = _STATE.sub("", plain) or plain
    kept = [found.span() for found in _JOINT.finditer(plain)]
    masked = _NUMBER.sub(
        lambda found: found[0] if any(a < found.end() and found.start() < b for a, b in kept) else "#", plain
    )
    parts = [f"{name}={labels[name]}" for name in sorted(labels) if not churns(name)]
    return "\n".join([f"{sender}:{' '.join(masked.split()).lower()}", *parts])
