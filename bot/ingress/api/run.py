"""Runs, for programs: what they did about an event, an alert or a recurrence, told by themselves."""

import secrets
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from bot.domain.access.token import Scope
from bot.domain.alert import alert as alert_model
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.domain.incident import incident as incident_model
from bot.domain.recurrence import recurrence as recurrence_model
from bot.domain.recurrence.run import MAX_AGENT, MAX_KEY, Run, RunState
from bot.domain.snowflake import is_snowflake
from bot.ingress.api.answer import Limit, Nothing, Text, many
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.admin import event as events
from bot.usecases.recurrence import run as runs
from bot.usecases.recurrence.run import AttemptReport


class RunReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a run stands. By its ``key`` an agent speaks of the same run again; without one it is a new run.

    ``agent`` is the token's name; one that is given stands behind it (``ci/healer``), so that nobody speaks
    for another. A run is about an ``event``, an ``alert`` (A-1042) or a
    ``recurrence`` (R-12); the first report decides.
    """

    state: RunState
    agent: Annotated[str, msgspec.Meta(max_length=MAX_AGENT)] = ""
    key: Annotated[str, msgspec.Meta(max_length=MAX_KEY)] = ""
    output: str = ""
    event: Annotated[int, msgspec.Meta(ge=1, le=2**62)] | None = None
    alert: Text = ""
    recurrence: Text = ""


class RunAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it is kept; its output without secrets, long ones with their middle cut out."""

    id: int
    agent: str
    key: str
    state: RunState
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    output: str
    event: int | None
    alert: str | None
    recurrence: str | None
    incident: str | None


class RunQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which runs; ``cursor`` is what the page before called ``next``."""

    state: RunState | tuple[RunState, ...] = ()
    agent: Annotated[str, msgspec.Meta(max_length=MAX_AGENT)] = ""
    alert: Text = ""
    limit: Limit = 20
    cursor: Text = ""


class RunPage(msgspec.Struct, frozen=True):
    """Newest first; ``next`` is the cursor of the next page, null on the last."""

    runs: tuple[RunAnswer, ...]
    next: str | None


async def _list(caller: Caller, asked: RunQuery) -> ApiReply:
    found = await runs.page(
        caller.desk,
        before=_read_id(asked.cursor, "cursor") if asked.cursor else None,
        limit=asked.limit + 1,
        states=many(asked.state),
        agent=asked.agent,
        alert_id=alert_model.parse_ref(asked.alert) if asked.alert else None,
    )
    shown = found[: asked.limit]
    following = str(shown[-1].id) if len(found) > len(shown) else None
    return ApiReply(RunPage(tuple(show_run(each) for each in shown), following))


async def _get(caller: Caller, _: Nothing) -> ApiReply:
    return ApiReply(show_run(await runs.find(caller.desk, _read_id(caller.ref, "ref"))))


def _read_id(text: str, field: str) -> int:
    if not is_snowflake(text):
        raise InvalidInputError(field, f"{text[:40]!r} is no run; they are numbered")
    return int(text)


async def _report(caller: Caller, asked: RunReport) -> ApiReply:
    alert_id = alert_model.parse_ref(asked.alert) if asked.alert else None
    recurrence_id = recurrence_model.parse_ref(asked.recurrence) if asked.recurrence else None
    told = AttemptReport(
        agent=_agent(caller.actor.ident, asked.agent),
        key=asked.key or caller.key or secrets.token_hex(8),
        state=asked.state,
        output=asked.output,
        event_id=asked.event,
        alert_id=alert_id,
        recurrence_id=recurrence_id,
    )
    if caller.sees:
        return ApiReply(show_run(await _link(caller, told)))
    return ApiReply(_blind(show_run(await _link_or_not(caller, told)), asked))


async def _link(caller: Caller, told: AttemptReport) -> Run:
    """An event is about its alert too."""
    if told.event_id is not None:
        event = (await events.find(caller.desk, told.event_id)).event
        told = msgspec.structs.replace(
            told,
            alert_id=told.alert_id or event.alert_id,
            recurrence_id=told.recurrence_id or event.recurrence_id,
        )
    return await runs.report(caller.desk, told, actor=caller.actor)


async def _link_or_not(caller: Caller, told: AttemptReport) -> Run:
    """For who may not look at alerts: what is not there is taken like what is, lest somebody ask by it."""
    try:
        return await _link(caller, told)
    except (NotFoundError, InvalidInputError):
        nothing = msgspec.structs.replace(told, event_id=None, alert_id=None, recurrence_id=None)
        return await runs.report(caller.desk, nothing, actor=caller.actor)


def _blind(answer: RunAnswer, asked: RunReport) -> RunAnswer:
    """What the program said itself, and nothing that it could learn by it."""
    alert = alert_model.format_ref(alert_model.parse_ref(asked.alert)) if asked.alert else None
    return msgspec.structs.replace(
        answer, event=asked.event, alert=alert, recurrence=asked.recurrence or None, incident=None
    )


def _agent(token: str, given: str) -> str:
    """Under which name a run is kept: the token's own, before whatever part of it is at work."""
    if not given or given == token or given.startswith(f"{token}/"):
        return given or token
    return f"{token}/{given}"


def show_run(run: Run) -> RunAnswer:
    """A run as programs see it."""
    return RunAnswer(
        id=run.id,
        agent=run.agent,
        key=run.key,
        state=run.state,
        queued_at=run.queued_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        output=run.output,
        event=run.event_id,
        alert=None if run.alert_id is None else alert_model.format_ref(run.alert_id),
        recurrence=None if run.recurrence_id is None else recurrence_model.format_ref(run.recurrence_id),
        incident=None if run.incident_id is None else incident_model.format_ref(run.incident_id),
    )


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/runs",
        scope=Scope.RECURRENCE_READ,
        summary="Runs, newest first",
        takes=RunQuery,
        act=_list,
        answers={200: RunPage},
    ),
    Route(
        method="GET",
        path="/v1/runs/{ref}",
        scope=Scope.RECURRENCE_READ,
        summary="One run",
        takes=Nothing,
        act=_get,
        answers={200: RunAnswer},
    ),
    Route(
        method="POST",
        path="/v1/runs",
        scope=Scope.RUNS_WRITE,
        summary="Report how a run stands; saying the same again changes nothing",
        takes=RunReport,
        act=_report,
        answers={200: RunAnswer},
    ),
)
