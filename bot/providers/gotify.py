"""Gotify: publishers of its messages; clients append ``/message`` and show the token as the application's.

There is no key: what has the same title is the same alert, without one the same first line.
"""

from datetime import datetime
from typing import Final

from bot.domain.alert.signal import Reading, Severity
from bot.domain.errors import InvalidInputError
from bot.domain.text import words
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.sender import Provider
from bot.providers.state import read_state
from bot.providers.unkeyed import steady
from bot.providers.written_time import read_time

_CRITICAL: Final = 8
_WARNING: Final = 4


class Gotify(Provider):
    """Gotify."""

    name = "gotify"
    title = "Gotify"
    url_token = True
    success = 200
    where = (
        "Wherever a program asks for a Gotify server: the address as server, the token as application token."
    )
    language = "sh"

    def accepts(self, tail: str) -> bool:
        """The one path of its API that publishes."""
        return tail == "message"

    def parse(self, payload: object) -> Reading:
        """Read ``{"title": ..., "message": ..., "priority": 8}``.

        Raises:
            InvalidInputError: it says nothing, or its priority is no number.
        """
        fields = field.read_object(payload)
        title, said = field.text(fields, "title"), field.text(fields, "message")
        name = title or field.first_line(said)
        if not name:
            raise InvalidInputError("message", "is missing")
        first = words(name)[:1]
        client = field.inner(field.inner(fields, "extras"), "client::notification")
        return one(
            build_signal(
                firing=read_state(first[0] if first else "") is not False,
                name=name,
                severity=_severity(field.text(fields, "priority")),
                summary=field.first_line(said),
                description=said,
                links=[("Link", field.inner(client, "click").get("url"))],
                rest=fields,
                key=steady("gotify", name, {}),
                started_at=read_time(fields.get("date")),
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """The command that its documentation has."""
        return (
            f"curl -fsS '{url}/message' -H 'X-Gotify-Key: {token}' \\\n"
            "  -F 'title=Nightly backup' -F 'message=borg exited with status 2' -F 'priority=8'\n"
        )

    def example(self, now: datetime) -> dict[str, object]:
        """A message."""
        return {
            "title": "Nightly backup",
            "message": "borg exited with status 2",
            "priority": 8,
            "date": now.isoformat(),
            "extras": {"client::notification": {"click": {"url": "https://logs.example.org/backup"}}},
        }

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example's title behind a word that says it is over."""
        return {**self.example(now), "title": "Resolved: Nightly backup", "message": "all is well"}


def _severity(said: str) -> Severity:
    if not said:
        return Severity.WARNING
    try:
        priority = float(said)
    except ValueError:
        raise InvalidInputError("priority", "must be a number from 0 to 10") from None
    if priority >= _CRITICAL:
        return Severity.CRITICAL
    return Severity.WARNING if priority >= _WARNING else Severity.INFO
