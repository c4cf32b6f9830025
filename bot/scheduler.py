"""The metronome: wakes jobs at their period and holds no truth.

What is due stands in rows; a job looks there each time it is woken. So a beat that is late, lost or
doubled changes nothing but the moment.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Final, cast

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import metrics
from bot.domain.errors import NotDurableError

_log: Final = structlog.stdlib.get_logger(__name__)

GRACE: Final = timedelta(seconds=5)


@dataclass(frozen=True)
class Job:
    """Something that happens by itself: every ``period``, ``run`` is awaited."""

    name: str
    period: timedelta
    run: Callable[[], Awaitable[object]]


class Metronome:
    """Beats for a set of jobs.

    A job never overlaps itself, missed beats count as one, and a failing run is logged and counted;
    it stops neither the job's next beat nor any other job.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = tuple(jobs)
        self._running: set[asyncio.Task[object]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Begin; each job's first beat comes after one period. Needs a running event loop."""
        for job in self._jobs:
            self._scheduler.add_job(
                self._beat, "interval", seconds=job.period.total_seconds(), args=[job], id=job.name
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Beat no more and let the runs under way end, for `GRACE` at most; then cancel them."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=GRACE.total_seconds())
            for task in late:
                task.cancel()
        self._scheduler.shutdown(wait=False)

    async def _beat(self, job: Job) -> None:
        task = cast("asyncio.Task[object]", asyncio.current_task())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        with metrics.JOB_SECONDS.labels(job.name).time():
            try:
                await job.run()
            except NotDurableError as error:  # told once for all by the storage
                metrics.JOB_RUNS.labels(job.name, "failed").inc()
                _log.debug("job_waits", job=job.name, reason=str(error))
            except Exception:  # noqa: BLE001 -- the boundary: one job's failure is not the others'
                metrics.JOB_RUNS.labels(job.name, "failed").inc()
                _log.exception("job_failed", job=job.name)
            else:
                metrics.JOB_RUNS.labels(job.name, "done").inc()
