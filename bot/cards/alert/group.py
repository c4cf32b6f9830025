"""The group's card: alerts of one cause in one message.

In the order of the questions a woken person asks: how bad, what, how many, where and why (the worst says it
for all) in one line outside the frame, which is all that a phone shows; in it how far it is worked on, since
when, then the worst and newest members. The menu opens one of them, *Browse* leads to pages of all, and where
they are many the complete list is attached.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from bot.cards.alert.group_action import PAGE_SIZE, actions
from bot.cards.alert.snooze import group_snooze_menu
from bot.cards.attached import MORE
from bot.cards.card import Button, ButtonStyle, Card, Embed, File, Ping, Row
from bot.cards.ids import Verb, build
from bot.cards.limits import OPTIONS, fit
from bot.cards.outbox.board import picker
from bot.cards.outbox.board_list import write_list
from bot.cards.outbox.page_menu import page_menu
from bot.cards.style import (
    ACKED,
    COLOURS,
    EXPIRED,
    GOOD,
    QUIET,
    SEPARATOR,
    SIGNS,
    STATES,
    TIMES,
    WORDS,
    sign,
    span_of,
)
from bot.cards.text import inline, moment, plain, who
from bot.domain.alert.alert import State
from bot.domain.alert.group import Group, format_ref
from bot.domain.alert.quiet import Quiet
from bot.domain.alert.signal import Severity
from bot.domain.outbox.board import BoardAlert
from bot.domain.outbox.board import group as sort_by_name

SUBJECT: Final = "group"
SURE: Final = "sure"
_MARKER: Final = re.compile(r"G-(\d{1,18}) · ([a-z0-9]{4,8})(?: · .*)?", re.ASCII | re.DOTALL)
_SHOWN: Final = 10  # members on the card itself
_NAME: Final = 150
_SHORT: Final = 60
_PLACE: Final = 120
_CAUSE: Final = 220
_OWNER: Final = 24
_SOURCE: Final = 60
_FILE_NAME: Final = "alerts.txt"
_UNTAKEN: Final = (State.NEW, State.PROCESSING, State.FAILED)


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """All a group's card shows.

    ``held`` are its open alerts, worst first, then newest first, perhaps not all of them; ``census`` counts
    all its alerts. ``wakes`` is the worst severity among those that nobody has, None when nobody need be
    called. ``ended_at`` is there when all are over; of those that are, silence alone has ended ``expired``.
    ``snoozed`` are held quiet, last by ``snooze``. ``own_wakes`` is whom its source alone wakes, None where
    that is the desk's to say.
    """

    group: Group
    tag: str
    now: datetime
    held: tuple[BoardAlert, ...]
    census: Mapping[tuple[State, Severity], int]
    expired: int = 0
    source_name: str = ""
    wakes: Severity | None = None
    ended_at: datetime | None = None
    ping: Ping | None = None
    snoozed: int = 0
    snooze: Quiet | None = None
    own_wakes: tuple[str, ...] | None = None

    @property
    def total(self) -> int:
        """All alerts that ever belonged to it."""
        return sum(self.census.values())

    @property
    def open(self) -> int:
        """How many of them are open."""
        return sum(count for (state, _), count in self.census.items() if state.open)

    @property
    def untaken(self) -> int:
        """How many wait for somebody to acknowledge them."""
        return sum(count for (state, _), count in self.census.items() if state in _UNTAKEN)

    @property
    def severity(self) -> Severity:
        """The worst among the open ones; of all, when none is open."""
        open_ones = [severity for state, severity in self.census if state.open]
        everyone = [severity for _, severity in self.census]
        return max(open_ones or everyone or [self.group.severity], key=lambda each: each.rank)


def marker(tag: str, group_id: int) -> str:
    """What a group's footer begins with, and by which a lost message is found again."""
    return f"{format_ref(group_id)}{SEPARATOR}{tag}"


def find_marker(payload: dict[str, Any]) -> tuple[str, int] | None:
    """The (tag, group id) that a message in Discord's JSON shape bears in the footer of its first embed."""
    embeds = payload.get("embeds") or [{}]
    match = _MARKER.fullmatch((embeds[0].get("footer") or {}).get("text") or "")
    return (match[2], int(match[1])) if match else None


def render(view: GroupView) -> Card:
    """The group as one message that fits all limits."""
    embed = Embed(
        description="\n".join(_lines(view)),
        color=_colour(view),
        footer=SEPARATOR.join(
            filter(None, (marker(view.tag, view.group.id), plain(view.source_name, _SOURCE)))
        ),
    )
    ping = view.ping or Ping()
    menu = (picker(view.held[:OPTIONS], view.tag, SUBJECT, "Open one of them"),) if view.held else ()
    return fit(
        Card(
            content=_notice(view, ping),
            embeds=(embed,),
            rows=tuple(filter(None, (menu, _browse(view), _actions(view), _snooze_menu(view)))),
            ping=ping,
            file=_list(view),
        )
    )


def ask_resolve(view: GroupView) -> Card:
    """Before many alerts end at one press."""
    sure = Button(
        label=f"Resolve {view.open:,}",
        custom_id=build(Verb.GROUP_RESOLVE, view.tag, view.group.id, SURE),
        style=ButtonStyle.DANGER,
    )
    said = f"Resolve all {view.open:,} open alerts of {view.group.ref}, {named_title(view.group.name)}?"
    return fit(Card(content=said, rows=((sure,),)))


def _name(view: GroupView) -> str:
    return (view.held[0].name if view.held else view.group.name) or view.group.ref


def named_title(name: str) -> str:
    """The name of a group as it stands in a title."""
    return inline(name, _SHORT, addresses=False) or "unnamed"


def _banner(view: GroupView) -> str:
    word = WORDS[view.severity]
    if not view.open:
        return " ".join(EXPIRED if view.expired else STATES[State.RESOLVED])
    if not view.untaken:
        return f"{' '.join(STATES[State.ACKED])}{SEPARATOR}{word}"
    return f"{SIGNS[view.severity]} {word}"


def _colour(view: GroupView) -> int:
    if not view.open:
        return QUIET if view.expired else GOOD
    return COLOURS[view.severity] if view.untaken else ACKED


def _notice(view: GroupView, ping: Ping) -> str:
    """What a phone shows of it, and whom it wakes: severity, name, how many, place, cause."""
    name = inline(_name(view), _NAME, addresses=False) or view.group.ref
    others = " and others" if len({each.name for each in view.held}) > 1 else ""
    line = f"{_banner(view).replace(SEPARATOR, ' ')} {name}{others} ({some_alerts(view.open or view.total)})"
    found = sort_by_name(view.held)
    shared = "/".join(found[0].shared) if len(found) == 1 else view.group.service
    place = inline(shared, _PLACE, addresses=False)
    line = f"{line}{SEPARATOR}{place}" if place else line
    why = inline(view.held[0].summary, _CAUSE, addresses=False) if view.held else ""
    line = f"{line} — {why}" if why else line
    return f"{ping.mentions} {line}" if ping else line


def _lines(view: GroupView) -> Iterator[str]:
    found = sort_by_name(view.held)
    yield _progress(view)
    opened, joined = moment(view.group.opened_at), moment(view.group.joined_at)
    if view.expired and not view.open:
        yield f"🕐 {opened}"
        return
    if view.ended_at is not None and not view.open:
        yield f"🕐 Lasted {span_of(view.ended_at - view.group.opened_at)}, over {moment(view.ended_at)}"
        return
    yield f"🕐 {opened}{SEPARATOR}newest {joined}" if view.total > 1 else f"🕐 {opened}"
    if said := _snoozed(view):
        yield said
    yield ""
    apart = {each.id: group.tell_apart(each) for group in found for each in group.members}
    for each in view.held[:_SHOWN]:
        yield member_line(each, apart[each.id], named=len(found) > 1)
    if view.open > _SHOWN:
        yield f"… and {view.open - _SHOWN:,} {MORE}"


def _progress(view: GroupView) -> str:
    """``🔴 12 critical · 🟠 400 warning`` and how many of them somebody has, or are over."""
    by_state: dict[State, int] = {}
    by_severity: dict[Severity, int] = {}
    for (state, severity), count in view.census.items():
        by_state[state] = by_state.get(state, 0) + count
        if state.open:
            by_severity[severity] = by_severity.get(severity, 0) + count
    if view.expired:
        by_state[State.RESOLVED] = by_state.get(State.RESOLVED, 0) - view.expired
    worst_first = sorted(by_severity, key=lambda each: each.rank, reverse=True)
    parts = [f"{SIGNS[each]} {by_severity[each]:,} {WORDS[each].lower()}" for each in worst_first]
    parts += [
        f"{sign_} {_share(state, by_state[state], view.open)} {word.lower()}"
        for state, (sign_, word) in STATES.items()
        if by_state.get(state)
    ]
    if view.expired:
        parts.append(f"{EXPIRED[0]} {view.expired:,} quiet: no word any more, nobody confirmed")
    return SEPARATOR.join(parts)


def _share(state: State, count: int, total: int) -> str:
    """``all`` or ``3 of them`` of the open, which are counted by severity already; else the count."""
    if not state.open:
        return f"{count:,}"
    return "all" if count == total else f"{count:,} of them"


def member_line(held: BoardAlert, apart: str, *, named: bool) -> str:
    """``🔴 A-1042 **HighErrorRate** · cart-7d9f · x3 · Ann``: one line of a phone, so without its time."""
    place = apart if apart != held.ref else ""
    place = place or "/".join(filter(None, held.places))
    parts = (
        f"{sign(held)} {held.ref} **{named_title(held.name)}**" if named else f"{sign(held)} {held.ref}",
        inline(place, _SHORT, addresses=False),
        f"{TIMES}{held.occurrences}" if held.occurrences > 1 else "",
        inline(held.owner, _OWNER),
    )
    return SEPARATOR.join(filter(None, parts))


def _actions(view: GroupView) -> Row:
    counts = {"open_alerts": view.open, "untaken": view.untaken, "total": view.total}
    return actions(view.tag, view.group.id, **counts)


def _browse(view: GroupView) -> Row:
    """Where one page is not enough, the pages are a menu."""
    if view.total <= PAGE_SIZE:
        return ()
    held = view.held
    return (page_menu(Verb.GROUP_PAGE, view.tag, view.group.id, total=view.total, size=PAGE_SIZE, held=held),)


def _snooze_menu(view: GroupView) -> Row:
    return group_snooze_menu(view.tag, view.group.id, wakes=bool(view.snoozed)) if view.open else ()


def _snoozed(view: GroupView) -> str:
    """Until when nobody is rung for how many of them, and by whom."""
    reason = view.snooze
    if reason is None or not view.open:
        return ""
    until = f"until {moment(reason.until, 't')}" if reason.until else "until they get worse"
    return f"🔕 {view.snoozed:,} of {view.open:,} snoozed, {until} by {who(reason.by)}"


def _list(view: GroupView) -> File | None:
    if view.open <= _SHOWN:
        return None
    said = f"open alerts of {view.group.ref}"
    return File(_FILE_NAME, write_list(sort_by_name(view.held), total=view.open, now=view.now, said=said))


def some_alerts(count: int) -> str:
    """``1 alert``, ``2 alerts``."""
    return f"{count:,} alert{'' if count == 1 else 's'}"
