"""The first answer to an interaction."""

from typing import Any

from bot.sandbox.act import post
from bot.sandbox.limit.form import Field
from bot.sandbox.limit.message import read_draft, read_edit
from bot.sandbox.limit.modal import read_modal
from bot.sandbox.model.interaction import Callback, Interaction, InteractionType
from bot.sandbox.model.mention import USERS_ALLOWED
from bot.sandbox.model.message import Message, MessageFlag, MessageType
from bot.sandbox.rest.route import DONE, Call, Reply, Route

Json = dict[str, Any]
MAX_CHOICES = 25
CONTEXT_MENUS = (2, 3)


def type_of_answer(interaction: Interaction) -> MessageType:
    """The message type of an answer to this interaction."""
    if interaction.type is not InteractionType.COMMAND:
        return MessageType.DEFAULT
    is_menu = interaction.data["type"] in CONTEXT_MENUS
    return MessageType.CONTEXT_MENU_COMMAND if is_menu else MessageType.CHAT_INPUT_COMMAND


def _say(call: Call, interaction: Interaction, data: Field) -> None:
    draft = read_draft(data, call.files, USERS_ALLOWED, extra_flags=MessageFlag.EPHEMERAL)
    interaction.is_ephemeral = bool(draft.flags & MessageFlag.EPHEMERAL)
    interaction.original = post.create(
        call.world,
        interaction.channel,
        call.bot,
        draft,
        type_=type_of_answer(interaction),
        origin=interaction.origin(),
        ephemeral_for=interaction.user if interaction.is_ephemeral else None,
    )


def _defer(call: Call, interaction: Interaction, data: Field) -> None:
    """Show "is thinking"; whether it is ephemeral is settled now."""
    flags = (data["flags"].integer(0) or 0) & MessageFlag.EPHEMERAL
    data.form.settle()
    interaction.is_ephemeral = bool(flags)
    message = Message(
        call.world.ids.take(),
        interaction.channel,
        call.bot.user,
        call.world.now(),
        type=type_of_answer(interaction),
        flags=flags | MessageFlag.LOADING,
        origin=interaction.origin(),
        ephemeral_for=interaction.user if flags else None,
    )
    interaction.original = message
    post.enter(call.world, message)


def _update(call: Call, interaction: Interaction, data: Field) -> None:
    message = interaction.message
    if message is None:
        return
    draft = read_edit(data, call.files, USERS_ALLOWED, message)
    post.edit(call.world, message, draft)
    interaction.original = message


def _choose(interaction: Interaction, data: Field) -> None:
    found: list[Json] = []
    for entry in data["choices"].items(MAX_CHOICES):
        if not entry.table():
            continue
        value = entry["value"]
        kept = value.text(100, low=1, required=True) if isinstance(value.value, str) else value.value
        if not isinstance(kept, str | int | float) and value.value is not None:
            value.refuse("UNION_TYPE_CHOICES", "Must be a string, an integer or a number.")
        found.append({"name": entry["name"].text(100, low=1, required=True), "value": kept})
    data.form.settle()
    interaction.choices = found


def _ask(call: Call, interaction: Interaction, data: Field) -> None:
    interaction.modal = read_modal(data)
    call.world.interactions.modals[interaction.user.id] = interaction


def respond(call: Call) -> Reply:
    """Answer an interaction for the first and only time."""
    interaction = call.world.interactions.to_answer(call.id("interaction"), call.params["token"])
    body = call.field()
    kind = body["type"].one_of((1, *Callback), required=True)
    body.form.settle()
    callback = None if kind in (None, 1) else Callback(kind or 0)
    if callback is None or not interaction.allows(callback):
        body["type"].refuse("INTERACTION_TYPE_INVALID", "This callback does not fit the interaction.")
        body.form.settle()
        return DONE
    data = Field(body.form, body["data"].value or {}, ("data",))
    if callback is Callback.MESSAGE:
        _say(call, interaction, data)
    elif callback is Callback.DEFERRED_MESSAGE:
        _defer(call, interaction, data)
    elif callback is Callback.DEFERRED_UPDATE:
        interaction.original = interaction.message
    elif callback is Callback.UPDATE:
        _update(call, interaction, data)
    elif callback is Callback.CHOICES:
        _choose(interaction, data)
    else:
        _ask(call, interaction, data)
    interaction.callback = callback
    interaction.touch()
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        return DONE
    return Reply(200, _outcome(call, interaction, callback))


def _outcome(call: Call, interaction: Interaction, callback: Callback) -> Json:
    about: Json = {
        "id": str(interaction.id),
        "type": int(interaction.type),
        "channel_id": str(interaction.channel.id),
        "guild_id": str(call.world.guild.id),
    }
    message = interaction.original
    resource: Json = {"type": int(callback)}
    if message is not None:
        about |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.is_loading,
            "response_message_ephemeral": message.ephemeral_for is not None,
        }
        if callback is not Callback.DEFERRED_UPDATE:
            resource["message"] = call.view(message)
    return {"interaction": about, "resource": resource}


ROUTES = (
    Route("POST", "/interactions/{interaction}/{token}/callback", respond, "callback", needs_token=False),
)
