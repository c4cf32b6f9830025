"""Who sees a channel sees its alerts, and nobody else: not by command, button, pick, form or completion.

The walk goes over every command and every verb that there is, so that one that forgets to ask fails here.
"""

import json
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from discord import AppCommandOptionType, app_commands

from bot.cards.card import Button, Card, Select
from bot.cards.card import Option as Choice
from bot.cards.ids import Verb
from bot.domain.alert.signal import Severity
from bot.domain.outbox.placement import Placement
from bot.sandbox.control.actor import Actor
from bot.sandbox.control.place import ChannelInput, OverwriteInput, add, overwrite
from bot.usecases.incident import action as actions
from bot.usecases.intake.queue import take_in
from bot.usecases.triage.escalation import open_incident
from bot.usecases.triage.open_request import OpenRequest
from cogs import subject
from cogs.bot import FORMS, PRESSES
from cogs.message import looks
from cogs.rights import RoleWords
from storage.transaction import Transaction
from tests.cogs.stage import Json, Stage
from tests.senders import ANNA, add_source, firing, submission
from tests.waiting import until

SECRET = "Covert"
ROLES = RoleWords(respond=("responder",), manage=("responder",))
PICKS = {Verb.PICK, Verb.INCIDENT_SHOW, Verb.RECUR}


@dataclass
class Hidden:
    """A channel that the responder does not see, with an alert, an incident and what belongs to them."""

    stage: Stage
    channel_id: int
    entry: int

    @property
    def responder(self) -> Actor:
        return self.stage.person("responder")

    async def entries(self) -> int:
        """How much was done on this desk."""

        def work(tx: Any) -> int:
            return len(tx.audit.chain(self.stage.desk.project.id))

        return await self.stage.desk.storage.read(work)


@pytest.fixture
async def hidden(dark: Stage) -> Hidden:
    sandbox = dark.sandbox
    channel_id = int(add(sandbox.world, ChannelInput("board-room"))["id"])
    wishes = [
        OverwriteInput(target="@everyone", deny=["VIEW_CHANNEL"]),
        OverwriteInput(target="bot", allow=["VIEW_CHANNEL"]),
    ]
    overwrite(sandbox.world, str(channel_id), wishes)
    await dark.start_bot(roles=ROLES)
    source = await add_source(dark.desk, "vault")
    source = msgspec.structs.replace(source, channel_id=channel_id)
    await dark.desk.storage.write(lambda tx: tx.sources.route(source.id, channel_id, None))
    await take_in(dark.desk, [submission(source, firing(f"{SECRET}Alert", service=f"{SECRET}Service"))])
    opened = await open_incident(dark.desk, OpenRequest(alert_id=1, title=f"{SECRET} incident"), actor=ANNA)
    await actions.add(dark.desk, opened.incident.id, actor=ANNA, text=f"{SECRET} promise")
    untaken = firing(f"{SECRET}Untaken", Severity.CRITICAL)  # that of the incident has an owner
    await take_in(dark.desk, [submission(source, untaken)])
    found = Hidden(dark, channel_id, 1)
    guild = dark.bot.get_guild(sandbox.guild_id)
    assert guild is not None
    await until(lambda: guild.get_channel(channel_id))
    return found


def fill(parameter: app_commands.Parameter, *, full: bool) -> object | None:
    about = {"alert": "A-1", "incident": "I-1", "into": "I-1", "recurrence": "R-1", "action": "T-1"}
    more = {"entry": "E1", "source": "vault", "at": "now", "due": "none", "labels": "a", "text": SECRET}
    if parameter.name in about | more:
        asked = parameter.name in subject.OPTIONS or parameter.required
        filled: object = (about | more)[parameter.name]
        return filled if asked or full else None
    if not parameter.required:
        return None
    if parameter.choices:
        return parameter.choices[0].value
    kinds = {AppCommandOptionType.user: "visitor", AppCommandOptionType.role: "on-call"}
    return kinds.get(parameter.type, "x")


def _commands(stage: Stage) -> list[app_commands.Command[Any, Any, Any]]:
    """Every command but those that Discord itself shows to those alone who manage the server."""
    found = stage.bot.tree.walk_commands()
    return [each for each in found if isinstance(each, app_commands.Command) and not _for_managers(each)]


def _for_managers(command: app_commands.Command[Any, Any, Any]) -> bool:
    top = command.root_parent or command
    return bool(top.default_permissions and top.default_permissions.manage_guild)


def _told(answer: Json) -> str:
    return json.dumps(answer, default=str)


async def test_no_command_shows_or_touches_what_is_in_a_channel_that_one_does_not_see(
    hidden: Hidden,
) -> None:
    stage = hidden.stage
    for command in _commands(stage):
        if command.qualified_name in {"setup", "gate bypass"}:  # write of themselves alone
            continue
        options = {each.display_name: fill(each, full=False) for each in command.parameters}
        given = {name: value for name, value in options.items() if value is not None}
        before = await hidden.entries()
        answer = await hidden.responder.command(command.qualified_name, given)
        assert SECRET not in _told(answer).replace(f'"{SECRET}"', ""), command.qualified_name
        assert await hidden.entries() == before, command.qualified_name
        if given.keys() & subject.OPTIONS.keys():
            assert answer["content"].startswith("❓ There is no "), (command.qualified_name, answer)


async def test_no_list_shows_it_either_while_who_sees_the_channel_is_shown_it(hidden: Hidden) -> None:
    lists = ("alert list", "incident list", "recurrence list", "incident action list")
    for words in lists:
        assert SECRET not in _told(await hidden.responder.command(words)), words
        assert SECRET in _told(await hidden.stage.person("operator").command(words)), words
    allowed = OverwriteInput(target="visitor", allow=["VIEW_CHANNEL"])
    denied = OverwriteInput(target="@everyone", deny=["VIEW_CHANNEL"])
    overwrite(hidden.stage.sandbox.world, str(hidden.channel_id), [denied, allowed])
    guild = hidden.stage.bot.get_guild(hidden.stage.sandbox.guild_id)
    channel = None if guild is None else guild.get_channel(hidden.channel_id)
    assert channel is not None
    await until(lambda: len(channel.overwrites) == 2)
    for words in lists:
        assert SECRET in _told(await hidden.stage.person("visitor").command(words)), words
    shown = await hidden.stage.person("visitor").command("alert show", {"alert": "A-1"})
    assert SECRET in _told(shown)


async def test_no_completion_offers_it(hidden: Hidden) -> None:
    stage = hidden.stage
    for command in _commands(stage):
        for parameter in command.parameters:
            if not parameter.autocomplete:
                continue
            others = {"incident": "I-1"} if "incident" in {each.name for each in command.parameters} else {}
            for typed in ("", "1", SECRET[:3]):
                for beside in ({}, others):
                    given = {**beside, parameter.display_name: typed}
                    found = await hidden.responder.complete(
                        command.qualified_name, parameter.display_name, given
                    )
                    assert SECRET not in _told(found["choices"]), (command.qualified_name, parameter.name)
                    if parameter.name not in {"until", "zone"}:  # times are offered to everybody
                        assert found["choices"] == [], (command.qualified_name, parameter.name, typed)
    offered = await stage.person("operator").complete("alert show", "alert", {"alert": ""})
    assert SECRET in _told(offered)


async def test_no_button_or_pick_shows_or_touches_it(hidden: Hidden) -> None:
    stage = hidden.stage
    for verb in PRESSES:
        about = hidden.channel_id if verb is Verb.BOARD else 1
        custom_id = stage.button(verb.value, about)
        values = ["1"] if verb in PICKS | {Verb.INCIDENT_ROLE, Verb.INCIDENT_SEVERITY} else None
        part: Button | Select = Button(label="press", custom_id=custom_id)
        if values:
            part = Select(custom_id=custom_id, options=(Choice(label="one", value="1"),))
        message = await stage.channel.send("forged", **looks(Card(rows=((part,),))))
        before = await hidden.entries()
        answer = await hidden.responder.click(message.id, custom_id, values)
        assert SECRET not in _told(answer), verb
        assert answer.get("modal") is None, verb
        assert await hidden.entries() == before, verb


def test_every_verb_and_every_option_says_what_it_is_about() -> None:
    assert PRESSES.keys() | FORMS.keys() <= subject.PRESSES.keys()
    assert not subject.OPTIONS.keys() & subject.HARMLESS


async def test_every_option_is_about_something_or_harmless(stage: Stage) -> None:
    known = subject.OPTIONS.keys() | subject.HARMLESS
    for command in _commands(stage):
        for parameter in command.parameters:
            assert parameter.name in known, f"{command.qualified_name}: say in cogs/subject.py what it is"


async def test_a_forged_form_is_asked_for_admission_too(hidden: Hidden) -> None:
    """A form that was opened before the channel was hidden comes back afterwards."""
    stage = hidden.stage
    overwrite(stage.sandbox.world, str(hidden.channel_id), [])
    guild = stage.bot.get_guild(stage.sandbox.guild_id)
    channel = None if guild is None else guild.get_channel(hidden.channel_id)
    assert channel is not None
    await until(lambda: not channel.overwrites)
    custom_id = stage.button("note", 1)
    button = looks(Card(rows=((Button(label="Note", custom_id=custom_id),),)))
    message = await stage.channel.send("forged", **button)
    opened = await hidden.responder.click(message.id, custom_id)
    overwrite(
        stage.sandbox.world,
        str(hidden.channel_id),
        [OverwriteInput(target="@everyone", deny=["VIEW_CHANNEL"])],
    )
    await until(lambda: channel.overwrites)
    before = await hidden.entries()
    field = opened["modal"]["components"][0]["component"]["custom_id"]
    answer = await hidden.responder.submit(opened["modal"]["custom_id"], {field: "seen"})
    assert answer["content"].startswith("❓ There is no alert A-1")
    assert await hidden.entries() == before


async def test_what_was_shown_in_a_channel_that_is_gone_is_for_those_who_manage(dark: Stage) -> None:
    await dark.start_bot(roles=RoleWords(respond=("everyone",), manage=("responder",)))
    gone = 4711

    def move(tx: Transaction) -> Placement:
        tx.run_raw("UPDATE card SET channel_id = 4711")
        tx.run_raw("UPDATE alert SET channel_id = 4711")
        return next(iter(tx.cards.of_alerts([1]).values()))

    await dark.fire()
    assert (await dark.desk.storage.write(move)).channel_id == gone
    assert "HighErrorRate" not in _told(await dark.person("visitor").command("alert list"))
    assert "HighErrorRate" in _told(await dark.person("responder").command("alert list"))
    assert "HighErrorRate" in _told(await dark.person("responder").command("alert show", {"alert": "A-1"}))
