"""The head of an incident: what its buttons, selects and forms do, who may, and what they answer."""

import discord
import pytest

from bot.cards.card import Button, Card
from bot.cards.incident.incident import render
from bot.domain.incident.incident import IncidentLevel, IncidentState, Role
from bot.usecases.incident import action as actions
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident import reminder
from bot.usecases.incident import thread as threads
from bot.usecases.triage.escalation import open_incident
from bot.usecases.triage.open_request import OpenRequest
from cogs.message import looks
from tests.cogs.crisis import Crisis
from tests.cogs.stage import Stage, custom_ids, verbs
from tests.senders import ANNA
from tests.waiting import until

ALL = ("mitigate", "resolve", "update", "note", "role", "severity", "snooze")


@pytest.fixture
async def crisis(stage: Stage) -> Crisis:
    return await Crisis.begin(stage)


async def test_each_button_changes_the_head_in_the_answer_itself(crisis: Crisis) -> None:
    for verb, words in (
        ("incident-mitigate", "MITIGATING"),
        ("incident-reopen", "OPEN"),
    ):
        answer = await crisis.click(verb)
        assert answer["callback_type"] == 7
        assert f"P1 · {words} · HighErrorRate" in crisis.title
    await crisis.resolve()
    assert "RESOLVED" in crisis.title
    assert "incident-close" in verbs(crisis.stage.shown(crisis.head))


async def test_closing_takes_who_may_manage(crisis: Crisis) -> None:
    await crisis.resolve()
    answer = await crisis.click("incident-close")
    assert answer["content"].startswith("🔒 To close incidents you need the role")
    await crisis.click("incident-close", person="operator")
    assert "CLOSED" in crisis.title


async def test_a_press_that_was_answered_on_the_head_leaves_delivery_nothing_to_edit(crisis: Crisis) -> None:
    await crisis.click("incident-role", "scribe")
    await crisis.shown()
    assert crisis.stage.requests("PATCH", f"/messages/{crisis.head}") == []


async def test_roles_are_taken_and_laid_down_and_a_held_one_names_its_holder(crisis: Crisis) -> None:
    await crisis.click("incident-role", "commander")
    holder = (await crisis.look()).roles[Role.COMMANDER]
    assert holder.name == "Responder"
    assert f"Commander: <@{holder.ident}>" in crisis.stage.shown(crisis.head)["embeds"][0]["description"]
    refused = await crisis.click("incident-role", "commander", person="operator")
    assert refused["content"] == f"✋ Commander of I-1 is <@{holder.ident}> already."
    await crisis.click("incident-role", "commander")
    assert (await crisis.look()).roles == {}


async def test_the_severity_is_picked_on_the_head(crisis: Crisis) -> None:
    await crisis.click("incident-severity", "P0")
    assert crisis.title.startswith("🔥 I-1 · P0")
    again = await crisis.click("incident-severity", "P0")
    assert again["content"] == "✋ I-1 is P0 already."


async def test_an_update_is_written_in_a_form_and_stands_on_the_head(crisis: Crisis) -> None:
    asked = await crisis.click("incident-update")
    custom_id = asked["modal"]["custom_id"]
    told = await crisis.stage.person("responder").submit(custom_id, {"update": "half of it is back"})
    assert told["callback_type"] == 7
    assert "half of it is back" in crisis.stage.shown(crisis.head)["embeds"][0]["description"]
    shown = await crisis.stage.post_all(crisis.thread)
    assert "nudge:1" in shown


async def test_a_note_goes_into_the_timeline_whose_pages_turn_in_place(crisis: Crisis) -> None:
    responder = crisis.stage.person("responder")
    for number in range(12):
        await crisis.say("note", text=f"note {number}")
    asked = await crisis.click("incident-note")
    noted = await responder.submit(asked["modal"]["custom_id"], {"note": "disk is full"})
    assert noted["content"].startswith("✅ Your note stands in the timeline of I-1.\n➡️ <#")
    newest = await crisis.click("incident-timeline", person="visitor")
    assert newest["ephemeral"]
    assert "disk is full" in newest["message"]["embeds"][0]["description"]
    earlier = crisis.button("incident-timeline", "0")
    turned = await crisis.stage.person("visitor").click(newest["message"]["id"], earlier)
    assert turned["callback_type"] == 7
    assert "fired" in turned["message"]["embeds"][0]["description"]


async def test_a_visitor_is_refused_everything_that_acts(crisis: Crisis) -> None:
    for verb in ALL:
        values = {"role": ["scribe"], "severity": ["P2"]}.get(verb, [])
        answer = await crisis.click(f"incident-{verb}", *values, person="visitor")
        assert answer["content"].startswith("🔒 To work on incidents you need the role"), verb
    assert (await crisis.look()).state is IncidentState.OPEN
    assert (await crisis.look()).severity is IncidentLevel.P1


async def remind(crisis: Crisis, statement: str) -> int:
    """Something was due long ago; the message in the thread that says so."""
    stage = crisis.stage
    await stage.desk.storage.write(lambda tx: tx.run_raw(statement))
    await reminder.due_reminders(stage.desk)
    await reminder.due_actions(stage.desk)
    shown = await stage.post_all(crisis.thread)
    return [message_id for subject, message_id in shown.items() if subject.startswith("nudge")][-1]


async def test_a_reminder_is_snoozed_or_answered_with_an_update(crisis: Crisis) -> None:
    reminder_id = await remind(crisis, "UPDATE incident SET update_due_at = 1")
    before = (await crisis.look()).update_due_at
    snoozed = await crisis.click("incident-snooze", on=reminder_id)
    assert snoozed["content"].startswith("✅ I-1 reminds nobody until ")
    after = (await crisis.look()).update_due_at
    assert before is not None
    assert after is not None
    assert after >= before
    asked = await crisis.click("incident-update", on=reminder_id)
    told = await crisis.stage.person("responder").submit(asked["modal"]["custom_id"], {"update": "better"})
    assert told["content"].startswith("✅ Your update on I-1 is told.")
    assert (await crisis.look()).update == "better"


async def test_each_snooze_on_the_head_says_until_when(crisis: Crisis) -> None:
    messages = crisis.stage.sandbox.world.messages
    for count, person in enumerate(("responder", "operator"), 1):
        await crisis.click("incident-snooze", person=person)
        due = (await crisis.look()).update_due_at
        assert due is not None

        async def look(wanted: int = count) -> list[str]:
            told = [each.content for each in messages.values() if each.ephemeral_for is not None]
            return told if len(told) == wanted else []

        said = (await until(look, "the answer"))[-1]
        assert said.startswith(f"✅ I-1 reminds nobody until {due:%H:%M} UTC.")


async def test_an_action_item_is_done_under_its_reminder(crisis: Crisis) -> None:
    desk = crisis.stage.desk
    made = await actions.add(desk, crisis.id, actor=ANNA, text="alert on the queue", due_at=desk.clock.now())
    reminder_id = await remind(crisis, "UPDATE action_item SET remind_at = 1")
    answer = await crisis.stage.person("responder").click(
        reminder_id, crisis.stage.button("action-done", made.id)
    )
    assert answer["callback_type"] == 7
    message = crisis.stage.shown(reminder_id, crisis.thread_id)
    assert verbs(message) == []
    assert message["embeds"][0]["description"].startswith("by <@")
    assert "✅ T-1 is done" in message["content"]
    (done,) = await actions.of_incident(desk, crisis.id)
    assert done.done_by is not None
    assert done.done_by.name == "Responder"


async def test_a_whispered_head_is_redrawn_in_place_and_the_real_one_left_to_delivery(crisis: Crisis) -> None:
    shown = await crisis.say("show", "responder")
    whispered = shown["message"]["id"]
    answer = await crisis.click("incident-mitigate", on=int(whispered))
    assert answer["message"]["id"] == whispered
    assert "MITIGATING" in answer["message"]["content"]
    assert "OPEN" in crisis.title
    timeline = await crisis.click("incident-timeline", on=int(whispered))
    assert timeline["message"]["id"] != whispered


async def test_the_post_mortem_comes_as_a_file(crisis: Crisis) -> None:
    await crisis.resolve()
    answer = await crisis.click("incident-postmortem", person="visitor")
    (file,) = answer["message"]["attachments"]
    assert file["filename"] == "I-1-post-mortem.md"
    kept = crisis.stage.sandbox.world.files.find(int(file["id"]))
    assert kept is not None
    assert kept.data.decode().startswith("# I-1: HighErrorRate")


async def test_the_list_turns_pages_and_opens_one(stage: Stage) -> None:
    for number in range(11):
        await open_incident(stage.desk, OpenRequest(title=f"Trouble {number}"), actor=ANNA)
    visitor = stage.person("visitor")
    listed = (await visitor.command("incident list"))["message"]
    assert "Trouble 10" in listed["embeds"][0]["description"]
    older = next(each for each in custom_ids(listed) if each.endswith("open.1"))
    turned = (await visitor.click(listed["id"], older))["message"]
    assert "Trouble 0" in turned["embeds"][0]["description"]
    opened = await visitor.click(listed["id"], stage.button("incident-show", "incidents"), ["1"])
    assert "I-1 " in opened["message"]["content"]
    assert (await visitor.command("incident list", {"state": "closed"}))["ephemeral"]


async def test_everything_on_the_head_works_after_a_restart(crisis: Crisis) -> None:
    asked = await crisis.click("incident-note")
    await crisis.stage.stop_bot()
    await crisis.stage.start_bot()
    await crisis.stage.person("responder").submit(asked["modal"]["custom_id"], {"note": "still here"})
    await crisis.line("still here")
    await crisis.click("incident-role", "scribe")
    await crisis.click("incident-mitigate")
    assert "MITIGATING" in crisis.title


async def test_an_incident_that_is_not_there_is_said_to_be_missing(crisis: Crisis) -> None:
    for verb in ("incident-mitigate", "incident-update", "incident-timeline", "incident-postmortem"):
        rows = ((Button(label="press", custom_id=crisis.stage.button(verb, 99)),),)
        message = await crisis.stage.channel.send("old", **looks(Card(rows=rows)))
        answer = await crisis.stage.person("responder").click(message.id, crisis.stage.button(verb, 99))
        assert answer["content"].startswith("❓ There is no incident I-99"), verb


async def test_a_head_in_a_forum_is_redrawn_at_once_and_its_tags_are_left_to_delivery(crisis: Crisis) -> None:
    stage = crisis.stage
    forum = stage.bot.get_channel(stage.sandbox.channels["incidents"])
    assert isinstance(forum, discord.ForumChannel)
    view = (await incident_inspection.find(stage.desk, crisis.id)).view
    post = await forum.create_thread(name="I-1", **looks(render(view)))
    await threads.settle(stage.desk, crisis.id, thread_id=post.thread.id, in_post=True)
    await stage.post_all(post.thread)
    await crisis.click("incident-mitigate", on=post.thread.id)
    assert "MITIGATING" in stage.shown(post.thread.id, post.thread.id)["content"]
    assert "incident:1" in await stage.post_all(post.thread)
