"""Content: what a request to a source carries, as one value of JSON, whatever it calls itself.

Senders are careless with ``Content-Type``: SNS posts JSON as text, scripts post JSON as a form, forms hold
JSON in a field. What looks like JSON is read as JSON; else a form is its fields, a GET its query, and text
is text.
"""

import codecs
import re
from email.message import Message
from email.parser import BytesParser
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from bot.domain.errors import InvalidInputError
from bot.domain.text import harmless
from bot.providers.body import UnsupportedMediaError, decode
from bot.providers.sender import Request

MAX_FIELDS: Final = 256
"""Fields of a form or parts of a multipart body that are read."""

_BOM: Final = b"\xef\xbb\xbf"
_FORM: Final = "application/x-www-form-urlencoded"
_TEXT: Final = re.compile(r"text/[\w.+-]+|application/octet-stream|", re.ASCII)
_WHOLE: Final = ("payload_json", "payload", "data")
"""Fields of a form that hold all there is: Discord's, Slack's and GitHub's, Uptime Kuma's."""


_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_TEXTUAL: Final = frozenset(
    {"iso8859-1", "iso8859-2", "iso8859-5", "iso8859-9", "iso8859-15", "cp1250", "cp1251", "cp1252"}
    | {
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "koi8-r",
        "shift_jis",
        "euc-jp",
        "gb18030",
        "gbk",
        "big5",
        "euc-kr",
    }
)
"""Charsets that are read besides UTF-8; a body may not choose any codec that there is."""


class Content(NamedTuple):
    """``value`` is JSON, or a text; ``direct``: it is the body itself and not put together from parts."""

    value: object
    direct: bool


def read_content(request: Request, body: bytes, *, may_be_empty: bool = False) -> Content:
    """What the request carries.

    Raises:
        UnsupportedMediaError: it is declared to be something that is neither JSON, a form nor text.
        InvalidInputError: it is empty, too large a form, or it begins as JSON and is none.
    """
    if request.method == "GET" or (not body.strip() and request.query):
        return Content(_fields(list(request.query.items())), direct=False)
    media = request.content_type.partition(";")[0].strip().lower()
    body = _in_utf8(body, request.content_type)
    says_json = media.endswith(("/json", "+json"))
    if not body.strip() and may_be_empty:
        return Content("", direct=False)
    if says_json or body.removeprefix(_BOM).lstrip()[:1] in (b"{", b"["):
        try:
            return Content(decode(body, ""), direct=True)
        except InvalidInputError:
            if says_json or not _is_prose(media):
                raise
    if not body.strip():
        raise InvalidInputError("body", "is empty")
    if media == _FORM:
        return Content(_read_form(body), direct=False)
    if media == "multipart/form-data":
        return Content(_read_parts(request.content_type, body), direct=False)
    if _TEXT.fullmatch(media):
        return Content(read_text(body), direct=False)
    raise UnsupportedMediaError("Content-Type", "must be JSON, a form or text")


def _in_utf8(body: bytes, content_type: str) -> bytes:
    """``body`` in UTF-8, where its charset is declared to be one of the others that are read."""
    found = _CHARSET.search(content_type)
    if found is None or found[1].lower() in _UTF8:
        return body
    try:
        if codecs.lookup(found[1]).name not in _TEXTUAL:
            return body
        return body.decode(found[1]).encode("utf-8", "replace")
    except (LookupError, UnicodeDecodeError):
        return body


def read_text(body: bytes) -> str:
    """Plain text, with U+FFFD for what is no UTF-8."""
    return harmless(body.removeprefix(_BOM).decode("utf-8", "replace"))


def read_embedded(text: str) -> object:
    """A text inside JSON or a form that is itself an object or a list of JSON, decoded; else the text."""
    if text[:1] in ("{", "[") or text == "null":
        try:
            return decode(text.encode("utf-8", "replace"), "")
        except InvalidInputError:
            return text
    return text


def _is_prose(media: str) -> bool:
    """Whether a body like ``[ALERT] disk full`` may be meant as words."""
    return media in ("text/plain", _FORM)


def _read_form(body: bytes) -> object:
    text = body.decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise InvalidInputError("body", f"is a form of more than {MAX_FIELDS} fields") from None
    if not pairs or "=" not in text or any(name != "".join(name.split()) for name, _ in pairs):
        return harmless(text)  # curl -d says "form" of any words
    return _fields(pairs)


def _read_parts(content_type: str, body: bytes) -> object:
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode("utf-8", "replace")
    message = BytesParser().parsebytes(head + body)
    parts = message.get_payload()
    if not message.is_multipart() or not isinstance(parts, list):
        raise InvalidInputError("body", "is not the multipart form that Content-Type says")
    if len(parts) > MAX_FIELDS:
        raise InvalidInputError("body", f"is a form of more than {MAX_FIELDS} parts")
    return _fields([field for part in parts if isinstance(part, Message) and (field := _read_part(part))])


def _read_part(part: Message) -> tuple[str, str] | None:
    name = part.get_param("name", header="content-disposition")
    content = part.get_payload(decode=True)
    if not isinstance(name, str) or not isinstance(content, bytes) or part.get_filename():
        return None
    return name, content.decode("utf-8", "replace")


def _fields(pairs: list[tuple[str, str]]) -> object:
    fields: dict[str, object] = {harmless(name): read_embedded(harmless(text)) for name, text in pairs}
    for name in _WHOLE:
        whole = fields.get(name)
        if isinstance(whole, dict | list):
            return whole
    return fields
