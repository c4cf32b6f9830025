"""``/help``: what this person may do in this channel."""

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import answer
from bot.cards.admin import help as help_card
from bot.cards.admin.help import ALONE, HelpLine, HelpTopic, HelpView
from bot.cards.ids import CustomId, Verb
from bot.usecases.incident import thread as threads
from cogs.interaction import InteractionContext
from cogs.message import read_values
from cogs.press import Acts
from cogs.rights import Capability

Command: TypeAlias = app_commands.Command[Any, Any, Any]

LOOKING: Final = frozenset(
    {
        *("alert list", "alert show", "gate release", "silence list", "status", "me zone"),
        *("incident list", "incident show", "incident timeline", "incident postmortem"),
        *("incident action list",),
        *("recurrence list", "recurrence show", "recurrence suggest", "recurrence preview"),
    }
)
MANAGING: Final = frozenset(
    {
        *("audit", "doctor", "event", "integrations", "setup", "token"),
        *("gate bypass", "recurrence ignore"),
        *("incident close", "incident merge", "incident withdraw"),
    }
)
"""What commands, or all commands of a group, take as they demand it; all others take who may respond."""
_FOR_ALL: Final = "help"


class HelpCommand(commands.Cog):
    """One command."""

    @app_commands.command(name="help", description="What you can do here")
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        """``/help``."""
        context = InteractionContext.of(interaction)
        await context.reply_ephemeral(help_card.render(await _look(context, thinking=True)))


async def open_topic(context: InteractionContext, _: CustomId) -> None:
    """A group of commands was picked: what each of them does, in place of the page."""
    view = await _look(context, thinking=not context.on_ephemeral)
    shown = help_card.render_topic(view, next(iter(read_values(context.interaction)), ""))
    if shown is None:
        await context.reply_ephemeral(answer.stale())
    elif context.on_ephemeral:
        await context.update_message(shown)
    else:
        await context.reply_ephemeral(shown)


def needs(name: str) -> Capability:
    """What a command takes, by its whole name: ``alert ack``."""
    if name in MANAGING or name.partition(" ")[0] in MANAGING:
        return Capability.MANAGE
    return Capability.VIEW if name in LOOKING else Capability.RESPOND


async def _look(context: InteractionContext, *, thinking: bool) -> HelpView:
    rights, member, desk = context.bot_context.rights, context.member, context.bot_context.desk
    may = {each: rights.allows(member, each) for each in Capability}
    here = context.interaction.channel_id
    living = None
    if here is not None and may[Capability.VIEW]:
        living = await context.defer_if_slow(threads.living_in(desk, here), thinking=thinking)
    lacking = next((each for each in Capability if not may[each]), None)
    tree = context.interaction.client.tree
    return HelpView(
        may_view=may[Capability.VIEW],
        may_respond=may[Capability.RESPOND],
        may_manage=may[Capability.MANAGE],
        topics=tuple(_topics(_allowed(context, tree.walk_commands()))),
        menus=tuple(
            each.name
            for kind in (discord.AppCommandType.message, discord.AppCommandType.user)
            for each in tree.walk_commands(type=kind)
            if may[Capability.RESPOND]
        ),
        tag=context.bot_context.tag,
        roles=() if lacking is None else rights.roles(member.guild, lacking),
        incident="" if living is None else living.ref,
    )


def _allowed(context: InteractionContext, found: Iterable[object]) -> Iterator[Command]:
    """The commands that the desk lets this person use and that Discord shows them here."""
    rights, shown = context.bot_context.rights, context.interaction.permissions
    for each in found:
        if not isinstance(each, app_commands.Command):
            continue
        asks = (each.root_parent or each).default_permissions
        if asks is not None and not (shown.administrator or asks <= shown):
            continue
        if each.qualified_name == _FOR_ALL or rights.allows(context.member, needs(each.qualified_name)):
            yield each


def _topics(allowed: Iterable[Command]) -> Iterator[HelpTopic]:
    """The groups, by name, and those that stand alone."""
    groups: dict[str, list[HelpLine]] = {}
    said = {ALONE: "More commands"}
    for each in sorted(allowed, key=lambda command: command.qualified_name):
        root = each.root_parent
        name = ALONE if root is None else root.name
        if root is not None:
            said[name] = root.description
        groups.setdefault(name, []).append(HelpLine(each.qualified_name, each.description))
    for name in sorted(groups, key=lambda group: (group == ALONE, group)):
        yield HelpTopic(name, said[name], tuple(groups[name]))


PRESSES: Final[Acts] = MappingProxyType({Verb.HELP: open_topic})
