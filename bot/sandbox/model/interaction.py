"""An interaction: a person's press or command, and what the bot makes of it.

First answer within 3 s of the event, then the token lives for 15 min. An interaction is answered once; a
deferred answer is finished by an edit of the original or by the first follow-up.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.guild import User
from bot.sandbox.model.message import Message, Origin
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.model.snowflake import SkewedClock

Json = dict[str, Any]


class InteractionType(IntEnum):
    """What the person did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(IntEnum):
    """How the bot may answer first."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


FITTING = {
    InteractionType.COMMAND: {Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.MODAL},
    InteractionType.COMPONENT: {
        Callback.MESSAGE,
        Callback.DEFERRED_MESSAGE,
        Callback.DEFERRED_UPDATE,
        Callback.UPDATE,
        Callback.MODAL,
    },
    InteractionType.AUTOCOMPLETE: {Callback.CHOICES},
    InteractionType.MODAL: {
        Callback.MESSAGE,
        Callback.DEFERRED_MESSAGE,
        Callback.DEFERRED_UPDATE,
        Callback.UPDATE,
    },
}
NEEDS_MESSAGE = {Callback.DEFERRED_UPDATE, Callback.UPDATE}


@dataclass(slots=True, eq=False)
class Interaction:
    """One interaction; ``message`` is the one whose component was used, ``original`` the bot's answer."""

    id: int
    type: InteractionType
    user: User
    channel: Channel
    data: Json
    begun: float
    name: str | None = None
    message: Message | None = None
    token: str = field(default_factory=lambda: "aW50ZXJhY3Rpb24" + secrets.token_urlsafe(120), repr=False)
    callback: Callback | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    is_ephemeral: bool = False
    was_edited: bool = False
    _waiters: list[asyncio.Future[None]] = field(default_factory=list, repr=False)

    def origin(self) -> Origin:
        """How a message that answers this tells where it comes from."""
        target = None if self.message is None else self.message.id
        return Origin(self.id, int(self.type), self.user, self.name, target)

    def allows(self, callback: Callback) -> bool:
        """Whether this may be answered in that way."""
        if callback in NEEDS_MESSAGE and self.message is None:
            return False
        return callback in FITTING[self.type]

    def touch(self) -> None:
        """Wake everyone who waits for the bot's answer."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_until(self, ready: Callable[[], bool], seconds: float, clock: SkewedClock) -> bool:
        """Whether ``ready`` came true within ``seconds``; it is asked after every touch."""
        timer = asyncio.ensure_future(clock.sleep(seconds))
        try:
            while not ready():
                if timer.done():
                    return False
                waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiters.append(waiter)
                await asyncio.wait({timer, waiter}, return_when=asyncio.FIRST_COMPLETED)
            return True
        finally:
            timer.cancel()


class Interactions:
    """The interactions that may still be answered, by token; bounded."""

    def __init__(self, clock: SkewedClock, settings: SandboxSettings) -> None:
        self._clock = clock
        self._settings = settings
        self._by_token: dict[str, Interaction] = {}
        self.modals: dict[int, Interaction] = {}

    def keep(self, interaction: Interaction) -> None:
        """Make an interaction answerable."""
        self._by_token[interaction.token] = interaction
        while len(self._by_token) > self._settings.kept_interactions:
            del self._by_token[next(iter(self._by_token))]

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """The interaction of a first answer.

        Raises:
            ApiError: 10062 when it is unknown or the deadline has passed, 40060 when it has an answer.
        """
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise ApiError(Refusal.UNKNOWN_INTERACTION)
        if interaction.callback is not None:
            raise ApiError(Refusal.ALREADY_ACKNOWLEDGED)
        if self._clock.monotonic() - interaction.begun > self._settings.answer_deadline:
            raise ApiError(Refusal.UNKNOWN_INTERACTION)
        return interaction

    def to_follow(self, token: str) -> Interaction:
        """The interaction of a follow-up or an edit.

        Raises:
            ApiError: 10015 when the token is unknown or has no first answer, 50027 after its life.
        """
        interaction = self._by_token.get(token)
        if interaction is None:
            raise ApiError(Refusal.UNKNOWN_WEBHOOK)
        if self._clock.monotonic() - interaction.begun > self._settings.token_life:
            raise ApiError(Refusal.INVALID_WEBHOOK_TOKEN)
        if interaction.callback is None:
            raise ApiError(Refusal.UNKNOWN_WEBHOOK)
        return interaction
