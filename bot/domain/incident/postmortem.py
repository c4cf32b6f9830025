"""Postmortem: all that is known of an incident once it is over, for people to finish."""

import msgspec

from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.alert import Alert
from bot.domain.incident.action import Action
from bot.domain.incident.duration import Durations
from bot.domain.incident.incident import Incident
from bot.domain.incident.timeline import TimelineLine
from bot.domain.recurrence.recurrence import Memory


class Involved(msgspec.Struct, frozen=True):
    """An alert of the incident, and what the team remembered when it fired."""

    alert: Alert
    memory: Memory


class Postmortem(msgspec.Struct, frozen=True, kw_only=True):
    """``merged`` are the incidents that went into this one; their alerts and lines are among these.

    ``unlisted`` is how many alerts belong to it besides those that are ``involved`` here; ``guild_id`` makes
    links to messages (0: none).
    """

    incident: Incident
    durations: Durations
    lines: tuple[TimelineLine, ...]
    involved: tuple[Involved, ...]
    unlisted: int = 0
    actions: tuple[Action, ...]
    merged: tuple[Incident, ...] = ()
    guild_id: int = 0

    @property
    def people(self) -> tuple[Actor, ...]:
        """The people who did or wrote something, in the order of their first appearance."""
        found: dict[str, Actor] = {}
        for line in self.lines:
            for actor in (line.actor, line.latest.draft.actor):
                if actor.kind is ActorKind.PERSON:
                    found.setdefault(str(actor), actor)
        for holder in self.incident.roles.values():
            found.setdefault(str(holder), holder)
        return tuple(found.values())
