"""Buttons, menu and emoji on a group's card: they act on all of it, and lead to each."""

from functools import partial
from typing import Any

import pytest

from bot.cards.alert.group import SURE
from bot.cards.ids import Verb, build
from bot.domain.alert.alert import State
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.reaction.reaction import ACK
from tests.cogs.stage import Stage, find, verbs
from tests.waiting import until

KEY = "one cause"


@pytest.fixture
async def card(stage: Stage) -> int:
    """Three alerts that share a card; its message's id."""
    await stage.share_cards()
    for name in ("one", "two", "three"):
        await stage.fire(name, group_key=KEY)
    return await stage.post()


async def states(stage: Stage) -> set[State]:
    return {(await stage.alert(each)).state for each in (1, 2, 3)}


async def press(stage: Stage, message_id: int, verb: Verb, extra: str = "", by: str = "responder") -> Any:
    return await stage.person(by).click(message_id, build(verb, stage.bot.bot_context.tag, 1, extra))


async def test_acknowledge_all_changes_the_card_in_the_answer_itself(stage: Stage, card: int) -> None:
    assert verbs(stage.shown(card)) == ["pick", "group-ack", "group-resolve", "group-page", "group-snooze"]
    answer = await press(stage, card, Verb.GROUP_ACK)
    assert answer["callback_type"] == 7
    assert await states(stage) == {State.ACKED}
    assert stage.title(card).startswith("🟨 ACKED CRITICAL ")
    assert verbs(stage.shown(card)) == ["pick", "group-resolve", "group-page", "group-snooze"]
    await stage.clean()
    assert stage.requests("PATCH", "/messages/") == []


async def test_an_answer_that_somebody_else_gave_leaves_the_card_to_delivery(stage: Stage, card: int) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.CALLBACK_503_AFTER_ACCEPT, times=1))
    await press(stage, card, Verb.GROUP_ACK)
    assert await states(stage) == {State.ACKED}
    await stage.bot.bot_context.empty(2)
    assert await stage.is_dirty()


async def test_resolve_all_asks_first(stage: Stage, card: int) -> None:
    asked = await press(stage, card, Verb.GROUP_RESOLVE)
    assert asked["ephemeral"]
    assert "Resolve all 3 open alerts of G-1" in asked["content"]
    assert await states(stage) == {State.NEW}
    said = await press(stage, asked["message"]["id"], Verb.GROUP_RESOLVE, SURE)
    assert "3 alerts of G-1 resolved" in str(said)
    assert await states(stage) == {State.RESOLVED}
    assert await stage.is_dirty()


@pytest.mark.parametrize("verb", [Verb.GROUP_ACK, Verb.GROUP_RESOLVE])
async def test_what_was_done_to_all_can_be_taken_back_by_whoever_did_it(
    stage: Stage, card: int, verb: Verb
) -> None:
    responder = stage.person("responder")
    await responder.command("alert ack", {"alert": "A-3"})
    answer = await press(stage, card, verb)
    if verb is Verb.GROUP_RESOLVE:
        told = (await press(stage, answer["message"]["id"], verb, SURE))["message"]
    else:
        shown = partial(stage.sandbox.messages, stage.channel_id, person="responder")
        told = await until(
            lambda: next((each for each in shown() if "take it back" in each["content"]), None)
        )
    assert "For 5 minutes you can take it back." in told["content"]
    undo = find(told, "undo")
    await stage.bot.bot_context.empty(2)
    stage.bot.bot_context.presses._pressed.clear()  # two seconds later
    back = await responder.click(told["id"], undo)
    assert "alerts are as they were before" in str(back)
    assert [(await stage.alert(each)).state for each in (1, 2, 3)] == [State.NEW, State.NEW, State.ACKED]


async def test_the_menu_opens_an_alert_and_pages_show_all(stage: Stage, card: int) -> None:
    page = await press(stage, card, Verb.GROUP_PAGE, "0", by="visitor")
    assert page["ephemeral"]
    assert "A-1 **one**" in str(page)
    assert "page 1 of 1" in str(page)
    menu = build(Verb.PICK, stage.bot.bot_context.tag, "group")
    told = await stage.person("visitor").click(card, menu, values=["2"])
    assert told["ephemeral"]
    assert "More on A-2" in str(told)


async def test_a_visitor_is_refused(stage: Stage, card: int) -> None:
    for verb in (Verb.GROUP_ACK, Verb.GROUP_RESOLVE):
        answer = await press(stage, card, verb, by="visitor")
        assert answer["ephemeral"]
    assert await states(stage) == {State.NEW}


async def test_an_emoji_and_the_messages_menu_mean_all_of_it(stage: Stage, card: int) -> None:
    responder = stage.person("responder")
    responder.react(card, ACK)
    await stage.when(3, lambda alert: alert.state is State.ACKED)
    assert await states(stage) == {State.ACKED}
    responder.react(card, ACK, on=False)
    await stage.when(3, lambda alert: alert.state is State.NEW)
    answer = await responder.menu("Acknowledge alert", card)
    assert "3 alerts of G-1 acknowledged" in str(answer)
    assert await states(stage) == {State.ACKED}


async def test_the_menus_know_a_card_that_is_not_recorded_by_its_marker(stage: Stage, card: int) -> None:
    responder = stage.person("responder")
    channel: Any = stage.bot.get_channel(stage.channel_id)
    lost = (await channel.send(embed=(await channel.fetch_message(card)).embeds[0])).id
    asked = await responder.menu("Escalate to incident", lost)
    assert asked["modal"]["custom_id"].startswith("escalate:")
    assert "3 alerts of G-1 acknowledged" in str(await responder.menu("Acknowledge alert", lost))
    assert await states(stage) == {State.ACKED}


async def test_showing_a_member_leads_to_the_card(stage: Stage, card: int) -> None:
    answer = await stage.person("visitor").command("alert show", {"alert": "A-2"})
    assert f"/{stage.channel_id}/{card}" in str(answer)
