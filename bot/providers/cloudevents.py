"""CloudEvents 1.0: structured, binary and batched, over HTTP.

Of an event counts what its data says; without a key in there, source, type and subject are the identity.
"""

import base64
import binascii
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from bot.domain.alert.signal import Reading, Signal
from bot.domain.errors import InvalidInputError
from bot.domain.text import harmless
from bot.providers import field
from bot.providers.batch import read_batch
from bot.providers.content import read_embedded
from bot.providers.field import Object
from bot.providers.occurrence import read_occurrence
from bot.providers.sender import Provider, Request
from bot.providers.written_time import read_time

_PREFIX: Final = "ce-"
_BATCH: Final = "application/cloudevents-batch+json"


class CloudEvents(Provider):
    """CloudEvents 1.0."""

    name = "cloudevents"
    title = "CloudEvents"
    methods = frozenset({"POST", "PUT", "OPTIONS"})
    may_be_empty = True
    where = "As the sink of a trigger, a broker or an SDK, the token as bearer. OPTIONS is answered."
    language = "python"

    def gather(self, payload: object, request: Request) -> object:
        """An event in binary mode as the structured one it stands for, and bytes as what they say."""
        attributes: Object = {
            name.removeprefix(_PREFIX): harmless(unquote(value, errors="replace"))
            for name, value in request.headers.items()
            if name.startswith(_PREFIX)
        }
        if "specversion" not in attributes:
            return [_unpack(each) for each in payload] if isinstance(payload, list) else _unpack(payload)
        return {**attributes, "datacontenttype": request.content_type, "data": payload}

    def parse(self, payload: object) -> Reading:
        """Read one event, or a list of them.

        Raises:
            InvalidInputError: it is neither, or the one event lacks what all must have.
        """
        if isinstance(payload, list):
            return read_batch(payload, _read_event)
        return Reading(((0, _read_event(payload)),))

    def receiver(self, url: str, token: str) -> str:
        """The SDK for Python."""
        return (
            "from cloudevents.core.bindings.http import to_structured_event\n"
            "from cloudevents.core.v1.event import CloudEvent\n"
            "import requests\n\n"
            "about = {\n"
            '    "specversion": "1.0",\n'
            '    "id": "1",\n'
            '    "type": "org.example.backup.failed",\n'
            '    "source": "/nas-01",\n'
            '    "subject": "backup",\n'
            '    "datacontenttype": "application/json",\n'
            "}\n"
            'data = {"status": "firing", "severity": "critical", "summary": "borg exited with 2"}\n'
            "message = to_structured_event(CloudEvent(about, data))\n"
            f'headers = {{**message.headers, "Authorization": "Bearer {token}"}}\n'
            f'url = "{url}"\n'
            "requests.post(url, data=message.body, headers=headers, timeout=10).raise_for_status()\n"
        )

    def example(self, now: datetime) -> dict[str, object]:
        """An event that fires."""
        return _example(now, "firing")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example's end."""
        return _example(now, "resolved")


def _read_event(payload: object) -> Signal:
    event = field.read_object(payload, "event")
    version = field.need(event, "specversion")
    if not version.startswith(("1.", "0.3")):
        raise InvalidInputError("specversion", "must be 1.0")
    kind, origin = field.need(event, "type"), field.need(event, "source")
    field.need(event, "id")
    data = _read_data(event)
    extra = {
        name: text
        for name, text in field.flat(event, "specversion", "id", "type", "source", "time", "data").items()
        if name not in ("datacontenttype", "dataschema", "data_base64", "subject")
    }
    return read_occurrence(
        {**extra, **data},
        kind=kind,
        about=field.text(event, "subject"),
        prefix="ce",
        origin=origin,
        moment=read_time(event.get("time")),
    )


def _unpack(event: object) -> object:
    """``data_base64`` as data: what is hidden in it could be redacted no more.

    Raises:
        InvalidInputError: it is no base64.
    """
    if not isinstance(event, dict) or not isinstance(event.get("data_base64"), str):
        return event
    try:
        raw = base64.b64decode(event["data_base64"], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInputError("data_base64", "is not base64") from None
    plain = {name: value for name, value in event.items() if name != "data_base64"}
    return {**plain, "data": read_embedded(harmless(raw.decode("utf-8", "replace")))}


def _read_data(event: Object) -> Object:
    data: object = event.get("data")
    if isinstance(data, str):
        data = read_embedded(data)
    if isinstance(data, dict):
        return data
    return {"message": data} if isinstance(data, str) and data.strip() else {}


def _example(now: datetime, status: str) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": "A234-1234-1234",
        "source": "/monitor/eu-1",
        "type": f"org.example.alert.{status}",
        "subject": "checkout",
        "time": now.isoformat(),
        "data": {
            "status": status,
            "severity": "critical",
            "title": "checkout is down",
            "summary": "no answer on port 443",
            "url": "https://monitor.example.org/checkout",
        },
    }
