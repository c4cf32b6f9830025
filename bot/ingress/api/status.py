"""Status, for consoles: what `/status` says in Discord, as figures."""

from datetime import datetime
from typing import Any, Final

import msgspec

from bot.domain.access.token import Scope
from bot.domain.alert.alert import Alert, State
from bot.domain.integrity import Invariant
from bot.ingress.api.answer import Nothing
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.admin import status


class LastAlertBody(msgspec.Struct, frozen=True, kw_only=True):
    """The newest alert of a severity."""

    ref: str
    name: str
    service: str
    state: State
    opened_at: datetime
    last_seen_at: datetime


class ParkedBody(msgspec.Struct, frozen=True):
    """Cards that cannot be shown, and why."""

    channel: str
    reason: str
    cards: int


class SourceBody(msgspec.Struct, frozen=True):
    """A sender, and when it was heard last."""

    name: str
    provider: str
    last_event_at: datetime | None


class FindingBody(msgspec.Struct, frozen=True):
    """Rows that break an invariant; the first few are named."""

    invariant: Invariant
    count: int
    named: tuple[str, ...]


class StatusBody(msgspec.Struct, frozen=True, kw_only=True):
    """``waiting`` counts cards on their way by lane, ``oldest_due`` is since when the first of them waits.

    ``last_by_severity`` is null where there is none among the newest 50,000 alerts. ``integrity_at`` is when
    the invariants were looked at last, null when never.
    """

    open_alerts: int
    waiting: dict[str, int]
    oldest_due: datetime | None
    parked: tuple[ParkedBody, ...]
    sources: tuple[SourceBody, ...]
    last_by_severity: dict[str, LastAlertBody | None]
    integrity_at: datetime | None
    integrity: tuple[FindingBody, ...]
    database: str


async def _get(caller: Caller, _: Nothing) -> ApiReply:
    condition = await status.condition(caller.desk)
    standing = await status.standing(caller.desk)
    report = standing.integrity
    return ApiReply(
        StatusBody(
            open_alerts=condition.open_alerts,
            waiting={lane.name.lower(): count for lane, count in condition.outbox.dirty.items()},
            oldest_due=condition.oldest_due,
            parked=tuple(
                ParkedBody(str(channel), reason.value, cards)
                for channel, reason, cards in condition.outbox.parked
            ),
            sources=tuple(
                SourceBody(each.name, each.provider, each.last_event_at) for each in condition.sources
            ),
            last_by_severity={
                severity.value: None if alert is None else _show(alert)
                for severity, alert in standing.last.items()
            },
            integrity_at=None if report is None else report.at,
            integrity=()
            if report is None
            else tuple(FindingBody(each.invariant, each.count, each.named) for each in report.findings),
            database=condition.database,
        )
    )


def _show(alert: Alert) -> LastAlertBody:
    return LastAlertBody(
        ref=alert.ref,
        name=alert.name,
        service=alert.service,
        state=alert.state,
        opened_at=alert.opened_at,
        last_seen_at=alert.last_seen_at,
    )


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/status",
        scope=Scope.ALERTS_READ,
        summary="What waits, what cannot be shown, the last alert of each severity, broken invariants",
        takes=Nothing,
        act=_get,
        answers={200: StatusBody},
    ),
)
