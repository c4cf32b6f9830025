"""Message: cards and modals in the shapes that discord.py sends.

The payload of a card is what goes out, unchanged. Nothing in the process listens to these components: a
press is found by its custom_id alone (see `press`), so that it works after any restart, and nothing is kept.
"""

import io
from typing import Any, Final, TypedDict

import discord

from bot.cards.card import Card, Image, Ping
from bot.cards.modal import Modal

NOBODY: Final = discord.AllowedMentions.none()


class Looks(TypedDict):
    """What an answer or an edit takes."""

    embeds: list[discord.Embed]
    view: discord.ui.View
    allowed_mentions: discord.AllowedMentions


class _Rows(discord.ui.View):
    """Rows of components as the card has them; finished from the start, so that nobody stores it."""

    def __init__(self, components: list[dict[str, Any]]) -> None:
        super().__init__(timeout=None)
        self._components = components
        self.stop()

    def to_components(self) -> list[dict[str, Any]]:
        return self._components


class _Form(discord.ui.Modal):
    """A modal as the card has it; finished from the start."""

    def __init__(self, modal: Modal) -> None:
        super().__init__(title=modal.title, custom_id=modal.custom_id, timeout=None)
        self._payload = modal.to_payload()
        self.stop()

    def to_dict(self) -> dict[str, Any]:
        return self._payload


def looks(card: Card) -> Looks:
    """Everything of a card but its content; it names those of its ping, whom an edit does not wake."""
    payload = card.to_payload()
    return Looks(
        embeds=[discord.Embed.from_dict(embed) for embed in payload["embeds"]],
        view=_Rows(payload["components"]),
        allowed_mentions=_allowed(card.ping),
    )


def _allowed(ping: Ping) -> discord.AllowedMentions:
    if not ping:
        return NOBODY
    return discord.AllowedMentions(
        everyone=ping.everyone,
        roles=[discord.Object(each) for each in ping.roles],
        users=[discord.Object(each) for each in ping.users],
        replied_user=False,
    )


def files(card: Card) -> list[discord.File]:
    """What goes beside it."""
    if card.file is None:
        return []
    data, _ = card.file.content
    words = card.file.words if isinstance(card.file, Image) else None
    return [discord.File(io.BytesIO(data), card.file.name, description=words)]


def form(modal: Modal) -> discord.ui.Modal:
    """A modal to open."""
    return _Form(modal)


def read_fields(interaction: discord.Interaction[Any]) -> dict[str, str]:
    """What was typed or picked in a submitted modal, by custom_id of the field."""
    data: dict[str, Any] = dict(interaction.data or {})
    fields = [part.get("component") or {} for part in data.get("components", ())]
    return {field["custom_id"]: _given(field) for field in fields if "custom_id" in field}


def _given(field: dict[str, Any]) -> str:
    values = field.get("values")
    return str(values[0] if values else field.get("value") or "")


def read_values(interaction: discord.Interaction[Any]) -> list[str]:
    """What was picked in a select."""
    data: dict[str, Any] = dict(interaction.data or {})
    return [str(value) for value in data.get("values", ())]
