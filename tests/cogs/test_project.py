"""Who has no role of a project learns nothing of it, though its channel is open to everybody.

The walk goes over every command, every completion and every button that there is, like that over channels.
"""

from dataclasses import dataclass

import pytest

from bot.cards.card import Button, Card, Select
from bot.cards.card import Option as Choice
from bot.cards.ids import Verb
from bot.domain.actor import Actor
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.sandbox.control.place import ChannelInput, add
from bot.usecases.admin import project as projects
from bot.usecases.admin import setting
from bot.usecases.alert import button as press
from bot.usecases.desk import Desk
from bot.usecases.incident import action as actions
from bot.usecases.intake.queue import take_in
from bot.usecases.triage.escalation import open_incident
from bot.usecases.triage.open_request import OpenRequest
from cogs import subject
from cogs.bot import PRESSES
from cogs.message import looks
from cogs.rights import RoleWords
from storage.transaction import Transaction
from tests.cogs.stage import Json, Stage
from tests.cogs.test_sight import PICKS, SECRET, _commands, _told, fill
from tests.senders import ANNA, add_source, firing, submission
from tests.waiting import until

OURS = "Openly"


@dataclass
class Shop:
    """A project whose people have the role *responder*; the channel is open to all."""

    stage: Stage
    desk: Desk
    channel_id: int

    async def entries(self) -> int:
        """How much was done in it."""

        def work(tx: Transaction) -> int:
            return len(tx.audit.chain(self.desk.project.id))

        return await self.desk.storage.read(work)

    async def ask(self, who: str, words: str, /, *, here: bool = False, **options: object) -> str:
        """What a command tells, typed in the shop's channel or in the first project's."""
        place = self.channel_id if here else self.stage.channel_id
        return _told(await self.stage.person(who).command(words, dict(options), channel_id=place))


@pytest.fixture
async def shop(dark: Stage) -> Shop:
    channel_id = int(add(dark.sandbox.world, ChannelInput("shop"))["id"])
    made = await projects.add(dark.desk, "shop", actor=ANNA, channel_id=channel_id)
    desk = dark.desk.of(made.id)
    role_id = int(
        next(each.id for each in dark.sandbox.world.guild.roles.values() if each.name == "responder")
    )
    rights = {f"{right}_role_ids": (role_id,) for right in ("view", "respond", "manage")}
    await projects.change(dark.desk, "shop", rights, actor=ANNA)
    await dark.start_bot(roles=RoleWords(respond=("everyone",), manage=("everyone",)))
    source = await add_source(desk, "vault")
    fired = firing(f"{SECRET}Alert", Severity.CRITICAL, service=f"{SECRET}Service")
    await take_in(dark.desk, [submission(source, fired)])
    opened = await open_incident(desk, OpenRequest(alert_id=1, title=f"{SECRET} incident"), actor=ANNA)
    await actions.add(desk, opened.incident.id, actor=ANNA, text=f"{SECRET} promise")
    await take_in(dark.desk, [submission(await add_source(dark.desk, "vault"), firing(f"{OURS}Alert"))])
    guild = dark.bot.get_guild(dark.sandbox.guild_id)
    assert guild is not None
    await until(lambda: guild.get_channel(channel_id))
    return Shop(dark, desk, channel_id)


async def test_no_command_tells_or_touches_anything_of_a_project_without_its_role(shop: Shop) -> None:
    for here in (False, True):
        for command in _commands(shop.stage):
            options = {each.display_name: fill(each, full=False) for each in command.parameters}
            given = {name: value for name, value in options.items() if value is not None}
            before = await shop.entries()
            answer = await shop.ask("visitor", command.qualified_name, here=here, **given)
            assert SECRET not in answer.replace(f'"{SECRET}"', ""), (command.qualified_name, here)
            assert await shop.entries() == before, command.qualified_name
            if given.keys() & (subject.OPTIONS.keys() - {"source"}) and not here:
                assert "There is no " in answer, (command.qualified_name, answer)


async def test_no_completion_offers_anything_of_it(shop: Shop) -> None:
    for command in _commands(shop.stage):
        for parameter in command.parameters:
            if not parameter.autocomplete:
                continue
            for place in (shop.stage.channel_id, shop.channel_id):
                found = await shop.stage.person("visitor").complete(
                    command.qualified_name,
                    parameter.display_name,
                    {parameter.display_name: SECRET[:3]},
                    channel_id=place,
                )
                assert SECRET not in _told(found["choices"]), (command.qualified_name, parameter.name)


async def test_no_button_tells_or_touches_anything_of_it(shop: Shop) -> None:
    for verb in PRESSES:
        about = shop.channel_id if verb is Verb.BOARD else 1
        custom_id = f"{verb.value}:{shop.desk.project.tag}:{about}"
        values = ["1"] if verb in PICKS | {Verb.INCIDENT_ROLE, Verb.INCIDENT_SEVERITY} else None
        part: Button | Select = Button(label="press", custom_id=custom_id)
        if values:
            part = Select(custom_id=custom_id, options=(Choice(label="one", value="1"),))
        message = await shop.stage.channel.send("forged", **looks(Card(rows=((part,),))))
        before = await shop.entries()
        answer = _told(await shop.stage.person("visitor").click(message.id, custom_id, values))
        assert SECRET not in answer, verb
        assert await shop.entries() == before, verb


async def test_who_has_the_role_works_in_it_from_anywhere_and_sees_each_project_in_its_place(
    shop: Shop,
) -> None:
    for words in ("alert list", "incident list", "recurrence list", "status", "event recent"):
        assert OURS not in await shop.ask("responder", words, here=True), words
        assert SECRET not in await shop.ask("responder", words), words
    for words in ("alert list", "incident list", "recurrence list"):
        assert SECRET in await shop.ask("responder", words, here=True), words
    assert OURS in await shop.ask("responder", "alert list")
    assert SECRET in await shop.ask("responder", "alert show", alert="A-1")
    assert OURS in await shop.ask("responder", "alert show", here=True, alert="A-2")
    assert "look into the project shop" in await shop.ask("visitor", "alert list", here=True)
    await shop.ask("responder", "alert ack", alert="A-1")
    assert (await press.glance(shop.desk, 1)).state is State.ACKED
    offered = await shop.stage.person("responder").complete(
        "alert show", "alert", {"alert": ""}, channel_id=shop.channel_id
    )
    assert SECRET in _told(offered)
    assert OURS not in _told(offered)


async def test_cards_bear_the_mark_of_their_project_and_emoji_ask_for_its_roles(shop: Shop) -> None:
    vault = await shop.desk.storage.read(lambda tx: tx.sources.named(shop.desk.project.id, "vault"))
    assert vault is not None
    await take_in(shop.stage.desk, [submission(vault, firing(f"{SECRET}Other"))])
    place = shop.stage.bot.get_channel(shop.channel_id)
    shown = await shop.stage.post_all(place)  # type: ignore[arg-type]  # it is a text channel
    message_id = shown["alert:3"]
    shop.stage.person("visitor").react(message_id, "✅")
    shop.stage.person("responder").react(message_id, "✅")

    async def owner() -> Actor | None:
        return (await press.glance(shop.desk, 3)).owner

    assert (await until(owner, "an owner")).name == "Responder"
    answer = await shop.stage.person("visitor").click(message_id, _button(shop, message_id, "resolve"))
    assert SECRET not in _told(answer)
    assert (await press.glance(shop.desk, 3)).state is State.ACKED


async def test_setup_of_a_project_changes_it_alone(shop: Shop) -> None:
    assert "There is no project nothing" in await shop.ask("operator", "setup", project="nothing")
    page = await shop.ask("operator", "setup", project="shop", respond="on-call")
    assert "may act on alerts" in page
    await setting.reload(shop.stage.desk)
    assert len(shop.desk.project.settings.respond_role_ids) == 2
    assert shop.stage.desk.project.settings.respond_role_ids == ()
    assert f"setup:{shop.desk.project.tag}:" in page


def _button(shop: Shop, message_id: int, verb: str) -> str:
    shown: Json = shop.stage.shown(message_id, shop.channel_id)
    for row in shown["components"]:
        for part in row["components"]:
            if str(part.get("custom_id", "")).startswith(f"{verb}:{shop.desk.project.tag}:"):
                return str(part["custom_id"])
    raise AssertionError(shown["components"])
