"""`/integrations`: who can send, who does, and for one of them what to paste there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.cards.card import Card, Embed, Field
from bot.cards.limits import fit
from bot.cards.style import CALM, SEPARATOR
from bot.cards.text import code, inline, moment, span
from bot.domain.access.recipe import Recipe

TOKEN: Final = "TOKEN"  # noqa: S105 -- it stands where one belongs
_RECIPE: Final = 3_000
_SOURCES: Final = 25


class Integration(msgspec.Struct, frozen=True, gc=False):
    """A source that is let in: its name, what it speaks, and when it was last heard."""

    name: str
    title: str
    last_event_at: datetime | None


def overview(sources: Sequence[Integration], titles: Sequence[str]) -> Card:
    """Everybody who sends, and everybody who could."""
    lines = [
        SEPARATOR.join(
            (
                f"**{inline(each.name, 64)}**",
                inline(each.title, 64),
                moment(each.last_event_at) if each.last_event_at else "never heard",
            )
        )
        for each in sources[:_SOURCES]
    ]
    if len(sources) > _SOURCES:
        lines.append(f"… and {len(sources) - _SOURCES} more")
    embed = Embed(
        title="Who sends alerts here",
        description="\n".join(lines) or "Nobody yet.",
        color=CALM,
        fields=(
            Field("Who could", SEPARATOR.join(inline(title, 64) for title in titles)),
            Field("How", "`/integrations sender:` shows what to paste there, `/setup` lets one in."),
        ),
    )
    return fit(Card(embeds=(embed,)))


def instructions(title: str, url: str, recipe: Recipe) -> Card:
    """What to paste at one sender; the token is not known any more, so a word stands for it."""
    embed = Embed(
        title=title,
        description="\n".join(filter(None, (recipe.where, code(recipe.text, _RECIPE, recipe.language)))),
        color=CALM,
        fields=(
            Field("Address", span(url, 900)),
            Field(
                "Token",
                f"Where `{TOKEN}` stands belongs the token of its source, which was shown when that was made."
                " `/setup` makes another source, `tocsin source rotate NAME` a new token.",
            ),
        ),
    )
    return fit(Card(embeds=(embed,)))
