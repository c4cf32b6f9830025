"""Snooze: the selects behind *More* and on a group's card."""

from types import MappingProxyType
from typing import Final

from bot.cards.alert.snooze import OVER, SPANS
from bot.cards.ids import CustomId, Verb
from bot.domain.alert.verb import SNOOZE
from bot.domain.errors import InvalidInputError
from bot.usecases.alert import snooze as snoozes
from cogs.alert import group as group_buttons
from cogs.alert.button import tell
from cogs.interaction import InteractionContext
from cogs.message import read_values
from cogs.press import Acts
from cogs.rights import Capability
from cogs.time_input import snooze_end

TASK: Final = SNOOZE.task


async def choose(context: InteractionContext, which: CustomId) -> None:
    """How long for one alert, or no longer; what was pressed shows it."""
    context.demand(Capability.RESPOND, TASK)
    desk, picked = context.bot_context.desk, _picked(context)
    if picked == OVER:
        work = snoozes.end(desk, which.number, actor=context.actor)
    else:
        until = snooze_end(picked, desk.clock.now(), await context.zone())
        work = snoozes.snooze(desk, which.number, actor=context.actor, until=until)
    await context.defer_if_slow(work, thinking=False)
    await tell(context, which.number, in_place=context.on_ephemeral)


async def choose_for_all(context: InteractionContext, which: CustomId) -> None:
    """How long for all open alerts of a group, or no longer."""
    context.demand(Capability.RESPOND, TASK)
    desk, picked = context.bot_context.desk, _picked(context)
    if picked == OVER:
        work = snoozes.end_group(desk, which.number, actor=context.actor)
    else:
        until = snooze_end(picked, desk.clock.now(), await context.zone())
        work = snoozes.snooze_group(desk, which.number, actor=context.actor, until=until)
    await group_buttons.settle(context, Verb.GROUP_SNOOZE, work)


def _picked(context: InteractionContext) -> str:
    """What was picked.

    Raises:
        InvalidInputError: it is none of what was offered.
    """
    picked = next(iter(read_values(context.interaction)), "")
    if picked != OVER and picked not in SPANS:
        raise InvalidInputError("snooze", f"{picked[:40]!r} is no time to snooze for")
    return picked


PRESSES: Final[Acts] = MappingProxyType({Verb.SNOOZE: choose, Verb.GROUP_SNOOZE: choose_for_all})
