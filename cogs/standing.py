"""Standing: how the subject of a pressed button stands now, in a sentence, for who pressed in vain."""

from typing import Final

from bot.cards.ids import CustomId, Verb
from bot.domain.alert.group import format_ref
from bot.domain.alert.verb import PRESSED
from bot.usecases.alert import bulk
from bot.usecases.alert import button as press
from bot.usecases.alert import group as groups
from bot.usecases.incident import query as incident_inspection
from cogs.interaction import InteractionContext

_ALERT: Final = {
    *(Verb(each.name) for each in PRESSED if not each.asks_words),
    Verb.RESOLVE_ONLY,
    Verb.RESOLVE_BOTH,
    Verb.STILL_ON_IT,
    Verb.GIVE_BACK,
}
_GROUP: Final = frozenset(groups.ALL_OF)
_INCIDENT: Final = {
    Verb.INCIDENT_MITIGATE,
    Verb.INCIDENT_RESOLVE,
    Verb.INCIDENT_RESOLVE_ONLY,
    Verb.INCIDENT_RESOLVE_ALL,
    Verb.INCIDENT_REOPEN,
    Verb.INCIDENT_CLOSE,
    Verb.INCIDENT_SNOOZE,
}
_BOARD: Final = {Verb.BOARD_ACK, Verb.BOARD_RESOLVE}
CHANGING: Final = frozenset({*_ALERT, *_GROUP, *_INCIDENT, *_BOARD, Verb.UNDO, Verb.ACTION_DONE})
"""Buttons of which a second tap must not count."""


async def standing(context: InteractionContext, which: CustomId) -> str:
    """One sentence, ``""`` where there is nothing to say."""
    desk = context.bot_context.desk
    if which.verb in _ALERT:
        alert = await context.defer_if_slow(press.glance(desk, which.number), thinking=False)
        return f"{press.how_it_stands(alert)}."
    if which.verb in _INCIDENT:
        found = await context.defer_if_slow(incident_inspection.find(desk, which.number), thinking=False)
        return f"{found.incident.ref} is {found.incident.state}."
    if which.verb in _BOARD:
        total, untaken = await context.defer_if_slow(bulk.tally(desk, which.number), thinking=False)
        return f"The board: {total:,} open, {untaken:,} of them untaken."
    if which.verb in _GROUP:
        view = await context.defer_if_slow(groups.look(desk, which.number), thinking=False)
        if view is not None:
            return f"{format_ref(which.number)}: {view.open:,} open, {view.untaken:,} of them untaken."
    return ""
