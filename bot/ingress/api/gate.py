"""Gates, for release pipelines: may this go out now, reports of service levels, and a way past a block."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec

from bot.domain.access.token import Scope
from bot.domain.gate.gate import BlockerKind, Bypass, GateDecision, GateMode, GateVerdict, Level
from bot.ingress.api.answer import Doer, SomeWords, Text, show_actor
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.gate import release

PATH: Final = "/v1/gate/release"
Figure = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class GateQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to go out where; empty means everything."""

    service: Text = ""
    env: Text = ""


class GateReason(msgspec.Struct, frozen=True):
    """One thing that speaks against it; ``ref`` is of an alert or an incident."""

    cause: BlockerKind
    ref: str
    text: str


class BypassBody(msgspec.Struct, frozen=True):
    """Who let pass what would be blocked, why and until when."""

    by: Doer
    reason: str
    until: datetime


class GateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``decision`` is pass or block; ``more`` reasons are not named."""

    decision: GateVerdict
    mode: GateMode
    service: str
    env: str
    reasons: tuple[GateReason, ...]
    more: int
    bypass: BypassBody | None
    at: datetime


class NewBypass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let pass for ``minutes`` (a day at most), because of ``reason``."""

    reason: SomeWords
    service: Text = ""
    env: Text = ""
    minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] = 60


class LevelReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a service did lately: p95 in milliseconds, errors as a share from 0 to 1.

    The limits are the policy's unless they are told here.
    """

    service: SomeWords
    env: Text = ""
    latency_p95_ms: Figure | None = None
    error_rate: Share | None = None
    max_latency_p95_ms: Figure | None = None
    max_error_rate: Share | None = None


class LevelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The report as it is kept; it counts for an hour."""

    service: str
    env: str
    latency_p95_ms: float | None
    error_rate: float | None
    max_latency_p95_ms: float | None
    max_error_rate: float | None
    at: datetime


async def _ask(caller: Caller, asked: GateQuery) -> ApiReply:
    return ApiReply(show(await release.ask(caller.desk, asked.service, asked.env)))


async def _pass_by(caller: Caller, asked: NewBypass) -> ApiReply:
    decision = await release.pass_by(
        caller.desk,
        asked.service,
        asked.env,
        actor=caller.actor,
        reason=asked.reason,
        lasts=timedelta(minutes=asked.minutes),
    )
    return ApiReply(show(decision), 201)


async def _report(caller: Caller, asked: LevelReport) -> ApiReply:
    level = Level(**msgspec.structs.asdict(asked), at=caller.desk.clock.now())
    kept = await release.report(caller.desk, level, actor=caller.actor)
    return ApiReply(LevelAnswer(**msgspec.structs.asdict(kept)), 201)


def show(decision: GateDecision) -> GateAnswer:
    """The answer as programs see it."""
    return GateAnswer(
        decision=decision.verdict,
        mode=decision.mode,
        service=decision.service,
        env=decision.env,
        reasons=tuple(GateReason(each.cause, each.ref, each.words) for each in decision.reasons),
        more=decision.more,
        bypass=None if decision.bypass is None else _show_bypass(decision.bypass),
        at=decision.at,
    )


def _show_bypass(bypass: Bypass) -> BypassBody:
    return BypassBody(show_actor(bypass.actor), bypass.reason, bypass.until)


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path=PATH,
        scope=Scope.GATE_READ,
        summary="May this service go out in this environment now: pass or block, with the reasons",
        takes=GateQuery,
        act=_ask,
        answers={200: GateAnswer},
    ),
    Route(
        method="POST",
        path=f"{PATH}/bypass",
        scope=Scope.INCIDENTS_WRITE,
        summary="Let pass what would be blocked, for a while and for a reason",
        takes=NewBypass,
        act=_pass_by,
        answers={201: GateAnswer},
    ),
    Route(
        method="POST",
        path="/v1/slo",
        scope=Scope.SLO_WRITE,
        summary="Report how a service did lately; the last report counts, for an hour",
        takes=LevelReport,
        act=_report,
        answers={201: LevelAnswer},
    ),
)
