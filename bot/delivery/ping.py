"""Ping: whom alerts of a severity wake in a channel, as ids that Discord understands."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import discord
import structlog

from bot.cards.card import Ping
from bot.delivery.bot_view import BotView
from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import Outgoing
from bot.usecases.outbox.kind.registry import SUBJECTS
from bot.usecases.outbox.subject import CardCall, View

FIRST: Final = 1  # the project ``default`` of every database
_EVERYBODY: Final = {"everyone", "here"}
_log: Final = structlog.stdlib.get_logger(__name__)

Words = Mapping[Severity, Sequence[str]]


class _HerePing(Ping, frozen=True):
    """The mention of those who are online."""

    @property
    def mentions(self) -> str:
        """The mentions, with ``@here`` in the place of ``@everyone``."""
        return super().mentions.replace("@everyone", "@here", 1)


class Pings:
    """``words`` are names or ids of roles, ``here`` and ``everyone``, by severity.

    ``responders`` says who answers a project's incidents now; where nobody does, those whom criticals wake.
    ``chosen`` says whom people have chosen for a project in Discord by now; for these severities that alone
    counts.
    """

    def __init__(
        self,
        words: Words,
        bot_view: BotView,
        responders: Callable[[int], Sequence[str]] = lambda _: (),
        chosen: Callable[[int], Words] = lambda _: {},
    ) -> None:
        self._words = words
        self._responders = responders
        self._chosen = chosen
        self._bot_view = bot_view
        self._asked: dict[tuple[Severity, int, int], None] = {}
        self._told: set[str] = set()

    @property
    def hints(self) -> tuple[str, ...]:
        """What keeps people from being woken now, in sentences for an administrator.

        Of every severity and channel that was ever asked for; what was mended is gone.
        """
        found = (hint for asked in self._asked for hint in self._look(*asked)[1])
        return tuple(dict.fromkeys(found))

    def expect(self, channel_id: int) -> None:
        """Alerts of any severity may come in this channel."""
        for severity in self._words:
            self._asked.setdefault((severity, channel_id, FIRST))

    def due(self, card: Outgoing, view: View) -> Ping:
        """Whom the card's post rings: nobody for what is over, taken, quiet, or was rung for already."""
        call = SUBJECTS[card.kind].call(view)
        if call.person_id is None and _was_rung(card, call):
            return Ping()
        return self._reached(card, call)

    def shown(self, card: Outgoing, view: View) -> Ping:
        """Whom an edit may mention: only those that its own post has rung for what is still so."""
        if not card.pinged:
            return Ping()
        call = SUBJECTS[card.kind].call(view)
        return self._reached(card, call) if _was_rung(card, call) else Ping()

    def _reached(self, card: Outgoing, call: CardCall) -> Ping:
        """Whom the call wakes; where sources say that themselves, all whom they name."""
        if call.person_id is not None:
            return Ping(users=(call.person_id,))
        if call.responders:
            return self._called(card, call)
        if call.severity is None:
            return Ping()
        ping = Ping()
        for own in call.words:
            ping = _both(ping, self.resolve(call.severity, card.channel_id, card.project_id, own))
        return ping

    def resolve(
        self,
        severity: Severity,
        channel_id: int,
        project_id: int = FIRST,
        own: Sequence[str] | None = None,
    ) -> Ping:
        """Whom the severity wakes in a project's channel; what is not found is left out and is a hint.

        ``own`` are the words of a source that says so itself.
        """
        if own is None:
            self._asked.setdefault((severity, channel_id, project_id))
            ping, hints = self._look(severity, channel_id, project_id)
        else:
            ping, hints = self._find(own, channel_id)
        self._warn(hints)
        return ping

    def _warn(self, hints: Sequence[str]) -> None:
        for hint in hints:
            if hint not in self._told:
                self._told.add(hint)
                _log.warning("ping_missing", hint=hint)

    def _called(self, card: Outgoing, call: CardCall) -> Ping:
        """The mention of those who answer incidents."""
        channel_id = call.home_id or card.channel_id
        if not (words := self._responders(card.project_id)):
            return self.resolve(Severity.CRITICAL, channel_id, card.project_id)
        ping, hints = self._find(words, channel_id)
        self._warn(hints)
        return ping

    @property
    def wakes_nobody(self) -> bool:
        """Whether nobody is named whom a critical would wake."""
        return not self._words_of(Severity.CRITICAL, FIRST)

    def _words_of(self, severity: Severity, project_id: int) -> Sequence[str]:
        return self._chosen(project_id).get(severity) or self._words.get(severity, ())

    def _look(self, severity: Severity, channel_id: int, project_id: int) -> tuple[Ping, list[str]]:
        return self._find(self._words_of(severity, project_id), channel_id)

    def _find(self, words: Sequence[str], channel_id: int) -> tuple[Ping, list[str]]:
        guild = self._bot_view.guild_of(channel_id) if words else None
        if guild is None:
            return Ping(), []
        named = {word: _role(guild, word) for word in words if word not in _EVERYBODY}
        roles = [role for role in named.values() if role is not None]
        everybody = [word for word in words if word in _EVERYBODY]
        hints = [
            f"In {guild.name} there is no role {word} to ping: create it, or correct [ping]."
            for word, role in named.items()
            if role is None
        ]
        if not self._bot_view.may_mention_all(channel_id):
            hints += [
                f"The role {role.name} cannot be pinged: allow anyone to @mention it."
                for role in roles
                if not role.mentionable
            ]
            hints += [
                f"@{word} cannot be pinged in <#{channel_id}>: allow the bot to mention everyone."
                for word in everybody
            ]
        kind = _HerePing if everybody and "everyone" not in everybody else Ping
        return kind(roles=tuple(role.id for role in roles), everyone=bool(everybody)), hints


def _both(one: Ping, other: Ping) -> Ping:
    """All whom either wakes."""
    if not one or not other:
        return one or other
    all_of_them = any(type(each) is Ping and each.everyone for each in (one, other))
    here = one.everyone or other.everyone
    kind = _HerePing if here and not all_of_them else Ping
    return kind(
        roles=tuple(dict.fromkeys((*one.roles, *other.roles))),
        users=tuple(dict.fromkeys((*one.users, *other.users))),
        everyone=here,
    )


def _role(guild: discord.Guild, word: str) -> discord.Role | None:
    return next((role for role in guild.roles if word in {role.name, str(role.id)}), None)


def _was_rung(card: Outgoing, call: CardCall) -> bool:
    return card.rung_run is not None and card.rung_run >= call.run
