"""Incidents on the stage: open one, and see what stands where."""

import asyncio
from datetime import timedelta
from typing import Any

from bot.cards.incident.nudge import find_marker
from bot.clock import SystemClock
from bot.sandbox.control import place
from bot.sandbox.model.channel import Thread
from tests.delivery.conftest import Stage
from tests.senders import firing
from tests.usecases.crisis import escalate, look


async def opened(stage: Stage) -> None:
    """An alert fires and somebody opens an incident about it."""
    await stage.send(firing())
    await escalate(stage.desk)
    await stage.work()


async def at_work(stage: Stage, channel_id: int) -> None:
    """A worker does what is due in another channel."""
    worker = stage.new_worker(channel_id)
    while await worker.step() == 0:
        pass


def heads(stage: Stage, channel_id: int = 0) -> list[dict[str, Any]]:
    """The incident's heads in a channel."""
    return [each for each in stage.shown(channel_id) if "I-1 ·" in _title(each)]


async def told(stage: Stage) -> list[dict[str, Any]]:
    """The nudges in the incident's thread by now, but for the call of its opening."""
    thread_id = (await look(stage.desk)).thread_id
    assert thread_id is not None
    await at_work(stage, thread_id)
    return [each for each in calls_and_nudges(stage, thread_id) if "(opened)" not in each["content"]]


def calls_and_nudges(stage: Stage, thread_id: int) -> list[dict[str, Any]]:
    """All nudges that stand in a thread."""
    return [each for each in stage.shown(thread_id) if is_nudge(each)]


def is_nudge(message: dict[str, Any]) -> bool:
    """Whether a message is a nudge."""
    return find_marker(message) is not None


def threads(stage: Stage) -> list[Thread]:
    """All threads there are."""
    return stage.sandbox.world.threads()


def change(stage: Stage, thread: Thread, **changes: object) -> None:
    """An operator archives, locks or renames a thread."""
    place.change(stage.sandbox.world, str(thread.id), changes)


def delete(stage: Stage, thread: Thread) -> None:
    """An operator deletes a thread."""
    place.delete(stage.sandbox.world, str(thread.id))


def _title(message: dict[str, Any]) -> str:
    return str(message["content"]) if message["embeds"] else ""


async def look_for_deleted(stage: Stage) -> int:
    """Let time pass while it looks, for it takes a breath between calls."""
    looking = asyncio.create_task(stage.reconcile.find_deleted())
    while not looking.done():
        stage.clock.advance(timedelta(seconds=1))
        await SystemClock().sleep(0.002)
    return looking.result()
