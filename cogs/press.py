"""Press: every button, select and form, found by its custom_id alone.

Theory: nothing about a message is remembered. The verb of a custom_id names the act, its tag the database,
its subject what it is about; so presses on messages from before a restart, and forms opened before one,
work like any other. What no verb claims is out of date and says so.
"""

from collections.abc import Callable, Coroutine, Mapping
from re import Match
from typing import Any, Self, TypeAlias

import discord
from discord.ext import commands

from bot.cards import answer
from bot.cards.ids import CustomId, Verb, parse, template
from bot.domain.errors import InvalidInputError
from cogs import subject
from cogs.context import BotContext
from cogs.double_press import slot_of
from cogs.interaction import InteractionContext
from cogs.message import read_values
from cogs.standing import CHANGING, standing

Act: TypeAlias = Callable[[InteractionContext, CustomId], Coroutine[Any, Any, None]]
Acts: TypeAlias = Mapping[Verb, Act]
Pressable: TypeAlias = discord.ui.DynamicItem[discord.ui.Item[Any]]


def pressable(bot_context: BotContext, verb: Verb, act: Act) -> type[Pressable]:
    """The item that discord.py finds for the custom_ids of a verb; it runs ``act``."""

    class Pressed(Pressable, template=template(verb)):
        def __init__(self, item: discord.ui.Item[Any], which: CustomId) -> None:
            super().__init__(item)
            self._which = which

        @classmethod
        async def from_custom_id(
            cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], match: Match[str], /
        ) -> Self:
            return cls(item, parse(match.string))

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            await run(bot_context, interaction, self._which, act)

    return Pressed


async def run(
    bot_context: BotContext, interaction: discord.Interaction[Any], which: CustomId, act: Act
) -> None:
    """One act from its press to its answer; a card of another database is never acted on."""
    context = InteractionContext(bot_context, interaction, which.verb.value)
    if context.enter_tagged(which.tag):
        await context.attend(_admitted(context, which, act))
    else:
        await context.attend(context.reply_ephemeral(answer.foreign()))


async def _admitted(context: InteractionContext, which: CustomId, act: Act) -> None:
    """Nothing is told, not even how things stand, before it is known that the person may look."""
    await context.admit(*subject.of_press(which, read_values(context.interaction)))
    await _once(context, which, act)


async def _once(context: InteractionContext, which: CustomId, act: Act) -> None:
    """A change at one spot by one person counts once within a moment, whatever stands there by then."""
    bot_context, interaction = context.bot_context, context.interaction
    is_press = interaction.type is discord.InteractionType.component
    custom_id = str(dict(interaction.data or {}).get("custom_id", ""))
    slot = slot_of(interaction, custom_id) if is_press and which.verb in CHANGING else None
    if slot is None:
        await act(context, which)
        return
    clock, presses = bot_context.desk.clock, bot_context.presses
    if not presses.begin(slot, clock.monotonic()):
        await context.defer_if_slow(presses.first(slot), thinking=True)
        await context.reply_ephemeral(answer.pressed_twice(await standing(context, which)))
        return
    changed = False
    try:
        await act(context, which)
        changed = not context.asked
    finally:
        presses.end(slot, clock.monotonic(), changed=changed)


class Leftovers(commands.Cog):
    """Submitted forms, and presses on what this version does not know."""

    def __init__(self, bot_context: BotContext, presses: Acts, forms: Acts) -> None:
        self._bot_context = bot_context
        self._presses = presses
        self._forms = forms

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer what no `pressable` answers."""
        is_form = interaction.type is discord.InteractionType.modal_submit
        if not is_form and interaction.type is not discord.InteractionType.component:
            return
        which = _read(interaction)
        if which is None or which.verb not in (self._forms if is_form else self._presses):
            context = InteractionContext(self._bot_context, interaction, "stale")
            await context.attend(context.reply_ephemeral(answer.stale()))
        elif is_form:
            await run(self._bot_context, interaction, which, self._forms[which.verb])


def _read(interaction: discord.Interaction[Any]) -> CustomId | None:
    data: dict[str, Any] = dict(interaction.data or {})
    try:
        return parse(str(data.get("custom_id", "")))
    except InvalidInputError:
        return None
