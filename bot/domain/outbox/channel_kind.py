"""Channel kind: which channels of Discord take cards; numbers as in its documentation of channel types."""

from typing import Final

_NAMES: Final = {
    2: "a voice channel",
    4: "a category",
    13: "a stage",
    14: "a directory",
    15: "a forum",
    16: "a media channel",
}


def why_not(kind: int) -> str:
    """Why a channel of this kind takes no cards, ``""`` where it does."""
    name = _NAMES.get(kind)
    return f"is {name}, which takes no cards: choose a text channel" if name else ""
