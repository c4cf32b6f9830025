"""`/audit`: who did what, how they were known, and what it changed."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from bot.cards.card import Card, Embed
from bot.cards.cut import units
from bot.cards.limits import fit
from bot.cards.style import SEPARATOR
from bot.cards.text import block, inline, moment, who
from bot.domain.audit import Entry, Sealed

LINES: Final = 15
_ROOM: Final = 3_600
_COLOR: Final = 0x5865F2
_VALUE: Final = 60
_MOST_FIELDS: Final = 4
_EMPTY: Final = "Nothing that you may see."


def listing(title: str, entries: Sequence[Sealed], older: str = "") -> Card:
    """Newest first; ``older`` is the command that shows what came before."""
    kept: list[str] = []
    room = _ROOM
    for sealed in entries[:LINES]:
        line = _line(sealed)
        room -= units(line) + 1
        if room < 0:
            break
        kept.append(line)
    if kept and older:
        kept.append(f"-# Older ones: `{older}`")
    text = "\n".join(kept) or _EMPTY
    return fit(Card(embeds=(Embed(title=inline(title, 120), description=text, color=_COLOR),)))


def _line(sealed: Sealed) -> str:
    entry = sealed.entry
    head = SEPARATOR.join(
        filter(
            None,
            (
                f"`{sealed.id}` {moment(entry.at, 'f')}",
                f"{who(entry.actor)} {f'({entry.method})' if entry.method else ''}".strip(),
                f"**{inline(entry.action.replace('_', ' '), 40)}**",
                inline(entry.subject, 80),
            ),
        )
    )
    more = SEPARATOR.join(filter(None, (_changes(entry), inline(entry.note, 120))))
    return f"{head}\n-# {more}" if more else head


def _changes(entry: Entry) -> str:
    """What differs, the first few of it."""
    before, after = (_decode(text) for text in (entry.before, entry.after))
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    told = [_change(name, before, after) for name in names[:_MOST_FIELDS]]
    left = len(names) - len(told)
    return ", ".join([*told, f"and {left} more"] if left > 0 else told)


def _change(name: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    was, became = (block(_text(each.get(name)), _VALUE).replace("\n", " ") for each in (before, after))
    return f"{inline(name, 40)} {was} → {became}" if was else f"{inline(name, 40)} {became}"


def _text(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _decode(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])
