"""Recurrences, for programs: the whole in figures, one with its last 30 days."""

from typing import Any, Final

import msgspec

from bot.domain.access.token import Scope
from bot.domain.errors import NotFoundError
from bot.domain.recurrence.ranking import Query, RankingWindow, Sort
from bot.domain.recurrence.recurrence import parse_ref
from bot.ingress.api.answer import Limit, Nothing, Offset, Text
from bot.ingress.api.recurrence_dossier import RecurrenceDossier, show_dossier
from bot.ingress.api.recurrence_view import RecurrenceStory, show_story
from bot.ingress.api.route import ApiReply, Caller, Route
from bot.usecases.recurrence import query as recurrences
from bot.usecases.recurrence.dossier import dossier

PATH: Final = "/v1/events/dossier/recurrence"


class RecurrenceQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which recurrences fired within the ``window``; ``text`` is looked for in name, service and target.

    ``provider`` is that of its source; a token sees one ``project``, its own. All apply to the summary too.
    """

    window: RankingWindow = RankingWindow.MONTH
    sort: Sort = Sort.OCCURRENCES
    text: Text = ""
    provider: Text = ""
    project: Text = ""
    limit: Limit = 20
    offset: Offset = 0


async def _list(caller: Caller, asked: RecurrenceQuery) -> ApiReply:
    if asked.project not in {"", caller.desk.project.name}:
        raise NotFoundError("project", asked.project)
    query = Query(window=asked.window, sort=asked.sort, text=asked.text.strip(), provider=asked.provider)
    found = await dossier(caller.desk, query, offset=asked.offset, limit=asked.limit)
    return ApiReply(show_dossier(found))


async def _get(caller: Caller, _: Nothing) -> ApiReply:
    return ApiReply(show_story(await recurrences.find(caller.desk, parse_ref(caller.ref))))


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route(
        method="GET",
        path=PATH,
        scope=Scope.RECURRENCE_READ,
        summary="What comes back: a summary, and items in the order of what they cost",
        takes=RecurrenceQuery,
        act=_list,
        answers={200: RecurrenceDossier},
    ),
    Route(
        method="GET",
        path=f"{PATH}/{{ref}}",
        scope=Scope.RECURRENCE_READ,
        summary="One recurrence with its last 30 days",
        takes=Nothing,
        act=_get,
        answers={200: RecurrenceStory},
    ),
)
