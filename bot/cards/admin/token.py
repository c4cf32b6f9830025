"""`/token list`: which programs may use the API, how far, until when, and when they last did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.cards.card import Card, Embed
from bot.cards.cut import units
from bot.cards.limits import fit
from bot.cards.style import SEPARATOR
from bot.cards.text import inline, moment, span
from bot.domain.access.token import Token

_ROOM: Final = 3_600
_COLOR: Final = 0x5865F2
_EMPTY: Final = "No program may. Make a token where Tocsin runs: `tocsin token add NAME --role agent`"


def listing(tokens: Sequence[Token], now: datetime) -> Card:
    """One entry for each; no secret is known here."""
    kept: list[str] = []
    room = _ROOM
    for token in tokens:
        line = _line(token, now)
        room -= units(line) + 1
        if room < 0:
            kept.append("…")
            break
        kept.append(line)
    return fit(Card(embeds=(Embed(title="API tokens", description="\n".join(kept) or _EMPTY, color=_COLOR),)))


def _line(token: Token, now: datetime) -> str:
    used = "never used" if token.last_used_at is None else f"used {moment(token.last_used_at)}"
    until = ""
    if token.expires_at is not None:
        over = token.expires_at <= now
        until = f"{'⌛ expired' if over else 'expires'} {moment(token.expires_at)}"
    facts = SEPARATOR.join(filter(None, (f"since {moment(token.created_at)}", used, until)))
    return f"{span(token.name, 70)} {facts}\n-# {inline(', '.join(token.scopes), 300)}"
