"""Behind *More*: everything the desk knows about one alert, for the one who asked.

It is an ephemeral answer, so it bears no marker. Labels fill as many pages as they need; the first page tells
the story, each shows the same share of labels.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.cards.alert.action import CLAIM_WORDS, actions, menu
from bot.cards.alert.alert import AlertView, headline, links, snoozed, where
from bot.cards.alert.snooze import snooze_menu
from bot.cards.alert.standing import attempts
from bot.cards.card import Button, ButtonStyle, Card, Embed, Field, Row
from bot.cards.cut import cut, units
from bot.cards.ids import Verb, build
from bot.cards.limits import BUTTON_URL, FIELD_VALUE, fit
from bot.cards.style import SEPARATOR, TIMES, colour
from bot.cards.text import block, code, inline, link, moment, plain, public_address, span, who
from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert
from bot.domain.alert.group import format_ref
from bot.domain.alert.signal import TRUNCATED

# Together they stay below the total of a message, so that `fit` never has to touch the labels.
_SUMMARY: Final = 500
_DESCRIPTION: Final = 900
_NOTE: Final = 400
_LINKS: Final = 700
_REST: Final = 900  # all that has no role of its own
_SAID: Final = 200  # one of it
_LABEL: Final = 300  # one name and value
_PAGE: Final = 1_200  # labels a page
_STEP: Final = 140  # one line of the timeline


_TIME: Final = re.compile(r"(?:starts?|ends?|started|ended|resolved)_?at|timestamp", re.IGNORECASE)


class HistoryLine(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened: ``what`` in the past tense, e.g. ``acknowledged``."""

    at: datetime
    who: Actor
    what: str


def details(
    view: AlertView, history: Sequence[HistoryLine] = (), *, page: int = 0, jump_url: str = ""
) -> Card:
    """The whole alert; ``history`` is oldest first, ``page`` counts from 0 and is brought into range."""
    alert = view.alert
    pages = list(_label_pages(alert))
    page = min(max(page, 0), len(pages) - 1)
    embeds = [_labels(alert, pages[page], page, len(pages))] if alert.labels else []
    if page == 0:
        embeds.insert(0, _story(view, history))
    buttons = actions(alert, view.tag, more=False, escalates=view.escalates)
    rows = (buttons, menu(alert, view.tag), snooze_menu(alert, view.tag))
    turns = _turns(view, page, len(pages), jump_url)
    return fit(Card(embeds=tuple(embeds), rows=tuple(filter(None, (*rows, turns)))))


def _story(view: AlertView, history: Sequence[HistoryLine]) -> Embed:
    alert = view.alert
    description = alert.description if alert.description.strip() != alert.summary.strip() else ""
    parts = [block(alert.summary, _SUMMARY), block(description, _DESCRIPTION), _note(alert), snoozed(view)]
    parts += ["\n".join(_facts(alert, view.tag)), "\n".join(_rest(alert)), links(alert, _LINKS)]
    lines = _latest(history)
    return Embed(
        title=headline(alert),
        description="\n\n".join(filter(None, parts)),
        color=colour(alert),
        fields=(Field("Timeline", lines),) if lines else (),
        footer=f"More on {alert.ref}{SEPARATOR}{plain(view.source_name, 60)}",
    )


def _rest(alert: Alert) -> Iterator[str]:
    """What the sender said without a role of its own; addresses in it can be followed."""
    room = _REST
    for name, text in alert.said.items():
        if name == TRUNCATED:
            continue
        title = inline(name, 60, addresses=False)
        said = link(title, text) or f"**{title}**: {inline(text, _SAID)}"
        if _TIME.fullmatch(name):
            said += " (no time that is understood: the receipt counts)"
        room -= units(said) + 1
        if room < 0:
            yield "…"
            return
        yield said


def _facts(alert: Alert, tag: str) -> Iterator[str]:
    place = where(alert)
    if place:
        yield f"📍 {place}"
    often = f", {TIMES}{alert.occurrences}" if alert.occurrences > 1 else ""
    yield f"🕐 First {moment(alert.fires_since, 'f')}, last {moment(alert.last_seen_at)}{often}"
    if tried := attempts(alert):
        yield tried
    if alert.severity_word:
        yield f"Severity as sent: {inline(alert.severity_word, 60)}"
    if alert.silent_after is not None and alert.state.open:
        yield f"Expires {moment(alert.silent_after)} without a word from the sender, unless somebody has it"
    if alert.group_id is not None:
        yield f"Shares its card with {format_ref(alert.group_id)}"
    if alert.group_key:
        yield f"Group {inline(alert.group_key, 120)}"
    if alert.state.open:
        yield CLAIM_WORDS
    yield f"Signature {span(alert.signature[:16], 20)}"
    yield f"The card's footer ends in {span(tag, 12)}: by it this desk knows its own cards"


def _note(alert: Alert) -> str:
    note = block(alert.note, _NOTE)
    return f"💬 {note} — {who(alert.note_by)}" if note and alert.note_by else note and f"💬 {note}"


def _latest(history: Sequence[HistoryLine]) -> str:
    """The newest lines that fit one field, oldest first."""
    kept: list[str] = []
    budget = FIELD_VALUE - len("…\n")
    for line in reversed(history):
        made = f"{moment(line.at, 'f')} {who(line.who)} {inline(line.what, _STEP)}"
        budget -= units(made) + 1
        if budget < 0:
            kept.append("…")
            break
        kept.append(made)
    return "\n".join(reversed(kept))


def _label_pages(alert: Alert) -> Iterator[str]:
    """Lines ``name = value``, packed into pages; at least one page, maybe empty."""
    page: list[str] = []
    room = _PAGE
    for name, value in alert.labels.items():
        line = cut(f"{plain(name, 100)} = {plain(value, _LABEL)}", _LABEL)
        if units(line) + 1 > room:
            yield "\n".join(page)
            page, room = [], _PAGE
        page.append(line)
        room -= units(line) + 1
    yield "\n".join(page)


def _labels(alert: Alert, text: str, page: int, pages: int) -> Embed:
    count = f" ({page + 1}/{pages})" if pages > 1 else ""
    return Embed(title=f"Labels{count}", description=code(text, _PAGE + 20), color=colour(alert))


def _turns(view: AlertView, page: int, pages: int, jump_url: str) -> Row:
    """Where to go from here; the page turned to is the ``extra`` of *More*."""
    buttons = [
        Button(label=label, custom_id=build(Verb.MORE, view.tag, view.alert.id, str(target)))
        for label, target in (("◀ Labels", page - 1), ("Labels ▶", page + 1))
        if 0 <= target < pages
    ]
    if public_address(jump_url, BUTTON_URL):
        buttons.append(Button(label="Go to the card", url=jump_url, style=ButtonStyle.LINK))
    return tuple(buttons)
