"""Body: the bytes of a request as JSON that nothing further in can choke on.

What comes out is at most `DEEPEST` levels deep, holds no number that Python would refuse to print or read,
and all its text is harmless in the sense of `bot.domain.text`, so that the stored envelope is as safe as
the alert. Duplicate keys are legal, the last one counts (vmalert sends them).
"""

import re
from typing import Final

import msgspec

from bot.domain.access.redaction import DEEPEST
from bot.domain.errors import InvalidInputError
from bot.domain.text import harmless

_BOM: Final = b"\xef\xbb\xbf"
_JSON_TYPE: Final = re.compile(r"(?:application|text)/json|[\w.+-]+/[\w.-]+\+json", re.ASCII | re.IGNORECASE)

_CARELESS: Final = frozenset({"text/plain", "application/x-www-form-urlencoded", "application/octet-stream"})
"""What is declared by senders that set no type (curl, AWS SNS, Uptime Kuma)."""

_SUSPICIOUS_ESCAPE: Final = re.compile(rb"\\(?:[bfr]|u(?:00[0189]|007[fF]|20[26]|[dD][89a-fA-F]))")
_SUSPICIOUS_BYTES: Final = re.compile(
    rb"\x7f|\xc2[\x80-\x9f]|\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])",
)
_SURROGATE: Final = re.compile(
    rb"(?P<fine>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
    rb"|(?P<other>\\.)",
    re.DOTALL,
)


class UnsupportedMediaError(InvalidInputError):
    """The body is declared to be something other than JSON."""


def decode(body: bytes, content_type: str) -> object:
    """Read a request's ``body``; ``content_type`` is its header, "" when there was none.

    Raises:
        UnsupportedMediaError: the header names something other than JSON.
        InvalidInputError: the body is no UTF-8 JSON, or too deep, or holds a number too large.
    """
    body = body.removeprefix(_BOM)
    _require_json(content_type, body)
    suspicious = bool(_SUSPICIOUS_ESCAPE.search(body))
    if suspicious:
        body = _SURROGATE.sub(_mend_surrogate, body)
    value = _parse(body)
    if body.count(b"{") + body.count(b"[") > DEEPEST:  # fewer brackets cannot nest deeper
        _require_shallow(value)
    if suspicious or ((not body.isascii() or b"\x7f" in body) and _SUSPICIOUS_BYTES.search(body)):
        return _harmless(value)
    return value


def _require_json(content_type: str, body: bytes) -> None:
    media = content_type.partition(";")[0].strip()
    if media.lower() in _CARELESS and body.lstrip()[:1] in (b"{", b"["):
        return
    if media and not _JSON_TYPE.fullmatch(media):
        raise UnsupportedMediaError("Content-Type", "must be application/json")


def _parse(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        raise _too_deep() from None
    except msgspec.ValidationError as error:
        raise InvalidInputError("body", f"holds a number that is too large ({error})") from None
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise InvalidInputError("body", _explain(body, error)) from None


def _explain(body: bytes, error: Exception) -> str:
    if not body.strip():
        return "is empty"
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return f"is not UTF-8 (byte {wrong.start})"
    return f"is not JSON ({error})"


def _require_shallow(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer if type(outer) is list else ())
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> InvalidInputError:
    return InvalidInputError("body", f"is nested more than {DEEPEST} levels deep")


def _mend_surrogate(found: re.Match[bytes]) -> bytes:
    return found[0] if found.lastgroup else rb"\ufffd"


def _harmless(value: object) -> object:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, dict):
        return {harmless(name): _harmless(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_harmless(inner) for inner in value]
    return value
