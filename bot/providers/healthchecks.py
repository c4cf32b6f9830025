"""Healthchecks: what its webhook integration makes of the template in the recipe.

A check is known by its ``$CODE``. Only ``$STATUS`` says what happened: the status inside ``$JSON`` is that of
the moment of delivery, and a late DOWN says "up" there.
"""

import json
import re
from datetime import datetime
from typing import Final

from bot.domain.alert.signal import Reading, SenderNote
from bot.domain.errors import InvalidInputError
from bot.providers import field
from bot.providers.build import build_signal, one
from bot.providers.sender import Provider, Request
from bot.providers.state import read_state
from bot.providers.written_time import read_time

_TEST: Final = "TEST"
_KNOWN: Final = ("name", "check", "status", "code", "uuid", "now", "tags", "body", "desc", "url")
_WORDS: Final = re.compile(r"(?:the check )?[\"“]?(.{1,300}?)[\"”]? is (up|down)[.!]?", re.IGNORECASE)
_TEMPLATE: Final = (
    '{"name": $NAME_JSON, "status": "$STATUS", "code": "$CODE", "tags": "$TAGS", "now": "$NOW",'
    ' "exit": "$EXITSTATUS", "body": $BODY_JSON}'
)


class Healthchecks(Provider):
    """Healthchecks.io, or one of one's own."""

    name = "healthchecks"
    title = "Healthchecks"
    url_token = True
    methods = frozenset({"POST", "PUT", "GET"})
    where = "Integrations > Webhook. The same for *down* and for *up*."
    language = "text"

    def gather(self, payload: object, request: Request) -> object:
        """Of words such as ``backup is DOWN`` the check and its status."""
        found = _WORDS.fullmatch(payload.strip()) if isinstance(payload, str) else None
        return {**request.query, "name": found[1], "status": found[2]} if found else payload

    def parse(self, payload: object) -> Reading:
        """Read ``{"name": ..., "status": "down", "code": ...}``.

        Raises:
            InvalidInputError: no check or no status is in it.
        """
        fields = field.read_object(payload)
        whole = {**field.inner(fields, "check", "json"), **{k: v for k, v in fields.items() if v is not None}}
        name = field.text(whole, "name", "check", "slug")
        code = field.text(whole, "code", "uuid", "unique_key")
        if not (name or code):
            raise InvalidInputError("name", "is missing")
        word = field.need(whole, "status")
        firing = read_state(word)
        if firing is None:
            raise InvalidInputError("status", "must be up or down: is the body the template of the recipe?")
        if name == _TEST:
            return Reading(
                (), note=SenderNote("A test of Healthchecks came through", f"Its check is {word}.")
            )
        tags = [tag for tag in field.text(whole, "tags").split() if not tag.startswith("$")]
        moment = read_time(whole.get("now"))
        return one(
            build_signal(
                firing=firing,
                name=name or code,
                severity=next(
                    (tag.partition("=")[2] for tag in tags if tag.startswith("severity=")), "critical"
                ),
                summary=f"is {word}",
                description=field.text(whole, "body") or field.text(whole, "desc"),
                labels=_labels(whole, tags),
                links=[("Check", whole.get("url"))],
                rest=whole,
                key=f"hc:{code or name}",
                target=" ".join(tags),
                started_at=moment if firing else None,
                ended_at=moment,
            )
        )

    def receiver(self, url: str, token: str) -> str:
        """Both halves of the form."""
        return (
            f"Method:   POST\nURL:      {url}\n"
            f"Headers:  Authorization: Bearer {token}\n          Content-Type: application/json\n"
            f"Body:     {_TEMPLATE}\n"
        )

    def example(self, now: datetime) -> dict[str, object]:
        """A check that is down since ``now``."""
        return _example(now, "down")

    def recovery(self, now: datetime) -> dict[str, object]:
        """The example's check, up."""
        return _example(now, "up")


def _labels(whole: dict[str, object], tags: list[str]) -> dict[str, str]:
    labels = {name: said for name, said in field.flat(whole, *_KNOWN).items() if not said.startswith("$")}
    for tag in tags:
        name, equals, value = tag.partition("=")
        labels[name if equals else f"tag {name}"] = value or "true"
    return labels


def _example(now: datetime, status: str) -> dict[str, object]:
    return {
        "name": "nightly backup",
        "status": status,
        "code": "23c10a75-714b-4464-9027-d2a12fbe4324",
        "tags": "prod backup host=nas-01",
        "now": now.isoformat(),
        "exit": "-1",
        "body": json.dumps("no signal"),
    }
