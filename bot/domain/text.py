"""Text: what strangers wrote, made harmless and bounded.

Harmless means: a database stores it, Discord takes it, and it cannot lie about its own order. So no NUL
and no other control character but tab and newline, no lone surrogate, no bidirectional override.
Each of these becomes U+FFFD instead of vanishing, for a character that vanishes joins its neighbours
into a word nobody has looked at. Terminal colours alone are dropped, for logs are full of them.
"""

import re
from typing import Final

ELLIPSIS: Final = "…"

_HARMFUL: Final = re.compile(
    r"(?P<colour>\x1b\[[0-?]*[ -/]*[@-~])"
    r"|(?P<newline>\r\n?)"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_MENDED: Final = {"colour": "", "newline": "\n", None: "\ufffd"}
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def harmless(text: str) -> str:
    """``text`` without the characters named above; idempotent."""
    if text.isprintable():
        return text
    return _HARMFUL.sub(lambda found: _MENDED[found.lastgroup], text)


def cut(text: str, limit: int) -> str:
    """At most ``limit`` (>= 1) characters; the middle gives way, for an error's cause stands at the end."""
    if len(text) <= limit:
        return text
    head = (limit - 1) // 2
    tail = limit - 1 - head
    return text[:head] + ELLIPSIS + text[len(text) - tail :]


def one_line(text: str) -> str:
    """``text`` with every run of white space made one blank, and none at the ends."""
    return " ".join(text.split())


def words(name: str) -> tuple[str, ...]:
    """The ASCII words of an identifier, lower-cased: ``userAPIKey``, ``user-api_key`` to user, api, key."""
    return tuple(word.lower() for word in _WORD.findall(name))
