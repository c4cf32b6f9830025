"""Listing: pages of alerts; where one is and what it shows travels in custom_ids."""

from types import MappingProxyType
from typing import Final

from bot.cards.alert import listing as cards
from bot.cards.alert.listing import PAGE_SIZE, AlertLine, ListFilter, Listing
from bot.cards.card import Card
from bot.cards.ids import CustomId, Verb
from bot.domain import actor
from bot.domain.errors import InvalidInputError
from bot.usecases.alert import query as inspection
from bot.usecases.alert.query import Filter, Listed
from cogs.alert.button import tell
from cogs.errand import Errand
from cogs.message import jump_url, read_values
from cogs.press import Acts
from cogs.rights import Capability

TASK: Final = "look at alerts"


async def show(errand: Errand, shown: ListFilter) -> None:
    """The first page, as a whisper."""
    errand.demand(Capability.VIEW, TASK)
    cards.encode(shown, 0)  # refuses what could not travel to the second page
    await errand.whisper(await errand.patiently(_page(errand, shown, 0), thinking=True))


async def turn(errand: Errand, which: CustomId) -> None:
    """Another page in place of this one."""
    errand.demand(Capability.VIEW, TASK)
    shown, page = cards.decode(which.extra)
    await errand.redraw(await errand.patiently(_page(errand, shown, page), thinking=False))


async def pick(errand: Errand, _: CustomId) -> None:
    """Open one alert of the list beside it."""
    errand.demand(Capability.VIEW, TASK)
    value = next(iter(read_values(errand.interaction)), "")
    if not (value.isascii() and value.isdecimal()):
        raise InvalidInputError("alert", "names no alert")
    await tell(errand, int(value))


async def _page(errand: Errand, shown: ListFilter, page: int) -> Card:
    """The page asked for, or the last one when alerts have left the list since."""
    desk = errand.door.desk
    owner = str(actor.person(shown.owner_id, "")) if shown.owner_id else None
    which = Filter(
        states=shown.scope.states, severity=shown.severity, owner=owner, text=shown.text, sight=errand.sight
    )
    found = await inspection.listing(desk, which, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    if found.total and not found.lines:
        page = (found.total - 1) // PAGE_SIZE
        found = await inspection.listing(desk, which, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    return cards.render(
        Listing(
            lines=tuple(_line(errand, each) for each in found.lines),
            total=found.total,
            page=page,
            filter=shown,
            tag=errand.door.tag,
            owner_name=errand.actor.name,
        )
    )


def _line(errand: Errand, listed: Listed) -> AlertLine:
    place = listed.place
    if place is None:
        return AlertLine(listed.alert)
    return AlertLine(listed.alert, jump_url(errand.interaction.guild_id, place.channel_id, place.message_id))


PRESSES: Final[Acts] = MappingProxyType({Verb.PAGE: turn, Verb.PICK: pick})
