"""Reaction: an emoji that a person set on a message."""

import msgspec


class Reaction(msgspec.Struct, frozen=True):
    """Who set what where."""

    message_id: int
    user_id: int
    emoji: str
