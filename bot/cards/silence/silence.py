"""Silences as a list: what each is about, until when, by whom and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.cards.card import Card, Embed
from bot.cards.limits import fit
from bot.cards.style import CALM, SEPARATOR
from bot.cards.text import inline, moment, plain
from bot.domain.silence.silence import Phase, Silence

SHOWN: Final = 15
_MATCHERS: Final = 160
_WORDS: Final = 120
_LABEL: Final = 80


def render(silences: Sequence[Silence], now: datetime) -> Card:
    """The silences that last, the first to end first."""
    if not silences:
        return fit(Card(embeds=(Embed(title="Silences", description="Nothing is silenced.", color=CALM),)))
    lines = [line(each, now) for each in silences[:SHOWN]]
    if len(silences) > SHOWN:
        lines.append(f"and {len(silences) - SHOWN} more")
    return fit(Card(embeds=(Embed(title="Silences", description="\n".join(lines), color=CALM),)))


def line(silence: Silence, now: datetime) -> str:
    """``🔕 S-4 alertname="HighErrorRate" · until ... · Anna: deploy``."""
    begins = "" if silence.phase(now) is not Phase.PENDING else f"from {moment(silence.starts_at)} "
    said = inline(silence.created_by, _WORDS)
    if silence.comment:
        said += f": {inline(silence.comment, _WORDS)}"
    return SEPARATOR.join(
        (f"🔕 {silence.ref} {matchers(silence)}", f"{begins}until {moment(silence.ends_at, 'f')}", said)
    )


def matchers(silence: Silence) -> str:
    """What it is about, as it was written."""
    return inline(", ".join(map(str, silence.matchers)), _MATCHERS)


def label(silence: Silence) -> str:
    """One line of plain text, for a menu of what can be picked."""
    return plain(f"{silence.ref} {', '.join(map(str, silence.matchers))}", _LABEL)
