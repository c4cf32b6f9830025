"""Registering application commands, globally and for the guild."""

from bot.sandbox.limit.command import read_command, read_commands
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.event import Event
from bot.sandbox.rest.route import DONE, Call, Reply, Route


def _scope(call: Call) -> int | None:
    if call.id("application") != call.bot.user.id:
        raise ApiError(Refusal.UNKNOWN_APPLICATION)
    if "guild" not in call.params:
        return None
    if call.id("guild") != call.world.guild.id:
        raise ApiError(Refusal.MISSING_ACCESS)
    return call.world.guild.id


def _announce(call: Call) -> None:
    commands = [command.wire() for command in call.world.commands.all()]
    call.world.hub.publish(Event(name="COMMANDS_UPDATE", data={"commands": commands}, to_bots=False))


def overwrite(call: Call) -> Reply:
    """Replace all commands of a scope."""
    scope = _scope(call)
    found = call.world.commands.overwrite(scope, read_commands(call.field()))
    _announce(call)
    return Reply(200, [command.wire() for command in found])


def listing(call: Call) -> Reply:
    """The commands of a scope."""
    return Reply(200, [command.wire() for command in call.world.commands.of(_scope(call))])


def create(call: Call) -> Reply:
    """Add or replace one command: 201 when it is new."""
    scope = _scope(call)
    body = call.field()
    command = read_command(body)
    body.form.settle()
    known = {entry.key for entry in call.world.commands.of(scope)}
    found = call.world.commands.put(scope, command)
    _announce(call)
    return Reply(200 if found.key in known else 201, found.wire())


def read(call: Call) -> Reply:
    """One command."""
    return Reply(200, call.world.commands.get(_scope(call), call.id("command")).wire())


def delete(call: Call) -> Reply:
    """Remove one command."""
    call.world.commands.drop(_scope(call), call.id("command"))
    _announce(call)
    return DONE


GLOBAL = "/applications/{application}/commands"
LOCAL = "/applications/{application}/guilds/{guild}/commands"
ROUTES = tuple(
    route
    for base in (GLOBAL, LOCAL)
    for route in (
        Route("PUT", base, overwrite, "commands"),
        Route("GET", base, listing, "read"),
        Route("POST", base, create, "commands"),
        Route("GET", f"{base}/{{command}}", read, "read"),
        Route("DELETE", f"{base}/{{command}}", delete, "commands"),
    )
)
