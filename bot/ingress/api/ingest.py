"""Alerts from programs: one that a program tells itself, as the source of its own name."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec.structs import replace

from bot.domain.access.redaction import redact_body
from bot.domain.access.token import Scope
from bot.domain.alert.signal import Reading
from bot.ingress.api.answer import Text, Words
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.ingress.hook import observe
from bot.ingress.submission import submission_of
from bot.providers.registry import PROVIDERS
from bot.usecases.admin import program_source
from bot.usecases.intake.queue import take_in

Label = Annotated[str, msgspec.Meta(max_length=200)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=527_040)]
_SAME: Final = ("title", "status", "severity", "service", "dedupe_key", "dedupe_ttl_minutes", "url")


class ToldAlert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alert; with the ``dedupe_key`` (else the title, service and labels) of an open one it is the same.

    ``severity`` is any word for one; none is the source's default. ``env`` becomes a label.
    """

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    message: Words = ""
    severity: Text = ""
    status: Literal["firing", "resolved"] = "firing"
    service: Text = ""
    env: Text = ""
    labels: dict[Label, Label] = {}
    url: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    dedupe_key: Text = ""
    dedupe_ttl_minutes: Minutes | None = None


class TakenAlert(msgspec.Struct, frozen=True):
    """What became of it; ``ref`` is null for the end of something that was never seen."""

    ref: str | None
    state: str
    occurrences: int
    deduped: bool


async def _take(caller: Caller, asked: ToldAlert) -> ApiReply:
    said = {name: value for name in _SAME if (value := getattr(asked, name))}
    labels = {**asked.labels, **({"env": asked.env} if asked.env else {})}
    payload = {**said, "summary": asked.message, "labels": labels}
    reading = PROVIDERS[program_source.PROVIDER].parse(payload)
    source = await program_source.source_of(caller.desk, caller.actor)
    if not asked.severity:
        reading = Reading(
            tuple((place, replace(each, severity=source.default_severity)) for place, each in reading.signals)
        )
    body = msgspec.json.encode(payload)
    submission = submission_of(caller.desk, source, body, redact_body(body, payload), reading)
    (receipt,) = await take_in(caller.desk, [submission])
    observe(source.provider, receipt)
    (line,) = receipt.alerts
    return ApiReply(TakenAlert(line.ref or None, line.state, line.occurrences, line.deduped), 202)


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="POST",
        path="/v1/alerts",
        scope=Scope.ALERTS_INGEST,
        summary="Tell an alert, as the source of the token's own name",
        takes=ToldAlert,
        act=_take,
        answers={202: TakenAlert},
    ),
)
