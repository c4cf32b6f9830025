"""Roles in `/setup`: which were chosen, how one is taken back, and a question before everybody gets one."""

from collections.abc import Sequence
from typing import Final

import msgspec

from bot.cards.admin.setup import SetupDraft
from bot.cards.card import Button, ButtonStyle, Card, Embed, Field, Option, Row, Select
from bot.cards.ids import Verb, build
from bot.cards.limits import OPTION_TEXT, OPTIONS, fit
from bot.cards.style import BAD
from bot.cards.text import plain

ROLE: Final = "role"
EVERYONE: Final = "everyone"
VIEW: Final = "view"
RESPOND: Final = "respond"
MANAGE: Final = "manage"
_MAY: Final = {
    VIEW: "look, and nobody else but those who act",
    RESPOND: "act on alerts and incidents",
    MANAGE: "also set up the desk and close incidents",
}


class Chosen(msgspec.Struct, frozen=True, gc=False):
    """A role that was given a right (`VIEW`, `RESPOND`, `MANAGE`) here, rather than in the configuration."""

    role_id: int
    name: str
    right: str

    @property
    def value(self) -> str:
        """What comes back when it is picked."""
        return f"{self.right}.{self.role_id}"


def add_roles(page: Card, chosen: Sequence[Chosen], draft: SetupDraft, tag: str) -> Card:
    """The first page with the roles that were chosen, and a menu to take one back."""
    if not chosen:
        return page
    lines = [f"<@&{each.role_id}> may {_MAY[each.right]}" for each in chosen[:OPTIONS]]
    (embed,) = page.embeds
    shown = msgspec.structs.replace(embed, fields=(*embed.fields, Field("Chosen here", "\n".join(lines))))
    options = tuple(
        Option(
            label=plain(each.name, OPTION_TEXT) or str(each.role_id),
            value=each.value,
            description=plain(f"no longer may {_MAY[each.right]}", OPTION_TEXT),
        )
        for each in chosen[:OPTIONS]
    )
    row: Row = (
        Select(
            custom_id=build(Verb.SETUP, tag, ROLE, draft.encode()),
            placeholder="Take a right back from a role",
            options=options,
        ),
    )
    return fit(msgspec.structs.replace(page, embeds=(shown,), rows=(*page.rows, row)))


def ask_everyone(right: str, tag: str) -> Card:
    """Everybody is a lot of people: asked before, not after."""
    embed = Embed(
        title="Everybody on this server?",
        description=(
            f"@everyone is each member of the server, guests and newcomers too. All of them may then"
            f" {_MAY[right]}, in every channel that they see."
        ),
        color=BAD,
    )
    sure = Button(
        label="Yes, everybody",
        custom_id=build(Verb.SETUP, tag, EVERYONE, right),
        style=ButtonStyle.DANGER,
    )
    return fit(Card(embeds=(embed,), rows=((sure,),)))
