"""What a Discord client checks before it sends a command: names, types, choices, ranges."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.command import Command
from bot.sandbox.model.error import ControlError
from bot.sandbox.model.world import World

Json = dict[str, Any]
SUB_COMMAND, GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = 3, 4, 5, 6, 7, 8, 9, 10
BOOLEANS = {"true": True, "false": False}


class Resolved:
    """The objects that options or selects point to, as the interaction carries them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.found: dict[str, dict[str, Json]] = {}

    def field(self) -> Json:
        """The field ``resolved``, which is missing when nothing is pointed to."""
        return {"resolved": self.found} if self.found else {}

    def _note(self, kind: str, key: int, wire: Json) -> str:
        self.found.setdefault(kind, {})[str(key)] = wire
        return str(key)

    def user(self, value: object) -> str | None:
        """A member by id or name."""
        for member in self._world.guild.members.values():
            if str(value) in (str(member.user.id), member.user.username):
                self._note("members", member.user.id, member.wire(with_user=False) | {"permissions": "0"})
                return self._note("users", member.user.id, member.user.wire())
        return None

    def role(self, value: object) -> str | None:
        """A role by id or name."""
        for role in self._world.guild.roles.values():
            if str(value) in (str(role.id), role.name):
                return self._note("roles", role.id, role.wire())
        return None

    def channel(self, value: object) -> str | None:
        """A channel by id or name."""
        for channel in self._world.channels.values():
            if str(value) in (str(channel.id), channel.name):
                return self._note("channels", channel.id, channel.wire() | {"permissions": "0"})
        return None

    def mentionable(self, value: object) -> str | None:
        """A member or a role."""
        return self.user(value) or self.role(value)

    def by_type(self, kind: int) -> Callable[[object], str | None] | None:
        """How an option type that points to something is looked up."""
        ways = {USER: self.user, CHANNEL: self.channel, ROLE: self.role, MENTIONABLE: self.mentionable}
        return ways.get(kind)


def find_command(world: World, words: str) -> tuple[Command, list[Json], list[Json]]:
    """The chat command of ``words``: it, its path of sub-commands, and the options of the last of them.

    Raises:
        ControlError: 404 when there is no such command, 400 when a sub-command is missing.
    """
    name, *rest = words.lstrip("/").split() or [""]
    command = world.commands.find(1, name)
    if command is None:
        raise ControlError(f"There is no command /{name}", status=HTTPStatus.NOT_FOUND)
    options: list[Json] = command.body.get("options", [])
    path: list[Json] = []
    for word in rest:
        step = next((option for option in options if option["name"] == word), None)
        if step is None or step["type"] not in (SUB_COMMAND, GROUP):
            raise ControlError(f"There is no command /{words.lstrip('/')}", status=HTTPStatus.NOT_FOUND)
        path.append(step)
        options = step.get("options", [])
    if any(option["type"] in (SUB_COMMAND, GROUP) for option in options):
        names = ", ".join(option["name"] for option in options)
        raise ControlError(f"/{words.lstrip('/')} needs a sub-command: {names}")
    return command, path, options


def nest(path: list[Json], values: list[Json]) -> list[Json]:
    """Option values wrapped in their sub-command and group."""
    for step in reversed(path):
        values = [{"name": step["name"], "type": step["type"], "options": values}]
    return values


def read_values(
    declared: list[Json], given: dict[str, Any], resolved: Resolved, *, focused: str | None = None
) -> list[Json]:
    """The option values as an interaction carries them; with ``focused`` nothing is required yet.

    Raises:
        ControlError: 400 for an unknown option, a missing one, a wrong type, choice, range or length.
    """
    known = {option["name"]: option for option in declared}
    for name in given:
        if name not in known:
            raise ControlError(f"There is no option {name!r}; there are {', '.join(known) or 'none'}")
    if focused is not None and not known.get(focused, {}).get("autocomplete"):
        raise ControlError(f"The option {focused!r} has no autocomplete")
    values: list[Json] = []
    for name, option in known.items():
        if given.get(name) is None and name != focused:
            if option.get("required") and focused is None:
                raise ControlError(f"The option {name!r} is required")
            continue
        if name == focused:
            raw = "" if given.get(name) is None else str(given[name])
            values.append({"name": name, "type": option["type"], "value": raw, "focused": True})
        else:
            value = _value(option, given[name], resolved)
            values.append({"name": name, "type": option["type"], "value": value})
    return values


def _value(option: Json, raw: object, resolved: Resolved) -> object:
    if option.get("choices"):
        return _choice(option, raw)
    kind = option["type"]
    look_up = resolved.by_type(kind)
    if look_up is not None:
        found = look_up(raw)
        if found is None:
            raise ControlError(f"The option {option['name']!r} points to nothing: {raw!r}")
        return found
    if kind == STRING:
        return _text(option, raw)
    if kind == BOOLEAN:
        value = BOOLEANS.get(str(raw).lower())
        if value is None:
            raise ControlError(f"The option {option['name']!r} must be true or false")
        return value
    if kind in (INTEGER, NUMBER):
        return _number(option, raw)
    raise ControlError(f"The option {option['name']!r} has a type that cannot be sent from here")


def _choice(option: Json, raw: object) -> object:
    for choice in option["choices"]:
        if str(raw) in (str(choice["value"]), choice["name"]):
            return choice["value"]
    names = ", ".join(str(choice["value"]) for choice in option["choices"])
    raise ControlError(f"The option {option['name']!r} must be one of: {names}")


def _text(option: Json, raw: object) -> str:
    if not isinstance(raw, str):
        raise ControlError(f"The option {option['name']!r} must be a text")
    low, high = option.get("min_length", 0), option.get("max_length", 6000)
    if not low <= len(raw) <= high:
        raise ControlError(f"The option {option['name']!r} must have {low} to {high} characters")
    return raw


def _number(option: Json, raw: object) -> int | float:
    wants_int = option["type"] == INTEGER
    try:
        value = int(str(raw)) if wants_int else float(str(raw))
    except ValueError as error:
        name = "an integer" if wants_int else "a number"
        raise ControlError(f"The option {option['name']!r} must be {name}") from error
    low, high = option.get("min_value"), option.get("max_value")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ControlError(f"The option {option['name']!r} must be from {low} to {high}")
    return value


def channel_of(world: World, channel_id: str | None) -> Channel:
    """The channel of an action; ``alerts`` unless one is named by id.

    Raises:
        ControlError: 404 when there is none.
    """
    for channel in world.channels.values():
        if str(channel.id) == channel_id or (channel_id is None and channel.name == "alerts"):
            return channel
    raise ControlError("There is no such channel", status=HTTPStatus.NOT_FOUND)
