"""What happens in the world, told once and heard by every bot session and every open page."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntFlag
from functools import cached_property
from typing import Any, Protocol

import msgspec

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.guild import User
from bot.sandbox.model.message import Message, conceal

Json = dict[str, Any]


class Intent(IntFlag):
    """Which families of events a bot asks for; the privileged ones must be granted to it."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 26) - 1


@dataclass(kw_only=True, eq=False)
class Event:
    """One event: ``data`` is its wire form, the rest says who hears it.

    ``intent`` 0 goes to every session. With ``channel``, bots hear it only where they may view. An event
    ``private_to`` somebody reaches that person's pages alone.
    """

    name: str
    data: Json
    intent: int = 0
    channel: Channel | None = None
    message: Message | None = None
    private_to: int | None = None
    to_bots: bool = True
    to_pages: bool = True

    @cached_property
    def encoded(self) -> bytes:
        """``data`` as JSON, made once for all sessions."""
        return msgspec.json.encode(self.data)

    def encoded_for(self, reader: User, *, with_content: bool) -> bytes:
        """``data`` for one bot, whose intents may not cover MESSAGE_CONTENT."""
        if with_content or self.message is None or "content" not in self.data:
            return self.encoded
        return msgspec.json.encode(conceal(self.data, self.message, reader))


class Ear(Protocol):
    """Whoever listens to the hub."""

    def hear(self, event: Event) -> None:
        """Take the event in without waiting."""
        ...


class Hub:
    """The one place where events are told.

    A REST call holds its own events back, so that they can leave before or after its answer, as the
    settings want it: Discord promises neither order.
    """

    def __init__(self) -> None:
        self._ears: list[Ear] = []
        self._held: ContextVar[list[Event] | None] = ContextVar("held", default=None)

    def listen(self, ear: Ear) -> None:
        """Let ``ear`` hear everything from now on."""
        self._ears.append(ear)

    def leave(self, ear: Ear) -> None:
        """Stop telling ``ear``; leaving twice is fine."""
        self._ears = [other for other in self._ears if other is not ear]

    def publish(self, event: Event) -> None:
        """Tell everyone now, or later when the running call holds its events back."""
        held = self._held.get()
        if held is None:
            self.deliver(event)
        else:
            held.append(event)

    def deliver(self, event: Event) -> None:
        """Tell everyone now."""
        for ear in self._ears:
            ear.hear(event)

    @contextmanager
    def hold(self) -> Iterator[list[Event]]:
        """Collect what is published inside; the caller delivers it."""
        held: list[Event] = []
        token = self._held.set(held)
        try:
            yield held
        finally:
            self._held.reset(token)
