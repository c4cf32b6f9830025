"""Token: what lets a program in, and how far.

Law: a program may do what its token's scopes say, and what these imply, in one project and in no other.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from bot.domain.actor import Actor, ActorKind
from bot.domain.errors import InvalidInputError

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Scope(StrEnum):
    """What a program may do; a route asks for one of these."""

    ALERTS_INGEST = "alerts.ingest"
    ALERTS_READ = "alerts.read"
    ALERTS_CLAIM = "alerts.claim"
    ALERTS_ACK = "alerts.ack"
    ALERTS_WRITE = "alerts.write"
    EVENTS_READ = "events.read"
    EVENTS_HEARTBEAT = "events.heartbeat"
    EVENTS_WRITE = "events.write"
    INCIDENTS_READ = "incidents.read"
    INCIDENTS_WRITE = "incidents.write"
    RECURRENCE_READ = "recurrence.read"
    RECURRENCE_WRITE = "recurrence.write"
    RUNS_WRITE = "runs.write"
    GATE_READ = "gate.read"
    SLO_WRITE = "slo.write"
    AUDIT_READ = "audit.read"
    ADMIN = "admin"


IMPLIED: Final[Mapping[Scope, frozenset[Scope]]] = MappingProxyType(
    {
        Scope.ALERTS_CLAIM: frozenset({Scope.ALERTS_READ}),
        Scope.ALERTS_ACK: frozenset({Scope.ALERTS_READ}),
        Scope.ALERTS_WRITE: frozenset(
            {Scope.ALERTS_INGEST, Scope.ALERTS_READ, Scope.ALERTS_CLAIM, Scope.ALERTS_ACK}
        ),
        Scope.EVENTS_READ: frozenset({Scope.RECURRENCE_READ}),
        Scope.EVENTS_WRITE: frozenset(
            {
                Scope.EVENTS_READ,
                Scope.EVENTS_HEARTBEAT,
                Scope.RECURRENCE_READ,
                Scope.RECURRENCE_WRITE,
            }
        ),
        Scope.INCIDENTS_WRITE: frozenset(
            {Scope.INCIDENTS_READ, Scope.RECURRENCE_READ, Scope.RECURRENCE_WRITE, Scope.RUNS_WRITE}
        ),
        Scope.RECURRENCE_WRITE: frozenset({Scope.RECURRENCE_READ}),
        Scope.ADMIN: frozenset(Scope) - {Scope.ADMIN},
    }
)
"""What comes with a scope: whoever changes a thing is answered with it, an event is shown with its
recurrence, and working on incidents includes reporting what was run and handing the repair over."""


class TokenRole(StrEnum):
    """Bundles of scopes, by what a program is there for."""

    MONITOR = "monitor"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"


ROLES: Final[Mapping[TokenRole, tuple[Scope, ...]]] = MappingProxyType(
    {
        TokenRole.MONITOR: (
            Scope.ALERTS_INGEST,
            Scope.ALERTS_READ,
            Scope.EVENTS_READ,
            Scope.EVENTS_HEARTBEAT,
            Scope.INCIDENTS_READ,
            Scope.GATE_READ,
            Scope.SLO_WRITE,
        ),
        TokenRole.AGENT: (
            Scope.ALERTS_INGEST,
            Scope.ALERTS_CLAIM,
            Scope.ALERTS_ACK,
            Scope.EVENTS_READ,
            Scope.RUNS_WRITE,
        ),
        TokenRole.SUPERVISOR: (
            Scope.ALERTS_WRITE,
            Scope.EVENTS_WRITE,
            Scope.INCIDENTS_WRITE,
            Scope.GATE_READ,
            Scope.AUDIT_READ,
        ),
        TokenRole.OPERATOR: (Scope.ADMIN,),
    }
)
"""A monitor looks and tells, an agent works on alerts, a supervisor leads incidents, an operator may all."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A program's key, without the secret; ``scopes`` as they were granted, in the order of `Scope`.

    ``project`` is the name of the one project it opens. ``expires_at`` is None when it holds until revoked.
    ``severity_cap`` is the worst that it may call an incident.
    """

    id: int
    project_id: int
    project: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    created_by: Actor
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    severity_cap: str = "P0"

    @property
    def actor(self) -> Actor:
        """Who did it, in audit entries and on cards: the program, and that it came with a token."""
        return Actor(ActorKind.PROGRAM, self.name, f"{self.name} (API token)")

    def allows(self, scope: Scope) -> bool:
        """Whether it may."""
        return any(scope is own or scope in IMPLIED.get(own, ()) for own in self.scopes)


def parse_name(text: str, field: str = "name") -> str:
    """The name of a token or project.

    Raises:
        InvalidInputError: it is not lower-case letters, digits, ``.``, ``_``, ``-``.
    """
    if not _NAME.fullmatch(text):
        raise InvalidInputError(field, "use up to 64 of a-z 0-9 . _ - and begin with a letter or digit")
    return text


def parse_scopes(words: Iterable[str]) -> tuple[Scope, ...]:
    """The scopes that ``words`` name, each once.

    Raises:
        InvalidInputError: one of them is none, or there are none at all.
    """
    known = {scope.value: scope for scope in Scope}
    asked = set(words)
    unknown = sorted(asked - known.keys())
    if unknown:
        raise InvalidInputError("scope", f"there is no {unknown[0][:40]!r}; there is {', '.join(Scope)}")
    if not asked:
        raise InvalidInputError("scope", f"a token needs at least one of {', '.join(Scope)}")
    return tuple(scope for scope in Scope if scope.value in asked)


def parse_roles(words: Iterable[str]) -> tuple[Scope, ...]:
    """The scopes of the roles that ``words`` name.

    Raises:
        InvalidInputError: one of them is none.
    """
    known = {role.value: role for role in TokenRole}
    asked = list(words)
    unknown = [word for word in asked if word not in known]
    if unknown:
        raise InvalidInputError("role", f"there is no {unknown[0][:40]!r}; there is {', '.join(TokenRole)}")
    return tuple(dict.fromkeys(scope for word in asked for scope in ROLES[known[word]]))
