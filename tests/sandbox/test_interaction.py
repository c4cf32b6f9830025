"""Commands, buttons, selects, modals and their deadlines with the real discord.py."""

import re
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.sandbox.fault.fault import Effect, Rule
from bot.sandbox.model.error import ControlError
from bot.sandbox.server import Sandbox
from tests.sandbox.desk import Bot, Desk, redirected

Click = discord.Interaction[Any]


class Ack(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"ack:(?P<alert>\d+)"):
    """A button that lives in its custom id alone."""

    def __init__(self, alert: int) -> None:
        super().__init__(discord.ui.Button(label="Acknowledge", custom_id=f"ack:{alert}"))
        self.alert = alert

    @classmethod
    async def from_custom_id(cls, _: Click, __: discord.ui.Item[Any], match: re.Match[str], /) -> "Ack":
        return cls(int(match["alert"]))

    async def callback(self, interaction: Click) -> None:
        await interaction.response.edit_message(content=f"{self.alert} acked by {interaction.user.name}")


class Note(discord.ui.Modal, title="Note"):
    text: discord.ui.TextInput[Any] = discord.ui.TextInput(
        label="Text", custom_id="text", min_length=2, max_length=9
    )

    async def on_submit(self, interaction: Click) -> None:
        await interaction.response.send_message(f"noted: {self.text.value}", ephemeral=True)


def buttons(*items: discord.ui.Item[Any]) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view


async def wire(bot: Bot) -> None:
    """The commands of the tests."""
    bot.add_dynamic_items(Ack)
    alert = app_commands.Group(name="alert", description="Alerts")

    @alert.command(name="ack", description="Acknowledge")
    async def ack(interaction: Click, ref: str, note: app_commands.Range[str, 2, 10] | None = None) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.edit_original_response(content=f"{ref} acked {note}")

    @ack.autocomplete("ref")
    async def refs(_: Click, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed} {number}", value=str(number)) for number in range(3)]

    @bot.tree.command(description="Ask for a note")
    async def note(interaction: Click) -> None:
        await interaction.response.send_modal(Note())

    @bot.tree.command(description="Say a lot")
    async def talk(interaction: Click) -> None:
        await interaction.response.send_message("first", ephemeral=True)
        await interaction.followup.send("second", ephemeral=True)
        original = await interaction.original_response()
        await original.edit(content="first, edited")
        bot.dispatch("told")

    @bot.tree.command(description="Say nothing")
    async def sleep(interaction: Click) -> None: ...

    @bot.tree.command(description="For managers")
    @app_commands.default_permissions(manage_guild=True)
    async def manage(interaction: Click, who: discord.Member, level: app_commands.Range[int, 1, 3]) -> None:
        await interaction.response.send_message(f"{who.name} {level}")

    @bot.tree.context_menu(name="Acknowledge alert")
    async def menu(interaction: Click, message: discord.Message) -> None:
        await interaction.response.send_message(f"acked {message.content}")

    bot.tree.add_command(alert)
    await bot.tree.sync()


async def test_a_deferred_command_ends_with_the_edit_of_its_answer(desk: Desk, sandbox: Sandbox) -> None:
    await desk.bot(sandbox, wire)
    answer = await sandbox.person("responder").command("alert ack", {"ref": "7", "note": "mine"})
    assert (answer["kind"], answer["deferred"], answer["ephemeral"]) == ("message", True, True)
    assert answer["content"] == "7 acked mine"
    assert answer["message"]["sandbox"]["ephemeral_for"] == "responder"
    assert answer["message"]["sandbox"]["interaction"] == {"user": "responder", "name": "alert ack"}


async def test_an_ephemeral_answer_is_seen_by_its_person_alone(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox, wire)
    alerts = sandbox.channels["alerts"]
    answer = await sandbox.person("responder").command("alert ack", {"ref": "7"})
    assert [entry["content"] for entry in sandbox.messages(alerts, person="responder")] == ["7 acked None"]
    assert sandbox.messages(alerts, person="visitor") == []
    assert bot.events("message") == []
    with pytest.raises(discord.NotFound):
        await bot.room(sandbox).fetch_message(int(answer["message"]["id"]))


async def test_options_are_checked_like_a_client_does(desk: Desk, sandbox: Sandbox) -> None:
    await desk.bot(sandbox, wire)
    person = sandbox.person("operator")
    for words, options, problem in (
        ("alert ack", {}, "'ref' is required"),
        ("alert ack", {"ref": "1", "why": "x"}, "no option 'why'"),
        ("alert ack", {"ref": "1", "note": "x"}, "2 to 10 characters"),
        ("alert", {}, "needs a sub-command: ack"),
        ("alert nack", {}, "no command /alert nack"),
        ("manage", {"who": "nobody", "level": 1}, "points to nothing"),
        ("manage", {"who": "visitor", "level": 4}, "from 1 to 3"),
        ("manage", {"who": "visitor", "level": "much"}, "must be an integer"),
    ):
        with pytest.raises(ControlError, match=problem):
            await person.command(words, options)
    answer = await person.command("manage", {"who": "visitor", "level": 2})
    assert answer["content"] == "visitor 2"


async def test_a_command_is_hidden_from_who_lacks_its_permissions(desk: Desk, sandbox: Sandbox) -> None:
    await desk.bot(sandbox, wire)
    with pytest.raises(ControlError, match="permission") as refused:
        await sandbox.person("responder").command("manage", {"who": "visitor", "level": 1})
    assert refused.value.status == 403


async def test_autocomplete_answers_with_choices(desk: Desk, sandbox: Sandbox) -> None:
    await desk.bot(sandbox, wire)
    answer = await sandbox.person("visitor").complete("alert ack", "ref", {"ref": "db"})
    assert answer["kind"] == "choices"
    assert answer["choices"][1] == {"name": "db 1", "value": "1"}
    with pytest.raises(ControlError, match="no autocomplete"):
        await sandbox.person("visitor").complete("alert ack", "note")


async def test_a_dynamic_button_survives_a_restart_of_the_bot(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox, wire)
    message = await bot.room(sandbox).send("alert 7", view=buttons(Ack(7)))
    await desk.stop_bots()
    await desk.bot(sandbox, wire)
    answer = await sandbox.person("responder").click(message.id, "ack:7")
    assert (answer["kind"], answer["content"]) == ("update", "7 acked by responder")
    assert answer["message"]["id"] == str(message.id)


async def test_a_modal_is_filled_in_by_its_rules(desk: Desk, sandbox: Sandbox) -> None:
    await desk.bot(sandbox, wire)
    responder = sandbox.person("responder")
    with pytest.raises(ControlError, match="No such modal"):
        await responder.submit("nothing", {})
    shown = await responder.command("note")
    assert (shown["kind"], shown["modal"]["title"]) == ("modal", "Note")
    modal = shown["modal"]["custom_id"]
    for fields, problem in (
        ({}, "'text' is required"),
        ({"text": "x"}, "2 to 9 characters"),
        ({"text": "fine", "more": "x"}, "no field 'more'"),
    ):
        with pytest.raises(ControlError, match=problem):
            await responder.submit(modal, fields)
    answer = await responder.submit(modal, {"text": "fine"})
    assert (answer["content"], answer["ephemeral"]) == ("noted: fine", True)
    with pytest.raises(ControlError, match="No such modal"):
        await responder.submit(modal, {"text": "again"})


async def test_a_context_menu_brings_its_message(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox, wire)
    message = await bot.room(sandbox, "ops").send("alert 7")
    answer = await sandbox.person("responder").menu("Acknowledge alert", message.id)
    assert (answer["content"], answer["message"]["channel_id"]) == ("acked alert 7", str(message.channel.id))
    with pytest.raises(ControlError, match="needs a target_id"):
        await sandbox.person("responder").command("Acknowledge alert")


async def test_followups_and_the_edit_of_an_answer(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox, wire)
    await sandbox.person("responder").command("talk")
    await bot.hear("told")
    found = [entry["content"] for entry in sandbox.messages(sandbox.channels["alerts"], person="responder")]
    assert found == ["first, edited", "second"]


async def test_silence_is_an_answer_of_its_own(desk: Desk) -> None:
    sandbox = await desk.sandbox(answer_deadline=0.1)
    with redirected(sandbox):
        await desk.bot(sandbox, wire)
        answer = await sandbox.person("visitor").command("sleep")
        assert (answer["answered"], answer["kind"]) == (False, "none")
        assert answer["error"] == "The application did not respond"
        await desk.stop_bots()


async def test_a_late_answer_meets_a_dead_token(desk: Desk) -> None:
    sandbox = await desk.sandbox(answer_deadline=0.05)
    refused: list[int] = []

    async def late(bot: Bot) -> None:
        @bot.tree.command(description="x")
        async def slow(interaction: Click) -> None:
            try:
                await interaction.response.send_message("too late")
            except discord.NotFound as error:
                refused.append(error.code)
                bot.dispatch("refused", error.code)

        await bot.tree.sync()

    with redirected(sandbox):
        bot = await desk.bot(sandbox, late)
        sandbox.mischief.arm(Rule(effect=Effect.LATE_EVENT, route="INTERACTION_CREATE", delay=0.1))
        answer = await sandbox.person("visitor").command("slow")
        assert not answer["answered"]
        await bot.hear("refused")
        assert refused == [10062]
        await desk.stop_bots()


async def test_a_second_answer_and_a_worn_out_token_are_refused(desk: Desk, sandbox: Sandbox) -> None:
    codes: list[int] = []

    async def twice(bot: Bot) -> None:
        @bot.tree.command(description="x")
        async def twice(interaction: Click) -> None:
            await interaction.response.send_message("one")
            adapter = discord.webhook.async_.async_context.get()
            params = discord.webhook.async_.interaction_response_params(4, {"content": "two"})
            with pytest.raises(discord.HTTPException) as caught:
                await adapter.create_interaction_response(
                    interaction.id, interaction.token, session=interaction._session, params=params
                )
            codes.append(caught.value.code)
            sandbox.world.interactions.to_follow(interaction.token).begun -= 900
            with pytest.raises(discord.HTTPException) as caught:
                await interaction.edit_original_response(content="still")
            codes.append(caught.value.code)
            bot.dispatch("done")

        await bot.tree.sync()

    bot = await desk.bot(sandbox, twice)
    await sandbox.person("visitor").command("twice")
    await bot.hear("done")
    assert codes == [40060, 50027]


async def test_a_second_sync_keeps_ids_and_guild_commands_hide_global_ones(
    desk: Desk, sandbox: Sandbox
) -> None:
    bot = await desk.bot(sandbox, wire)
    first = {command.name: command.id for command in await bot.tree.sync()}
    assert {command.name: command.id for command in await bot.tree.fetch_commands()} == first
    guild = discord.Object(sandbox.guild_id)
    bot.tree.copy_global_to(guild=guild)
    local = {command.name: command.id for command in await bot.tree.sync(guild=guild)}
    assert set(local) == set(first)
    assert set(local.values()).isdisjoint(first.values())
    answer = await sandbox.person("responder").command("alert ack", {"ref": "7"})
    assert answer["content"] == "7 acked None"
