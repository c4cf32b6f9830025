"""Whoever sends together shares a commit; whoever sends alone, or does not come back, holds nobody up."""

import asyncio

from bot.clock import SystemClock
from bot.domain.access.source import Source
from bot.usecases.desk import Desk
from bot.usecases.intake.arrival import Arrivals
from bot.usecases.intake.backlog import MAX_BATCH, Backlog
from bot.usecases.intake.queue import Intake
from tests.senders import firing, submission

LONG = 60.0  # seconds that no test would live through


def is_over_at_once(arrivals: Arrivals) -> bool:
    """Whether nobody is waited for."""
    gathering = arrivals.gather()
    try:
        gathering.send(None)
    except StopIteration:
        return True
    gathering.close()
    return False


async def test_senders_that_come_again_and_again_share_every_commit(desk: Desk, source: Source) -> None:
    intake = Intake(desk, pause=LONG, most=LONG)

    async def send(sender: int) -> list[str]:
        said = [submission(source, firing(f"{sender}-{number}")) for number in range(6)]
        return [(await intake.take(each)).alerts[0].ref for each in said]

    told = await asyncio.gather(*map(send, range(8)))
    assert len({ref for refs in told for ref in refs}) == 48
    assert intake.commits == 6


async def test_whoever_sends_alone_waits_for_nobody(desk: Desk, source: Source) -> None:
    intake = Intake(desk, pause=LONG, most=LONG)
    for number in range(5):
        await intake.take(submission(source, firing(str(number))))
    assert intake.commits == 5


async def test_who_does_not_come_back_is_not_waited_for(desk: Desk, source: Source) -> None:
    intake = Intake(desk, pause=0.001, most=LONG)
    await asyncio.gather(*(intake.take(submission(source, firing(f"first {each}"))) for each in range(8)))
    await asyncio.gather(*(intake.take(submission(source, firing(f"then {each}"))) for each in range(3)))
    await intake.take(submission(source, firing("last")))
    assert intake.commits == 3


async def test_those_that_waited_meanwhile_are_expected_too(source: Source) -> None:
    backlog = Backlog()
    arrivals = Arrivals(backlog, SystemClock(), pause=LONG, most=LONG)
    backlog.add(submission(source, firing("waits")))
    arrivals.expect(1)
    assert not is_over_at_once(arrivals)
    backlog.add(submission(source, firing("is back")))
    assert is_over_at_once(arrivals)


async def test_a_full_batch_waits_for_nobody(source: Source) -> None:
    backlog = Backlog()
    arrivals = Arrivals(backlog, SystemClock(), pause=LONG, most=LONG)
    arrivals.expect(100)
    backlog.add(submission(source, *map(firing, map(str, range(MAX_BATCH)))))
    assert is_over_at_once(arrivals)


async def test_nobody_is_held_up_for_longer_than_the_most(source: Source) -> None:
    backlog = Backlog()
    arrivals = Arrivals(backlog, SystemClock(), pause=LONG, most=0.01)
    arrivals.expect(100)
    backlog.add(submission(source, firing()))
    await asyncio.wait_for(arrivals.gather(), LONG / 2)
