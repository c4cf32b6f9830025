"""Sending an interaction to the bot and waiting for what it makes of it."""

from typing import Any

from bot.sandbox.control.view import message_view
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.event import Event
from bot.sandbox.model.guild import Member
from bot.sandbox.model.interaction import Callback, Interaction, InteractionType
from bot.sandbox.model.message import Message
from bot.sandbox.model.permission import permissions_in
from bot.sandbox.model.world import World
from bot.sandbox.rest.body import MAX_FILE

Json = dict[str, Any]
NO_ANSWER = "The application did not respond"
KINDS = {
    None: "none",
    Callback.MESSAGE: "message",
    Callback.DEFERRED_MESSAGE: "message",
    Callback.DEFERRED_UPDATE: "update",
    Callback.UPDATE: "update",
    Callback.CHOICES: "choices",
    Callback.MODAL: "modal",
}


def summon(
    world: World,
    type_: InteractionType,
    member: Member,
    channel: Channel,
    data: Json,
    *,
    message: Message | None = None,
    name: str | None = None,
) -> Interaction:
    """Make an interaction and send it to every session of the bot."""
    interaction = Interaction(
        world.ids.take(),
        type_,
        member.user,
        channel,
        data,
        world.clock.monotonic(),
        name=name,
        message=message,
    )
    world.interactions.keep(interaction)
    payload = _payload(world, interaction, member)
    world.hub.publish(Event(name="INTERACTION_CREATE", data=payload, to_pages=False))
    return interaction


def _payload(world: World, interaction: Interaction, member: Member) -> Json:
    channel, guild_id = interaction.channel, str(world.guild.id)
    granted = str(permissions_in(world.guild, member, channel))
    body: Json = {
        "id": str(interaction.id),
        "application_id": str(world.bot.user.id),
        "type": int(interaction.type),
        "token": interaction.token,
        "version": 1,
        "attachment_size_limit": MAX_FILE,
        "data": interaction.data,
        "guild_id": guild_id,
        "guild": {"id": guild_id, "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "channel_id": str(channel.id),
        "channel": channel.wire() | {"permissions": granted},
        "member": member.wire() | {"permissions": granted},
        "app_permissions": str(permissions_in(world.guild, world.bot, channel)),
        "locale": "en-US",
        "authorizing_integration_owners": {"0": guild_id},
        "context": 0,
        "entitlements": [],
        "entitlement_sku_ids": [],
    }
    if interaction.message is not None:
        body["message"] = interaction.message.wire(world.bot.user.id)
    return body


async def settle(world: World, interaction: Interaction, patience: float) -> bool:
    """Wait for the first answer, and for what a deferred one becomes; false when there was none in time."""
    deadline = world.settings.answer_deadline
    if not await interaction.wait_until(lambda: interaction.callback is not None, deadline, world.clock):
        return False
    patience = min(patience, world.settings.token_life)
    if interaction.callback is Callback.DEFERRED_UPDATE:
        patience = min(patience, world.settings.update_grace)
    elif interaction.callback is not Callback.DEFERRED_MESSAGE:
        return True
    await interaction.wait_until(
        lambda: interaction.was_edited or bool(interaction.followups), patience, world.clock
    )
    return True


def outcome(world: World, interaction: Interaction, viewer: Member, *, answered: bool) -> Json:
    """What the caller of the control API gets."""
    callback = interaction.callback
    message = interaction.original
    if message is not None and (message.is_loading or message.id not in world.messages):
        message = None
    return {
        "interaction_id": str(interaction.id),
        "answered": answered,
        "callback_type": None if callback is None else int(callback),
        "kind": KINDS[callback],
        "deferred": callback in (Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE),
        "ephemeral": interaction.is_ephemeral,
        "content": None if message is None else message.content,
        "message": None if message is None else message_view(world, message, viewer),
        "modal": interaction.modal,
        "choices": interaction.choices,
        "followups": [message_view(world, followup, viewer) for followup in interaction.followups],
        "error": None if answered else NO_ANSWER,
    }
