"""ntfy: publishers of its messages, as text with headers or as JSON, to the address or a topic behind it.

There is no key unless the message has a sequence id: what has the same topic and title is the same alert. A
green tick among the tags, or a title that begins with a word for it, says that it is over.
"""

from datetime import datetime
from email.header import decode_header, make_header
from typing import Final

from bot.domain.alert.signal import Reading, Severity
from bot.domain.errors import InvalidInputError
from bot.domain.text import harmless, words
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.field import Object
from bot.providers.sender import Provider, Request
from bot.providers.state import read_state
from bot.providers.unkeyed import steady
from bot.providers.written_time import read_time

_NAMES: Final = {
    "title": ("x-title", "title", "t", "ti"),
    "message": ("x-message", "message", "m"),
    "priority": ("x-priority", "priority", "prio", "p"),
    "tags": ("x-tags", "tags", "tag", "ta"),
    "click": ("x-click", "click"),
    "sequence_id": ("x-sequence-id", "sequence-id", "sid"),
}
_PRIORITIES: Final = {
    "1": Severity.INFO, "min": Severity.INFO, "2": Severity.INFO, "low": Severity.INFO,
    "3": Severity.WARNING, "default": Severity.WARNING,
    "4": Severity.CRITICAL, "high": Severity.CRITICAL,
    "5": Severity.CRITICAL, "max": Severity.CRITICAL, "urgent": Severity.CRITICAL,
}  # fmt: skip
_OVER: Final = {
    "white_check_mark",
    "heavy_check_mark",
    "ballot_box_with_check",
    "green_circle",
    "resolved",
    "ok",
}
_BAD: Final = {"rotating_light": Severity.CRITICAL, "skull": Severity.CRITICAL, "warning": Severity.WARNING}
_LONGEST_TOPIC: Final = 64
_PUBLISH: Final = ("publish", "send", "trigger")


class Ntfy(Provider):
    """ntfy."""

    name = "ntfy"
    title = "ntfy"
    url_token = True
    success = 200
    methods = frozenset({"POST", "PUT", "GET"})
    may_be_empty = True
    where = "Wherever a program asks for an ntfy server: the address, any topic, the token as access token."
    language = "sh"

    def accepts(self, tail: str) -> bool:
        """A topic, and behind it the word with which a GET publishes."""
        topic, slash, word = tail.partition("/")
        return len(topic) <= _LONGEST_TOPIC and (not slash or word in _PUBLISH)

    def gather(self, payload: object, request: Request) -> object:
        """One object of the body, the headers and the query, as ntfy's own JSON."""
        given = {**request.query, **request.headers}
        topic = request.tail.partition("/")[0]
        found: Object = {"topic": topic} if topic else {}
        for name, aliases in _NAMES.items():
            text = next((given[alias] for alias in aliases if given.get(alias)), "")
            if text:
                found[name] = _decoded(text)
        if isinstance(payload, str):
            return {"message": payload, **found} if payload or not found.get("message") else found
        return {**found, **payload} if isinstance(payload, dict) else payload

    def parse(self, payload: object) -> Reading:
        """Read ``{"topic": ..., "title": ..., "message": ..., "priority": 4}``.

        Raises:
            InvalidInputError: it says nothing, or its priority is none of ntfy's.
        """
        fields = field.read_object(payload)
        words_, title = field.text(fields, "message"), field.text(fields, "title")
        topic = field.text(fields, "topic")
        if not (words_ or title or topic):
            raise InvalidInputError("message", "is missing")
        name = title or field.first_line(words_) or "triggered"
        tags = _read_tags(fields)
        key = field.text(fields, "sequence_id")
        first = words(name)[:1]
        over = not _OVER.isdisjoint(tags) or read_state(first[0] if first else "") is False
        return one(
            build_signal(
                firing=not over,
                name=name,
                severity=_severity(fields, tags),
                summary=field.first_line(words_),
                description=words_,
                labels={"topic": topic, "tags": ", ".join(tags)},
                links=[("Link", fields.get("click")), *_actions(fields)],
                rest=fields,
                key=f"ntfy:{topic}:{key}" if key else steady("ntfy", name, {"topic": topic}),
                service=topic,
                started_at=read_time(fields.get("time")),
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """The command that everybody knows."""
        return (
            f"curl -fsS -H 'Authorization: Bearer {token}' \\\n"
            "  -H 'Title: Nightly backup failed' -H 'Priority: high' \\\n"
            f"  -d 'borg exited with status 2' '{url}/backup'\n"
        )

    def example(self, now: datetime) -> dict[str, object]:
        """A message."""
        return {
            "topic": "backup",
            "title": "Nightly backup",
            "message": "borg exited with status 2",
            "priority": 4,
            "tags": ["rotating_light"],
            "click": "https://logs.example.org/backup",
            "time": int(now.timestamp()),
        }

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example with a green tick."""
        return {**self.example(now), "message": "all is well", "tags": ["white_check_mark"]}


def _decoded(text: str) -> str:
    """A header may be written as RFC 2047 says."""
    if "=?" not in text:
        return text
    try:
        return harmless(str(make_header(decode_header(text))))
    except (ValueError, LookupError, UnicodeError):
        return text


def _read_tags(fields: Object) -> list[str]:
    tags = fields.get("tags")
    given = tags if isinstance(tags, list) else field.text(fields, "tags").split(",")
    return [tag.strip() for tag in given if isinstance(tag, str) and tag.strip()]


def _severity(fields: Object, tags: list[str]) -> Severity:
    word = field.text(fields, "priority").lower()
    if word and word not in _PRIORITIES:
        raise InvalidInputError("priority", "must be 1 to 5, or min, low, default, high, max")
    if word:
        return _PRIORITIES[word]
    return next((_BAD[tag] for tag in tags if tag in _BAD), Severity.WARNING)


def _actions(fields: Object) -> list[tuple[str, object]]:
    return [
        (field.text(action, "label") or "Link", action.get("url"))
        for action in field.items(fields, "actions")
        if isinstance(action, dict) and action.get("action") == "view"
    ]
