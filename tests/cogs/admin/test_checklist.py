"""``/setup`` ends with a list that is green, and ``/status`` leads on to it until then."""

from bot.cards.card import Button, Card
from cogs.message import looks
from tests.cogs.stage import Json, Stage, custom_ids


def find(page: Json, subject: str) -> str:
    return next(each for each in custom_ids(page["message"]) if each.split(":")[2] == subject)


def shown(page: Json) -> str:
    return str(page["message"]["embeds"])


async def test_the_guided_path_ends_with_a_green_list(bare: Stage) -> None:
    operator = bare.person("operator")
    page = await operator.command("setup", {}, channel_id=bare.channel_id)
    assert "0 of 6 steps are done; missing: a channel for alerts, whom criticals wake" in shown(page)
    status = await operator.command("status")
    assert "missing: a channel for alerts" in shown(status)
    assert "What is left" in shown(status)
    message_id = page["message"]["id"]
    page = await operator.click(message_id, find(page, "wake"))
    role_id = next(each.id for each in bare.sandbox.world.guild.roles.values() if each.name == "on-call")
    await operator.click(page["message"]["id"], find(page, "wake-critical"), [str(role_id)])
    page = await operator.command("setup", {}, channel_id=bare.channel_id)
    message_id = page["message"]["id"]
    page = await operator.click(message_id, find(page, "provider"), ["generic"])
    asked = await operator.click(message_id, find(page, "create"))
    made = await operator.submit(asked["modal"]["custom_id"], {"name": "first"})
    test = next(each for each in custom_ids(made["message"]) if each.startswith("test:"))
    left = await operator.click(made["message"]["id"], test)
    assert left["content"].startswith("✅ A test alert came in through the door: A-1")
    assert shown(left).count("✅") == 3
    assert "⬜ **A test alert seen**" in shown(left)
    await bare.raise_card()
    message_id = left["message"]["id"]
    page = await operator.click(message_id, find(left, "steps"))
    assert "✅ A test alert seen" in shown(page)
    page = await operator.click(message_id, find(page, "steps-backup"))
    assert "✅ Backups" in shown(page)
    forum = bare.sandbox.channels["incidents"]
    page = await operator.click(message_id, find(page, "steps-incidents"), [str(forum)])
    assert "✅ The desk is set up" in shown(page)
    assert "⬜" not in shown(page)
    assert custom_ids(page["message"]) == []
    assert "Set-up" not in shown(await operator.command("status"))
    assert "Every step is done" in shown(await operator.command("setup"))
    assert bare.desk.project.settings.incident_channel_id == forum


async def test_incidents_may_stay_beside_their_alert(stage: Stage) -> None:
    operator = stage.person("operator")
    page = await operator.command("setup")
    page = await operator.click(page["message"]["id"], find(page, "steps"))
    page = await operator.click(page["message"]["id"], find(page, "steps-beside"))
    assert "✅ A place for incidents" in shown(page)
    assert stage.desk.project.settings.incident_channel_id is None


async def test_only_who_manages_ticks_a_step_off(stage: Stage) -> None:
    tick = Button(label="Backups are made", custom_id=stage.button("setup", "steps-backup", "0."))
    public = await stage.channel.send("shown to all", **looks(Card(rows=((tick,),))))
    answer = await stage.person("responder").click(public.id, tick.custom_id)
    assert answer["content"].startswith("🔒")
    assert not stage.desk.project.settings.backup_told
