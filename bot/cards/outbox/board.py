"""The storm board: one message for all open alerts of a channel that have no card of their own.

One line outside the frame says how many and what is worst; in it how bad and since when, then the largest
groups, each a header and what tells its members apart. The menu opens the most urgent, *Browse* leads to
pages of all, and the complete list is attached. When every alert is over or has a card, the board becomes one
line that says what the storm was.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.cards.attached import LISTED
from bot.cards.card import Button, ButtonStyle, Card, Embed, Option, Row, Select
from bot.cards.ids import Verb, build
from bot.cards.limits import OPTION_TEXT, OPTIONS, fit
from bot.cards.outbox import board_extra
from bot.cards.outbox.board_line import cause_lines, short_name
from bot.cards.outbox.board_list import attach_list
from bot.cards.outbox.page_menu import page_menu
from bot.cards.style import COLOURS, GOOD, SEPARATOR, SIGNS, STATES, TIMES, WORDS, sign, some, words
from bot.cards.text import inline, moment, plain
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.outbox.board import BoardAlert, BoardGroup, Passed, Seen, count, group

PAGE_SIZE: Final = 25
SUBJECT: Final = "board"
_FILE_NAME: Final = "alerts"
_PLACE: Final = 32
_OWNER: Final = 24


class BoardView(msgspec.Struct, frozen=True, kw_only=True):
    """All a board shows: ``held`` is worst first, then newest first.

    ``number`` tells the channel's boards apart. ``counts`` and ``newest_id`` are there when ``held`` is not
    complete, and ``passed`` when the storm is over. One that ``is_sunk`` stands far up while a new wave has
    begun.
    """

    channel_id: int
    number: int
    tag: str
    since: datetime
    now: datetime
    held: tuple[BoardAlert, ...]
    counts: Mapping[Severity, int] | None = None
    newest_id: int = 0
    passed: Passed | None = None
    is_sunk: bool = False

    @property
    def totals(self) -> Mapping[Severity, int]:
        """How many open alerts there are without a card, by severity."""
        return count(self.held) if self.counts is None else self.counts

    @property
    def seen(self) -> Seen:
        """What whoever looks at it can know of."""
        return Seen(self.newest_id or max((each.id for each in self.held), default=0), self.now)


class BoardPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the same alerts, ``number`` counted from 0."""

    channel_id: int
    tag: str
    number: int
    total: int
    size: int
    held: tuple[BoardAlert, ...]

    @property
    def pages(self) -> int:
        """How many pages there are; nothing is one page."""
        return max(1, -(-self.total // self.size))


def marker(tag: str, number: int) -> str:
    """What a board's footer begins with, and by which a lost board is found again."""
    return f"B-{number}{SEPARATOR}{tag}"


def render(view: BoardView) -> Card:
    """The board as one message with the complete list attached."""
    if view.passed is not None:
        return fit(_calm(view, view.passed))
    groups = group(view.held)
    totals = view.totals
    total = sum(totals.values())
    embed = Embed(
        description="\n".join((*_head(view, totals), "", *cause_lines(groups))),
        color=_colour(totals),
        footer=SEPARATOR.join((marker(view.tag, view.number), LISTED)),
    )
    browse = page_menu(Verb.BOARD, view.tag, view.channel_id, total=total, size=PAGE_SIZE, held=view.held)
    rows = (
        (picker(view.held[:OPTIONS], view.tag, SUBJECT, "Open one of the most urgent"),),
        (_causes(view, groups),),
        (browse,),
        _all(view, total),
    )
    listed = attach_list(_FILE_NAME, groups, total=total, now=view.now)
    return fit(Card(content=_notice(groups, total), embeds=(embed,), rows=rows, file=listed))


def _notice(groups: Sequence[BoardGroup], total: int) -> str:
    """What a phone shows: ``⛈️ Alert storm · 400 open alerts without a card, worst 🔴 CRITICAL HighCPU``."""
    said = f"⛈️ Alert storm{SEPARATOR}{some(total, 'open alert')} without a card"
    if not groups:
        return said
    worst = groups[0]
    return f"{said}, worst {SIGNS[worst.severity]} {WORDS[worst.severity]} {short_name(worst.name)}"


def render_page(page: BoardPage) -> Card:
    """One page of the same alerts, with a menu to open them."""
    if not page.held:
        return fit(Card(embeds=(Embed(title="Every open alert has a card now. 🌙", color=GOOD),)))
    embed = Embed(
        title="Open alerts without a card",
        description="\n".join(map(_line, page.held)),
        color=_colour(count(page.held)),
        footer=f"{some(page.total, 'alert')}{SEPARATOR}page {page.number + 1:,} of {page.pages:,}",
    )
    rows = ((picker(page.held, page.tag, SUBJECT, "Open an alert"),), _turns(page))
    return fit(Card(embeds=(embed,), rows=tuple(filter(None, rows))))


def _causes(view: BoardView, groups: Sequence[BoardGroup]) -> Select:
    """Opens one cause, to act on all of it; its value is the number of one of its alerts."""
    options = tuple(
        Option(
            label=plain(f"{each.name or 'unnamed'}{_times(each)}", OPTION_TEXT),
            value=str(each.members[0].id),
            description=plain("/".join(each.shared), OPTION_TEXT),
            emoji=SIGNS[each.severity],
        )
        for each in groups[:OPTIONS]
    )
    custom_id = build(Verb.BOARD_CAUSE, view.tag, view.channel_id)
    return Select(custom_id=custom_id, placeholder="Acknowledge or resolve one cause", options=options)


def _times(found: BoardGroup) -> str:
    """`` x412``; one is no number."""
    return f" {TIMES}{len(found.members):,}" if len(found.members) > 1 else ""


def _all(view: BoardView, total: int) -> Row:
    """What is done to all of it at once; each button keeps its place."""
    untaken = total - sum(each.state is State.ACKED for each in view.held)
    label = f"I am awake: acknowledge all {untaken:,}" if untaken else "All acknowledged"
    extra = board_extra.write(view.seen)
    return (
        Button(
            label=label,
            custom_id=build(Verb.BOARD_ACK, view.tag, view.channel_id, extra),
            style=ButtonStyle.SUCCESS,
            disabled=not untaken,
        ),
        Button(label="Resolve all", custom_id=build(Verb.BOARD_RESOLVE, view.tag, view.channel_id, extra)),
    )


def _calm(view: BoardView, passed: Passed) -> Card:
    """What a tired person wants to know the next morning."""
    left = "All of them are over." if passed.alerts else "Its alerts are shown elsewhere."
    if passed.still_open:
        left = f"{passed.still_open:,} still open, each on a card."
    if passed.refused:
        left = (
            f"{passed.still_open:,} still open; Discord refused the cards of {passed.refused:,}, which"
            " `/alert list` shows."
        )
    said = f": {some(passed.alerts, 'alert')}" if passed.alerts else ""
    span = f"From {moment(view.since, 't')} to {moment(passed.ended_at, 't')}. {left}"
    embed = Embed(description=span, color=GOOD, footer=marker(view.tag, view.number))
    return Card(content=f"✅ Storm over{said}", embeds=(embed,))


def _head(view: BoardView, totals: Mapping[Severity, int]) -> tuple[str, str]:
    worst_first = sorted(totals, key=lambda each: each.rank, reverse=True)
    counts = (f"{SIGNS[each]} {totals[each]:,} {WORDS[each].lower()}" for each in worst_first)
    oldest = min(view.held, key=_age)
    newest = max(view.held, key=_age)
    ends = (
        f"{word} {each.ref} {moment(each.opened_at)}"
        for word, each in (("oldest", oldest), ("newest", newest))
    )
    taken = sum(each.state is State.ACKED for each in view.held)
    said = f"{SEPARATOR}{STATES[State.ACKED][0]} {taken:,} acknowledged" if taken else ""
    quiet = sum(each.quiet for each in view.held)
    said += f"{SEPARATOR}🔕 {quiet:,} held quiet" if quiet else ""
    return f"{SEPARATOR.join(counts)}{said}", f"🕐 {SEPARATOR.join(ends)}"


def _age(held: BoardAlert) -> tuple[datetime, int]:
    return held.opened_at, held.id


def _colour(totals: Mapping[Severity, int]) -> int:
    return COLOURS[max(totals, key=lambda severity: severity.rank)]


def _line(held: BoardAlert) -> str:
    """``🔴 A-1042 **HighErrorRate** · shop/checkout · 12 minutes ago · x3 · Ann``."""
    parts = (
        f"{sign(held)} {held.ref} **{short_name(held.name)}**",
        inline("/".join(filter(None, held.places)), _PLACE),
        moment(held.opened_at),
        f"{TIMES}{held.occurrences}" if held.occurrences > 1 else "",
        inline(held.owner, _OWNER),
    )
    return SEPARATOR.join(filter(None, parts))


def picker(held: Sequence[BoardAlert], tag: str, subject: str, said: str) -> Select:
    """Opens one alert with its buttons; its value is the alert's number."""
    options = tuple(
        Option(
            label=plain(f"{each.ref} {each.name}", OPTION_TEXT),
            value=str(each.id),
            description=plain(SEPARATOR.join(filter(None, (words(each), *each.places))), OPTION_TEXT),
            emoji=sign(each),
        )
        for each in held
    )
    return Select(custom_id=build(Verb.PICK, tag, subject), placeholder=said, options=options)


def _turns(page: BoardPage) -> Row:
    """Back and forth; a button that leads nowhere is missing."""
    return tuple(
        Button(label=label, custom_id=build(Verb.BOARD, page.tag, page.channel_id, str(number)))
        for label, number in (("◀ Previous page", page.number - 1), ("Next page ▶", page.number + 1))
        if 0 <= number < page.pages
    )
