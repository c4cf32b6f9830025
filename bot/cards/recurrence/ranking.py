"""The ranking of recurrences: one page of lines, and ways to sort, look further back, turn and open.

All state of the list travels in its custom_ids, so that it survives any restart.
"""

from datetime import timedelta
from typing import Final
from urllib.parse import quote, unquote

import msgspec

from bot.cards.card import Button, ButtonStyle, Card, Embed, Option, Row, Select
from bot.cards.ids import MAX_LENGTH, Verb, build
from bot.cards.limits import OPTION_TEXT, OPTIONS, fit
from bot.cards.style import CALM, SEPARATOR, span_of, times_of
from bot.cards.text import inline, moment, plain
from bot.domain.errors import InvalidInputError
from bot.domain.recurrence.ranking import COUNTED_TO, PAGE, SEARCHED_AMONG, Query, Ranked, RankingWindow, Sort
from bot.domain.recurrence.recurrence import Recurrence

SUBJECT: Final = "recurrences"
_MOMENT: Final = timedelta(seconds=1)
_NAME: Final = 72
_PLACE: Final = 70
_STATE_LENGTH: Final = MAX_LENGTH - len("rank:12345678:recurrences:")
_SORTS: Final = {Sort.OCCURRENCES: "Most often", Sort.ATTENTION: "Most attention", Sort.NOISE: "Most noise"}
_WINDOWS: Final = {
    RankingWindow.DAY: "24 hours",
    RankingWindow.WEEK: "7 days",
    RankingWindow.MONTH: "30 days",
}


class RankingView(msgspec.Struct, frozen=True, kw_only=True):
    """One page: at most `PAGE` lines, ``page`` counted from 0, ``total`` recurrences over all pages.

    Unless it is ``complete``, words were looked for in `SEARCHED_AMONG` recurrences, and there are more.
    """

    lines: tuple[Ranked, ...]
    total: int
    page: int
    query: Query
    tag: str
    source_name: str = ""
    complete: bool = True

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // PAGE))


def encode(query: Query, page: int) -> str:
    """The list's state as the ``extra`` of a custom_id.

    Raises:
        InvalidInputError: the text is too long to travel.
    """
    text = quote(query.text, safe="", errors="replace")
    state = f"{page:x}.{query.window}.{query.sort}.{query.source_id or 0:x}.{text}"
    if len(state) > _STATE_LENGTH:
        raise InvalidInputError("text", "is too long to search for; a shorter piece finds more")
    return state


def decode(extra: str) -> tuple[Query, int]:
    """Read what `encode` wrote: what was asked and the page.

    Raises:
        InvalidInputError: it is nothing of the kind.
    """
    try:
        page, window, sort, source, text = extra.split(".", 4)
        source_id = abs(int(source, 16)) or None
        query = Query(window=RankingWindow(window), sort=Sort(sort), source_id=source_id, text=unquote(text))
        return query, abs(int(page, 16))
    except ValueError as error:
        raise InvalidInputError("custom_id", "is not the state of a list") from error


def render(view: RankingView) -> Card:
    """The page as one message."""
    rows = [_sorts(view), _windows(view)]
    if not view.lines:
        embed = Embed(
            title=_describe(view), description="Nothing came back. 🌙", color=CALM, footer=_searched(view)
        )
        return fit(Card(embeds=(embed,), rows=tuple(rows)))
    more = "+" if view.total >= COUNTED_TO and not view.query.text else ""
    count = f"{view.total}{more} recurrence{'s' if view.total != 1 else ''}"
    page = f"page {view.page + 1} of {view.pages}" if view.pages > 1 else ""
    footer = SEPARATOR.join(filter(None, (count, page, _searched(view))))
    first = view.page * PAGE + 1
    lines = [_line(place, ranked) for place, ranked in enumerate(view.lines, first)]
    embed = Embed(title=_describe(view), description="\n".join(lines), color=CALM, footer=footer)
    rows = [_picker(view), *rows, _turns(view)]
    return fit(Card(embeds=(embed,), rows=tuple(filter(None, rows))))


def place_of(recurrence: Recurrence, limit: int = _PLACE) -> str:
    """Service, namespace and target as one line of Markdown, each once."""
    names = dict.fromkeys(filter(None, (recurrence.service, recurrence.namespace, recurrence.target)))
    return inline(SEPARATOR.join(names), limit)


def _describe(view: RankingView) -> str:
    query = view.query
    parts = ["Recurrences", f"{_SORTS[query.sort].lower()} in {_WINDOWS[query.window]}"]
    if query.source_id is not None:
        parts.append(inline(f"from {view.source_name or query.source_id}", 60))
    if query.text:
        parts.append(f"“{inline(query.text, 60)}”")
    return SEPARATOR.join(parts)


def _searched(view: RankingView) -> str:
    """Where words were looked for, if that was not in all recurrences."""
    some = f"the top {SEARCHED_AMONG:,} of all times and the newest {SEARCHED_AMONG:,}"
    return "" if view.complete else f"looked through {some}"


def _line(place: int, ranked: Ranked) -> str:
    """``1. **HighErrorRate** · checkout · x312 in 9 episodes, 7 by themselves · 2 h in hand · 👎 3``."""
    recurrence = ranked.recurrence
    name = inline(recurrence.name, _NAME, addresses=False) or "unnamed"
    often = f"in {ranked.episodes} episode{'s' if ranked.episodes != 1 else ''}"
    episodes = "once" if ranked.occurrences == 1 else f"{times_of(ranked.occurrences)} {often}"
    fix = recurrence.fix
    parts = (
        f"{place}\\. {recurrence.ref} **{name}**",
        place_of(recurrence),
        f"{episodes}, {ranked.self_resolves} by themselves" if ranked.self_resolves > 0 else episodes,
        f"{span_of(ranked.attention)} in hand" if ranked.attention >= _MOMENT else "",
        f"👎 {recurrence.noise_votes}" if recurrence.noise_votes else "",
        ("↩️ back" if fix.regressed_at else "✅ fixed") if fix else "",
        f"last {moment(recurrence.last_seen_at)}",
    )
    return SEPARATOR.join(filter(None, parts))


def _picker(view: RankingView) -> Row:
    """Opens one recurrence of this page; its value is the recurrence's number."""
    options = tuple(_option(ranked.recurrence) for ranked in view.lines[:OPTIONS])
    custom_id = build(Verb.RECUR, view.tag, SUBJECT)
    return (Select(custom_id=custom_id, placeholder="Open a recurrence", options=options),)


def _option(recurrence: Recurrence) -> Option:
    places = dict.fromkeys(filter(None, (recurrence.service, recurrence.namespace, recurrence.target)))
    return Option(
        label=plain(f"{recurrence.ref} {recurrence.name}", OPTION_TEXT),
        value=str(recurrence.id),
        description=plain(SEPARATOR.join(places), OPTION_TEXT),
    )


def _sorts(view: RankingView) -> Row:
    return tuple(
        _choice("sort", label, view, msgspec.structs.replace(view.query, sort=sort))
        for sort, label in _SORTS.items()
    )


def _windows(view: RankingView) -> Row:
    return tuple(
        _choice("window", label, view, msgspec.structs.replace(view.query, window=window))
        for window, label in _WINDOWS.items()
    )


def _choice(row: str, label: str, view: RankingView, query: Query) -> Button:
    """A way to look at the same differently; the one that is shown cannot be pressed.

    Both rows hold the one that is shown, and no id may stand on a message twice: so each names its row.
    """
    is_shown = query == view.query
    style = ButtonStyle.PRIMARY if is_shown else ButtonStyle.SECONDARY
    custom_id = build(Verb.RANK, view.tag, row, encode(query, 0))
    return Button(label=label, custom_id=custom_id, style=style, disabled=is_shown)


def _turns(view: RankingView) -> Row:
    """Back and forth; a button that leads nowhere is missing."""
    return tuple(
        Button(label=label, custom_id=build(Verb.RANK, view.tag, step, encode(view.query, page)))
        for label, step, page in (("◀ More", "back", view.page - 1), ("Less ▶", "on", view.page + 1))
        if 0 <= page < view.pages
    )
