"""What certainly never reached Discord is simply sent; only what is in doubt is looked for."""

from datetime import timedelta

import pytest
from discord.http import Route

from bot.domain.outbox.outbox import NONCE_WINDOW
from bot.sandbox.fault.fault import Effect, Rule
from tests.delivery.conftest import Stage
from tests.senders import firing

POST = "POST /channels/{c}/messages"
LATER = NONCE_WINDOW + timedelta(minutes=1)


async def shown_once(stage: Stage) -> int:
    """Work on once the nonce means nothing any more; returns how many calls looked into the history."""
    stage.clock.advance(LATER)
    await stage.work()
    assert len(stage.shown()) == 1
    return len(stage.calls("GET"))


async def test_a_call_that_was_limited_is_made_again_without_a_search(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.RATE_LIMIT, route=POST, times=1, retry_after=5.0))
    await stage.send(firing())
    await stage.work()
    assert not stage.shown()
    assert await shown_once(stage) == 0


async def test_a_line_that_could_not_be_opened_leaves_nothing_to_look_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.send(firing())
    with monkeypatch.context() as patched:
        patched.setattr(Route, "BASE", "http://127.0.0.1:9/api/v10")
        await stage.work()
    assert await shown_once(stage) == 0


async def test_a_channel_that_was_closed_to_us_is_not_searched_when_it_opens(stage: Stage) -> None:
    stage.deny("SEND_MESSAGES")
    await stage.send(firing())
    await stage.work()
    stage.deny()
    await stage.dispatcher.unpark(stage.channel_id)
    assert await shown_once(stage) == 0


async def test_a_call_without_an_answer_is_looked_for(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_RESET, route=POST, times=1))
    await stage.send(firing())
    await stage.work()
    assert len(stage.shown()) == 1
    assert await shown_once(stage) == 1
