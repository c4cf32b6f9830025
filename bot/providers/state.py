"""State: senders' words for what is the case; True is firing, False is over, None is no such word."""

import re
from typing import Final

from bot.domain.text import words

_FIRING: Final = frozenset(
    words(
        "firing alerting alert active open opened triggered trigger retriggered problem down failed failure "
        "failing fail error errored critical crit warning warn unreachable offline created started activated "
        "acknowledged breached raised missing late unhealthy degraded nodata exceeded major minor fatal "
        "unknown timeout full lost stopped crashed expired detected violated fired"
    )
)
_OVER: Final = frozenset(
    words(
        "resolved resolve ok okay up closed close recovered recovery inactive normal cleared clear success "
        "succeeded successful healthy fixed online completed deactivated good passed"
    )
)
_BLANKS: Final = re.compile(r"[\s_-]+")


def read_state(word: object) -> bool | None:
    """What ``word`` says, in any case; truths and numbers say nothing."""
    if not isinstance(word, str):
        return None
    plain = _BLANKS.sub("", word.strip().lower())
    if plain in _OVER:
        return False
    return True if plain in _FIRING else None


def read_state_at_end(name: str) -> bool | None:
    """What the last word of a dotted name says: ``monitor.down``, ``com.example.alert.resolved``."""
    found = words(name)[-1:]
    return read_state(found[0]) if found else None


def without_state(name: str) -> str:
    """A dotted name without a last word that is a state."""
    if read_state_at_end(name) is None:
        return name
    return re.sub(r"[^A-Za-z0-9]*[A-Za-z0-9]+[^A-Za-z0-9]*$", "", name)
