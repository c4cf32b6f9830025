"""Claims of several processes on one database, and of a process that dies with what it holds."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.domain.alert.claim import Proof, make_token, worker_of
from bot.domain.alert.search import AlertCriteria
from bot.domain.errors import ConflictError, StandingError
from bot.usecases.alert import claim, program
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from tests.senders import ANNA, Send, firing
from tests.usecases.alert.claimer import PROGRAM

MANY = 2_000
Worker = subprocess.Popen[str]


@contextmanager
def claimer(url: str, owner: str, batch: int) -> Iterator[Worker]:
    """A worker that is ready; it begins when it is sent a line."""
    command = [sys.executable, "-m", "tests.usecases.alert.claimer", url, owner, str(batch)]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        try:
            yield worker
        finally:
            worker.kill()


def begin(worker: Worker) -> None:
    assert worker.stdin is not None
    worker.stdin.write("\n")
    worker.stdin.flush()


def claimed(worker: Worker) -> dict[int, str]:
    """What it got, with the tokens, by alert."""
    assert worker.stdout is not None
    found = {}
    for line in worker.stdout:
        if line == "done\n":
            break
        alert_id, token = line.split()
        found[int(alert_id)] = token
    return found


async def test_two_processes_share_thousands_of_alerts_and_none_twice(
    desk: Desk, send: Send, database_url: str
) -> None:
    await send(*[firing(f"n{number}") for number in range(MANY)])
    with claimer(database_url, "one", 100) as one, claimer(database_url, "two", 100) as two:
        begin(one)
        begin(two)
        mine, theirs = claimed(one), claimed(two)
    assert not mine.keys() & theirs.keys()
    assert sorted([*mine, *theirs]) == list(range(1, MANY + 1))
    entries = await desk.storage.read(lambda tx: [each.entry for each in tx.audit.chain(desk.project.id)])
    told = {entry.subject: str(entry.actor) for entry in entries if entry.action == "claim"}
    assert len(told) == sum(entry.action == "claim" for entry in entries) == MANY
    assert {told[f"alert:{each}"] for each in mine} <= {"program:ci/one"}
    assert {told[f"alert:{each}"] for each in theirs} <= {"program:ci/two"}


async def test_what_a_killed_process_held_comes_back_after_the_lease_and_its_tokens_are_void(
    desk: Desk, send: Send, database_url: str, clock: ManualClock
) -> None:
    await send(*[firing(f"n{number}") for number in range(20)])
    with claimer(database_url, "one", 20) as worker:
        begin(worker)
        held = claimed(worker)
        worker.kill()
        worker.wait()
    assert len(held) == 20
    heir = worker_of(PROGRAM, "heir")
    assert await claim.claim_next(desk, AlertCriteria(), actor=heir, limit=100) == ()
    clock.advance(desk.rules.lease)
    inherited = await claim.claim_next(desk, AlertCriteria(), actor=heir, limit=100)
    assert sorted(each.alert.id for each in inherited) == sorted(held)
    for alert_id, token in held.items():
        late = claim.perform(desk, partial(alerts.resolving, alert_id), actor=PROGRAM, proof=Proof(token))
        with pytest.raises(StandingError) as refused:
            await late
        assert (refused.value.state, refused.value.owner) == ("processing", str(heir))


async def test_of_a_person_and_a_program_at_once_one_wins_and_the_other_is_told(
    desk: Desk, send: Send
) -> None:
    """Half of the alerts are acknowledged by both, half are resolved by the worker that claimed them."""
    await send(*[firing(f"n{number}") for number in range(12)])
    worker = worker_of(PROGRAM, "one")
    tokens = {
        seen.alert.id: make_token(desk.signing_key, seen.alert)
        for seen in await claim.claim_next(desk, AlertCriteria(), actor=worker, limit=6)
    }
    for alert_id in range(1, 13):
        make = alerts.resolving if alert_id in tokens else partial(alerts.acknowledging, spans={})
        act = partial(make, alert_id)
        robot = claim.perform(desk, act, actor=worker, proof=Proof(tokens.get(alert_id, "")))
        person = alerts.acknowledge(desk, alert_id, actor=ANNA)
        outcomes = await asyncio.gather(robot, person, return_exceptions=True)
        assert [isinstance(each, ConflictError) for each in outcomes].count(True) == 1
        seen = await program.find(desk, alert_id)
        last = seen.entries[-1]
        assert [entry.action for entry in seen.entries].count("ack") <= 1
        doer = seen.alert.resolved_by or seen.alert.owner
        winner = str(worker) if isinstance(outcomes[1], ConflictError) else str(ANNA)
        assert str(last.actor) == str(doer) == winner
