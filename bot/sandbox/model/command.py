"""The registry of application commands, global and of the guild."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.snowflake import SkewedClock, Snowflakes

Json = dict[str, Any]
Key = tuple[int, str]
DAY = timedelta(days=1)


@dataclass(slots=True, eq=False)
class Command:
    """One registered command; ``guild_id`` is none for a global one."""

    id: int
    application_id: int
    guild_id: int | None
    version: int
    body: Json

    @property
    def key(self) -> Key:
        """Type and name: what makes a command the same one at the next sync."""
        return self.body["type"], self.body["name"]

    def wire(self) -> Json:
        """Discord's application command object."""
        found: Json = {
            "id": str(self.id),
            "application_id": str(self.application_id),
            "version": str(self.version),
            "dm_permission": True,
        } | self.body
        return found if self.guild_id is None else found | {"guild_id": str(self.guild_id)}


class Commands:
    """All commands of the one application, by scope (a guild's id, or none)."""

    def __init__(self, application_id: int, ids: Snowflakes, clock: SkewedClock, creates_a_day: int) -> None:
        self._application_id = application_id
        self._ids = ids
        self._clock = clock
        self._creates_a_day = creates_a_day
        self._scopes: dict[int | None, dict[Key, Command]] = {}
        self._created_at: list[datetime] = []

    def of(self, scope: int | None) -> list[Command]:
        """The commands of a scope, in the order they were registered."""
        return list(self._scopes.get(scope, {}).values())

    def all(self) -> list[Command]:
        """The commands of every scope."""
        return [command for scope in self._scopes for command in self.of(scope)]

    def find(self, kind: int, name: str) -> Command | None:
        """The command a person means; a guild's own hides a global one of the same name."""
        for scope in sorted(self._scopes, key=lambda scope: scope is None):
            if (kind, name) in self._scopes[scope]:
                return self._scopes[scope][kind, name]
        return None

    def overwrite(self, scope: int | None, bodies: list[Json]) -> list[Command]:
        """Replace a scope by ``bodies``; what existed keeps its id and only new names are creates.

        Raises:
            ApiError: 30034 beyond the creates of a day.
        """
        known = self._scopes.get(scope, {})
        self._count_creates(sum((body["type"], body["name"]) not in known for body in bodies))
        kept: dict[Key, Command] = {}
        for body in bodies:
            command = known.get((body["type"], body["name"]))
            if command is None:
                command_id = self._ids.take()
                command = Command(command_id, self._application_id, scope, self._ids.take(), body)
            elif command.body != body:
                command.body, command.version = body, self._ids.take()
            kept[command.key] = command
        self._scopes[scope] = kept
        return list(kept.values())

    def put(self, scope: int | None, body: Json) -> Command:
        """Add or replace one command."""
        others = [command.body for command in self.of(scope) if command.key != (body["type"], body["name"])]
        self.overwrite(scope, [*others, body])
        return self._scopes[scope][body["type"], body["name"]]

    def drop(self, scope: int | None, command_id: int) -> None:
        """Remove one command.

        Raises:
            ApiError: 10063 when the scope has no such command.
        """
        command = self.get(scope, command_id)
        del self._scopes[scope][command.key]

    def get(self, scope: int | None, command_id: int) -> Command:
        """One command of a scope.

        Raises:
            ApiError: 10063 when the scope has no such command.
        """
        for command in self.of(scope):
            if command.id == command_id:
                return command
        raise ApiError(Refusal.UNKNOWN_COMMAND)

    def _count_creates(self, count: int) -> None:
        now = self._clock.now()
        self._created_at = [moment for moment in self._created_at if now - moment < DAY]
        if len(self._created_at) + count > self._creates_a_day:
            raise ApiError(Refusal.MAX_COMMAND_CREATES)
        self._created_at += [now] * count
