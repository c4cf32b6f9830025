"""``/help`` names every command that a person may use here, and none that would refuse them."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from discord import app_commands

from bot.cards.admin import help as help_card
from bot.cards.admin.help import ALONE, HelpLine, HelpTopic, HelpView
from bot.cards.alert.action import CLAIM_WORDS
from bot.cards.limits import fit
from bot.domain import actor as actors
from bot.sandbox.model.error import ControlError
from bot.usecases.incident import action as actions
from cogs.admin import help as help_command
from cogs.rights import RoleWords
from tests.cogs.crisis import Crisis
from tests.cogs.stage import Json, Stage, find
from tests.cogs.test_sight import fill
from tests.senders import ANNA

ROOT = Path(__file__).parents[3]


async def told(stage: Stage, who: str, channel_id: int | None = None) -> str:
    """All that `/help` and the pages behind its menu say to somebody."""
    person = stage.person(who)
    page = await person.command("help", channel_id=channel_id)
    assert page["ephemeral"]
    said = [_text(page["message"])]
    if page["message"]["components"]:
        menu = find(page["message"], "help")
        options = page["message"]["components"][0]["components"][0]["options"]
        for option in options:
            picked = await person.click(page["message"]["id"], menu, [option["value"]])
            assert picked["callback_type"] == 7, "in place of the page"
            said.append(_text(picked["message"]))
    return "\n".join(said)


def _text(message: Json) -> str:
    (embed,) = message["embeds"]
    fields = (f"{each['name']}\n{each['value']}" for each in embed.get("fields", ()))
    return "\n".join((embed["title"], embed.get("description", ""), *fields))


async def _is_refused(stage: Stage, who: str, name: str, options: Json) -> bool:
    """By the desk, or by Discord, which does not even show it."""
    try:
        answer = await stage.person(who).command(name, options)
    except ControlError as error:
        return error.status == HTTPStatus.FORBIDDEN
    return str(answer.get("content", "")).startswith("🔒")


def _commands(stage: Stage) -> list[app_commands.Command[Any, Any, Any]]:
    found = stage.bot.tree.walk_commands()
    return [each for each in found if isinstance(each, app_commands.Command)]


async def test_it_names_what_one_may_do_and_nothing_that_would_be_refused(stage: Stage) -> None:
    """What is refused is asked of the commands themselves."""
    crisis = await Crisis.begin(stage)
    anna = actors.person(int(ANNA.ident), ANNA.name)
    await actions.add(stage.desk, crisis.id, actor=anna, text="buy a disk", owner=anna, due_at=None)
    for who in ("visitor", "responder"):
        said = await told(stage, who)
        for command in _commands(stage):
            name = command.qualified_name
            if name == "help":
                continue
            given = {each.display_name: fill(each, full=False) for each in command.parameters}
            given |= {"source": "prod"} if "source" in given else {}
            options = {option: value for option, value in given.items() if value is not None}
            refused = await _is_refused(stage, who, name, options)
            named = f"`/{name}`" in said
            why = "say in LOOKING or MANAGING of cogs/admin/help.py what it takes"
            assert refused != named, f"/{name}: {who} is refused: {refused}, /help names it: {named}; {why}"
    assert "`/setup`" not in await told(stage, "responder")


async def test_an_operator_is_told_every_command_and_every_menu(stage: Stage) -> None:
    said = await told(stage, "operator")
    for command in _commands(stage):
        assert f"`/{command.qualified_name}`" in said
    for menu in ("Acknowledge alert", "Escalate to incident", "Add to timeline", "Brief me on this alert"):
        assert menu in said


async def test_every_right_is_of_a_command_that_there_is(stage: Stage) -> None:
    names = {each.qualified_name for each in _commands(stage)}
    names |= {name.partition(" ")[0] for name in names}
    assert names >= help_command.LOOKING | help_command.MANAGING
    assert not help_command.LOOKING & help_command.MANAGING


async def test_who_may_not_look_is_told_which_role_does(dark: Stage) -> None:
    await dark.start_bot(roles=RoleWords(view=("responder",)))
    answer = await dark.person("visitor").command("help")
    said = _text(answer["message"])
    assert "You may not look at alerts on this desk." in said
    assert any(f"<@&{role_id}>" in said for role_id in dark.person("responder").member.role_ids)
    assert "/alert" not in said


async def test_the_thread_of_an_incident_is_named(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    said = await told(stage, "responder", crisis.thread_id)
    assert "This is the thread of I-1" in said
    assert "This is the thread" not in await told(stage, "responder")


def test_the_difference_of_claim_and_acknowledge_is_one_sentence_everywhere() -> None:
    assert CLAIM_WORDS.count(".") == 1
    for page in ("README.md", "docs/cards.md"):
        assert CLAIM_WORDS in (ROOT / page).read_text(encoding="utf-8").replace("\n", " ")


def test_any_number_of_commands_fits() -> None:
    lines = tuple(HelpLine(f"alert command-{number}", "w" * 100) for number in range(80))
    many = (*(HelpTopic(f"group-{number}", "w" * 100, lines[:25]) for number in range(30)),)
    view = HelpView(
        may_view=True,
        may_respond=True,
        may_manage=False,
        topics=(*many, HelpTopic(ALONE, "More", lines)),
        menus=tuple(f"Menu {number}" for number in range(5)),
        tag="k7f3",
        roles=tuple(range(1, 40)),
    )
    for card in (help_card.render(view), help_card.render_topic(view, ALONE)):
        assert card is not None
        assert fit(card) is card
    assert help_card.render_topic(view, "token") is None
