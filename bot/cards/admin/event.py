"""`/event`: what came in last, one event in full, and how well each provider tells where it comes from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.cards.card import Card, Embed, Field
from bot.cards.cut import units
from bot.cards.limits import fit
from bot.cards.style import SEPARATOR
from bot.cards.text import block, code, inline, link, moment, span

LINES: Final = 20
_ROOM: Final = 3_600
_COLOR: Final = 0x5865F2
_BODY: Final = 1_500


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `/event recent`; ``ref`` is the alert's, "" when it went into none."""

    id: int
    at: datetime
    source: str
    verdict: str
    preview: str
    ref: str = ""
    redacted: bool = False
    refs: tuple[str, ...] = ()


class CoverageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `/event coverage`."""

    provider: str
    total: int
    duplicates: int
    redacted: int
    missing_refs: int
    refs: dict[str, int]
    latest: datetime | None


class EventSheet(msgspec.Struct, frozen=True, kw_only=True):
    """`/event dossier`: ``facts`` are (name, text), ``links`` (title, address), ``body`` is redacted JSON."""

    id: int
    at: datetime
    source: str
    stage: str
    facts: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    body: str


def recent(rows: Sequence[EventRow]) -> Card:
    """The newest events, newest first."""
    lines = [_row(row) for row in rows[:LINES]]
    return _page("Last events", lines, "Nothing has come in yet.")


def coverage(rows: Sequence[CoverageRow], window: str) -> Card:
    """By provider, in figures."""
    return _page(f"Events by provider, {window}", [_covered(row) for row in rows], "Nothing came in.")


def dossier(sheet: EventSheet) -> Card:
    """All about one event."""
    made = [link(title, url) for title, url in sheet.links]
    shown = SEPARATOR.join(each for each in made if each)
    description = "\n".join(filter(None, (f"🕐 {moment(sheet.at, 'f')}", shown, code(sheet.body, _BODY))))
    fields = tuple(Field(inline(name, 60), inline(text, 300)) for name, text in sheet.facts if text)
    title = f"Event {sheet.id}{SEPARATOR}{inline(sheet.source, 60)}{SEPARATOR}{sheet.stage}"
    return fit(Card(embeds=(Embed(title=title, description=description, color=_COLOR, fields=fields),)))


def _row(row: EventRow) -> str:
    marks = SEPARATOR.join(
        filter(
            None,
            (
                f"`{row.id}` {moment(row.at)}",
                inline(row.source, 40),
                row.verdict.replace("_", " "),
                row.ref,
                "🔒 redacted" if row.redacted else "",
                inline(", ".join(row.refs), 80),
            ),
        )
    )
    return f"{marks}\n-# {block(row.preview, 100)}" if row.preview.strip() else marks


def _covered(row: CoverageRow) -> str:
    refs = ", ".join(f"{kind} {count}" for kind, count in sorted(row.refs.items())) or "none"
    last = f"{SEPARATOR}last {moment(row.latest)}" if row.latest else ""
    return (
        f"{span(row.provider, 40)} {row.total}{SEPARATOR}{row.duplicates} duplicates"
        f"{SEPARATOR}{row.redacted} redacted{SEPARATOR}{row.missing_refs} without refs{last}\n"
        f"-# Refs: {inline(refs, 120)}"
    )


def _page(title: str, lines: Sequence[str], empty: str) -> Card:
    kept: list[str] = []
    room = _ROOM
    for line in lines:
        room -= units(line) + 1
        if room < 0:
            break
        kept.append(line)
    text = "\n".join(kept) or empty
    return fit(Card(embeds=(Embed(title=title, description=text, color=_COLOR),)))
