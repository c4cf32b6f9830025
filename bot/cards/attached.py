"""Attached: how a card speaks of its file, and what it says where it may not have one."""

from typing import Final

import msgspec

from bot.cards.card import Card

LISTED: Final = "the complete list is attached"
MORE: Final = "more in the attached list"
_UNLISTED: Final = "Attach Files is missing: there is no list"
_OTHERS: Final = "more: Browse all shows them"


def without_file(card: Card) -> Card:
    """The same without its file, and without promising one."""
    embeds = tuple(
        msgspec.structs.replace(
            embed,
            footer=embed.footer.replace(LISTED, _UNLISTED),
            description=embed.description.replace(MORE, _OTHERS),
        )
        for embed in card.embeds
    )
    return msgspec.structs.replace(card, embeds=embeds, file=None)
