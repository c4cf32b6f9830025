"""Standard Webhooks: ``{"type": ..., "timestamp": ..., "data": {...}}``, signed as its specification says.

Of an event counts what its data says; without a key in there, what it is about is the identity.
"""

from datetime import datetime

from bot.domain.alert.signal import MAX_NOTE, Reading, SenderNote
from bot.domain.errors import InvalidInputError
from bot.domain.text import cut
from bot.providers import field
from bot.providers.build import one
from bot.providers.occurrence import is_test, read_occurrence
from bot.providers.sender import Provider
from bot.providers.written_time import read_time


class StandardWebhooks(Provider):
    """Standard Webhooks."""

    name = "standard-webhooks"
    title = "Standard Webhooks"
    where = (
        "As an endpoint of the sender. Where it makes the secret (`whsec_...`) itself, give it to Tocsin with"
        " `--secret-file`; else give the sender the signing secret that was shown."
    )
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read an event.

        Raises:
            InvalidInputError: it has no type.
        """
        fields = field.read_object(payload)
        kind = field.text(fields, "type", "event_type", "event")
        if not kind:
            raise InvalidInputError("type", "is missing")
        data = field.inner(fields, "data")
        if is_test(kind) and not field.text(data, "status", "state"):
            said = field.text(data, "message", "text") or kind
            return Reading((), note=SenderNote("A test of a webhook came through", cut(said, MAX_NOTE)))
        rest = {name: value for name, value in fields.items() if name not in ("type", "timestamp", "data")}
        return one(
            read_occurrence(
                {**rest, **data}, kind=kind, prefix="swh", moment=read_time(fields.get("timestamp"))
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """What to fill in."""
        return f"Endpoint URL:  {url}\nor a header:   Authorization: Bearer {token}\n"

    def example(self, now: datetime) -> dict[str, object]:
        """A monitor that is down."""
        return _example(now, "down")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example, up."""
        return _example(now, "up")


def _example(now: datetime, state: str) -> dict[str, object]:
    return {
        "type": f"monitor.{state}",
        "timestamp": now.isoformat(),
        "data": {
            "monitor": "api",
            "status": state,
            "message": "no answer" if state == "down" else "answers",
            "url": "https://api.example.org/health",
        },
    }
