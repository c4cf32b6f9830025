"""A message's link stands for what the message is about, and one command may name several alerts."""

import pytest

from bot.domain.alert.alert import State
from bot.domain.jump_link import MAX_NAMED
from bot.sandbox.control.place import OverwriteInput, overwrite
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.incident import action as actions
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident.mutation import perform
from tests.cogs.crisis import Crisis
from tests.cogs.stage import Json, Stage
from tests.senders import ANNA, BEN
from tests.waiting import until


def link(stage: Stage, message_id: int, channel_id: int | None = None) -> str:
    place = channel_id or stage.channel_id
    return f"https://discord.com/channels/{stage.sandbox.guild_id}/{place}/{message_id}"


def lines(answer: Json) -> list[str]:
    """What was said of each."""
    said: str = answer["message"]["embeds"][0]["description"]
    return said.split("\n")


async def test_the_link_of_a_card_is_taken_by_every_command_about_its_alert(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    card, responder = link(stage, message_id), stage.person("responder")
    for command in ("claim", "release", "ack", "unack"):
        answer = await responder.command(f"alert {command}", {"alert": card})
        assert answer["content"].startswith(f"✅ A-{alert_id} "), command
    assert "HighErrorRate" in str(await responder.command("alert show", {"alert": card}))
    assert "HighErrorRate" in str(await responder.command("recurrence show", {"recurrence": card}))
    assert "R-1" in str(await responder.command("recurrence fixed", {"recurrence": card}))
    assert f"A-{alert_id}" in str(await responder.command("alert list", {"text": card}))
    dossier = await stage.person("operator").command("event dossier", {"which": card})
    assert f"A-{alert_id}, new" in str(dossier)
    opened = await responder.command("incident open", {"alert": card, "note": "look"})
    assert "I-1" in opened["content"]


async def test_the_links_of_an_incident_are_taken_by_its_commands(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    responder = stage.person("responder")
    words = responder.say("looking", crisis.thread_id)
    thread = f"https://discord.com/channels/{stage.sandbox.guild_id}/{crisis.thread_id}"
    for which in (
        link(stage, crisis.head),
        link(stage, crisis.alert_card),
        link(stage, int(words["id"]), crisis.thread_id),
        thread,
        f"<#{crisis.thread_id}>",
    ):
        answer = await responder.command("incident note", {"text": "a word", "incident": which})
        assert "I-1" in answer["content"], which
    answer = await responder.command("alert note", {"alert": link(stage, crisis.head), "text": "a word"})
    assert answer["content"].startswith(f"✅ A-{crisis.alert_id} ")


async def test_an_action_item_is_found_by_its_mention(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    await actions.add(stage.desk, crisis.id, actor=ANNA, text="buy a disk", owner=BEN, due_at=None)
    shown = await stage.post_all(crisis.thread)
    nudge = max(message for what, message in shown.items() if what.startswith("nudge:"))
    done = await stage.person("responder").command(
        "incident action done", {"action": link(stage, nudge, crisis.thread_id)}
    )
    assert done["content"].startswith("✅ T-1 is done")


async def test_a_link_that_leads_to_nothing_or_to_another_kind_says_so(stage: Stage) -> None:
    await stage.raise_card()
    responder = stage.person("responder")
    words = responder.say("hello", stage.channel_id)
    for which in (link(stage, int(words["id"])), link(stage, 4711), "<#4711>"):
        answer = await responder.command("alert ack", {"alert": which})
        assert answer["content"].startswith("❓ link: leads to no alert on this desk that you see"), which


async def test_a_link_tells_nobody_what_they_do_not_see(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    elsewhere = next(each for name, each in stage.sandbox.channels.items() if name != "alerts")
    denied = [
        OverwriteInput(target="@everyone", deny=["VIEW_CHANNEL"]),
        OverwriteInput(target="bot", allow=["VIEW_CHANNEL"]),
    ]
    overwrite(stage.sandbox.world, str(stage.channel_id), denied)
    await until(lambda: stage.channel.overwrites)
    answer = await stage.person("responder").command(
        "alert ack", {"alert": link(stage, message_id)}, channel_id=elsewhere
    )
    assert answer["content"].startswith("❓ link: leads to no alert")
    assert (await stage.alert(alert_id)).state is State.NEW


async def test_several_are_acknowledged_with_one_answer_that_says_each_outcome(stage: Stage) -> None:
    first, second, third = [await stage.fire(name) for name in ("Disk", "Cpu", "Net")]
    await alerts.acknowledge(stage.desk, second, actor=ANNA)
    answer = await stage.person("responder").command("alert ack", {"alert": "A-1,A-2, A-3 A-77"})
    assert answer["content"] == "✋ 2 of 4 acknowledged."
    said = lines(answer)
    assert said[0] == "✅ A-1 acknowledged: Disk"
    assert said[1].startswith("✋ A-2 ")
    assert f"<@{ANNA.ident}>" in said[1]
    assert said[2:] == ["✅ A-3 acknowledged: Net", "❓ There is no alert A-77 on this desk."]
    for alert_id in (first, third):
        assert (await stage.alert(alert_id)).state is State.ACKED


@pytest.mark.parametrize(
    ("command", "more", "state"),
    [
        ("claim", {}, State.PROCESSING),
        ("snooze", {"for": "30m"}, State.NEW),
        ("note", {"text": "a word"}, State.NEW),
        ("resolve", {}, State.RESOLVED),
    ],
)
async def test_other_acts_take_several_too(stage: Stage, command: str, more: Json, state: State) -> None:
    for name in ("Disk", "Cpu"):
        await stage.fire(name)
    answer = await stage.person("responder").command(f"alert {command}", {"alert": "A-1,A-2"} | more)
    assert answer["content"].startswith("✅ 2 of 2 "), answer
    assert [(await stage.alert(each)).state for each in (1, 2)] == [state, state]


async def test_a_group_stands_for_its_open_alerts(stage: Stage) -> None:
    await stage.share_cards()
    for number in range(3):
        await stage.fire("Disk", target=f"db-{number}", fingerprint=f"db-{number}")
    shown = await stage.post_all()
    card = next(message for what, message in shown.items() if what.startswith("group:"))
    await alerts.resolve(stage.desk, 3, actor=ANNA)
    responder = stage.person("responder")
    answer = await responder.command("alert claim", {"alert": "G-1"})
    assert answer["content"] == "✅ 2 of 2 claimed."
    answer = await responder.command("alert ack", {"alert": link(stage, card)})
    assert answer["content"] == "✅ 2 of 2 acknowledged."
    one = await responder.command("alert show", {"alert": link(stage, card)})
    assert one["content"] == "❓ link: stands for 2 of them; name one: A-1, A-2"


async def test_more_than_one_command_can_name_are_refused_and_nothing_is_done(stage: Stage) -> None:
    await stage.share_cards()
    for number in range(MAX_NAMED + 1):
        await stage.fire("Disk", target=f"db-{number}", fingerprint=f"db-{number}")
    responder = stage.person("responder")
    many = ",".join(f"A-{number + 1}" for number in range(MAX_NAMED + 1))
    for which in (many, "G-1"):
        answer = await responder.command("alert ack", {"alert": which})
        assert f"at most {MAX_NAMED} at once" in answer["content"], which
    shown = await stage.post_all()
    card = next(message for what, message in shown.items() if what.startswith("group:"))
    answer = await responder.command("alert ack", {"alert": link(stage, card)})
    assert f"at most {MAX_NAMED} at once" in answer["content"]
    assert not [each for number in range(MAX_NAMED) for each in await stage.actions(number + 1)]


async def test_alerts_are_linked_and_unlinked_together(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    for name in ("Disk", "Cpu"):
        await stage.fire(name)
    responder = stage.person("responder")
    answer = await responder.command("incident link", {"alert": "A-2,A-3,A-1", "incident": "I-1"})
    assert answer["content"] == "✋ 2 of 3 linked."
    answer = await responder.command("incident unlink", {"alert": "A-2 A-3"}, channel_id=crisis.thread_id)
    assert answer["content"] == "✅ 2 of 2 unlinked."


async def test_the_only_open_incident_is_taken_when_none_is_named(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    answer = await stage.person("responder").command("incident note", {"text": "a word"})
    assert "I-1" in answer["content"]
    await perform(stage.desk, incidents.resolve(crisis.id, actor=ANNA))
    answer = await stage.person("responder").command("incident note", {"text": "a word"})
    assert answer["content"].startswith("❓ incident: say which one")


async def test_completion_ranks_what_begins_so_then_open_then_worst(stage: Stage) -> None:
    for name in ("NoDisk", "DiskFull", "DiskSlow", "DiskGone"):
        await stage.fire(name)
    await alerts.resolve(stage.desk, 4, actor=ANNA)
    responder = stage.person("responder")

    async def offered(command: str, typed: str) -> list[str]:
        found = await responder.complete(f"alert {command}", "alert", {"alert": typed})
        return [choice["value"] for choice in found["choices"]]

    assert await offered("show", "disk") == ["A-3", "A-2", "A-4", "A-1"]
    assert (await offered("show", "A-2"))[0] == "A-2"
    assert await offered("ack", "A-1, A-2, nod") == ["A-1, A-2, A-1"]
    assert await offered("show", "prod") == ["A-3", "A-2", "A-1", "A-4"], "by source"


async def test_the_list_finds_refs_and_sources(stage: Stage) -> None:
    for name in ("Disk", "Cpu", "Net"):
        await stage.fire(name)
    responder = stage.person("responder")

    async def found(text: str) -> list[str]:
        said = str(await responder.command("alert list", {"text": text}))
        return [name for name in ("Disk", "Cpu", "Net") if name in said]

    assert await found("A-1, A-3") == ["Disk", "Net"]
    assert await found("#2") == ["Cpu"]
    assert await found("PROD") == ["Disk", "Cpu", "Net"]
    assert await found("A-99") == []
