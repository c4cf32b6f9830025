"""Message menu: *Acknowledge alert*, by a right-click on a card."""

from typing import Any

import discord
from discord import app_commands

from bot.cards import answer
from bot.cards.alert.alert import find_marker
from bot.cards.ids import Verb
from bot.domain.errors import InvalidInputError
from bot.domain.outbox.kind import TRAITS
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.outbox import card as outbox
from cogs.alert import group as group_buttons
from cogs.alert.button import TASKS
from cogs.alert.several import said
from cogs.interaction import InteractionContext
from cogs.rights import Capability

Click = discord.Interaction[Any]


async def acknowledge(context: InteractionContext, alert_id: int) -> None:
    """Take an alert on, by the menu of a message."""
    await context.admit(SubjectRef(Subject.ALERT, alert_id))
    work = alerts.acknowledge(context.bot_context.desk, alert_id, actor=context.actor)
    done = await context.defer_if_slow(work, thinking=True)
    await context.reply_ephemeral(answer.done(said(done, "acknowledged")))


@app_commands.context_menu(name="Acknowledge alert")
async def acknowledge_message(interaction: Click, message: discord.Message) -> None:
    """A right-click on a card."""
    context = InteractionContext.of(interaction)
    context.demand(Capability.RESPOND, TASKS[Verb.ACK])
    place = await context.defer_if_slow(outbox.showing(context.bot_context.desk, message.id), thinking=True)
    if place is not None and TRAITS[place.kind].about is Subject.ALERT:
        await acknowledge(context, place.subject_id)
        return
    if place is not None and TRAITS[place.kind].about is Subject.GROUP:
        await context.admit(SubjectRef(Subject.GROUP, place.subject_id))
        await group_buttons.acknowledge_beside(context, place.subject_id)
        return
    marker = find_marker({"embeds": [embed.to_dict() for embed in message.embeds]})
    if marker is None or message.author != interaction.client.user:
        raise InvalidInputError("message", "this is no alert's card")
    if not context.enter_tagged(marker[0]):
        await context.reply_ephemeral(answer.foreign())
        return
    await acknowledge(context, marker[1])
