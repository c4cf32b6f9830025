"""Jobs: the one table of all that happens by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from bot.domain.access.poll import PERIOD
from bot.domain.process_health import ProcessHealth
from bot.scheduler import Job
from bot.usecases.admin import expectation, gauge, idempotency, integrity, retention, setting, status
from bot.usecases.admin import project as projects
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

Beat = Callable[[], Awaitable[object]]


def _for_each(desk: Desk, work: Callable[[Desk], Awaitable[object]]) -> Beat:
    """Do it for each project; one in which it fails keeps no other waiting."""

    async def beat() -> None:
        await asyncio.gather(*(work(each) for each in desk.everybody))

    return beat


def table(
    desk: Desk,
    *,
    recheck_parked: Beat,
    find_deleted: Beat,
    find_reactions: Beat,
    process_health: Callable[[], ProcessHealth],
    fetch: Fetch,
    watch: Beat,
    anchor: Callable[[Desk], Awaitable[object]],
    heartbeat: Job | None = None,
    question: Question | None = None,
) -> list[Job]:
    """Every job of a running desk: name, period, use case. What looks outside is handed in."""
    each_project = partial(_for_each, desk)

    async def expire_leases() -> None:
        await alerts.expire_leases(desk)

    async def end_silent() -> None:
        await lapse.end_silent(desk)

    async def remind(one: Desk) -> None:
        await reminder.due_reminders(one)
        await reminder.due_actions(one)

    async def reload() -> None:
        await setting.reload(desk)
        await each_project(setting.assign_default_channel)()

    async def measure() -> None:
        await gauge.measure(desk, process_health())

    async def prove_alive() -> None:
        await status.writable(desk)
        await each_project(outages.recount)()

    async def clean() -> None:
        for one in await projects.with_removed(desk):
            await retention.nightly(one)

    asking = (
        []
        if question is None
        else [Job("agent", timedelta(seconds=2), each_project(partial(call.make_due, question=question)))]
    )
    return [
        Job("leases", timedelta(seconds=2), expire_leases),
        Job("retries", timedelta(seconds=2), partial(retries.retry_due, desk)),
        Job("silence", timedelta(seconds=2), end_silent),
        Job("silences", timedelta(seconds=2), each_project(settlement.settle)),
        Job("expiries", timedelta(seconds=2), partial(expiry.end_expired, desk)),
        Job("snoozes", timedelta(seconds=2), partial(snoozes.wake_due, desk)),
        Job("acks", timedelta(seconds=2), each_project(ack.end_due)),
        Job("rings", timedelta(seconds=1), each_project(rings.make_due)),
        Job("flaps", timedelta(seconds=5), partial(flaps.calm_down, desk)),
        Job("reminders", timedelta(seconds=5), each_project(remind)),
        Job("recovered", timedelta(seconds=5), each_project(incidents.resolve_recovered)),
        Job("regressions", timedelta(seconds=5), each_project(regression.reopen)),
        Job("briefs", timedelta(seconds=10), each_project(triage.settle_due)),
        *asking,
        Job("settings", timedelta(seconds=10), reload),
        Job("pulse", timedelta(seconds=30), prove_alive),
        Job("polls", PERIOD, each_project(partial(poll.look_at_all, fetch=fetch))),
        Job("parked", timedelta(minutes=5), recheck_parked),
        Job("deleted", timedelta(hours=1), find_deleted),
        Job("reactions", timedelta(hours=1), find_reactions),
        Job("retention", timedelta(minutes=45), clean),
        Job("integrity", timedelta(minutes=20), each_project(integrity.nightly)),
        Job("bulk acts", timedelta(hours=1), partial(bulk.forget_old, desk)),
        Job(
            "expectations",
            timedelta(seconds=5),
            each_project(partial(expectation.look, up_since=desk.clock.now())),
        ),
        Job("watch", timedelta(seconds=10), watch),
        *([] if heartbeat is None else [heartbeat]),
        Job("keys", timedelta(hours=1), partial(idempotency.forget_old, desk)),
        Job("anchor", timedelta(minutes=10), each_project(anchor)),
        Job("gauges", timedelta(seconds=10), measure),
    ]
