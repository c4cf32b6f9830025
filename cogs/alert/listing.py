"""Listing: pages of alerts; where one is and what it shows travels in custom_ids."""

from types import MappingProxyType
from typing import Final

from bot.cards.alert import listing as alert_list
from bot.cards.alert.listing import PAGE_SIZE, AlertLine, ListFilter, Listing
from bot.cards.card import Card
from bot.cards.ids import CustomId, Verb
from bot.cards.outbox.page_menu import CHOSEN
from bot.domain import actor as actors
from bot.domain.alert.search import AlertFilter
from bot.domain.errors import InvalidInputError
from bot.usecases.alert import query as alert_query
from bot.usecases.alert.query import ListedAlert
from cogs.alert.button import tell
from cogs.interaction import InteractionContext
from cogs.message import read_values
from cogs.press import Acts
from cogs.rights import Capability

TASK: Final = "look at alerts"


async def show(context: InteractionContext, shown: ListFilter) -> None:
    """Show the first page, ephemerally."""
    context.demand(Capability.VIEW, TASK)
    alert_list.encode(shown, 0)  # refuses what could not travel to the second page
    await context.reply_ephemeral(await context.defer_if_slow(_page(context, shown, 0), thinking=True))


async def turn(context: InteractionContext, which: CustomId) -> None:
    """Another page in place of this one."""
    context.demand(Capability.VIEW, TASK)
    shown, page = alert_list.decode(which.extra)
    await context.update_message(await context.defer_if_slow(_page(context, shown, page), thinking=False))


def page_of(context: InteractionContext, which: CustomId) -> int:
    """The page that a button names, or that was chosen in a menu of pages."""
    chosen = next(iter(read_values(context.interaction)), "") if which.extra == CHOSEN else which.extra
    return int(chosen) if chosen.isascii() and chosen.isdecimal() else 0


async def pick(context: InteractionContext, _: CustomId) -> None:
    """Open one alert of the list beside it."""
    context.demand(Capability.VIEW, TASK)
    value = next(iter(read_values(context.interaction)), "")
    if not (value.isascii() and value.isdecimal()):
        raise InvalidInputError("alert", "names no alert")
    await tell(context, int(value))


async def _page(context: InteractionContext, shown: ListFilter, page: int) -> Card:
    """The page asked for, or the last one when alerts have left the list since."""
    desk = context.bot_context.desk
    owner = str(actors.person(shown.owner_id, "")) if shown.owner_id else None
    which = AlertFilter(
        states=shown.scope.states, severity=shown.severity, owner=owner, text=shown.text, sight=context.sight
    )
    found = await alert_query.listing(desk, which, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    if found.total and not found.lines:
        page = (found.total - 1) // PAGE_SIZE
        found = await alert_query.listing(desk, which, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    return alert_list.render(
        Listing(
            lines=tuple(_line(context, each) for each in found.lines),
            total=found.total,
            complete=found.complete,
            page=page,
            filter=shown,
            tag=context.bot_context.tag,
            owner_name=context.actor.name,
        )
    )


def _line(context: InteractionContext, listed: ListedAlert) -> AlertLine:
    place = listed.place
    if place is None:
        return AlertLine(listed.alert)
    return AlertLine(listed.alert, place.jump_url(context.interaction.guild_id))


PRESSES: Final[Acts] = MappingProxyType({Verb.PAGE: turn, Verb.PICK: pick})
