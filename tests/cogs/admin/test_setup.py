"""``/setup``: from an empty desk to a test alert."""

from datetime import timedelta
from typing import Final

import pytest

from bot.cards.admin.setup import CREATE, SetupDraft
from bot.cards.card import Button, Card, Select, SelectKind
from bot.cards.ids import Verb, build
from bot.domain.outbox.outbox import ParkReason
from bot.sandbox.control.place import OverwriteInput, delete, overwrite
from bot.sandbox.model.error import ControlError
from bot.usecases.admin import source as sources
from bot.usecases.outbox import card as outbox
from cogs.message import looks
from tests.cogs.stage import Json, Stage, custom_ids, parts
from tests.waiting import until

EPHEMERAL: Final = 1 << 6


async def test_setup_leads_from_channel_and_sender_to_url_token_and_snippet(bare: Stage) -> None:
    operator = bare.person("operator")
    page = await operator.command("setup", {}, channel_id=bare.sandbox.channels["ops"])
    assert page["ephemeral"]
    page = await _pick(bare, page, "channel", bare.channel_id)
    page = await _pick(bare, page, "provider", "alertmanager")
    asked = await operator.click(page["message"]["id"], _id(page, "create"))
    assert asked["callback_type"] == 9
    made = await operator.submit(asked["modal"]["custom_id"], {"name": "prod-eu"})
    text = str(made["message"]["embeds"])
    assert "https://alerts.example.com/v1/hooks/alertmanager" in text
    assert "toc_" in text
    assert "webhook_configs" in text
    assert bare.desk.default_channel_id == bare.channel_id
    (created,) = await sources.listing(bare.desk)
    assert (created.name, created.provider, created.channel_id) == ("prod-eu", "alertmanager", None)


async def test_a_forum_is_refused_with_the_reason(bare: Stage) -> None:
    operator, forum = bare.person("operator"), bare.sandbox.channels["incidents"]
    await operator.command("setup", {}, channel_id=bare.channel_id)
    state = SetupDraft(forum, "generic").encode()
    button = Button(label="press", custom_id=build(Verb.SETUP, bare.bot.bot_context.tag, CREATE, state))
    message = await bare.channel.send("old", **looks(Card(rows=((button,),))))
    asked = await operator.click(message.id, button.custom_id)
    refused = await operator.submit(asked["modal"]["custom_id"], {"name": "posts"})
    assert "is a forum, which takes no cards: choose a text channel" in refused["content"]
    assert await sources.listing(bare.desk) == []


async def test_the_token_is_whispered_once_and_stands_nowhere_in_the_channel(bare: Stage) -> None:
    made = await _make(bare, "alertmanager", "prod")
    assert made["message"]["flags"] & EPHEMERAL
    assert "toc_" not in str(bare.sandbox.messages(bare.channel_id))


async def test_the_test_button_sends_through_the_real_door(bare: Stage) -> None:
    made = await _make(bare, "generic", "prod")
    test = next(each for each in custom_ids(made["message"]) if each.startswith("test:"))
    answer = await bare.person("operator").click(made["message"]["id"], test)
    assert bare.tested == ["prod"]
    assert "A-1" in answer["content"]


async def test_a_test_that_does_not_get_through_is_explained(bare: Stage) -> None:
    made = await _make(bare, "generic", "broken")
    test = next(each for each in custom_ids(made["message"]) if each.startswith("test:"))
    answer = await bare.person("operator").click(made["message"]["id"], test)
    assert "did not get through" in answer["content"]


async def test_a_source_without_a_name_is_called_after_its_provider_and_a_taken_name_is_refused(
    bare: Stage,
) -> None:
    await _make(bare, "grafana", "")
    again = await _make(bare, "grafana", "")
    assert "already a source called grafana" in again["content"]
    assert (
        "Choose another name, or make a new token for that one: tocsin source rotate grafana"
        in again["content"]
    )
    assert [each.name for each in await sources.listing(bare.desk)] == ["grafana"]


async def test_a_later_source_may_speak_in_another_channel_without_moving_the_first(bare: Stage) -> None:
    await _make(bare, "generic", "first")
    other = bare.sandbox.channels["alerts-low"]
    await _make(bare, "generic", "second", channel_id=other)
    assert bare.desk.default_channel_id == bare.channel_id
    assert [each.channel_id for each in await sources.listing(bare.desk)] == [None, other]


async def test_when_the_desks_channel_is_gone_the_one_picked_next_takes_its_place_and_its_cards(
    bare: Stage,
) -> None:
    await _make(bare, "generic", "first")
    lost, other = bare.channel_id, bare.sandbox.channels["alerts-low"]
    guild = bare.channel.guild
    delete(bare.sandbox.world, str(lost))
    await until(lambda: guild.get_channel(lost) is None)
    await _make(bare, "generic", "second", channel_id=other)
    assert bare.desk.default_channel_id == other
    assert [each.channel_id for each in await sources.listing(bare.desk)] == [None, None]


async def test_when_the_desks_channel_is_gone_the_one_picked_takes_its_place_at_once(bare: Stage) -> None:
    await _make(bare, "generic", "first")
    other = bare.sandbox.channels["alerts-low"]
    await _lose_channel(bare)
    await bare.fire()
    task = await outbox.take(bare.desk, bare.channel_id, worker="stage")
    assert isinstance(task, outbox.Task)
    await outbox.park(bare.desk, task.card, ParkReason.UNKNOWN_CHANNEL, alone=False)
    operator = bare.person("operator")
    page = await operator.command("setup", {}, channel_id=other)
    assert "The channel for alerts is gone" in str(page["message"]["embeds"])
    left = await operator.click(page["message"]["id"], _id(page, "steps"))
    assert "⬜ **A channel for alerts**" in str(left["message"]["embeds"])
    status = await operator.command("status", {}, channel_id=other)
    assert "missing: a channel for alerts" in str(status["message"]["embeds"])
    page = await operator.command("setup", {}, channel_id=other)
    page = await _pick(bare, page, "channel", other)
    assert bare.desk.default_channel_id == other
    said = str(page["message"]["embeds"])
    assert f"Alerts go to <#{other}> from now on" in said
    assert "1 card that waited goes there now" in said
    left = await operator.click(page["message"]["id"], _id(page, "steps"))
    assert "✅ A channel for alerts" in str(left["message"]["embeds"])
    assert other in await outbox.channels_due(bare.desk)


async def test_a_desk_that_nothing_is_sent_to_takes_whatever_is_picked_last(bare: Stage) -> None:
    page = await bare.person("operator").command("setup", {}, channel_id=bare.sandbox.channels["ops"])
    page = await _pick(bare, page, "channel", bare.sandbox.channels["alerts-low"])
    await _pick(bare, page, "channel", bare.channel_id)
    assert bare.desk.default_channel_id == bare.channel_id


async def test_a_channel_that_stands_is_left_for_another_only_when_somebody_says_so(bare: Stage) -> None:
    await _make(bare, "generic", "first")
    other = bare.sandbox.channels["alerts-low"]
    operator = bare.person("operator")
    page = await operator.command("setup", {}, channel_id=bare.sandbox.channels["ops"])
    page = await _pick(bare, page, "channel", other)
    said = str(page["message"]["embeds"])
    assert f"Only the new source will post into <#{other}>; alerts go on to <#{bare.channel_id}>" in said
    assert bare.desk.default_channel_id == bare.channel_id
    page = await operator.click(page["message"]["id"], _id(page, "default"))
    assert bare.desk.default_channel_id == other
    assert f"Alerts go to <#{other}> from now on" in str(page["message"]["embeds"])
    assert "default" not in {each.split(":")[2] for each in custom_ids(page["message"])}


async def test_a_channel_where_cards_cannot_stand_takes_the_place_of_none(bare: Stage) -> None:
    await _make(bare, "generic", "first")
    lost, other = bare.channel_id, bare.sandbox.channels["alerts-low"]
    guild = bare.channel.guild
    await _lose_channel(bare)
    wish = OverwriteInput(target=str(bare.sandbox.world.bot.user.id), deny=["SEND_MESSAGES"])
    overwrite(bare.sandbox.world, str(other), [wish])
    place = guild.get_channel(other)
    assert place is not None
    await until(lambda: not place.permissions_for(guild.me).send_messages)
    page = await bare.person("operator").command("setup", {}, channel_id=bare.sandbox.channels["ops"])
    page = await _pick(bare, page, "channel", other)
    assert "Send Messages" in str(page["message"]["embeds"])
    assert "is gone" in str(page["message"]["embeds"])
    assert bare.desk.default_channel_id == lost


async def _lose_channel(bare: Stage) -> None:
    guild = bare.channel.guild
    delete(bare.sandbox.world, str(bare.channel_id))
    await until(lambda: guild.get_channel(bare.channel_id) is None)


async def test_a_channel_where_cards_cannot_stand_says_what_is_missing(bare: Stage) -> None:
    target = str(bare.sandbox.world.bot.user.id)
    wish = OverwriteInput(target=target, deny=["SEND_MESSAGES"])
    overwrite(bare.sandbox.world, str(bare.channel_id), [wish])
    await until(lambda: not bare.channel.permissions_for(bare.channel.guild.me).send_messages)
    page = await bare.person("operator").command("setup")
    page = await _pick(bare, page, "provider", "generic")
    page = await _pick(bare, page, "channel", bare.channel_id)
    assert "Send Messages" in str(page["message"]["embeds"])
    assert _part(page, "create")["disabled"]


async def test_roles_that_are_named_in_setup_may_respond(bare: Stage) -> None:
    visitor = bare.person("visitor")
    role = next(role for role in bare.sandbox.world.guild.roles.values() if role.name == "on-call")
    await bare.person("operator").command("setup", {"respond": "on-call"})
    assert bare.desk.project.settings.respond_role_ids == (role.id,)
    visitor.member.role_ids.append(role.id)
    await _make(bare, "generic", "first")
    alert_id = await bare.fire()
    answer = await visitor.command("alert ack", {"alert": str(alert_id)})
    assert answer["content"].startswith("✅")


async def test_setup_is_for_those_who_manage(bare: Stage) -> None:
    for name in ("responder", "visitor"):
        with pytest.raises(ControlError):
            await bare.person(name).command("setup")
    page = await bare.person("operator").command("setup")
    custom_id = _id(page, "channel")
    rows = ((Select(custom_id=custom_id, kind=SelectKind.CHANNEL),),)
    public = await bare.channel.send("shown to all", **looks(Card(rows=rows)))
    answer = await bare.person("responder").click(public.id, custom_id, [str(bare.channel_id)])
    assert answer["content"].startswith("🔒")


async def test_cards_that_had_no_channel_are_shown_once_one_is_chosen(bare: Stage) -> None:
    await bare.fire()
    assert not await bare.is_dirty()
    await _make(bare, "generic", "first")
    assert await bare.is_dirty()


async def test_a_token_is_never_written_onto_a_message_that_all_can_see(bare: Stage) -> None:
    page = await bare.person("operator").command("setup")
    page = await _pick(bare, page, "provider", "generic")
    page = await _pick(bare, page, "channel", bare.channel_id)
    custom_id = _id(page, "create")
    rows = ((Button(label="Create", custom_id=custom_id),),)
    public = await bare.channel.send("shown to all", **looks(Card(rows=rows)))
    asked = await bare.person("operator").click(public.id, custom_id)
    made = await bare.person("operator").submit(asked["modal"]["custom_id"], {"name": "prod"})
    assert made["ephemeral"]
    assert "toc_" not in str(bare.sandbox.messages(bare.channel_id))


def _respond(bare: Stage) -> tuple[int, ...]:
    return bare.desk.project.settings.respond_role_ids


def _part(page: Json, subject: str) -> Json:
    return next(part for part in parts(page["message"]) if f":{subject}:" in part["custom_id"])


def _id(page: Json, subject: str) -> str:
    custom_id: str = _part(page, subject)["custom_id"]
    return custom_id


async def _pick(bare: Stage, page: Json, subject: str, value: object) -> Json:
    operator = bare.person("operator")
    picked = await operator.click(page["message"]["id"], _id(page, subject), [str(value)])
    assert picked["callback_type"] == 7, picked["content"]
    return picked


async def test_a_source_may_have_to_be_heard_every_so_often(bare: Stage) -> None:
    refused = await _make(bare, "generic", "backups", every="soon")
    assert "write 30 min, 2h or 1 day" in refused["content"]
    assert await sources.listing(bare.desk) == []
    await _make(bare, "generic", "backups", every="24h")
    (made,) = await sources.listing(bare.desk)
    assert made.expected is not None
    assert made.expected.every == timedelta(hours=24)


async def _make(
    bare: Stage, provider: str, name: str, *, channel_id: int | None = None, every: str = ""
) -> Json:
    """Through the whole wizard."""
    operator = bare.person("operator")
    page = await operator.command("setup", {}, channel_id=bare.sandbox.channels["ops"])
    page = await _pick(bare, page, "channel", channel_id or bare.channel_id)
    page = await _pick(bare, page, "provider", provider)
    asked = await operator.click(page["message"]["id"], _id(page, "create"))
    return await operator.submit(asked["modal"]["custom_id"], {"name": name, "every": every})


async def test_roles_that_were_chosen_are_shown_and_can_be_taken_back(bare: Stage) -> None:
    operator = bare.person("operator")
    page = await operator.command("setup", {"respond": "on-call", "manage": "responder"})
    roles = {role.name: role.id for role in bare.sandbox.world.guild.roles.values()}
    shown = str(page["message"]["embeds"])
    assert f"<@&{roles['on-call']}> may act on alerts" in shown
    assert f"<@&{roles['responder']}> may also set up" in shown
    page = await _pick(bare, page, "role", f"manage.{roles['responder']}")
    assert bare.desk.project.settings.manage_role_ids == ()
    assert f"<@&{roles['responder']}>" not in str(page["message"]["embeds"])
    page = await _pick(bare, page, "role", f"respond.{roles['on-call']}")
    assert bare.desk.project.settings.respond_role_ids == ()
    assert "role:" not in " ".join(custom_ids(page["message"]))


async def test_everybody_gets_a_right_only_after_a_question(bare: Stage) -> None:
    operator, everyone = bare.person("operator"), bare.sandbox.guild_id
    asked = await operator.command("setup", {"respond": "@everyone"})
    assert _respond(bare) == ()
    assert "Everybody on this server?" in str(asked["message"]["embeds"])
    await operator.click(asked["message"]["id"], _id(asked, "everyone"))
    assert _respond(bare) == (everyone,)
