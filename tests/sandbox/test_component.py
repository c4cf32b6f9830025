"""Buttons, selects and modals as people use them."""

from typing import Any

import discord
import pytest

from bot.sandbox.model.error import ControlError
from bot.sandbox.model.interaction import Interaction, InteractionType
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Rest
from tests.sandbox.desk import Bot, Desk

Click = discord.Interaction[Any]


def buttons(*items: discord.ui.Item[Any]) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view


async def test_only_what_can_be_pressed_is_pressed(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    dead: discord.ui.Button[Any] = discord.ui.Button(label="no", custom_id="dead", disabled=True)
    message = await bot.room(sandbox).send("x", view=buttons(dead))
    for message_id, custom_id, problem in (
        (message.id, "dead", "disabled"),
        (message.id, "other", "no such component"),
        (1, "dead", "no such message"),
    ):
        with pytest.raises(ControlError, match=problem):
            await sandbox.person("visitor").click(message_id, custom_id)


async def test_selects_bring_values_and_what_they_point_to(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    options = [discord.SelectOption(label=word, value=word) for word in ("a", "b", "c")]
    words: discord.ui.Select[Any] = discord.ui.Select(custom_id="words", options=options, max_values=2)
    people: discord.ui.UserSelect[Any] = discord.ui.UserSelect(custom_id="people")

    async def pick(interaction: Click) -> None:
        await interaction.response.edit_message(content=",".join(str(value) for value in words.values))

    async def choose(interaction: Click) -> None:
        await interaction.response.send_message(people.values[0].name)

    words.callback, people.callback = pick, choose  # type: ignore[method-assign]  # discord.py's own way
    message = await bot.room(sandbox).send("pick", view=buttons(words, people))
    visitor = sandbox.person("visitor")
    assert (await visitor.click(message.id, "words", ["a", "c"]))["content"] == "a,c"
    assert (await visitor.click(message.id, "people", ["operator"]))["content"] == "operator"
    for values, problem in ((["a", "b", "c"], "takes 1 to 2"), ([], "takes 1 to 2"), (["z"], "not one of")):
        with pytest.raises(ControlError, match=problem):
            await visitor.click(message.id, "words", values)


async def test_a_layout_of_new_components_is_pressed_in_its_section(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    press: discord.ui.Button[Any] = discord.ui.Button(label="Acknowledge", custom_id="ack")

    async def pressed(interaction: Click) -> None:
        layout = discord.ui.LayoutView(timeout=None)
        layout.add_item(discord.ui.TextDisplay("acked"))
        await interaction.response.edit_message(view=layout)

    press.callback = pressed  # type: ignore[method-assign]  # discord.py's own way
    layout = discord.ui.LayoutView(timeout=None)
    section: discord.ui.Section[Any] = discord.ui.Section("Disk full", "db1", accessory=press)
    layout.add_item(discord.ui.Container(section, discord.ui.Separator(), accent_color=0xE74C3C))
    message = await bot.room(sandbox).send(view=layout)
    assert message.flags.components_v2
    answer = await sandbox.person("responder").click(message.id, "ack")
    assert [part["content"] for part in answer["message"]["components"]] == ["acked"]


async def test_a_labelled_modal_brings_every_kind_of_value(desk: Desk, sandbox: Sandbox) -> None:
    got: dict[str, Any] = {}

    class Form(discord.ui.Modal, title="Form"):
        why: discord.ui.Label[Any] = discord.ui.Label(
            text="Why", component=discord.ui.TextInput(custom_id="why")
        )
        level: discord.ui.Label[Any] = discord.ui.Label(
            text="Level",
            component=discord.ui.Select(custom_id="level", options=[discord.SelectOption(label="high")]),
        )

        async def on_submit(self, interaction: Click) -> None:
            got.update(why=self.why.component.value, level=self.level.component.values)  # type: ignore[attr-defined]  # by kind
            await interaction.response.send_message("ok")

    async def offer(bot: Bot) -> None:
        @bot.tree.command(description="x")
        async def form(interaction: Click) -> None:
            await interaction.response.send_modal(Form())

        await bot.tree.sync()

    await desk.bot(sandbox, offer)
    shown = await sandbox.person("visitor").command("form")
    await sandbox.person("visitor").submit(shown["modal"]["custom_id"], {"why": "because", "level": ["high"]})
    assert got == {"why": "because", "level": ["high"]}


async def test_an_ephemeral_button_is_pressed_by_its_person_alone(desk: Desk, sandbox: Sandbox) -> None:
    press: discord.ui.Button[Any] = discord.ui.Button(label="More", custom_id="more")

    async def pressed(interaction: Click) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="all of it", view=None)

    press.callback = pressed  # type: ignore[method-assign]  # discord.py's own way

    async def offer(bot: Bot) -> None:
        @bot.tree.command(description="x")
        async def show(interaction: Click) -> None:
            await interaction.response.send_message("some", view=buttons(press), ephemeral=True)

        await bot.tree.sync()

    await desk.bot(sandbox, offer)
    shown = await sandbox.person("visitor").command("show")
    with pytest.raises(ControlError, match="no such message"):
        await sandbox.person("operator").click(shown["message"]["id"], "more")
    answer = await sandbox.person("visitor").click(shown["message"]["id"], "more")
    assert (answer["kind"], answer["deferred"], answer["content"]) == ("update", True, "all of it")
    assert answer["message"]["components"] == []


async def test_a_modal_never_answers_a_modal(rest: Rest, sandbox: Sandbox) -> None:
    visitor = sandbox.person("visitor").member
    interaction = Interaction(
        sandbox.world.ids.take(),
        InteractionType.MODAL,
        visitor.user,
        sandbox.world.channels[sandbox.channels["alerts"]],
        {},
        sandbox.world.clock.monotonic(),
    )
    sandbox.world.interactions.keep(interaction)
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    for callback in (1, 7, 8, 9, 10):
        assert (await rest("POST", path, {"type": callback}))[1]["code"] == 50035
    assert (await rest("POST", path, {"type": 4, "data": {"content": "x"}}))[0] == 204
