"""Incident listing: pages of incidents; where one is and what it shows travels in custom_ids."""

from types import MappingProxyType
from typing import Final

from bot.cards.card import Card
from bot.cards.ids import CustomId, Verb
from bot.cards.incident import listing as incident_list
from bot.cards.incident.listing import PAGE_SIZE, IncidentListing, IncidentScope
from bot.domain.errors import InvalidInputError
from bot.domain.incident.search import IncidentFilter
from bot.usecases.incident import query as incident_inspection
from cogs.incident.button import LOOK, tell
from cogs.interaction import InteractionContext
from cogs.message import read_values
from cogs.press import Acts
from cogs.rights import Capability


async def show(context: InteractionContext, scope: IncidentScope) -> None:
    """Show the first page, ephemerally."""
    context.demand(Capability.VIEW, LOOK)
    await context.reply_ephemeral(await context.defer_if_slow(_page(context, scope, 0), thinking=True))


async def turn(context: InteractionContext, which: CustomId) -> None:
    """Another page in place of this one."""
    context.demand(Capability.VIEW, LOOK)
    scope, page = incident_list.decode(which.extra)
    await context.update_message(await context.defer_if_slow(_page(context, scope, page), thinking=False))


async def pick(context: InteractionContext, _: CustomId) -> None:
    """Open one incident of the list beside it."""
    value = next(iter(read_values(context.interaction)), "")
    if not (value.isascii() and value.isdecimal()):
        raise InvalidInputError("incident", "names no incident")
    await tell(context, int(value))


async def _page(context: InteractionContext, scope: IncidentScope, page: int) -> Card:
    """The page asked for, or the last one when incidents have left the list since."""
    desk, which = context.bot_context.desk, IncidentFilter(states=scope.states, sight=context.sight)
    found = await incident_inspection.listing(desk, which, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    if found.total and not found.incidents:
        page = (found.total - 1) // PAGE_SIZE
        found = await incident_inspection.listing(desk, which, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    return incident_list.render(
        IncidentListing(
            incidents=found.incidents, total=found.total, page=page, scope=scope, tag=context.bot_context.tag
        )
    )


PRESSES: Final[Acts] = MappingProxyType({Verb.INCIDENT_PAGE: turn, Verb.INCIDENT_SHOW: pick})
