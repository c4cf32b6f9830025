"""Problem: why a request was refused, in the words of RFC 9457."""

from enum import Enum
from typing import Final

import msgspec
from aiohttp import web

from bot.domain.text import cut, harmless

CONTENT_TYPE: Final = "application/problem+json"
LONGEST_DETAIL: Final = 400
LONGEST_FIELD: Final = 120


class ProblemType(Enum):
    """Status, the last word of the type's URN, and the title: alike for all problems of the kind."""

    UNREADABLE = (400, "unreadable", "The request cannot be read.")
    INVALID = (400, "invalid", "A value in the request cannot be used.")
    UNAUTHENTICATED = (401, "unauthenticated", "Whoever sent this is not known here.")
    FORBIDDEN = (403, "forbidden", "The token does not reach so far.")
    NOT_FOUND = (404, "not-found", "What was asked for is not here.")
    METHOD_NOT_ALLOWED = (405, "method-not-allowed", "This address does not take this method.")
    TOO_SLOW = (408, "too-slow", "The body did not arrive in time.")
    CONFLICT = (409, "conflict", "The present state forbids it.")
    TOO_LARGE = (413, "too-large", "The body is too large.")
    UNSUPPORTED_MEDIA = (415, "unsupported-media", "The body is not in a form that is understood here.")
    EXPECTATION_FAILED = (417, "expectation-failed", "The expectation cannot be met.")
    KEY_REUSED = (422, "key-reused", "The Idempotency-Key belongs to another request.")
    TOO_MANY_ALERTS = (429, "too-many-alerts", "The source sends more than it may.")
    TOO_MANY_NOW = (503, "too-many-alerts", "The source sends more than it may; send this again.")
    BROKEN = (500, "broken", "Something went wrong on this side.")
    NOT_DURABLE = (503, "not-durable", "The database does not answer now; send the request again.")
    OVERLOADED = (503, "overloaded", "Too many requests are being answered; send this one again.")

    def __init__(self, status: int, word: str, title: str) -> None:
        self.status = status
        self.word = word
        self.title = title


class ProblemDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of every answer that is no success.

    ``type`` is a URN, ``field`` names the part of the request that is at fault. With a conflict come the
    ``state`` and ``owner`` of what the request was about, with a missing scope the ``scope``.
    """

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    state: str | None = None
    owner: str | None = None
    scope: str | None = None


class Refusal(Exception):  # noqa: N818 -- it is an answer, not an accident
    """Ends a request; ``detail`` and ``field`` may quote the sender, ``headers`` go with the answer.

    ``more`` are further members of the `ProblemDocument`, of our own words.
    """

    def __init__(
        self,
        reason: ProblemType,
        detail: str,
        *,
        field: str | None = None,
        headers: dict[str, str] | None = None,
        retry_after: int | None = None,
        more: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.field = field
        self.headers = headers or {}
        self.more = more or {}
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)

    def answer(self) -> web.Response:
        """The response, with all text fit for JSON and bounded."""
        reason = self.reason
        problem = ProblemDocument(
            type=f"urn:tocsin:problem:{reason.word}",
            title=reason.title,
            status=reason.status,
            detail=cut(harmless(self.detail), LONGEST_DETAIL),
            field=None if self.field is None else cut(harmless(self.field), LONGEST_FIELD),
            **self.more,
        )
        return web.Response(
            status=reason.status,
            body=msgspec.json.encode(problem),
            headers={"Content-Type": CONTENT_TYPE, "Server": "tocsin", **self.headers},
        )
