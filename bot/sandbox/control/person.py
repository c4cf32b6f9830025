"""What people do: commands, clicks, modals, emoji, words."""

from http import HTTPStatus
from typing import Any

import msgspec

from bot.sandbox.act import post, reaction
from bot.sandbox.control.modal import choose, fill_in
from bot.sandbox.control.option import Resolved, channel_of, find_command, nest, read_values
from bot.sandbox.control.summon import summon
from bot.sandbox.control.view import message_view
from bot.sandbox.limit.component import BUTTON, interactive
from bot.sandbox.limit.message import field_of, read_draft
from bot.sandbox.model.channel import Channel, Thread
from bot.sandbox.model.command import Command
from bot.sandbox.model.error import ControlError
from bot.sandbox.model.guild import Member
from bot.sandbox.model.interaction import Interaction, InteractionType
from bot.sandbox.model.mention import ALL_ALLOWED
from bot.sandbox.model.message import Message
from bot.sandbox.model.permission import Permission, permissions_in
from bot.sandbox.model.world import World

Json = dict[str, Any]
USER_MENU, MESSAGE_MENU = 2, 3


class CommandInput(msgspec.Struct):
    """``command`` is the words of a chat command or the name of a context menu with its ``target_id``."""

    command: str
    options: dict[str, Any] = {}
    channel_id: str | None = None
    target_id: str | None = None
    focused: str | None = None


class ClickInput(msgspec.Struct):
    """A press on a button, or a choice in a select."""

    message_id: str
    custom_id: str
    values: list[Any] | None = None


class SubmitInput(msgspec.Struct):
    """A filled-in modal."""

    custom_id: str
    fields: dict[str, Any] = {}


class ReactInput(msgspec.Struct):
    """An emoji set or taken back."""

    message_id: str
    emoji: str
    on: bool = True
    channel_id: str | None = None


class SayInput(msgspec.Struct):
    """Words in a channel or, with ``thread``, in a thread."""

    content: str
    channel_id: str | None = None
    thread: str | None = None


class DeleteInput(msgspec.Struct):
    """A message to delete."""

    message_id: str
    channel_id: str | None = None


def find_message(world: World, member: Member | None, message_id: str) -> Message:
    """A message that the person can see; of anybody when no person is given.

    Raises:
        ControlError: 404 when there is none.
    """
    message = world.messages.get(int(message_id)) if message_id.isdecimal() else None
    if message is not None and member is not None:
        hidden = message.ephemeral_for not in (None, member.user)
        if hidden or not world.may_view(member, message.channel):
            message = None
    if message is None:
        raise ControlError("There is no such message", status=HTTPStatus.NOT_FOUND, code=10008)
    return message


def _demand_may_use(world: World, member: Member, channel: Channel, command: Command) -> None:
    granted = permissions_in(world.guild, member, channel)
    needed = command.body["default_member_permissions"]
    bits = 0 if needed is None else int(needed)
    is_admin = granted & Permission.ADMINISTRATOR
    if not granted & Permission.USE_APPLICATION_COMMANDS or (needed == "0" and not is_admin):
        raise ControlError("You do not have permission to use this command", status=HTTPStatus.FORBIDDEN)
    if granted & bits != bits:
        raise ControlError("You do not have permission to use this command", status=HTTPStatus.FORBIDDEN)
    if isinstance(channel, Thread) and channel.is_archived:
        raise ControlError("Commands do not work in an archived thread", code=50083)


def _command_data(command: Command, **more: object) -> Json:
    data: Json = {"id": str(command.id), "name": command.body["name"], "type": command.body["type"]}
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    return data | more


def use_command(world: World, member: Member, wish: CommandInput) -> Interaction:
    """Send a chat command or a context menu command.

    Raises:
        ControlError: 404 for an unknown one, 403 for a hidden one, 400 for wrong options.
    """
    channel = channel_of(world, wish.channel_id)
    for kind in (MESSAGE_MENU, USER_MENU):
        menu = world.commands.find(kind, wish.command)
        if menu is not None:
            return _use_menu(world, member, channel, menu, wish)
    command, path, declared = find_command(world, wish.command)
    _demand_may_use(world, member, channel, command)
    resolved = Resolved(world)
    values = read_values(declared, wish.options, resolved)
    data = _command_data(command, options=nest(path, values), **resolved.field())
    name = " ".join([command.body["name"], *(step["name"] for step in path)])
    return summon(world, InteractionType.COMMAND, member, channel, data, name=name)


def _use_menu(
    world: World, member: Member, channel: Channel, menu: Command, wish: CommandInput
) -> Interaction:
    if wish.target_id is None:
        raise ControlError(f"{wish.command!r} is a context menu and needs a target_id")
    resolved = Resolved(world)
    if menu.body["type"] == MESSAGE_MENU:
        message = find_message(world, member, wish.target_id)
        channel = message.channel
        resolved.found["messages"] = {str(message.id): message.wire(world.bot.user.id)}
    elif resolved.user(wish.target_id) is None:
        raise ControlError("There is no such person", status=HTTPStatus.NOT_FOUND)
    _demand_may_use(world, member, channel, menu)
    target = next(iter(resolved.found.get("messages", {}) or resolved.found["users"]))
    data = _command_data(menu, target_id=target, **resolved.field())
    return summon(world, InteractionType.COMMAND, member, channel, data, name=menu.body["name"])


def complete(world: World, member: Member, wish: CommandInput) -> Interaction:
    """Ask for the choices of the focused option.

    Raises:
        ControlError: 404 for an unknown command, 403 for a hidden one, 400 for wrong options.
    """
    if wish.focused is None:
        raise ControlError("focused is required: the name of the option that is being typed")
    channel = channel_of(world, wish.channel_id)
    command, path, declared = find_command(world, wish.command)
    _demand_may_use(world, member, channel, command)
    resolved = Resolved(world)
    values = read_values(declared, wish.options, resolved, focused=wish.focused)
    data = _command_data(command, options=nest(path, values), **resolved.field())
    return summon(world, InteractionType.AUTOCOMPLETE, member, channel, data)


def click(world: World, member: Member, wish: ClickInput) -> Interaction:
    """Press a button or pick in a select.

    Raises:
        ControlError: 404 without such a message or component, 400 when it is disabled or takes other values.
    """
    message = find_message(world, member, wish.message_id)
    if isinstance(message.channel, Thread) and message.channel.is_archived:
        raise ControlError("Components do not work in an archived thread", code=50083)
    for component in interactive(message.components):
        if component["custom_id"] == wish.custom_id:
            break
    else:
        raise ControlError("The message has no such component", status=HTTPStatus.NOT_FOUND)
    if component.get("disabled"):
        raise ControlError("The component is disabled")
    kind = component["type"]
    data: Json = {"custom_id": wish.custom_id, "component_type": kind, "id": component["id"]}
    if kind != BUTTON:
        resolved = Resolved(world)
        data |= {"values": choose(component, wish.values or [], resolved)} | resolved.field()
    elif wish.values:
        raise ControlError("A button takes no values")
    return summon(world, InteractionType.COMPONENT, member, message.channel, data, message=message)


def submit(world: World, member: Member, wish: SubmitInput) -> Interaction:
    """Send the modal that was last shown to the person.

    Raises:
        ControlError: 404 when no such modal is open, 400 for fields that it does not take.
    """
    source = world.interactions.modals.get(member.user.id)
    if source is None or source.modal is None or source.modal["custom_id"] != wish.custom_id:
        raise ControlError("No such modal is open for this person", status=HTTPStatus.NOT_FOUND)
    resolved = Resolved(world)
    components = fill_in(source.modal, wish.fields, resolved)
    del world.interactions.modals[member.user.id]
    data = {"custom_id": wish.custom_id, "components": components} | resolved.field()
    return summon(world, InteractionType.MODAL, member, source.channel, data, message=source.message)


def react(world: World, member: Member, wish: ReactInput) -> Json:
    """Set or take back an emoji; the message as it is then."""
    message = find_message(world, member, wish.message_id)
    if wish.on:
        reaction.add(world, member, message, wish.emoji)
    else:
        reaction.remove(world, member, message, wish.emoji, member.user)
    return message_view(world, message, member)


def say(world: World, member: Member, wish: SayInput) -> Json:
    """Write a message; it as it stands."""
    channel = channel_of(world, wish.thread or wish.channel_id)
    draft = read_draft(field_of({"content": wish.content}), {}, ALL_ALLOWED)
    post.demand_send(world, member, channel, draft)
    return message_view(world, post.create(world, channel, member, draft), member)


def delete(world: World, member: Member, wish: DeleteInput) -> Json:
    """Delete a message, an own one or with MANAGE_MESSAGES any."""
    message = find_message(world, member, wish.message_id)
    if message.ephemeral_for is None:
        post.demand_delete(world, member, message)
    post.delete(world, message)
    return {"deleted": wish.message_id}
