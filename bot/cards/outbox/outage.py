"""The outage report: what happened while nothing could be shown, in numbers."""

from typing import Final

import msgspec

from bot.cards.card import Card, Embed
from bot.cards.limits import fit
from bot.cards.style import CALM, GOOD, SEPARATOR, span_of
from bot.cards.text import moment
from bot.domain.outbox.outage import Outage, OutageCause

_CAUSES: Final = {
    OutageCause.UNREACHABLE: "Discord could not be reached.",
    OutageCause.CLOSED: "This channel could not be written to.",
    OutageCause.STOPPED: "Tocsin was not running; this is what its senders have told since.",
}


class OutageView(msgspec.Struct, frozen=True):
    """The blindness, and the ``number`` that tells the channel's reports apart."""

    outage: Outage
    number: int
    tag: str


def render(view: OutageView) -> Card:
    """The report as one message."""
    found = view.outage
    embed = Embed(
        description=f"{moment(found.began_at, 't')}\u2013{moment(found.ended_at, 't')}. "
        f"{_CAUSES[found.cause]}{_rest(found)}",
        color=CALM if found.still_open else GOOD,
        footer=marker(view.tag, view.number),
    )
    lasted = span_of(found.ended_at - found.began_at)
    return fit(Card(content=f"🙈 Blind for {lasted}: {_numbers(found)}", embeds=(embed,)))


def marker(tag: str, number: int) -> str:
    """What a report's footer is, and by which a lost report is found again."""
    return f"BLIND-{number}{SEPARATOR}{tag}"


def _numbers(found: Outage) -> str:
    if not found.fired:
        return "no alert fired, as far as is known"
    counts = (f"{found.fired:,} fired", f"{found.resolved:,} already resolved")
    return f"{', '.join(counts)}, {found.still_open:,} still open"


def _rest(found: Outage) -> str:
    """What becomes of them."""
    parts = []
    if found.still_open:
        parts.append("What is open follows.")
    if found.resolved and found.cause is not OutageCause.STOPPED:
        parts.append("What is over gets no card: `/alert list` knows it.")
    return "".join(f" {part}" for part in parts)
