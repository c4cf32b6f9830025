"""``/alert``, its completions and the menu of a message."""

from typing import Any

import discord
import pytest

from bot.cards.card import Card, Embed
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from cogs.message import looks
from tests.cogs.stage import Stage, custom_ids, find, parts
from tests.senders import resolved


async def test_every_command_does_what_it_says_and_leaves_the_card_to_delivery(stage: Stage) -> None:
    alert_id, _ = await stage.raise_card()
    for command, more, state in (
        ("claim", {}, State.PROCESSING),
        ("release", {}, State.NEW),
        ("ack", {"note": "on it"}, State.ACKED),
        ("unack", {}, State.NEW),
        ("note", {"text": "a word"}, State.NEW),
        ("resolve", {"note": "it was the disk"}, State.RESOLVED),
    ):
        answer = await stage.person("responder").command(
            f"alert {command}", {"alert": f"A-{alert_id}"} | more
        )
        assert answer["ephemeral"]
        assert answer["content"].startswith(f"✅ A-{alert_id} ")
        assert (await stage.alert(alert_id)).state is state
    assert (await stage.alert(alert_id)).note == "it was the disk"
    assert await stage.is_dirty()


@pytest.mark.parametrize("command", ["ack", "unack", "claim", "release", "resolve", "note"])
async def test_a_visitor_is_refused_by_every_command_that_acts(stage: Stage, command: str) -> None:
    alert_id, _ = await stage.raise_card()
    options = {"alert": f"A-{alert_id}"} | ({"text": "a word"} if command == "note" else {})
    answer = await stage.person("visitor").command(f"alert {command}", options)
    assert answer["content"].startswith("🔒")
    assert (await stage.alert(alert_id)).state is State.NEW


async def test_a_second_acknowledgement_names_who_was_first(stage: Stage) -> None:
    alert_id, _ = await stage.raise_card()
    await stage.person("operator").command("alert ack", {"alert": str(alert_id)})
    answer = await stage.person("responder").command("alert ack", {"alert": str(alert_id)})
    operator_id = stage.person("operator").member.user.id
    assert f"already acknowledged by <@{operator_id}>" in answer["content"]


async def test_what_is_no_ref_is_explained(stage: Stage) -> None:
    answer = await stage.person("responder").command("alert ack", {"alert": "HighErrorRate"})
    assert answer["content"].startswith("❓")
    assert "A-1042" in answer["content"]


async def test_show_whispers_everything_about_one_alert(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card(labels={"pod": "cart-7"})
    answer = await stage.person("visitor").command("alert show", {"alert": f"a{alert_id}"})
    assert answer["ephemeral"]
    assert "cart-7" in answer["message"]["embeds"][1]["description"]
    assert any(part.get("url", "").endswith(str(message_id)) for part in parts(answer["message"]))


async def test_completion_offers_what_can_be_done_and_finds_by_name_place_and_ref(stage: Stage) -> None:
    first = await stage.fire("HighErrorRate")
    second = await stage.fire("DiskFull", target="db-1")
    responder = stage.person("responder")

    async def offered(command: str, typed: str = "") -> list[str]:
        found = await responder.complete(f"alert {command}", "alert", {"alert": typed})
        return [choice["value"] for choice in found["choices"]]

    assert set(await offered("ack")) == {f"A-{first}", f"A-{second}"}
    assert await offered("ack", "disk") == [f"A-{second}"]
    assert await offered("ack", "DB-1") == [f"A-{second}"]
    assert await offered("ack", f"A-{first}") == [f"A-{first}"]
    assert await offered("unack") == []
    await responder.command("alert ack", {"alert": f"A-{first}"})
    assert await offered("ack") == [f"A-{second}"]
    assert await offered("unack") == [f"A-{first}"]


async def test_a_choice_shows_ref_sign_name_and_place(stage: Stage) -> None:
    alert_id = await stage.fire("HighErrorRate")
    found = await stage.person("responder").complete("alert ack", "alert", {"alert": ""})
    assert found["choices"][0]["name"] == f"A-{alert_id} 🔴 HighErrorRate · checkout"


async def test_completion_of_hostile_names_stays_within_limits(stage: Stage) -> None:
    await stage.fire("\u202e@everyone " + "🔥" * 300)
    found = await stage.person("responder").complete("alert ack", "alert", {"alert": ""})
    assert 1 <= len(found["choices"][0]["name"]) <= 100


async def test_right_click_acknowledges_the_alert_of_a_card(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    answer = await stage.person("responder").menu("Acknowledge alert", message_id)
    assert answer["content"].startswith(f"✅ A-{alert_id}")
    assert (await stage.alert(alert_id)).state is State.ACKED


async def test_right_click_knows_a_card_that_is_not_recorded_by_its_marker(stage: Stage) -> None:
    alert_id = await stage.fire()
    message = await _say(stage, f"A-{alert_id} · {stage.desk.project.tag} · prod")
    await stage.person("responder").menu("Acknowledge alert", message.id)
    assert (await stage.alert(alert_id)).state is State.ACKED


async def test_right_click_on_something_else_is_explained(stage: Stage) -> None:
    foreign = await _say(stage, "A-1 · zzzz · prod")
    responder = stage.person("responder")
    words = responder.say("A-1 is broken", stage.channel_id)
    assert "another Tocsin" in (await responder.menu("Acknowledge alert", foreign.id))["content"]
    assert "no alert's card" in (await responder.menu("Acknowledge alert", words["id"]))["content"]


async def test_right_click_by_a_visitor_is_refused(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    answer = await stage.person("visitor").menu("Acknowledge alert", message_id)
    assert answer["content"].startswith("🔒")
    assert (await stage.alert(alert_id)).state is State.NEW


async def test_list_shows_open_alerts_and_turns_pages_in_place(stage: Stage) -> None:
    refs = [await stage.fire(f"Alert{number:02}") for number in range(27)]
    responder = stage.person("responder")
    first = await responder.command("alert list")
    assert first["ephemeral"]
    assert "27 alerts · page 1 of 2" in first["message"]["embeds"][0]["footer"]["text"]
    older = next(each for each in custom_ids(first["message"]) if each.startswith("page:"))
    second = await responder.click(first["message"]["id"], older)
    assert second["callback_type"] == 7
    assert f"A-{refs[0]} " in second["message"]["embeds"][0]["description"]


async def test_a_page_that_is_no_more_shows_the_last_one(stage: Stage) -> None:
    refs = [await stage.fire(f"Alert{number:02}") for number in range(26)]
    responder = stage.person("responder")
    first = await responder.command("alert list")
    older = next(each for each in custom_ids(first["message"]) if each.startswith("page:"))
    for ref in refs[:5]:
        await responder.command("alert resolve", {"alert": str(ref)})
    turned = await responder.click(first["message"]["id"], older)
    assert turned["message"]["embeds"][0]["footer"]["text"] == "21 alerts"


async def test_list_filters_by_state_severity_words_and_owner(stage: Stage) -> None:
    disk = await stage.fire("DiskFull")
    cart = await stage.fire("CartDown")
    responder = stage.person("responder")
    await responder.command("alert ack", {"alert": str(cart)})

    async def shown(**options: Any) -> str:
        found = await responder.command("alert list", options)
        description: str = found["message"]["embeds"][0]["description"]
        return description

    assert f"A-{disk} " in await shown(text="disk")
    assert f"A-{cart} " not in await shown(text="disk")
    assert f"A-{cart} " in await shown(state="acked")
    assert f"A-{disk} " not in await shown(mine=True)
    assert f"A-{cart} " in await shown(mine=True)
    assert "Nothing matches" in await shown(severity=Severity.INFO.value)
    assert "No alert is resolved" in await shown(state="resolved")


async def test_picking_an_alert_of_the_list_whispers_its_details_with_buttons_that_work(
    stage: Stage,
) -> None:
    alert_id = await stage.fire()
    responder = stage.person("responder")
    listed = await responder.command("alert list")
    picker = next(each for each in custom_ids(listed["message"]) if each.startswith("pick:"))
    opened = await responder.click(listed["message"]["id"], picker, [str(alert_id)])
    assert opened["callback_type"] == 4
    await responder.click(opened["message"]["id"], find(opened["message"], "ack"))
    assert (await stage.alert(alert_id)).state is State.ACKED


async def test_an_alert_that_is_over_can_be_shown_but_not_acknowledged(stage: Stage) -> None:
    alert_id = await stage.fire()
    await stage.send(resolved())
    responder = stage.person("responder")
    assert (await responder.command("alert show", {"alert": str(alert_id)}))["message"]["embeds"]
    answer = await responder.command("alert ack", {"alert": str(alert_id)})
    assert "already resolved" in answer["content"]


async def _say(stage: Stage, footer: str) -> discord.Message:
    """A message of the bot's that looks like a card and is not recorded."""
    channel: Any = stage.bot.get_channel(stage.channel_id)
    message: discord.Message = await channel.send(**looks(Card(embeds=(Embed(title="x", footer=footer),))))
    return message
