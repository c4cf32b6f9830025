"""The metronome: beats go on whatever the jobs do."""

import asyncio
from datetime import timedelta

from bot import metrics
from bot.clock import SystemClock
from bot.scheduler import Job, Metronome
from tests.waiting import until

QUICK = timedelta(milliseconds=10)


def runs(job: str, outcome: str) -> float:
    return metrics.REGISTRY.get_sample_value("tocsin_job_runs_total", {"job": job, "outcome": outcome}) or 0.0


async def test_a_failing_job_is_counted_and_stops_neither_itself_nor_others() -> None:
    good: list[int] = []

    async def bad() -> None:
        raise RuntimeError("on purpose")

    async def fine() -> None:
        good.append(1)

    metronome = Metronome([Job("test-bad", QUICK, bad), Job("test-fine", QUICK, fine)])
    metronome.start()
    await until(lambda: runs("test-bad", "failed") >= 2 and len(good) >= 2)
    await metronome.stop()
    assert runs("test-fine", "done") == len(good)


async def test_a_job_never_overlaps_itself() -> None:
    inside, most, done = 0, 0, 0

    async def slow() -> None:
        nonlocal inside, most, done
        inside += 1
        most = max(most, inside)
        await SystemClock().sleep(0.035)
        inside -= 1
        done += 1

    metronome = Metronome([Job("test-slow", QUICK, slow)])
    metronome.start()
    await until(lambda: done >= 3)
    await metronome.stop()
    assert most == 1


async def test_stopping_lets_the_run_under_way_end() -> None:
    began, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run() -> None:
        began.set()
        await may_end.wait()
        ended.set()

    metronome = Metronome([Job("test-end", QUICK, run)])
    metronome.start()
    async with asyncio.timeout(10):
        await began.wait()
        stopping = asyncio.create_task(metronome.stop())
        may_end.set()
        await stopping
    assert ended.is_set()


async def test_stopping_what_never_began_is_harmless() -> None:
    await Metronome([]).stop()
