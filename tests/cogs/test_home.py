"""A desk belongs to one server: unknown, it refuses everything; known, it is silent everywhere else."""

from collections.abc import AsyncIterator
from typing import Any, cast

import discord
import pytest

from bot.cards.card import Button, Card
from bot.clock import SystemClock
from bot.sandbox.control.place import delete
from bot.sandbox.server import Sandbox
from bot.usecases.admin import home
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Rules
from cogs.context import STRANGE
from cogs.message import looks
from cogs.rights import RoleWords
from storage.engine import Storage
from tests.cogs.stage import Stage
from tests.waiting import until


@pytest.fixture
async def lost(sandbox: Sandbox, sqlite_url: str) -> AsyncIterator[Stage]:
    """A desk that knows neither server nor channel, and no bot yet."""
    storage = Storage.open(sqlite_url)
    stage = Stage(await open_desk(storage, SystemClock(), rules=Rules(), signing_key=b"k" * 32), sandbox)
    yield stage
    await stage.stop()
    await storage.close()


EVERYBODY = RoleWords(view=("everyone",), respond=("everyone",), manage=("everyone",))


async def test_a_desk_whose_server_is_unknown_refuses_everything(lost: Stage) -> None:
    await lost.start_bot(guild_id=None, roles=EVERYBODY)
    await until(lambda: lost.requests("PUT", "/commands"))
    names = {each["name"] for each in lost.requests("PUT", "/commands")[-1]["body"]}
    assert names == {"setup"}
    for person in ("operator", "visitor"):
        answer = await _press(lost, person)
        assert answer["content"].startswith("✋ This alert desk does not know yet"), person
    answer = await lost.person("operator").command("setup")
    assert "does not know yet" in answer["content"]
    assert lost.desk.project.settings.guild_id is None


async def test_the_printed_code_settles_it_once(lost: Stage) -> None:
    await lost.start_bot(guild_id=None, roles=RoleWords())
    await until(lambda: lost.requests("PUT", "/commands"))
    code = home.setup_code(lost.desk)
    operator = lost.person("operator")
    for wrong in ("AAAAA-AAAAA", code[:-1]):
        answer = await operator.command("setup", {"code": wrong})
        assert answer["content"].startswith("❓ code: "), wrong
    page = await operator.command("setup", {"code": f" {code.lower()} "})
    assert "Set up the alert desk" in str(page)
    assert lost.desk.project.settings.guild_id == lost.sandbox.guild_id
    assert home.setup_code(lost.desk) == ""
    await until(lambda: len(lost.requests("PUT", "/commands")) == 2)
    assert "alert" in {each["name"] for each in lost.requests("PUT", "/commands")[-1]["body"]}
    assert (await operator.command("alert list"))["ephemeral"]  # the rights of whoever administers it
    assert lost.desk.guild_id == lost.sandbox.guild_id


async def test_a_desk_goes_on_refusing_strangers_when_its_channel_is_deleted(dark: Stage) -> None:
    """The server was found by the channel once; what is written down does not go away with it."""
    await dark.start_bot(guild_id=None)
    await until(lambda: dark.desk.project.settings.guild_id)
    delete(dark.sandbox.world, str(dark.channel_id))
    await until(lambda: dark.bot.get_channel(dark.channel_id) is None)
    assert dark.bot.bot_context.home == dark.sandbox.guild_id
    stranger = _asked(dark.sandbox.guild_id + 1, 1, dark.bot)
    with pytest.raises(Exception, match=STRANGE):
        await dark.bot.bot_context.member(stranger)
    await dark.stop_bot()
    await dark.start_bot(guild_id=None)
    assert dark.bot.bot_context.home == dark.sandbox.guild_id


async def test_another_server_gets_no_commands_and_no_answers(dark: Stage) -> None:
    other = dark.sandbox.guild_id + 1
    await home.remember(dark.desk, other)
    await dark.start_bot(guild_id=None, roles=EVERYBODY)
    await until(lambda: dark.requests("PUT", f"/guilds/{dark.sandbox.guild_id}/commands"))
    assert dark.requests("PUT", f"/guilds/{dark.sandbox.guild_id}/commands")[-1]["body"] == []
    answer = await _press(dark, "operator")
    assert answer["content"] == f"✋ {STRANGE}"


async def test_who_writes_privately_is_who_they_are_on_the_server(stage: Stage) -> None:
    visitor = stage.person("visitor").member.user.id
    member = await stage.bot.bot_context.member(_asked(None, visitor, stage.bot))
    assert (member.id, member.guild.id) == (visitor, stage.sandbox.guild_id)
    with pytest.raises(Exception, match=STRANGE):
        await stage.bot.bot_context.member(_asked(None, 4711, stage.bot))


async def test_a_reaction_on_an_unknown_or_strange_server_means_nothing(dark: Stage) -> None:
    alert_id = await dark.fire()
    await dark.start_bot(roles=EVERYBODY)
    message_id = await dark.post()
    await dark.stop_bot()
    await home.remember(dark.desk, dark.sandbox.guild_id + 1)
    await dark.start_bot(guild_id=None, roles=EVERYBODY)
    dark.person("visitor").react(message_id, "✅")
    await dark.bot.bot_context.empty(0.2)
    assert (await dark.alert(alert_id)).owner is None


async def _press(stage: Stage, person: str) -> dict[str, Any]:
    custom_id = stage.button("more", 1)
    rows = ((Button(label="More", custom_id=custom_id),),)
    channel = stage.bot.get_channel(stage.channel_id)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send("card", **looks(Card(rows=rows)))
    answer: dict[str, Any] = await stage.person(person).click(message.id, custom_id)
    return answer


class _Asked:
    def __init__(self, guild_id: int | None, user_id: int, client: object) -> None:
        self.guild_id = guild_id
        self.user = discord.Object(user_id)
        self.client = client


def _asked(guild_id: int | None, user_id: int, client: object) -> discord.Interaction[Any]:
    return cast("discord.Interaction[Any]", _Asked(guild_id, user_id, client))
