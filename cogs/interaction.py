"""Interaction: one thing that a person asked for, from the press to the answer.

Law: Discord hears something well within its 3 seconds, whatever the database does; everybody gets an answer,
and exactly one error boundary turns errors into words (`InteractionContext.excuse`).

Theory: work that takes longer than `PATIENCE` of `cogs.access` is not given up. Discord is told to wait,
which it does for 15 minutes, and gets the answer later. An answer that cannot be delivered changes nothing
about the work done.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Coroutine
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Self, TypeVar

import aiohttp
import discord
import structlog
from discord import InteractionResponseType as Response
from discord.utils import MISSING

from bot import metrics
from bot.cards import answer
from bot.cards.card import Card
from bot.cards.modal import Modal
from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.errors import ConflictError, InvalidInputError, NotDurableError, NotFoundError, TocsinError
from bot.domain.sight import SubjectRef
from cogs.access import Access
from cogs.context import BotContext
from cogs.message import files, form, looks
from cogs.rights import RefusedError
from cogs.typed import take_out_secrets

T = TypeVar("T")

UNREACHABLE: Final = (discord.HTTPException, aiohttp.ClientError, TimeoutError)
_ALREADY_ANSWERED: Final = 40060
_KEY: Final = "context"
_OUTCOMES: Final[dict[type[Exception], str]] = {
    RefusedError: "refused",
    ConflictError: "conflict",
    NotFoundError: "not_found",
    InvalidInputError: "invalid",
    NotDurableError: "unavailable",
}

_log: Final = structlog.stdlib.get_logger(__name__)


class InteractionContext(Access):
    """An interaction and its answer; ``action`` is its name in the metrics."""

    def __init__(self, bot_context: BotContext, interaction: discord.Interaction[Any], action: str) -> None:
        super().__init__(bot_context, interaction)
        self._action = action
        self._silent = True
        self._open = True
        self.unseen: tuple[SubjectRef, ...] = ()
        self.asked = False
        self._typed_secret = take_out_secrets(interaction.data)
        self._hinted = False
        self.answered_elsewhere = False
        interaction.extras[_KEY] = self
        bot_context.enlist()

    @classmethod
    def of(cls, interaction: discord.Interaction[Any]) -> Self:
        """The context that was begun for this interaction."""
        context: Self = interaction.extras[_KEY]
        return context

    @property
    def actor(self) -> Actor:
        """Who asked."""
        user = self.interaction.user
        return actors.person(user.id, user.display_name)

    @property
    def on_ephemeral(self) -> bool:
        """Whether what was pressed stands on a message that only this person sees."""
        message = self.interaction.message
        return message is not None and message.flags.ephemeral

    async def defer_if_slow(self, work: Coroutine[Any, Any, T], *, thinking: bool) -> T:
        """The result of ``work``; when it takes long, Discord is told to wait.

        ``thinking`` promises a new ephemeral answer, otherwise the pressed message will change.
        """
        task = asyncio.create_task(work)
        try:
            await asyncio.wait({task}, timeout=max(self._left, 0))
            if not task.done() and not self.interaction.response.is_done():
                await self._defer(thinking=thinking)
            return await task
        except asyncio.CancelledError:
            task.cancel()
            raise

    async def reply_ephemeral(self, card: Card) -> None:
        """Answer so that only the person who asked sees it, with a hint when they typed a secret."""
        if self._typed_secret and not self._hinted:
            self._hinted = True
            card = answer.with_hint(card)
        response, content = self.interaction.response, card.content or None
        if response.type is None:
            sent = response.send_message(content, ephemeral=True, **looks(card), files=files(card))
            await self._say(sent)
        elif response.type is Response.deferred_channel_message:
            edited = self.interaction.edit_original_response(
                content=content, **looks(card), attachments=files(card)
            )
            await self._say(edited)
        else:
            followed = self.interaction.followup.send(
                card.content, ephemeral=True, **looks(card), files=files(card)
            )
            await self._say(followed)

    async def question(self, card: Card) -> None:
        """Ask ephemerally: nothing has changed yet, so the same spot may be pressed again at once."""
        self.asked = True
        await self.reply_ephemeral(card)

    async def update_message(self, card: Card, *, keep_words: bool = False) -> datetime | None:
        """Answer by changing the pressed message; returns its edited timestamp, None when nobody told.

        ``keep_words`` leaves its content as it is. When `answered_elsewhere` is set afterwards, nobody knows
        what the message shows.
        """
        response, content = self.interaction.response, MISSING if keep_words else card.content or None
        if response.type is None:
            answer = await self._say(response.edit_message(content=content, **looks(card)))
            told = None if answer is None else answer.resource
        else:
            told = await self._say(self.interaction.edit_original_response(content=content, **looks(card)))
        return told.edited_at if isinstance(told, discord.InteractionMessage) else None

    async def ask(self, modal: Modal) -> None:
        """Answer by opening a form."""
        await self._say(self.interaction.response.send_modal(form(modal)))

    async def attend(self, work: Coroutine[Any, Any, None]) -> None:
        """Run what a press or a form asks for; the error boundary of both."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 -- the boundary: whatever it is, the person gets an answer
            await self.excuse(error)
        else:
            self.conclude("done")
            await self._hint()

    async def _hint(self) -> None:
        """Tell who typed a secret, where the answer itself did not; a hint that gets lost changes nothing."""
        if self._silent or self._hinted or not self._typed_secret:
            return
        try:
            await self.reply_ephemeral(answer.nothing())
        except UNREACHABLE as lost:
            _log.warning("answer_lost", action=self._action, reason=repr(lost))

    async def excuse(self, error: Exception) -> None:
        """Say in plain words what went wrong; the unforeseen gets a reference into the log."""
        if _is_unheard(error):
            self.conclude("unanswered")
            _log.warning("answer_lost", action=self._action, reason=repr(error))
            return
        outcome, card = self._judge(error)
        self.conclude(outcome)
        try:
            await self.reply_ephemeral(card)
        except UNREACHABLE as lost:
            _log.warning("answer_lost", action=self._action, reason=repr(lost))

    def conclude(self, outcome: str) -> None:
        """Count how it ended, once."""
        if self._open:
            self._open = False
            metrics.ACTIONS.labels(self._action, outcome).inc()

    def _judge(self, error: Exception) -> tuple[str, Card]:
        if isinstance(error, RefusedError):
            return _OUTCOMES[RefusedError], answer.refused(error.task, error.roles)
        if isinstance(error, TocsinError):
            kinds = (word for kind, word in _OUTCOMES.items() if isinstance(error, kind))
            return next(kinds, "failed"), answer.explain(error)
        reference = secrets.token_hex(4)
        _log.error("action_failed", action=self._action, reference=reference, exc_info=error)
        return "failed", answer.failed(reference)

    async def _defer(self, *, thinking: bool) -> None:
        try:
            await self._say(self.interaction.response.defer(ephemeral=True, thinking=thinking))
        except UNREACHABLE as error:
            _log.warning("defer_lost", action=self._action, reason=repr(error))

    async def _say(self, call: Awaitable[T]) -> T | None:
        """Let Discord hear something; the first time it is measured how long that took."""
        told = None
        try:
            told = await call
        except discord.HTTPException as error:
            if error.code != _ALREADY_ANSWERED:  # ours, taken although it looked lost, or another process's
                raise
            self.answered_elsewhere = True
        if self._silent:
            self._silent = False
            elapsed = self.bot_context.desk.clock.monotonic() - self._begun
            metrics.ANSWER_SECONDS.labels(self._action).observe(elapsed)
        return told


def _is_unheard(error: Exception) -> bool:
    """Whether only the answer got lost, while what was asked for is done; a refused shape is our fault."""
    is_fault = isinstance(error, discord.HTTPException) and error.status == HTTPStatus.BAD_REQUEST
    return isinstance(error, UNREACHABLE) and not is_fault
