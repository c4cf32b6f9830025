"""Ping: whom an alert of a severity wakes in a channel, as ids that Discord understands."""

from collections.abc import Mapping, Sequence
from typing import Final

import discord
import structlog

from bot.cards.card import Ping
from bot.delivery.presence import Presence
from bot.domain.alert import Alert
from bot.domain.signal import Severity

_EVERYBODY: Final = {"everyone", "here"}
_log: Final = structlog.get_logger(__name__)

Words = Mapping[Severity, Sequence[str]]


class _HerePing(Ping, frozen=True):
    """Those of everyone who are online."""

    @property
    def mentions(self) -> str:
        """The mentions, with ``@here`` in the place of ``@everyone``."""
        return super().mentions.replace("@everyone", "@here", 1)


class Pings:
    """``words`` are names or ids of roles, ``here`` and ``everyone``, by severity."""

    def __init__(self, words: Words, presence: Presence) -> None:
        self._words = words
        self._presence = presence
        self._hints: dict[str, None] = {}

    @property
    def hints(self) -> tuple[str, ...]:
        """What keeps people from being woken, in sentences for an administrator."""
        return tuple(self._hints)

    def due(self, alert: Alert, channel_id: int) -> Ping:
        """Whom to wake for the alert as it stands: nobody once it is over or somebody has it."""
        if not alert.state.open or alert.owner is not None:
            return Ping()
        return self.resolve(alert.severity, channel_id)

    def resolve(self, severity: Severity, channel_id: int) -> Ping:
        """Whom the severity wakes in the channel; what is not found is left out and becomes a hint."""
        words = self._words.get(severity, ())
        guild = self._presence.guild_of(channel_id) if words else None
        if guild is None:
            return Ping()
        roles = [role for word in words if word not in _EVERYBODY and (role := self._role(guild, word))]
        everybody = [word for word in words if word in _EVERYBODY]
        if not self._presence.may_mention_all(channel_id):
            for role in roles:
                if not role.mentionable:
                    self._hint(f"The role {role.name} cannot be pinged: allow anyone to @mention it.")
            for word in everybody:
                self._hint(f"@{word} cannot be pinged in <#{channel_id}>: allow the bot to mention everyone.")
        kind = _HerePing if everybody and "everyone" not in everybody else Ping
        return kind(roles=tuple(role.id for role in roles), everyone=bool(everybody))

    def _role(self, guild: discord.Guild, word: str) -> discord.Role | None:
        role = next((role for role in guild.roles if word in {role.name, str(role.id)}), None)
        if role is None:
            self._hint(f"In {guild.name} there is no role {word} to ping: create it, or correct [ping].")
        return role

    def _hint(self, hint: str) -> None:
        if hint not in self._hints:
            self._hints[hint] = None
            _log.warning("somebody cannot be pinged", hint=hint)
