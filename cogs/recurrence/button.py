"""Recurrence: the presses on its list, and what one recurrence looks like, with its picture."""

import io
from types import MappingProxyType
from typing import Any, Final

import discord
import structlog
from msgspec.structs import replace

from bot.cards.card import Card
from bot.cards.ids import CustomId, Verb
from bot.cards.recurrence import ranking as ranking_card
from bot.cards.recurrence import recurrence as recurrence_card
from bot.cards.recurrence.chart import Chart
from bot.cards.recurrence.ranking import RankingView
from bot.cards.recurrence.recurrence import RecurrenceView
from bot.cards.text import plain
from bot.domain.alert.alert import format_ref
from bot.domain.alert.alert import parse_ref as parse_alert
from bot.domain.errors import NotFoundError
from bot.domain.recurrence.ranking import PAGE, Query
from bot.domain.recurrence.recurrence import parse_ref
from bot.usecases.admin import source as sources
from bot.usecases.desk import Desk
from bot.usecases.recurrence import query as recurrences
from bot.usecases.recurrence.chart_renderer import RENDERER
from bot.usecases.recurrence.query import FoundRecurrence
from cogs.interaction import UNREACHABLE, InteractionContext
from cogs.message import read_values
from cogs.press import Acts
from cogs.rights import Capability

TASK: Final = "look at recurrences"
_TITLE: Final = 60
_WORDS: Final = 1_024  # what Discord takes as an attachment's description

_log: Final = structlog.stdlib.get_logger(__name__)


async def show_list(context: InteractionContext, query: Query) -> None:
    """Show the first page, ephemerally."""
    context.demand(Capability.VIEW, TASK)
    ranking_card.encode(query, 0)  # refuses what could not travel to the second page
    await context.reply_ephemeral(await context.defer_if_slow(_page(context, query, 0), thinking=True))


async def turn(context: InteractionContext, which: CustomId) -> None:
    """Another page, order or window in place of this one."""
    context.demand(Capability.VIEW, TASK)
    query, page = ranking_card.decode(which.extra)
    await context.update_message(await context.defer_if_slow(_page(context, query, page), thinking=False))


async def pick(context: InteractionContext, _: CustomId) -> None:
    """Open one recurrence of the list beside it."""
    context.demand(Capability.VIEW, TASK)
    await tell(context, next(iter(read_values(context.interaction)), ""))


async def tell(context: InteractionContext, which: str) -> None:
    """Everything about one recurrence: the words at once, the picture when it is drawn."""
    found = await context.defer_if_slow(_find(context.bot_context.desk, which), thinking=True)
    view = RecurrenceView(profile=found.profile, runs=found.runs, voters=found.voters, jumps=found.jumps)
    await context.reply_ephemeral(recurrence_card.render(view))
    known = found.profile.recurrence
    title = f"{known.ref} {plain(known.name, _TITLE)}"
    chart = Chart(title=title, seen_at=found.seen_at, hours=found.hours)
    await add_picture(context.interaction, chart, known.ref)


async def locate(desk: Desk, text: str) -> int:
    """The recurrence that ``R-12``, ``W-12``, ``12`` or one of its alerts, ``A-1042``, stands for.

    Raises:
        InvalidInputError: it is none of these.
        NotFoundError: there is no such alert.
    """
    if not text.strip().lower().startswith(("a", "#")):
        return parse_ref(text)
    alert_id = parse_alert(text)
    found = await recurrences.find_of_alert(desk, alert_id)
    if found is None:
        raise NotFoundError("alert", format_ref(alert_id))
    return found.id


async def _find(desk: Desk, which: str) -> FoundRecurrence:
    return await recurrences.find(desk, await locate(desk, which))


async def _page(context: InteractionContext, query: Query, page: int) -> Card:
    """The page asked for, or the last one when recurrences have left the list since."""
    desk, query = context.bot_context.desk, replace(query, sight=context.sight)
    found = await recurrences.listing(desk, query, offset=page * PAGE, limit=PAGE)
    if found.total and not found.lines:
        page = (found.total - 1) // PAGE
        found = await recurrences.listing(desk, query, offset=page * PAGE, limit=PAGE)
    names = {each.id: each.name for each in await sources.listing(desk)} if query.source_id else {}
    return ranking_card.render(
        RankingView(
            lines=found.lines,
            total=found.total,
            page=page,
            query=query,
            tag=desk.project.tag,
            source_name=names.get(query.source_id or 0, ""),
            complete=found.complete,
        )
    )


async def add_picture(interaction: discord.Interaction[Any], chart: Chart, ref: str) -> None:
    """A picture that cannot be drawn or sent is no error: all it shows was said."""
    picture = await RENDERER.draw(chart)
    if picture is None:
        return
    file = discord.File(io.BytesIO(picture.png), f"{ref.lower()}.png", description=picture.words[:_WORDS])
    try:
        await interaction.edit_original_response(attachments=[file])
    except UNREACHABLE as error:
        _log.warning("picture_lost", recurrence=ref, reason=repr(error))


PRESSES: Final[Acts] = MappingProxyType({Verb.RANK: turn, Verb.RECUR: pick})
