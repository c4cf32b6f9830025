"""`/status`: can the desk hear, keep and show? The answer first, the figures under it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.cards.card import Card, Embed, Field
from bot.cards.cut import units
from bot.cards.limits import FIELD_VALUE, fit
from bot.cards.look import BAD, GOOD, SEPARATOR
from bot.cards.text import inline, moment, plain

_SLOW_GATEWAY: Final = timedelta(seconds=2)
_NOTICE: Final = 0xF3B61F


class Lane(msgspec.Struct, frozen=True, gc=False):
    """How many cards of one urgency wait to be shown."""

    name: str
    dirty: int


class Parked(msgspec.Struct, frozen=True, gc=False):
    """Cards that cannot be shown until ``reason`` is mended; it is a sentence for an administrator."""

    channel_id: int
    reason: str
    cards: int


class SourceLine(msgspec.Struct, frozen=True, gc=False):
    """A sender and when it was last heard; None is never."""

    name: str
    provider: str
    last_event_at: datetime | None = None


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """All the card shows. ``gateway_lag`` is None while disconnected; ``versions`` are (name, version)."""

    lanes: tuple[Lane, ...] = ()
    parked: tuple[Parked, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    open_alerts: int = 0
    gateway_lag: timedelta | None = None
    versions: tuple[tuple[str, str], ...] = ()
    database: str = ""
    started_at: datetime | None = None


def render(view: StatusView) -> Card:
    """The desk's condition as one message."""
    sign, verdict, color = _verdict(view)
    fields = [Field("Waiting to be shown", _join(_lanes(view)))] if any(_dirty(view)) else []
    if view.parked:
        fields.append(Field("Parked", _join(_parked(view))))
    fields.append(Field("Sources", _join(_sources(view)) or "None yet: `/setup` makes the first one."))
    embed = Embed(
        title=f"{sign} {verdict}",
        description=SEPARATOR.join(_facts(view)),
        color=color,
        fields=tuple(fields),
        footer=SEPARATOR.join(plain(f"{name} {version}", 60) for name, version in view.versions),
    )
    return fit(Card(embeds=(embed,)))


def _dirty(view: StatusView) -> Iterator[int]:
    return (lane.dirty for lane in view.lanes)


def _verdict(view: StatusView) -> tuple[str, str, int]:
    parked = sum(place.cards for place in view.parked)
    if view.gateway_lag is None:
        return "🔴", "Not connected to Discord's gateway", BAD
    if parked:
        return "🟠", f"{_cards(parked)} cannot be shown", _NOTICE
    waiting = sum(_dirty(view))
    if waiting:
        return "🟡", f"{_cards(waiting)} on the way", _NOTICE
    return "✅", "Every channel shows the truth", GOOD


def _cards(count: int) -> str:
    return f"{count} card{'s' if count != 1 else ''}"


def _facts(view: StatusView) -> Iterator[str]:
    yield f"{view.open_alerts} open alert{'s' if view.open_alerts != 1 else ''}"
    if view.gateway_lag is not None:
        slow = " (slow)" if view.gateway_lag >= _SLOW_GATEWAY else ""
        yield f"gateway {view.gateway_lag / timedelta(milliseconds=1):.0f} ms{slow}"
    if view.database:
        yield f"database {inline(view.database, 80)}"
    if view.started_at is not None:
        yield f"up since {moment(view.started_at)}"


def _lanes(view: StatusView) -> Iterator[str]:
    return (f"{inline(lane.name, 60)}: {lane.dirty}" for lane in view.lanes if lane.dirty)


def _parked(view: StatusView) -> Iterator[str]:
    return (
        f"<#{place.channel_id}>: {_cards(place.cards)}, {inline(place.reason, 200)}" for place in view.parked
    )


def _sources(view: StatusView) -> Iterator[str]:
    for source in view.sources:
        heard = f"last heard {moment(source.last_event_at)}" if source.last_event_at else "never heard"
        yield f"{inline(source.name, 60)} ({inline(source.provider, 30)}): {heard}"


def _join(lines: Iterator[str]) -> str:
    """As many lines as fit one field, and how many do not."""
    kept: list[str] = []
    hidden = 0
    budget = FIELD_VALUE - len("… and 99999 more\n")
    for line in lines:
        budget -= units(line) + 1
        if budget < 0:
            hidden += 1
        else:
            kept.append(line)
    return "\n".join([*kept, f"… and {hidden} more"] if hidden else kept)
