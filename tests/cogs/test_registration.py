"""Commands are sent to Discord when they changed, and only then."""

import pytest

from bot.usecases.admin import setting
from cogs.bot import INTENTS
from tests.cogs.stage import Stage
from tests.waiting import until


def _sent(stage: Stage) -> int:
    return len(stage.requests("PUT", "/commands"))


@pytest.mark.parametrize("known", [True, False])
async def test_commands_are_sent_once_and_not_again_after_a_restart(dark: Stage, known: bool) -> None:
    guild_id = dark.sandbox.guild_id if known else None
    await dark.start_bot(guild_id=guild_id)
    await until(lambda: dark.desk.project.settings.command_digest)
    assert _sent(dark) == 1
    await dark.stop_bot()
    await dark.start_bot(guild_id=guild_id)
    await dark.bot.bot_context.empty(2)
    assert _sent(dark) == 1
    assert (await dark.person("responder").command("alert list"))["ephemeral"]


async def test_commands_that_changed_are_sent_again(stage: Stage) -> None:
    await stage.stop_bot()
    await setting.remember_commands(stage.desk, "of an older version")
    await stage.start_bot()
    assert _sent(stage) == 2


async def test_a_server_that_invites_the_bot_again_gets_the_commands_again(stage: Stage) -> None:
    stage.bot.dispatch("guild_join", stage.channel.guild)
    await until(lambda: _sent(stage) == 2)


async def test_a_server_that_refuses_the_commands_does_not_keep_the_bot_from_its_work(dark: Stage) -> None:
    await dark.start_bot(guild_id=dark.sandbox.guild_id + 1)
    assert dark.bot.is_ready()
    assert dark.desk.project.settings.command_digest == ""


async def test_the_commands_are_these(stage: Stage) -> None:
    commands = stage.bot.tree.get_commands() + stage.bot.tree.get_commands(guild=stage.channel.guild)
    names = {command.qualified_name for command in stage.bot.tree.walk_commands()}
    assert {command.name for command in commands} >= {"alert", "setup", "status", "Acknowledge alert"}
    assert names >= {
        f"alert {verb}" for verb in ("list", "show", "ack", "unack", "claim", "release", "resolve", "note")
    }


def test_the_intents_are_unprivileged() -> None:
    assert INTENTS.value == 1537
