"""What the gateway tells reaches the cards, and what it never told is looked for after each READY."""

import asyncio
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.delivery.listener import Listener
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.incident import thread as places
from bot.usecases.outbox import card as outbox
from tests.delivery.conftest import Stage
from tests.delivery.scene import delete, heads, threads
from tests.senders import firing
from tests.usecases.crisis import escalate
from tests.waiting import until


@pytest.fixture
def clock() -> SystemClock:
    return SystemClock()


class Sessions:
    """Counts what the hooks and the client's own events say."""

    def __init__(self, stage: Stage) -> None:
        self.ready = self.resumed = 0
        Listener(
            stage.bot,
            dispatcher=stage.dispatcher,
            confirmations=stage.confirmations,
            bot_view=stage.bot_view,
            reconcile=stage.reconcile,
            hooks=[self.fail, self.note_ready],
        ).attach()
        stage.bot.add_listener(self.on_resumed)
        stage.bot.before_identify_hook = self.at_once  # type: ignore[method-assign]  # its own way waits 5 s

    async def fail(self) -> None:
        raise RuntimeError("a hook with a bug")

    async def note_ready(self) -> None:
        self.ready += 1

    async def on_resumed(self) -> None:
        self.resumed += 1

    async def at_once(self, *_: Any, **__: Any) -> None:
        return


@pytest.fixture
async def sessions(live: Stage) -> Sessions:
    found = Sessions(live)
    live.bot.dispatch("ready")
    await until(lambda: found.ready == 1)
    return found


async def test_a_lost_session_is_followed_by_a_look_around_and_a_resumed_one_is_not(
    live: Stage, sessions: Sessions
) -> None:
    live.sandbox.mischief.disturb(Rule(effect=Effect.RECONNECT))
    await until(lambda: sessions.resumed == 1)
    assert sessions.ready == 1
    live.sandbox.mischief.disturb(Rule(effect=Effect.INVALID_SESSION, resumable=False))
    await until(lambda: sessions.ready >= 2)


async def test_a_card_deleted_between_two_sessions_comes_back(live: Stage, sessions: Sessions) -> None:
    await live.send(firing())
    await until(live.shown)
    first = int(live.shown()[0]["id"])

    async def settled() -> bool:
        return await outbox.showing(live.desk, first) is not None

    await until(settled)
    live.sandbox.mischief.arm(Rule(effect=Effect.DROP_EVENT, route="MESSAGE_DELETE", times=1))
    live.sandbox.person("operator").delete(first)
    live.sandbox.mischief.disturb(Rule(effect=Effect.INVALID_SESSION, resumable=False))
    await until(lambda: live.shown() and int(live.shown()[0]["id"]) != first)
    await until(lambda: sessions.ready >= 2)


async def test_events_that_come_twice_or_late_change_nothing(live: Stage) -> None:
    live.sandbox.mischief.arm(
        Rule(effect=Effect.DOUBLE_EVENT, route="MESSAGE_CREATE"),
        Rule(effect=Effect.LATE_EVENT, route="MESSAGE_CREATE", seconds=0.1),
    )
    await live.send(*(firing(f"alert {number}") for number in range(5)))
    await until(lambda: len(live.shown()) == 5)

    async def seen() -> bool:
        places = [await outbox.showing(live.desk, int(message["id"])) for message in live.shown()]
        return all(place is not None and place.seen_at is not None for place in places)

    await until(seen)
    await asyncio.gather(*live.dispatcher._runs.values())
    assert len(live.calls("POST")) == 5


async def test_other_peoples_messages_are_none_of_ours(live: Stage) -> None:
    said = live.sandbox.person("visitor").say("hello", live.channel_id)
    live.sandbox.person("visitor").delete(said["id"])
    await live.send(firing())
    await until(live.titles)
    assert len(live.shown()) == 1


async def test_a_deleted_thread_comes_back_and_a_permission_brings_a_missing_one(live: Stage) -> None:
    await live.send(firing())
    await escalate(live.desk)
    await until(lambda: threads(live))
    (first,) = threads(live)
    delete(live, first)
    await until(lambda: threads(live) and threads(live) != [first])
    live.deny("CREATE_PUBLIC_THREADS")
    await until(lambda: not live.bot_view.may_thread(live.channel_id))
    delete(live, threads(live)[0])

    async def threadless() -> bool:
        return all(each.threadless for each in await places.standing(live.desk))

    await until(threadless)
    live.deny()

    async def threaded() -> bool:
        return all(each.thread_id is not None for each in await places.standing(live.desk))

    await until(threaded)
    assert len(heads(live)) == len(threads(live)) == 1
