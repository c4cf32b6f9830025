"""Incident listing: pages of incidents; where one is and what it shows travels in custom_ids."""

from types import MappingProxyType
from typing import Final

from bot.cards.card import Card
from bot.cards.ids import CustomId, Verb
from bot.cards.incident import listing as cards
from bot.cards.incident.listing import PAGE_SIZE, IncidentListing, Scope
from bot.domain.errors import InvalidInputError
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident.query import IncidentFilter
from cogs.errand import Errand
from cogs.incident.button import LOOK, tell
from cogs.message import read_values
from cogs.press import Acts
from cogs.rights import Capability


async def show(errand: Errand, scope: Scope) -> None:
    """The first page, as a whisper."""
    errand.demand(Capability.VIEW, LOOK)
    await errand.whisper(await errand.patiently(_page(errand, scope, 0), thinking=True))


async def turn(errand: Errand, which: CustomId) -> None:
    """Another page in place of this one."""
    errand.demand(Capability.VIEW, LOOK)
    scope, page = cards.decode(which.extra)
    await errand.redraw(await errand.patiently(_page(errand, scope, page), thinking=False))


async def pick(errand: Errand, _: CustomId) -> None:
    """Open one incident of the list beside it."""
    value = next(iter(read_values(errand.interaction)), "")
    if not (value.isascii() and value.isdecimal()):
        raise InvalidInputError("incident", "names no incident")
    await tell(errand, int(value))


async def _page(errand: Errand, scope: Scope, page: int) -> Card:
    """The page asked for, or the last one when incidents have left the list since."""
    desk, which = errand.door.desk, IncidentFilter(states=scope.states, sight=errand.sight)
    found = await incident_inspection.listing(desk, which, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    if found.total and not found.incidents:
        page = (found.total - 1) // PAGE_SIZE
        found = await incident_inspection.listing(desk, which, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    return cards.render(
        IncidentListing(
            incidents=found.incidents, total=found.total, page=page, scope=scope, tag=errand.door.tag
        )
    )


PRESSES: Final[Acts] = MappingProxyType({Verb.INCIDENT_PAGE: turn, Verb.INCIDENT_SHOW: pick})
