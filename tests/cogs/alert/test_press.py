"""Buttons on cards: what they do, who may, and what they answer."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.cards.card import Button, Card
from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.alert import State
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import retry
from bot.usecases.reaction.reaction import ACK
from cogs.message import looks
from tests.cogs.stage import Json, Stage, custom_ids, find, verbs
from tests.senders import ANNA
from tests.waiting import until


async def test_acknowledge_changes_the_card_in_the_answer_itself(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    answer = await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    assert answer["callback_type"] == 7
    assert "ACKED" in stage.title(message_id)
    alert = await stage.alert(alert_id)
    assert alert.state is State.ACKED
    assert alert.owner is not None
    assert alert.owner.ident == str(stage.person("responder").member.user.id)


async def test_a_press_that_was_answered_on_the_card_leaves_delivery_nothing_to_edit(stage: Stage) -> None:
    _alert_id, message_id = await stage.raise_card()
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    await stage.clean()
    assert stage.requests("PATCH", "/messages/") == []


async def test_a_press_that_somebody_else_answered_is_delivery_s_to_show(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    stage.sandbox.mischief.arm(Rule(effect=Effect.CALLBACK_503_AFTER_ACCEPT, times=1))
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    await stage.bot.bot_context.empty(2)
    assert (await stage.alert(alert_id)).state is State.ACKED
    assert await stage.is_dirty()


async def test_a_press_on_a_card_that_delivery_does_not_know_yet_keeps_the_words_that_woke_people(
    stage: Stage,
) -> None:
    await stage.fire()
    message_id, settle = await stage.post_unsettled()
    await stage.message(message_id).edit(content="@here it burns")
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    assert "🙋" in stage.shown(message_id)["embeds"][0]["description"]
    assert stage.shown(message_id)["content"] == "@here it burns"
    await settle()
    await stage.person("responder").click(message_id, stage.on(message_id, "resolve"))
    assert stage.shown(message_id)["content"] == "✅ RESOLVED CRITICAL HighErrorRate · checkout"


async def test_a_press_whose_answer_is_lost_is_done_and_left_to_delivery(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    rule = Rule(effect=Effect.STATUS, route="POST /interactions/{i}/{t}/callback", status=404, times=2)
    stage.sandbox.mischief.arm(rule)
    stage.sandbox.settings.answer_deadline = 0.5
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    await stage.when(alert_id, lambda alert: alert.state is State.ACKED)
    await stage.bot.bot_context.empty(2)
    assert await stage.is_dirty()


async def test_each_button_does_what_it_says(stage: Stage) -> None:
    alert_id, _ = await stage.raise_card()
    for verb, state in (
        ("claim", State.PROCESSING),
        ("release", State.NEW),
        ("ack", State.ACKED),
        ("unack", State.NEW),
        ("resolve", State.RESOLVED),
    ):
        await _press_anything(stage, stage.button(verb, alert_id))
        assert (await stage.alert(alert_id)).state is state
    assert [action for action, who in await stage.actions(alert_id) if who.startswith("person")] == [
        "claim", "release", "ack", "unack", "resolve"
    ]  # fmt: skip


async def test_the_buttons_of_the_card_follow_its_state(stage: Stage) -> None:
    _alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    assert verbs(stage.shown(message_id)) == ["ack", "resolve", "escalate", "note", "more"]
    await responder.click(message_id, stage.on(message_id, "ack"))
    assert verbs(stage.shown(message_id)) == ["resolve", "escalate", "note", "more"]
    await responder.click(message_id, stage.on(message_id, "resolve"))
    assert verbs(stage.shown(message_id)) == ["note", "more", "reopen"]


@pytest.mark.parametrize("verb", ["ack", "resolve", "note"])
async def test_a_visitor_is_refused_and_told_which_role_is_needed(stage: Stage, verb: str) -> None:
    alert_id, message_id = await stage.raise_card()
    answer = await stage.person("visitor").click(message_id, stage.on(message_id, verb))
    role_id = next(role.id for role in stage.sandbox.world.guild.roles.values() if role.name == "responder")
    assert answer["ephemeral"]
    assert f"<@&{role_id}>" in answer["content"]
    assert (await stage.alert(alert_id)).state is State.NEW


async def test_of_two_presses_at_once_one_wins_and_the_other_is_told_who(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    button = stage.on(message_id, "ack")
    answers = await asyncio.gather(
        *(stage.person(name).click(message_id, button) for name in ("responder", "operator"))
    )
    won, lost = sorted(answers, key=lambda answer: bool(answer["ephemeral"]))
    owner = (await stage.alert(alert_id)).owner
    assert owner is not None
    assert won["callback_type"] == 7
    assert f"already acknowledged by <@{owner.ident}>" in lost["content"]


async def test_note_opens_a_form_and_stands_on_the_card_when_it_is_sent(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    opened = await responder.click(message_id, stage.button("note", alert_id))
    assert opened["callback_type"] == 9
    sent = await responder.submit(opened["modal"]["custom_id"], {"note": "restarted the *consumer*"})
    assert sent["callback_type"] == 7
    assert "restarted the" in stage.shown(message_id)["embeds"][0]["description"]
    alert = await stage.alert(alert_id)
    assert (alert.note, alert.state) == ("restarted the *consumer*", State.NEW)


async def test_a_form_that_was_opened_before_a_restart_is_taken_after_it(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    opened = await stage.person("responder").click(message_id, stage.button("note", alert_id))
    await stage.stop_bot()
    await stage.start_bot()
    await stage.person("responder").submit(opened["modal"]["custom_id"], {"note": "still here"})
    assert (await stage.alert(alert_id)).note == "still here"


async def test_buttons_from_before_a_restart_work_after_it(stage: Stage) -> None:
    _alert_id, message_id = await stage.raise_card()
    await stage.stop_bot()
    await stage.start_bot()
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    assert "ACKED" in stage.title(message_id)


async def test_more_whispers_labels_and_history_and_turns_its_pages_in_place(stage: Stage) -> None:
    labels = {f"label_{number:02}": "x" * 150 for number in range(20)}
    alert_id, message_id = await stage.raise_card(labels=labels)
    visitor = stage.person("visitor")
    more = await visitor.click(message_id, stage.button("more", alert_id))
    assert more["ephemeral"]
    assert "Labels (1/" in more["message"]["embeds"][1]["title"]
    second = stage.button("more", alert_id, "1")
    assert second in custom_ids(more["message"])
    turned = await visitor.click(more["message"]["id"], second)
    assert turned["callback_type"] == 7
    assert "Labels (2/" in turned["message"]["embeds"][0]["title"]


async def test_an_act_on_the_whispered_details_redraws_them_and_leaves_the_card_to_delivery(
    stage: Stage,
) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    more = await responder.click(message_id, stage.button("more", alert_id))
    acked = await responder.click(more["message"]["id"], find(more["message"], "ack"))
    assert acked["message"]["id"] == more["message"]["id"]
    assert "ACKED" in acked["message"]["embeds"][0]["title"]
    assert "acknowledged" in acked["message"]["embeds"][0]["fields"][0]["value"]
    assert await stage.is_dirty()


async def test_a_card_of_another_database_is_told_apart_and_not_acted_on(stage: Stage) -> None:
    alert_id, _ = await stage.raise_card()
    answer = await _press_anything(stage, f"ack:zzzz:{alert_id}")
    assert answer["ephemeral"]
    assert "another Tocsin database" in answer["content"]
    assert (await stage.alert(alert_id)).state is State.NEW


@pytest.mark.parametrize("custom_id", ["nonsense", "ack", "ack:", "escalate:abcd:7", "page:abcd:alerts"])
async def test_a_button_that_this_version_does_not_know_gets_a_helpful_answer(
    stage: Stage, custom_id: str
) -> None:
    answer = await _press_anything(stage, custom_id.replace("abcd", stage.desk.project.tag))
    assert answer["ephemeral"]
    assert answer["content"].startswith(("🕰️", "❓"))


async def test_an_alert_that_is_not_there_is_said_to_be_missing(stage: Stage) -> None:
    answer = await _press_anything(stage, stage.button("ack", 4711))
    assert "no alert A-4711" in answer["content"]


async def test_what_nobody_foresaw_gets_a_reference_and_an_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _alert_id, message_id = await stage.raise_card()

    def break_down(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.usecases.alert.button.carry_out", break_down)
    with capture_logs() as lines:
        answer = await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    assert answer["content"].startswith("💥")
    (reference,) = [line["reference"] for line in lines if line["event"] == "action_failed"]
    assert f"log as {reference}" in answer["content"]


async def test_a_listener_that_fails_is_in_the_log_and_the_next_event_is_heard(stage: Stage) -> None:
    _alert_id, message_id = await stage.raise_card()

    async def on_boom() -> None:
        raise ZeroDivisionError

    stage.bot.add_listener(on_boom)
    with capture_logs() as lines:
        stage.bot.dispatch("boom")
        await until(lambda: lines)
    assert lines[0]["event"] == "listener_failed"
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    assert "ACKED" in stage.title(message_id)


async def test_nothing_is_remembered_about_messages_and_forms(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    await responder.click(message_id, stage.button("more", alert_id))
    await responder.click(message_id, stage.button("note", alert_id))
    await responder.command("alert list")
    store = stage.bot._connection._view_store
    assert (store._views, store._modals, store._synced_message_views) == ({}, {}, {})


async def test_a_card_that_changed_meanwhile_shows_the_change_as_well(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    await alerts.annotate(stage.desk, alert_id, actor=ANNA, note="look at the queue")
    await stage.person("responder").click(message_id, stage.on(message_id, "ack"))
    assert "look at the queue" in stage.shown(message_id)["embeds"][0]["description"]
    await stage.clean()


async def test_a_desk_of_another_server_is_not_acted_on(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    await stage.stop_bot()
    await stage.start_bot(guild_id=stage.sandbox.guild_id + 1)
    answer = await stage.person("operator").click(message_id, stage.on(message_id, "ack"))
    assert "another Discord server" in answer["content"]
    stage.person("operator").react(message_id, ACK)
    await stage.bot.bot_context.empty(2)
    assert (await stage.alert(alert_id)).state is State.NEW


async def _press_anything(stage: Stage, custom_id: str) -> Json:
    """Press a custom_id that stands on some message of the bot's, whether or not a card would have it."""
    rows = ((Button(label="press", custom_id=custom_id),),)
    message = await stage.channel.send("old", **looks(Card(rows=rows)))
    return await stage.person("responder").click(message.id, custom_id)


async def test_retry_lets_what_programs_gave_up_wait_again(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    robot = Actor(ActorKind.PROGRAM, "ci", "ci")
    await alerts.claim(stage.desk, alert_id, actor=robot)
    await retry.fail(stage.desk, alert_id, actor=robot, error="no route")
    await stage.post()
    assert "Failed once: no route" in str(stage.shown(message_id))
    await stage.person("responder").click(message_id, stage.on(message_id, "retry"))
    assert (await stage.alert(alert_id)).state is State.NEW
    assert "Failed" not in str(stage.shown(message_id))
