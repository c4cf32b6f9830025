"""Answers and questions that several nouns of the API share."""

from typing import Annotated, TypeVar

import msgspec

from bot.domain.actor import Actor
from bot.usecases.alert.move import MAX_NOTE

T = TypeVar("T")

Limit = Annotated[int, msgspec.Meta(ge=1, le=100)]
Offset = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
Text = Annotated[str, msgspec.Meta(max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=MAX_NOTE)]
SomeWords = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NOTE)]


class Doer(msgspec.Struct, frozen=True):
    """Who did it: ``id`` is stable, such as ``program:ci`` or ``person:1234``, ``name`` is for people."""

    id: str
    name: str


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address that takes nothing but itself."""


class Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``note`` is kept with what is done, and shown to people."""

    note: Words = ""


class NewNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``note`` is kept and shown to people."""

    note: SomeWords


def show_actor(actor: Actor) -> Doer:
    """An actor as programs see it."""
    return Doer(str(actor), actor.name)


def show_actor_or_none(actor: Actor | None) -> Doer | None:
    """An actor as the API shows it, null where there is none."""
    return None if actor is None else show_actor(actor)


def many(value: T | tuple[T, ...]) -> tuple[T, ...]:
    """A field that takes one or several."""
    return value if isinstance(value, tuple) else (value,)
