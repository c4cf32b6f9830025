"""A person to be played from Python: the control API's verbs as methods."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from bot.sandbox.control import person
from bot.sandbox.control.summon import outcome, settle
from bot.sandbox.model.error import ControlError
from bot.sandbox.model.guild import Member
from bot.sandbox.model.interaction import Interaction
from bot.sandbox.model.world import World

Json = dict[str, Any]
Id = int | str


def find_person(world: World, name: str) -> Member:
    """A person by name.

    Raises:
        ControlError: 404.
    """
    member = world.people.get(name)
    if member is None:
        known = ", ".join(world.people)
        raise ControlError(f"There is no person {name!r}; there are {known}", status=HTTPStatus.NOT_FOUND)
    return member


class Actor:
    """One person; what needs the bot waits for its answer and returns the outcome.

    All methods raise `ControlError` or `ApiError` for what a Discord client or Discord would refuse.
    """

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self.member = find_person(world, name)

    async def act(
        self, begin: Callable[[World, Member, Any], Interaction], wish: object, patience: float | None = None
    ) -> Json:
        """Begin an interaction and wait for what the bot makes of it, at most ``patience`` seconds."""
        interaction = begin(self._world, self.member, wish)
        seconds = self._world.settings.control_timeout if patience is None else patience
        answered = await settle(self._world, interaction, seconds)
        return outcome(self._world, interaction, self.member, answered=answered)

    async def command(
        self, command: str, options: Json | None = None, *, channel_id: Id | None = None
    ) -> Json:
        """Use a chat command by its words."""
        return await self.act(
            person.use_command, person.CommandInput(command, options or {}, _text(channel_id))
        )

    async def menu(self, name: str, target_id: Id) -> Json:
        """Use a context menu on a message or a person."""
        return await self.act(person.use_command, person.CommandInput(name, target_id=str(target_id)))

    async def complete(
        self, command: str, focused: str, options: Json | None = None, *, channel_id: Id | None = None
    ) -> Json:
        """Ask for the choices of an option that is being typed."""
        wish = person.CommandInput(command, options or {}, _text(channel_id), focused=focused)
        return await self.act(person.complete, wish)

    async def click(self, message_id: Id, custom_id: str, values: list[Any] | None = None) -> Json:
        """Press a button or pick in a select."""
        return await self.act(person.click, person.ClickInput(str(message_id), custom_id, values))

    async def submit(self, custom_id: str, fields: Json) -> Json:
        """Send the modal that was last shown."""
        return await self.act(person.submit, person.SubmitInput(custom_id, fields))

    def react(self, message_id: Id, emoji: str, *, on: bool = True) -> Json:
        """Set or take back an emoji."""
        return person.react(self._world, self.member, person.ReactInput(str(message_id), emoji, on))

    def say(self, content: str, channel_id: Id | None = None) -> Json:
        """Write a message."""
        return person.say(self._world, self.member, person.SayInput(content, _text(channel_id)))

    def delete(self, message_id: Id) -> Json:
        """Delete a message."""
        return person.delete(self._world, self.member, person.DeleteInput(str(message_id)))


def _text(value: Id | None) -> str | None:
    return None if value is None else str(value)
