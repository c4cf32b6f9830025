"""Form: the JSON inside of a form, for chats' webhooks take it that way too.

Slack's senders put it into ``payload``, Discord's into ``payload_json`` next to files; others send fields.
"""

from email import policy
from email.parser import BytesParser
from typing import Final
from urllib.parse import parse_qsl

import msgspec

MAX_FIELDS: Final = 200
_WHOLE: Final = ("payload_json", "payload")
_MULTIPART: Final = "multipart/form-data"
_URLENCODED: Final = "application/x-www-form-urlencoded"


def read_form(body: bytes, content_type: str) -> bytes:
    """The JSON in ``body``: itself, what a form holds as a whole, or an object made of a form's fields."""
    media = content_type.partition(";")[0].strip().lower()
    start = body[:64].lstrip()
    if media == _MULTIPART:
        return _as_json(_parts(body, content_type)) or body
    is_form = media == _URLENCODED and not start.startswith((b"{", b"["))
    if is_form or start.startswith((b"payload=", b"payload_json=")):
        return _as_json(_fields(body)) or body
    return body


def _as_json(fields: dict[str, str]) -> bytes:
    """Empty when there are no fields at all."""
    for name in _WHOLE:
        if fields.get(name):
            return fields[name].encode("utf-8", "replace")
    return msgspec.json.encode(fields) if fields else b""


def _fields(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MAX_FIELDS))
    except ValueError:
        return {}


def _parts(body: bytes, content_type: str) -> dict[str, str]:
    """The fields of a multipart form; files are left out."""
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode("latin-1", "replace")
    found: dict[str, str] = {}
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    if not message.is_multipart():
        return {}
    for part in list(message.iter_parts())[:MAX_FIELDS]:
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and part.get_filename() is None:
            content = part.get_payload(decode=True)
            found[name] = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    return found
