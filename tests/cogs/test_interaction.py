"""Answers in time: whatever the database does, Discord hears something well within its 3 seconds."""

import asyncio
import threading
from collections.abc import AsyncIterator
from types import SimpleNamespace

import discord
import pytest

from bot import metrics
from bot.cards.card import Button, Card
from bot.domain.alert.alert import State
from bot.domain.errors import NotDurableError
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.admin import status
from bot.usecases.alert import button as press
from cogs import access, interaction
from cogs.message import looks
from tests.cogs.stage import Stage
from tests.waiting import until


@pytest.fixture
async def busy(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[threading.Event]:
    """The database is busy with something long until this event is set."""
    monkeypatch.setattr(access, "PATIENCE", 0.05)
    free = threading.Event()
    await stage.fire("Warmup")
    blocked = asyncio.create_task(stage.desk.storage.write(lambda _: free.wait(10)))
    yield free
    free.set()
    await blocked


def _answers(stage: Stage) -> list[int]:
    return [each["body"]["type"] for each in stage.requests("POST", "/callback")]


async def test_a_press_that_takes_long_is_acknowledged_first_and_shown_later(
    stage: Stage, busy: threading.Event
) -> None:
    alert_id = 1
    message = await stage.channel.send("card", view=_button(stage, alert_id))
    click = asyncio.create_task(stage.person("responder").click(message.id, stage.on(message.id, "ack")))
    await until(lambda: _answers(stage) == [6])
    busy.set()
    await click
    await until(lambda: "🙋" in str(stage.shown(message.id)["embeds"]))


async def test_a_second_tap_is_told_how_the_first_one_ended(stage: Stage, busy: threading.Event) -> None:
    message = await stage.channel.send("card", view=_button(stage, 1))
    button = stage.on(message.id, "ack")
    first = asyncio.create_task(stage.person("responder").click(message.id, button))
    await until(lambda: _answers(stage) == [6])
    second = asyncio.create_task(stage.person("responder").click(message.id, button))
    await until(lambda: _answers(stage) == [6, 5])
    assert not second.done(), "as long as nobody knows how the first ends, nothing can be said"
    busy.set()
    await first
    said = (await second)["content"]
    assert "the second did nothing" in said
    assert "A-1 is ACKED" in said


@pytest.mark.parametrize("held", [False, True])
async def test_a_press_that_discord_tells_twice_is_one_press(
    stage: Stage, busy: threading.Event, held: bool
) -> None:
    message = await stage.channel.send("card", view=_button(stage, 1))
    stage.sandbox.mischief.arm(Rule(effect=Effect.DOUBLE_EVENT, route="INTERACTION_CREATE"))
    if not held:
        busy.set()
    click = asyncio.create_task(stage.person("responder").click(message.id, stage.on(message.id, "ack")))
    if held:
        await until(lambda: _answers(stage) == [6])
        busy.set()
    assert (await click)["kind"] == "update", "the one answer is that of the press itself"
    await stage.bot.bot_context.empty(2)
    assert len(await stage.actions(1)) == 1
    assert len(_answers(stage)) == 1
    assert stage.requests("POST", "/webhooks/") == []


async def test_a_command_that_discord_tells_twice_is_carried_out_once(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.DOUBLE_EVENT, route="INTERACTION_CREATE"))
    options = {"title": "Checkout is down", "severity": "P1"}
    answer = await stage.person("responder").command("incident open", options)
    await stage.bot.bot_context.empty(2)
    assert "I-1" in str(answer)
    listed = await stage.person("responder").command("incident list")
    assert "I-1" in str(listed)
    assert "I-2" not in str(listed)


async def test_a_command_that_takes_long_shows_that_it_works_and_answers_later(
    stage: Stage, busy: threading.Event
) -> None:
    command = asyncio.create_task(stage.person("responder").command("alert ack", {"alert": "1"}))
    await until(lambda: _answers(stage) == [5])
    busy.set()
    answer = await command
    assert answer["ephemeral"]
    assert answer["content"].startswith("✅ A-1 acknowledged")


async def test_a_press_that_is_refused_after_a_long_time_is_told_so_beside_the_card(
    stage: Stage, busy: threading.Event
) -> None:
    message = await stage.channel.send("card", view=_button(stage, 1, "release"))
    click = asyncio.create_task(stage.person("responder").click(message.id, stage.button("release", 1)))
    await until(lambda: _answers(stage) == [6])
    busy.set()
    answer = await click
    await until(lambda: answer["followups"] or stage.requests("POST", "/webhooks/"))
    assert stage.requests("POST", "/webhooks/")[0]["body"]["flags"] == 64


async def test_a_form_does_not_open_when_the_database_is_slow_but_says_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_id, message_id = await stage.raise_card()
    never = asyncio.Event()

    async def hang(*_: object) -> None:
        await never.wait()

    monkeypatch.setattr(access, "PATIENCE", 0.05)
    monkeypatch.setattr(press, "glance", hang)
    answer = await stage.person("responder").click(message_id, stage.button("note", alert_id))
    assert answer["content"].startswith("💥 Nothing was changed")


async def test_a_database_that_is_out_of_reach_is_said_in_plain_words(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise NotDurableError("the disk is full", retry_after=7)

    monkeypatch.setattr(status, "condition", fail)
    answer = await stage.person("responder").command("status")
    assert "the disk is full" in answer["content"]
    assert "in 7 s" in answer["content"]


async def test_an_answer_that_discord_took_although_it_said_503_is_not_given_twice(stage: Stage) -> None:
    _alert_id, message_id = await stage.raise_card()
    stage.sandbox.mischief.arm(Rule(effect=Effect.CALLBACK_503_AFTER_ACCEPT, times=1))
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    await stage.bot.bot_context.empty(2)
    assert "ACKED" in stage.title(message_id)
    assert await stage.is_dirty()  # another process may have answered, so delivery looks once more
    assert stage.requests("POST", "/webhooks/") == []


async def test_an_event_that_comes_too_late_is_acted_on_and_shown_by_delivery(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    stage.sandbox.settings.answer_deadline = 0.05
    stage.sandbox.mischief.arm(
        Rule(effect=Effect.LATE_EVENT, route="INTERACTION_CREATE", seconds=0.2, times=1)
    )
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    await stage.when(alert_id, lambda alert: alert.state is State.ACKED)
    await stage.bot.bot_context.empty(2)
    assert await stage.is_dirty()


async def test_actions_are_counted_by_outcome_and_timed(stage: Stage) -> None:
    _alert_id, message_id = await stage.raise_card()
    done = metrics.ACTIONS.labels("ack", "done")._value
    refused = metrics.ACTIONS.labels("ack", "refused")._value
    before = done.get(), refused.get()
    await stage.person("visitor").click(message_id, stage.on(message_id, "ack"))
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    await until(lambda: (done.get(), refused.get()) == (before[0] + 1, before[1] + 1))
    assert b'tocsin_action_answer_seconds_count{action="ack"}' in metrics.render()


async def test_closing_lets_whoever_is_at_the_door_finish(stage: Stage, busy: threading.Event) -> None:
    command = asyncio.create_task(stage.person("responder").command("alert ack", {"alert": "1"}))
    await until(lambda: _answers(stage) == [5])
    closing = asyncio.create_task(stage.bot.close())
    busy.set()
    await closing
    assert (await command)["content"].startswith("✅")


def _button(stage: Stage, alert_id: int, verb: str = "ack") -> discord.ui.View:
    rows = ((Button(label="press", custom_id=stage.button(verb, alert_id)),),)
    return looks(Card(rows=rows))["view"]


@pytest.mark.parametrize(("status", "unheard"), [(400, False), (403, True), (404, True), (500, True)])
def test_an_answer_of_a_shape_that_discord_refuses_is_our_fault_and_not_a_lost_one(
    status: int, unheard: bool
) -> None:
    answer = SimpleNamespace(status=status, reason="")
    error = discord.HTTPException(answer, {"code": 0, "message": ""})  # type: ignore[arg-type]  # an answer's outside
    assert interaction._is_unheard(error) is unheard
