"""Brief: what is known of an alert, gathered in one read. A dozen indexed queries, each of them bounded."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain

from bot.cards.triage import AnswerView, BriefView
from bot.domain.alert.alert import Alert
from bot.domain.incident.incident import format_ref as format_incident
from bot.domain.recurrence.recurrence import SPAN
from bot.domain.triage.brief import (
    LOOKED_BACK,
    NEIGHBOURS,
    RUNS,
    Brief,
    BriefRequest,
    Feed,
    Neighbour,
    find_runbooks,
    last_ended,
    rank,
)
from bot.usecases.desk import Desk
from bot.usecases.recurrence.profile import summarize_episode
from bot.usecases.view import memory_of
from storage.transaction import Transaction


async def view(desk: Desk, request_id: int) -> BriefView | AnswerView | None:
    """What the card of a request has to show now, None when this desk does not have it."""
    now = desk.clock.now()
    return await desk.storage.read(lambda tx: _view(tx, desk, request_id, now))


def gather(tx: Transaction, desk: Desk, alert: Alert, now: datetime) -> Brief:
    """Everything about one alert."""
    window = desk.rules.triage.window
    near = rank(alert, _told_here(tx, desk, alert, tx.briefs.near(alert, window)))
    told = near[:NEIGHBOURS]
    endings = last_ended(tx.memories.episodes(alert.recurrence_id, before=alert.id, limit=LOOKED_BACK))
    linked = tx.memories.incidents([each.alert_id for each in endings])
    belongs = tx.links.of_alert(alert.id)
    jumps = _jumps(tx, desk, chain((each.alert_id for each in endings), (each.id for each in told)))
    return Brief(
        alert=alert,
        seen_at=now,
        window=window,
        incident="" if belongs is None else format_incident(belongs.incident_id),
        memory=memory_of(tx, desk, alert),
        neighbours=tuple(
            Neighbour(alert=each, memory=memory_of(tx, desk, each), jump_url=jumps.get(each.id, ""))
            for each in told
        ),
        others=len(near) - len(told),
        endings=tuple(summarize_episode(each, linked) for each in endings),
        jumps=jumps,
        runbooks=find_runbooks(alert),
        feeds=_feeds(tx, desk, {alert.source_id, *(each.source_id for each in near)}),
        runs=tuple(tx.runs.of_alert(alert.id, limit=RUNS)),
        hours=tuple(tx.memories.hours(alert.recurrence_id, since=now - SPAN)),
    )


def _told_here(tx: Transaction, desk: Desk, alert: Alert, near: list[Alert]) -> list[Alert]:
    """The alerts that whoever sees this one sees too: in its own channel, or in one that everybody sees."""
    places = tx.cards.of_alerts([alert.id, *(each.id for each in near)])
    own = places.get(alert.id)
    seen = desk.open_channels | ({own.channel_id} if own is not None else set())
    return [each for each in near if (place := places.get(each.id)) is not None and place.channel_id in seen]


def _view(tx: Transaction, desk: Desk, request_id: int, now: datetime) -> BriefView | AnswerView | None:
    request = tx.briefs.get(desk.project.id, request_id)
    alert = None if request is None else tx.alerts.get(desk.project.id, request.alert_id)
    if request is None or alert is None:
        return None
    if request.run_id is not None:
        return _answer(tx, desk, request)
    return BriefView(brief=gather(tx, desk, alert, now), id=request.id, tag=desk.project.tag)


def _answer(tx: Transaction, desk: Desk, request: BriefRequest) -> AnswerView | None:
    run = None if request.run_id is None else tx.runs.get(request.run_id)
    return None if run is None else AnswerView(run=run, id=request.id, tag=desk.project.tag)


def _jumps(tx: Transaction, desk: Desk, alert_ids: Iterable[int]) -> dict[int, str]:
    if desk.guild_id is None:
        return {}
    guild_id, places = desk.guild_id, tx.cards.of_alerts(alert_ids)
    return {alert_id: place.jump_url(guild_id) for alert_id, place in places.items()}


def _feeds(tx: Transaction, desk: Desk, source_ids: set[int]) -> tuple[Feed, ...]:
    listed = (each for each in tx.sources.listing(desk.project.id) if each.id in source_ids)
    return tuple(Feed(name=each.name, heard_at=each.last_event_at) for each in listed)
