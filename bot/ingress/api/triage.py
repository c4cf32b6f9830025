"""Triage, for programs: the brief that people get, and the permission to look into an alert."""

from datetime import datetime
from typing import Any, Final

import msgspec

from bot.domain.access.token import Scope
from bot.domain.alert.alert import State, parse_ref
from bot.domain.alert.signal import Link, Severity
from bot.domain.triage.brief import Brief
from bot.ingress.api.answer import Nothing
from bot.ingress.api.recurrence_view import EpisodeBody, Hour, show_episode
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.ingress.api.run import RunAnswer, show_run
from bot.usecases.triage import program as triage_program


class NeighbourBody(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that fired with it."""

    alert: str
    name: str
    service: str
    severity: Severity
    state: State
    opened_at: datetime


class FeedBody(msgspec.Struct, frozen=True):
    """A source, and when it was heard last."""

    name: str
    heard_at: datetime | None


class BriefBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an alert now; ``others`` fired with it besides the ``neighbours``.

    ``endings`` are the last episodes that are over, ``hours`` those of 30 days in which it fired.
    """

    alert: str
    seen_at: datetime
    window_minutes: float
    incident: str | None
    neighbours: tuple[NeighbourBody, ...]
    others: int
    endings: tuple[EpisodeBody, ...]
    runbooks: tuple[Link, ...]
    sources: tuple[FeedBody, ...]
    runs: tuple[RunAnswer, ...]
    hours: tuple[Hour, ...]


class PermissionBody(msgspec.Struct, frozen=True):
    """Whether it is yours now; for ``cooldown_seconds`` nobody else is allowed."""

    allowed: bool
    cooldown_seconds: float


async def _brief(caller: Caller, _: Nothing) -> ApiReply:
    return ApiReply(_show(await triage_program.brief(caller.desk, parse_ref(caller.ref))))


async def _permit(caller: Caller, _: Nothing) -> ApiReply:
    given = await triage_program.permit(caller.desk, parse_ref(caller.ref), actor=caller.actor)
    return ApiReply(PermissionBody(given.allowed, given.cooldown.total_seconds()))


def _show(found: Brief) -> BriefBody:
    return BriefBody(
        alert=found.alert.ref,
        seen_at=found.seen_at,
        window_minutes=found.window.total_seconds() / 60,
        incident=found.incident or None,
        neighbours=tuple(
            NeighbourBody(
                alert=each.alert.ref,
                name=each.alert.name,
                service=each.alert.service,
                severity=each.alert.severity,
                state=each.alert.state,
                opened_at=each.alert.opened_at,
            )
            for each in found.neighbours
        ),
        others=found.others,
        endings=tuple(show_episode(each) for each in found.endings),
        runbooks=found.runbooks,
        sources=tuple(FeedBody(each.name, each.heard_at) for each in found.feeds),
        runs=tuple(show_run(each) for each in found.runs),
        hours=tuple(Hour(*each) for each in found.hours),
    )


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path="/v1/alerts/{ref}/brief",
        scope=Scope.ALERTS_READ,
        summary="What is known of it now, as people are told",
        takes=Nothing,
        act=_brief,
        answers={200: BriefBody},
    ),
    Route(
        method="POST",
        path="/v1/alerts/{ref}/triage",
        scope=Scope.ALERTS_CLAIM,
        summary="May I look into it? Once in the cooldown, whoever asks; if so it is taken",
        takes=Nothing,
        act=_permit,
        answers={200: PermissionBody},
    ),
)
