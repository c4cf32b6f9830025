"""Wherever the process dies, an incident has one head and one thread, and nobody is told twice."""

import asyncio
import contextlib
import random
from datetime import timedelta

import pytest

from bot.cards.incident.nudge import find_marker
from bot.delivery.render import render_view
from bot.domain.incident.incident import IncidentRules
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import thread as places
from bot.usecases.incident.mutation import perform
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox.card import LEASE
from tests.delivery.conftest import Stage
from tests.delivery.scene import at_work, heads, threads, told
from tests.senders import ANNA, firing
from tests.usecases.crisis import escalate, look


async def begun(stage: Stage) -> outbox.Task:
    """A head that a worker has claimed, and then died."""
    await stage.send(firing())
    await stage.work()
    await escalate(stage.desk)
    while True:
        task = await outbox.take(stage.desk, stage.channel_id, worker="dead")
        assert isinstance(task, outbox.Task)
        if task.card.kind == "incident":
            return task


async def test_between_the_head_and_its_thread(stage: Stage) -> None:
    task = await begun(stage)
    assert task.view is not None
    await stage.wire.post(stage.channel_id, render_view(task.card.kind, task.view), nonce=task.card.nonce)
    stage.restart()
    await stage.work()
    assert (len(heads(stage)), len(threads(stage))) == (1, 1)
    assert (await look(stage.desk)).thread_id == threads(stage)[0].id


async def test_between_the_thread_and_its_settling(stage: Stage) -> None:
    task = await begun(stage)
    assert task.view is not None
    posted = await stage.wire.post(
        stage.channel_id, render_view(task.card.kind, task.view), nonce=task.card.nonce
    )
    assert posted.body is not None
    await stage.wire.start_thread(stage.channel_id, posted.body.id, "I-1")
    stage.restart()
    await stage.work()
    assert (len(heads(stage)), len(threads(stage))) == (1, 1)
    assert (await look(stage.desk)).thread_id == posted.body.id


async def test_between_the_threads_settling_and_the_heads(stage: Stage) -> None:
    task = await begun(stage)
    assert task.view is not None
    posted = await stage.wire.post(
        stage.channel_id, render_view(task.card.kind, task.view), nonce=task.card.nonce
    )
    assert posted.body is not None
    await stage.wire.start_thread(stage.channel_id, posted.body.id, "I-1")
    await places.settle(stage.desk, 1, thread_id=posted.body.id)
    stage.restart(timedelta(hours=2))
    await stage.work()
    assert (len(heads(stage)), len(threads(stage))) == (1, 1)


async def test_the_nudge_of_a_dead_worker_is_told_once(stage: Stage) -> None:
    await stage.send(firing())
    await escalate(stage.desk)
    await stage.work()
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    (thread,) = threads(stage)
    while True:
        task = await outbox.take(stage.desk, thread.id, worker="dead")
        assert isinstance(task, outbox.Task)
        assert task.view is not None
        await stage.wire.post(thread.id, render_view(task.card.kind, task.view), nonce=task.card.nonce)
        if task.card.kind == "nudge":
            break
    stage.restart(timedelta(hours=3))
    assert len(await told(stage)) == 1


@pytest.mark.parametrize("where", ["alerts", "incidents"])
@pytest.mark.parametrize("seed", range(3))
async def test_death_at_any_moment_makes_no_second_head_and_no_second_thread(
    stage: Stage, seed: int, where: str
) -> None:
    dice = random.Random(seed)  # noqa: S311 -- seeded on purpose
    stage.channel_id = stage.sandbox.channels[where]
    rules = IncidentRules(channel_id=stage.channel_id)
    stage.desk.rules = type(stage.desk.rules)(default_channel_id=stage.channel_id, incidents=rules)
    await stage.send(firing(), source=await stage.source_for("alerts-low"))
    await escalate(stage.desk)
    for turn in range(10):
        stage.restart(dice.choice((timedelta(seconds=2), LEASE)))
        for channel_id in (stage.channel_id, *(each.id for each in threads(stage))):
            step = asyncio.create_task(stage.new_worker(channel_id).step())
            await asyncio.wait([step], timeout=dice.random() * 0.02)
            step.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await step
        if turn % 3 == 0:
            await perform(stage.desk, incidents.tell(1, actor=ANNA, text=f"update {turn}"))
    stage.restart()
    await stage.work()
    (thread,) = threads(stage)
    stage.restart()
    await at_work(stage, thread.id)
    stage.restart()
    await at_work(stage, thread.id)
    assert (await look(stage.desk)).thread_id == thread.id
    assert len(heads(stage, stage.channel_id if where == "alerts" else thread.id)) == 1
    said = [found for message in stage.shown(thread.id) if (found := find_marker(message))]
    assert len(said) == len(set(said)) == 4
