"""The dashboard, for programs: counts, what fires most, and the alerts that matter first."""

from datetime import timedelta
from typing import Any, Final

import msgspec

from bot.domain.access.token import Scope
from bot.domain.alert.alert import State, format_ref
from bot.domain.alert.signal import Severity
from bot.ingress.api.alert import AlertBody, Minutes, show
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.alert import dashboard as dashboards


class DashboardQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was last seen within ``window_minutes``; a day unless it says otherwise."""

    window_minutes: Minutes = 1_440


class TopSignature(msgspec.Struct, frozen=True, kw_only=True):
    """What fired often; ``alert`` is its newest one."""

    signature: str
    name: str
    alert: str
    occurrences: int


class DashboardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``by_state`` and ``by_severity`` name each, also those that count 0."""

    window_minutes: int
    total: int
    open: int
    by_state: dict[str, int]
    by_severity: dict[str, int]
    top_signatures: tuple[TopSignature, ...]
    latest: AlertBody | None
    oldest_unacked: AlertBody | None
    last_by_severity: dict[str, AlertBody | None]


async def _get(caller: Caller, asked: DashboardQuery) -> ApiReply:
    found = await dashboards.dashboard(caller.desk, window=timedelta(minutes=asked.window_minutes))
    states = {each.value: 0 for each in State}
    severities = {each.value: 0 for each in Severity}
    for state, severity, count in found.counts:
        states[state.value] += count
        severities[severity.value] += count
    answer = DashboardAnswer(
        window_minutes=asked.window_minutes,
        total=sum(states.values()),
        open=sum(count for state, _, count in found.counts if state.open),
        by_state=states,
        by_severity=severities,
        top_signatures=tuple(
            TopSignature(signature=signature, name=name, alert=format_ref(newest), occurrences=often)
            for signature, name, newest, often in found.top
        ),
        latest=None if found.latest is None else show(found.latest),
        oldest_unacked=None if found.oldest_unacked is None else show(found.oldest_unacked),
        last_by_severity={
            severity.value: None if seen is None else show(seen)
            for severity, seen in found.last_by_severity.items()
        },
    )
    return ApiReply(answer)


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/alerts/dashboard",
        scope=Scope.ALERTS_READ,
        summary="The alerts of a window of time in figures",
        takes=DashboardQuery,
        act=_get,
        answers={200: DashboardAnswer},
    ),
)
