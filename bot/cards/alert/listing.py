"""The list of alerts: one page of lines, the filter it shows, and ways to turn the page or open an alert.

All state of the list travels in its custom_ids (`encode`, `decode`), so that it survives any restart.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote

import msgspec

from bot.cards.alert.alert import places, where
from bot.cards.card import Button, Card, Embed, Option, Row, Select
from bot.cards.cut import units
from bot.cards.ids import MAX_LENGTH, Verb, build
from bot.cards.limits import OPTION_TEXT, OPTIONS, fit
from bot.cards.style import CALM, COLOURS, GOOD, SEPARATOR, TIMES, WORDS, sign, words
from bot.cards.text import address, inline, moment, plain, who
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.search import SEARCHED
from bot.domain.alert.signal import Severity
from bot.domain.errors import InvalidInputError

PAGE_SIZE: Final = 25
SUBJECT: Final = "alerts"
_NAME: Final = 48
_PLACE: Final = 32
_JUMP: Final = 120
_ROOM: Final = 3_900  # of the description's 4,096 units
_STATE_LENGTH: Final = MAX_LENGTH - len("page:12345678:alerts:")


class ListScope(StrEnum):
    """Which states the list shows."""

    OPEN = "open"
    NEW = "new"
    CLAIMED = "claimed"
    ACKED = "acked"
    FAILED = "failed"
    RESOLVED = "resolved"
    ALL = "all"

    @property
    def states(self) -> tuple[State, ...] | None:
        """The states it stands for; None for all."""
        if self is ListScope.ALL:
            return None
        if self is ListScope.OPEN:
            return tuple(state for state in State if state.open)
        return (State.PROCESSING if self is ListScope.CLAIMED else State(self.value),)


class ListFilter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was asked for; None, 0 and ``""`` mean any. ``text`` is looked for in names and places."""

    scope: ListScope = ListScope.OPEN
    severity: Severity | None = None
    owner_id: int = 0
    text: str = ""


class AlertLine(msgspec.Struct, frozen=True, gc=False):
    """One alert of the list; ``jump_url`` leads to its card, ``""`` while it has none."""

    alert: Alert
    jump_url: str = ""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One page: at most `PAGE_SIZE` lines, ``page`` counted from 0, ``total`` alerts over all pages.

    Unless it is ``complete``, words were looked for in `SEARCHED` alerts, and there are more.
    """

    lines: tuple[AlertLine, ...]
    total: int
    page: int
    filter: ListFilter
    tag: str
    owner_name: str = ""
    complete: bool = True

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // PAGE_SIZE))


def encode(shown: ListFilter, page: int) -> str:
    """The list's state as the ``extra`` of a custom_id.

    Raises:
        InvalidInputError: the text is too long to travel.
    """
    parts = (
        f"{page:x}",
        shown.scope.value,
        shown.severity.value if shown.severity else "",
        f"{shown.owner_id:x}",
        quote(shown.text, safe="", errors="replace"),
    )
    state = ".".join(parts)
    if len(state) > _STATE_LENGTH:
        raise InvalidInputError("text", "is too long to search for; a shorter piece finds more")
    return state


def decode(extra: str) -> tuple[ListFilter, int]:
    """Read what `encode` wrote: the filter and the page.

    Raises:
        InvalidInputError: it is nothing of the kind.
    """
    try:
        page, scope, severity, owner_id, text = extra.split(".", 4)
        return ListFilter(
            scope=ListScope(scope),
            severity=Severity(severity) if severity else None,
            owner_id=abs(int(owner_id, 16)),
            text=unquote(text),
        ), abs(int(page, 16))
    except ValueError as error:
        raise InvalidInputError("custom_id", "is not the state of a list") from error


def render(listing: Listing) -> Card:
    """The page as one message."""
    said = _describe(listing)
    if not listing.lines:
        nothing = Embed(
            title=said, description=_nothing(listing.filter), color=CALM, footer=_searched(listing)
        )
        return fit(Card(embeds=(nothing,)))
    count = f"{listing.total} alert{'s' if listing.total != 1 else ''}"
    page = f"page {listing.page + 1} of {listing.pages}" if listing.pages > 1 else ""
    footer = SEPARATOR.join(filter(None, (count, page, _searched(listing))))
    embed = Embed(
        title=said,
        description=_lines(listing.lines),
        color=_colour(listing),
        footer=footer,
    )
    return fit(Card(embeds=(embed,), rows=tuple(filter(None, (_picker(listing), _turns(listing))))))


def _colour(listing: Listing) -> int:
    """The worst severity that is still open."""
    severities = [line.alert.severity for line in listing.lines if line.alert.state.open]
    return COLOURS[max(severities, key=lambda severity: severity.rank)] if severities else GOOD


def _describe(listing: Listing) -> str:
    shown = listing.filter
    parts = [f"{shown.scope.value.capitalize()} alerts"]
    if shown.severity:
        parts.append(WORDS[shown.severity])
    if shown.owner_id:
        parts.append(inline(f"of {listing.owner_name or shown.owner_id}", 60, addresses=False))
    if shown.text:
        parts.append(f"“{inline(shown.text, 60, addresses=False)}”")
    return SEPARATOR.join(parts)


def _searched(listing: Listing) -> str:
    """Where words were looked for, if that was not in all alerts."""
    if listing.complete:
        return ""
    newest, urgent = f"the newest {SEARCHED:,}", f"the {SEARCHED:,} most urgent"
    match listing.filter.scope:
        case ListScope.ALL:
            return f"looked through {newest} and {urgent} that are open"
        case ListScope.RESOLVED:
            return f"looked through {newest}"
        case _:
            return f"looked through {urgent}"


def _nothing(shown: ListFilter) -> str:
    if shown == ListFilter():
        return "Nothing is open. 🌙"
    narrow = shown != ListFilter(scope=shown.scope)
    if narrow:
        return "Nothing matches this filter."
    return "There is no alert yet." if shown.scope is ListScope.ALL else f"No alert is {shown.scope}."


def _lines(lines: Sequence[AlertLine]) -> str:
    """A line for each; they lead to the cards as long as all of them fit, the menu does so anyway."""
    linked = "\n".join(map(_line, lines))
    return linked if units(linked) <= _ROOM else "\n".join(_line(each, linked=False) for each in lines)


def _line(line: AlertLine, *, linked: bool = True) -> str:
    """``🔴 [A-1042](..) **HighErrorRate** · critical · checkout · 12 minutes ago · x3 · @ann``."""
    alert = line.alert
    target = address(line.jump_url, _JUMP) if linked else ""
    ref = f"[{alert.ref}]({target})" if target else alert.ref
    name = inline(alert.name, _NAME, addresses=False) or "unnamed"
    parts = (
        f"{sign(alert)} {ref} **{name}**",
        words(alert).lower(),
        where(alert, _PLACE),
        moment(alert.opened_at),
        f"{TIMES}{alert.occurrences}" if alert.occurrences > 1 else "",
        who(alert.owner) if alert.owner else "",
    )
    return SEPARATOR.join(filter(None, parts))


def _picker(listing: Listing) -> Row:
    """Opens one alert of this page with its buttons; its value is the alert's number."""
    options = tuple(map(_option, listing.lines[:OPTIONS]))
    select = Select(
        custom_id=build(Verb.PICK, listing.tag, SUBJECT), placeholder="Open an alert", options=options
    )
    return (select,)


def _option(line: AlertLine) -> Option:
    alert = line.alert
    return Option(
        label=plain(f"{alert.ref} {alert.name}", OPTION_TEXT),
        value=str(alert.id),
        description=plain(SEPARATOR.join((words(alert), *places(alert))), OPTION_TEXT),
        emoji=sign(alert),
    )


def _turns(listing: Listing) -> Row:
    """Back and forth; a button that leads nowhere is missing."""
    return tuple(
        Button(label=label, custom_id=build(Verb.PAGE, listing.tag, SUBJECT, encode(listing.filter, page)))
        for label, page in (("◀ Previous page", listing.page - 1), ("Next page ▶", listing.page + 1))
        if 0 <= page < listing.pages
    )
