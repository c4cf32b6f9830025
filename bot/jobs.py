"""Jobs: the one table of all that happens by itself."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from bot.domain.access.poll import PERIOD
from bot.domain.process_health import ProcessHealth
from bot.scheduler import Job
from bot.usecases.admin import expectation, gauge, idempotency, integrity, retention, setting, status
from bot.usecases.alert import ack, bulk, expiry, lapse
from bot.usecases.alert import flap as flaps
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import retry as retries
from bot.usecases.alert import snooze as snoozes
from bot.usecases.desk import Desk
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import reminder
from bot.usecases.intake import poll
from bot.usecases.intake.poll import Fetch
from bot.usecases.outbox import outage as outages
from bot.usecases.outbox import ring as rings
from bot.usecases.recurrence import regression
from bot.usecases.silence import settlement
from bot.usecases.triage import agent_request as call
from bot.usecases.triage import triage
from bot.usecases.triage.agent_request import Question

Errand = Callable[[], Awaitable[object]]


def table(
    desk: Desk,
    *,
    recheck_parked: Errand,
    find_deleted: Errand,
    find_reactions: Errand,
    process_health: Callable[[], ProcessHealth],
    fetch: Fetch,
    watch: Errand,
    anchor: Errand,
    heartbeat: Job | None = None,
    question: Question | None = None,
) -> list[Job]:
    """Every job of a running desk: name, period, use case. What looks outside is handed in."""

    async def expire_leases() -> None:
        await alerts.expire_leases(desk)

    async def end_silent() -> None:
        await lapse.end_silent(desk)

    async def remind() -> None:
        await reminder.due_reminders(desk)
        await reminder.due_actions(desk)

    async def resolve_recovered() -> None:
        await incidents.resolve_recovered(desk)

    async def reload() -> None:
        await setting.reload(desk)
        await setting.assign_default_channel(desk)

    async def measure() -> None:
        await gauge.measure(desk, process_health())

    async def reopen_regressed() -> None:
        await regression.reopen(desk)

    async def prove_alive() -> None:
        await status.writable(desk)
        await outages.recount(desk)

    asking = (
        []
        if question is None
        else [Job("agent", timedelta(seconds=2), partial(call.make_due, desk, question))]
    )
    return [
        Job("leases", timedelta(seconds=2), expire_leases),
        Job("retries", timedelta(seconds=2), partial(retries.retry_due, desk)),
        Job("silence", timedelta(seconds=2), end_silent),
        Job("silences", timedelta(seconds=2), partial(settlement.settle, desk)),
        Job("expiries", timedelta(seconds=2), partial(expiry.end_expired, desk)),
        Job("snoozes", timedelta(seconds=2), partial(snoozes.wake_due, desk)),
        Job("acks", timedelta(seconds=2), partial(ack.end_due, desk)),
        Job("rings", timedelta(seconds=1), partial(rings.make_due, desk)),
        Job("flaps", timedelta(seconds=5), partial(flaps.calm_down, desk)),
        Job("reminders", timedelta(seconds=5), remind),
        Job("recovered", timedelta(seconds=5), resolve_recovered),
        Job("regressions", timedelta(seconds=5), reopen_regressed),
        Job("briefs", timedelta(seconds=10), partial(triage.settle_due, desk)),
        *asking,
        Job("settings", timedelta(seconds=10), reload),
        Job("pulse", timedelta(seconds=30), prove_alive),
        Job("polls", PERIOD, partial(poll.look_at_all, desk, fetch)),
        Job("parked", timedelta(minutes=5), recheck_parked),
        Job("deleted", timedelta(hours=1), find_deleted),
        Job("reactions", timedelta(hours=1), find_reactions),
        Job("retention", timedelta(minutes=45), partial(retention.nightly, desk)),
        Job("integrity", timedelta(minutes=20), partial(integrity.nightly, desk)),
        Job("bulk acts", timedelta(hours=1), partial(bulk.forget_old, desk)),
        Job("expectations", timedelta(seconds=5), partial(expectation.look, desk, up_since=desk.clock.now())),
        Job("watch", timedelta(seconds=10), watch),
        *([] if heartbeat is None else [heartbeat]),
        Job("keys", timedelta(hours=1), partial(idempotency.forget_old, desk)),
        Job("anchor", timedelta(minutes=10), anchor),
        Job("gauges", timedelta(seconds=10), measure),
    ]
