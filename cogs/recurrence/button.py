"""Recurrence: the presses on its list, and what one recurrence looks like, with its picture."""

import io
from types import MappingProxyType
from typing import Any, Final

import discord
import structlog
from msgspec.structs import replace

from bot.cards.card import Card
from bot.cards.ids import CustomId, Verb
from bot.cards.recurrence import ranking as cards
from bot.cards.recurrence import recurrence as card
from bot.cards.recurrence.chart import Chart
from bot.cards.recurrence.ranking import RankingView
from bot.cards.recurrence.recurrence import RecurrenceView
from bot.cards.text import plain
from bot.domain.alert.alert import format_ref
from bot.domain.alert.alert import parse_ref as parse_alert
from bot.domain.errors import NotFoundError
from bot.domain.recurrence.ranking import PAGE, Query
from bot.domain.recurrence.recurrence import parse_ref
from bot.usecases.admin import source
from bot.usecases.desk import Desk
from bot.usecases.recurrence import query as recurrence
from bot.usecases.recurrence.chart_renderer import Easel
from bot.usecases.recurrence.query import Found
from cogs.errand import UNREACHABLE, Errand
from cogs.message import read_values
from cogs.press import Acts
from cogs.rights import Capability

TASK: Final = "look at recurrences"
EASEL: Final = Easel()
_TITLE: Final = 60
_WORDS: Final = 1_024  # what Discord takes as an attachment's description

_log = structlog.stdlib.get_logger(__name__)


async def show_list(errand: Errand, query: Query) -> None:
    """The first page, as a whisper."""
    errand.demand(Capability.VIEW, TASK)
    cards.encode(query, 0)  # refuses what could not travel to the second page
    await errand.whisper(await errand.patiently(_page(errand, query, 0), thinking=True))


async def turn(errand: Errand, which: CustomId) -> None:
    """Another page, order or window in place of this one."""
    errand.demand(Capability.VIEW, TASK)
    query, page = cards.decode(which.extra)
    await errand.redraw(await errand.patiently(_page(errand, query, page), thinking=False))


async def pick(errand: Errand, _: CustomId) -> None:
    """Open one recurrence of the list beside it."""
    errand.demand(Capability.VIEW, TASK)
    await tell(errand, next(iter(read_values(errand.interaction)), ""))


async def tell(errand: Errand, which: str) -> None:
    """Everything about one recurrence: the words at once, the picture when it is drawn."""
    found = await errand.patiently(_find(errand.door.desk, which), thinking=True)
    view = RecurrenceView(portrait=found.portrait, runs=found.runs, voters=found.voters, jumps=found.jumps)
    await errand.whisper(card.render(view))
    known = found.portrait.recurrence
    title = f"{known.ref} {plain(known.name, _TITLE)}"
    chart = Chart(title=title, seen_at=found.seen_at, hours=found.hours)
    await add_picture(errand.interaction, chart, known.ref)


async def locate(desk: Desk, text: str) -> int:
    """The recurrence that ``R-12``, ``W-12``, ``12`` or one of its alerts, ``A-1042``, stands for.

    Raises:
        InvalidInputError: it is none of these.
        NotFoundError: there is no such alert.
    """
    if not text.strip().lower().startswith(("a", "#")):
        return parse_ref(text)
    alert_id = parse_alert(text)
    found = await recurrence.find_of_alert(desk, alert_id)
    if found is None:
        raise NotFoundError("alert", format_ref(alert_id))
    return found.id


async def _find(desk: Desk, which: str) -> Found:
    return await recurrence.find(desk, await locate(desk, which))


async def _page(errand: Errand, query: Query, page: int) -> Card:
    """The page asked for, or the last one when recurrences have left the list since."""
    desk, query = errand.door.desk, replace(query, sight=errand.sight)
    found = await recurrence.listing(desk, query, offset=page * PAGE, limit=PAGE)
    if found.total and not found.lines:
        page = (found.total - 1) // PAGE
        found = await recurrence.listing(desk, query, offset=page * PAGE, limit=PAGE)
    names = {each.id: each.name for each in await source.listing(desk)} if query.source_id else {}
    return cards.render(
        RankingView(
            lines=found.lines,
            total=found.total,
            page=page,
            query=query,
            tag=desk.project.tag,
            source_name=names.get(query.source_id or 0, ""),
        )
    )


async def add_picture(interaction: discord.Interaction[Any], chart: Chart, ref: str) -> None:
    """A picture that cannot be drawn or sent is no error: all it shows was said."""
    picture = await EASEL.draw(chart)
    if picture is None:
        return
    file = discord.File(io.BytesIO(picture.png), f"{ref.lower()}.png", description=picture.words[:_WORDS])
    try:
        await interaction.edit_original_response(attachments=[file])
    except UNREACHABLE as error:
        _log.warning("picture_lost", recurrence=ref, reason=repr(error))


PRESSES: Final[Acts] = MappingProxyType({Verb.RANK: turn, Verb.RECUR: pick})
