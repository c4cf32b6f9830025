"""Apprise: its ``json://`` (or ``form://``) notifications, as borgmatic and many other programs send them.

There is no key in them: what has the same title and the same extra fields is the same alert, so give
different things different titles. ``success`` is over, ``info`` is told as info.
"""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from bot.domain.alert.signal import Reading, Severity
from bot.domain.errors import InvalidInputError
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.sender import Provider
from bot.providers.unkeyed import steady

_SEVERITIES: Final = {
    "failure": Severity.CRITICAL,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "success": Severity.INFO,
}
_KNOWN: Final = ("version", "title", "message", "body", "type", "attachments", "attach", "severity")


class Apprise(Provider):
    """Apprise."""

    name = "apprise"
    title = "Apprise (borgmatic, changedetection.io, ...)"
    url_token = True
    success = 200
    where = "Into Apprise's configuration, or wherever a program asks for an Apprise URL."
    language = "text"

    def parse(self, payload: object) -> Reading:
        """Read ``{"title": ..., "message": ..., "type": "failure"}``.

        Raises:
            InvalidInputError: it says nothing.
        """
        fields = field.read_object(payload)
        title, words = field.text(fields, "title"), field.text(fields, "message", "body")
        if not (title or words):
            raise InvalidInputError("message", "is missing")
        kind = field.text(fields, "type").lower() or "info"
        if kind not in _SEVERITIES:
            raise InvalidInputError("type", f"must be one of {', '.join(_SEVERITIES)}")
        labels = field.flat(fields, *_KNOWN)
        name = title or field.first_line(words)
        return one(
            build_signal(
                firing=kind != "success",
                name=name,
                severity=field.text(fields, "severity") or _SEVERITIES[kind],
                severity_word=kind,
                summary=field.first_line(words),
                description=words,
                labels=labels,
                key=steady("apprise", name, labels),
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """The address in Apprise's own grammar; the token is the password."""
        parts = urlsplit(url)
        scheme = "jsons" if parts.scheme == "https" else "json"
        return f"{scheme}://tocsin:{token}@{parts.netloc}{parts.path}\n"

    def example(self, now: datetime) -> dict[str, object]:
        """A failure."""
        return {
            "version": "1.0",
            "title": "Borg backup of nas-01",
            "message": "borg exited with status 2",
            "attachments": [],
            "type": "failure",
            "when": now.isoformat(),
        }

    def recovery(self, now: datetime) -> dict[str, object]:
        """A success of the same title."""
        return {**self.example(now), "message": "all is well", "type": "success"}
