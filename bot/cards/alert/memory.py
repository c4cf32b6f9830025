"""Memory on the card: what the team already knows about an alert at the moment it fires.

One line of figures, one of what helped last, and a warning first when it was thought to be mended.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from bot.cards.style import SEPARATOR, ordinal, span_of
from bot.cards.text import inline, link, moment, who
from bot.domain.alert.alert import format_ref
from bot.domain.recurrence.recurrence import Memory, Regression, Remedy

FIRST: Final = "🆕 First time seen"
_NOTE: Final = 150
_ENOUGH: Final = 3  # episodes; of two the gap is what "last" says already
_WORTH_TELLING: Final = timedelta(minutes=1)
_MOMENT: Final = timedelta(seconds=1)


def recall(memory: Memory | None) -> str:
    """Up to three lines of Markdown; ``""`` where nothing was looked for."""
    if memory is None:
        return ""
    return "\n".join(_lines(memory))


def _lines(memory: Memory) -> Iterator[str]:
    if memory.regression is not None:
        yield _regression(memory.regression)
    if memory.previous_at is None and memory.remedy is None and memory.regression is None:
        yield FIRST
    if memory.previous_at is not None:
        yield f"🔁 {SEPARATOR.join(_figures(memory))}"
    if memory.remedy is not None:
        yield _remedy(memory.remedy)


def _figures(memory: Memory) -> Iterator[str]:
    last = f"last {moment(memory.previous_at)}" if memory.previous_at else ""
    if memory.episodes == 1:
        yield f"Seen before, {last}"
        return
    count = f"Over {memory.episodes - 1} times" if memory.more else f"{ordinal(memory.episodes)} time"
    yield f"{count} in 30 days, {last}"
    if memory.gap is not None and memory.episodes >= _ENOUGH and memory.gap >= _WORTH_TELLING:
        yield f"median gap {span_of(memory.gap)}"
    if memory.self_resolved:
        within = memory.self_resolved_within
        told = f" within {span_of(max(within, _MOMENT))}" if within is not None else ""
        yield f"{memory.self_resolved} of {memory.ended} resolved by themselves{told}"
    if memory.rhythm is not None:
        yield f"mostly {memory.rhythm} UTC"


def _remedy(remedy: Remedy) -> str:
    note = inline(remedy.note, _NOTE)
    ref = format_ref(remedy.alert_id)
    place = link(ref, remedy.jump_url) or ref
    did = "fixed" if remedy.by_hand else "acknowledged"
    return f"🔧 Last {did} by {who(remedy.who)}{f': {note}' if note else ''} ({place})"


def _regression(regression: Regression) -> str:
    note = inline(regression.note, _NOTE)
    fixed = f"↩️ Marked fixed {moment(regression.fixed_at)} and back, ask {who(regression.owner)}"
    return f"{fixed}: {note}" if note else fixed
