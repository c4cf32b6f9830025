"""Gauge: the desk's condition as numbers for Prometheus, taken every few seconds."""

import math
from datetime import datetime, timedelta

from bot import metrics
from bot.domain.access.source import Source
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.ledger import Pace
from bot.domain.process_health import ProcessHealth, RateLimitPause
from bot.usecases.admin import status
from bot.usecases.admin.status import Outbox
from bot.usecases.desk import Desk


async def measure(desk: Desk, process_health: ProcessHealth) -> None:
    """Look at everything once and set the gauges; they tell of all projects together."""
    now = desk.clock.now()
    condition = await status.condition(desk)
    others = [await status.condition(each) for each in desk.everybody if each is not desk]
    together = (condition, *others)
    _set_outbox([each.outbox for each in together], condition.oldest_due, now)
    _set_pace(condition.pace)
    _set_sources(desk, [source for each in together for source in each.sources])
    _set_pauses(process_health.pauses)
    metrics.ALERTS_OPEN.set(sum(each.open_alerts for each in together))
    metrics.PINGS_MISSING.set(len(process_health.hints))
    metrics.DATABASE.labels(condition.database).set(1)


def _set_outbox(outboxes: list[Outbox], oldest_due: datetime | None, now: datetime) -> None:
    for lane in Lane:
        metrics.DIRTY.labels(lane.name.lower()).set(sum(each.dirty.get(lane, 0) for each in outboxes))
    metrics.PARKED.clear()
    for outbox in outboxes:
        for _, reason, cards in outbox.parked:
            metrics.PARKED.labels(reason.value).inc(cards)
    age = timedelta() if oldest_due is None else max(now - oldest_due, timedelta())
    metrics.OLDEST_DUE.set(age.total_seconds())


def _set_pace(pace: Pace) -> None:
    """Nothing seen within the hour is not a number, as in a summary of Prometheus."""
    for call, found in (("post", pace.cards), ("edit", pace.changes)):
        p50 = math.nan if found is None else found.p50.total_seconds()
        p99 = math.nan if found is None else found.p99.total_seconds()
        metrics.VISIBLE_QUANTILES.labels(call, "0.5").set(p50)
        metrics.VISIBLE_QUANTILES.labels(call, "0.99").set(p99)


def _set_sources(desk: Desk, sources: list[Source]) -> None:
    """Name the sources: those of another project than the first are called ``project/source``."""
    metrics.SOURCE_LAST_EVENT.clear()
    for source in sources:
        if source.last_event_at is not None:
            theirs = desk.of(source.project_id)
            name = source.name if theirs is desk else f"{theirs.project.name}/{source.name}"
            metrics.SOURCE_LAST_EVENT.labels(name, source.provider).set(source.last_event_at.timestamp())


def _set_pauses(pauses: tuple[RateLimitPause, ...]) -> None:
    """The longest pause of each call; those that ended are gone."""
    metrics.PAUSE_SECONDS.clear()
    for pause in reversed(pauses):
        metrics.PAUSE_SECONDS.labels(pause.call).set(pause.span.total_seconds())
