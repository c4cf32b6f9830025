"""Ping: whom alerts of a severity wake in a channel, as ids that Discord understands."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import discord
import structlog

from bot.cards.alert.alert import AlertView
from bot.cards.alert.group import GroupView
from bot.cards.alert.ring import RingView, words_of
from bot.cards.card import Ping
from bot.cards.incident.nudge import NudgeView
from bot.cards.outbox.closure import ClosureView
from bot.delivery.bot_view import BotView
from bot.domain.alert.ring import is_loud
from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import Outgoing
from bot.usecases.outbox.subject import View

FIRST: Final = 1  # the project ``default`` of every database
_EVERYBODY: Final = {"everyone", "here"}
_log: Final = structlog.stdlib.get_logger(__name__)

Words = Mapping[Severity, Sequence[str]]


class _HerePing(Ping, frozen=True):
    """Those of everyone who are online."""

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
        presence: BotView,
        responders: Callable[[int], Sequence[str]] = lambda _: (),
        chosen: Callable[[int], Words] = lambda _: {},
    ) -> None:
        self._words = words
        self._responders = responders
        self._chosen = chosen
        self._presence = presence
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
        if isinstance(view, RingView) and view.is_personal:
            return _personal(view)
        if isinstance(view, NudgeView):
            return self._called(card, view) if view.calls and not _was_rung(card, view) else Ping()
        return Ping() if _was_rung(card, view) else self._rung_by(card, view)

    def shown(self, card: Outgoing, view: View) -> Ping:
        """Whom an edit may mention: only those that its own post has rung for what is still so."""
        if not card.pinged or not _was_rung(card, view):
            return Ping()
        if isinstance(view, RingView) and view.is_personal:
            return _personal(view)
        if isinstance(view, NudgeView):
            return self._called(card, view) if view.calls else Ping()
        return self._rung_by(card, view)

    def _rung_by(self, card: Outgoing, view: View) -> Ping:
        """Whom it wakes by its severity; where sources say that themselves, all whom they name."""
        severity = _severity_of(view)
        if severity is None:
            return Ping()
        ping = Ping()
        for own in _own_words(view):
            ping = _both(ping, self.resolve(severity, card.channel_id, card.project_id, own))
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

    def _called(self, card: Outgoing, view: NudgeView) -> Ping:
        """Those who answer incidents; a thread has the rights of its channel, and is perhaps not seen yet."""
        channel_id = view.incident.home_id or card.channel_id
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
        guild = self._presence.guild_of(channel_id) if words else None
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
        if not self._presence.may_mention_all(channel_id):
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


def _own_words(view: View) -> tuple[Sequence[str] | None, ...]:
    match view:
        case AlertView():
            return (view.wakes,)
        case GroupView():
            return (view.own_wakes,)
        case RingView():
            return words_of(view)
        case _:
            return (None,)


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


def _personal(view: RingView) -> Ping:
    return Ping() if view.person_id is None else Ping(users=(view.person_id,))


def _role(guild: discord.Guild, word: str) -> discord.Role | None:
    return next((role for role in guild.roles if word in {role.name, str(role.id)}), None)


def _severity_of(view: View) -> Severity | None:
    """How bad it is for whoever sleeps; None when nobody need wake, or when the view wakes by itself."""
    match view:
        case AlertView() if view.folded_into:
            return None
        case AlertView():
            return view.alert.severity if is_loud(view.alert) else None
        case GroupView():
            return view.wakes
        case ClosureView():
            return Severity.CRITICAL if view.criticals else None
        case RingView():
            return view.severity if view.live else None
        case _:
            return None


def run_of(view: View) -> int:
    """For which run of its alert the view rings; what is no alert has one run."""
    return view.alert.run if isinstance(view, AlertView) else 0


def _was_rung(card: Outgoing, view: View) -> bool:
    return card.rung_run is not None and card.rung_run >= run_of(view)
