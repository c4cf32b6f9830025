"""Actor: who did it. Every audit entry names one."""

from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.snowflake import is_snowflake


class ActorKind(StrEnum):
    """The four sorts of doers."""

    PERSON = "person"
    PROGRAM = "program"
    SOURCE = "source"
    JOB = "job"


class Method(StrEnum):
    """How a doer was known: a token, a signature, Discord, the desk itself, or this machine."""

    BEARER = "bearer"
    HMAC = "hmac"
    DISCORD = "discord"
    JOB = "job"
    CLI = "cli"


class Actor(msgspec.Struct, frozen=True, gc=False):
    """A doer: ``ident`` is stable (a Discord user id, a principal's or job's name), ``name`` is shown."""

    kind: ActorKind
    ident: str
    name: str

    def __str__(self) -> str:
        """``person:1234``: how storage writes it."""
        return f"{self.kind}:{self.ident}"

    @property
    def mention(self) -> str:
        """How a card shows the actor: a Discord mention for a person, the bare name otherwise."""
        return f"<@{self.ident}>" if self.kind is ActorKind.PERSON else self.name

    @property
    def person_id(self) -> int | None:
        """The Discord user, None for whoever is none."""
        is_user = self.kind is ActorKind.PERSON and is_snowflake(self.ident)
        return int(self.ident) if is_user else None

    @property
    def method(self) -> Method:
        """How such a doer is known, unless it is said otherwise."""
        if self.kind is ActorKind.PROGRAM and self.ident.startswith(_ON_THIS_MACHINE):
            return Method.CLI
        return _METHODS[self.kind]

    @classmethod
    def parse(cls, text: str, name: str = "") -> "Actor":
        """Read back what ``str`` wrote."""
        kind, _, ident = text.partition(":")
        return cls(ActorKind(kind), ident, name or ident)


_ON_THIS_MACHINE: Final = "cli:"
_METHODS: Final = {
    ActorKind.PERSON: Method.DISCORD,
    ActorKind.PROGRAM: Method.BEARER,
    ActorKind.SOURCE: Method.BEARER,
    ActorKind.JOB: Method.JOB,
}


def operator(user: str) -> Actor:
    """Whoever is logged in as ``user`` on this machine and types a command."""
    return Actor(ActorKind.PROGRAM, f"{_ON_THIS_MACHINE}{user}", f"{user} (command line)")


def person(user_id: int, name: str) -> Actor:
    """A member of the Discord server."""
    return Actor(ActorKind.PERSON, str(user_id), name)


class SigningSource(Actor, frozen=True, gc=False):
    """A sender of alerts that was known by its signature."""

    @property
    def method(self) -> Method:
        """Not by a token."""
        return Method.HMAC


def source(name: str, *, signed: bool = False) -> Actor:
    """A sender of alerts."""
    return (SigningSource if signed else Actor)(ActorKind.SOURCE, name, name)


def job(name: str) -> Actor:
    """Something that happens by itself."""
    return Actor(ActorKind.JOB, name, name)


SILENCE: Final = job("silence")
"""What ends an episode that its sender neither repeats nor resolves: nobody knows whether it is over."""


def is_silence(actor: Actor | None) -> bool:
    """Whether an episode that ``actor`` ended has expired, and nobody has confirmed that it is over."""
    return actor is not None and actor.kind is SILENCE.kind and actor.ident == SILENCE.ident
