"""Jobs: the one table of all that happens by itself."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot import metrics
from bot.domain.verdict import Lane
from bot.scheduler import Job
from bot.usecases import alert, regression, setting, status
from bot.usecases.desk import Desk

Errand = Callable[[], Awaitable[object]]


def table(desk: Desk, *, recheck_parked: Errand, find_deleted: Errand) -> list[Job]:
    """Every job of a running desk: name, period, use case. What looks at Discord is handed in."""

    async def expire_leases() -> None:
        await alert.expire_leases(desk)

    async def end_silent() -> None:
        await alert.end_silent(desk)

    async def reload() -> None:
        await setting.reload(desk)
        await setting.home_the_homeless(desk)

    async def measure() -> None:
        _publish(await status.outbox(desk))

    async def reopen_regressed() -> None:
        await regression.reopen(desk)

    return [
        Job("leases", timedelta(seconds=2), expire_leases),
        Job("silence", timedelta(seconds=2), end_silent),
        Job("regressions", timedelta(seconds=5), reopen_regressed),
        Job("settings", timedelta(seconds=10), reload),
        Job("parked", timedelta(minutes=5), recheck_parked),
        Job("deleted", timedelta(hours=1), find_deleted),
        Job("gauges", timedelta(seconds=10), measure),
    ]


def _publish(outbox: status.Outbox) -> None:
    for lane in Lane:
        metrics.DIRTY.labels(lane.name.lower()).set(outbox.dirty.get(lane, 0))
    metrics.PARKED.clear()
    for _, reason, cards in outbox.parked:
        metrics.PARKED.labels(reason.value).inc(cards)
