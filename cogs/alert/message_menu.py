"""Message menu: *Acknowledge alert*, by a right-click on a card."""

from typing import Any

import discord
from discord import app_commands

from bot.cards import answer
from bot.cards.ids import Verb
from bot.cards.outbox import cause as cause_card
from bot.cards.style import some
from bot.domain.errors import InvalidInputError
from bot.domain.outbox.kind import TRAITS
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.alert import bulk
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import jump
from cogs.alert import group as group_buttons
from cogs.alert.button import TASKS
from cogs.alert.marker import marked
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
    """A right-click on a card, or on a message that calls for alerts."""
    context = InteractionContext.of(interaction)
    context.demand(Capability.RESPOND, TASKS[Verb.ACK])
    place = await context.defer_if_slow(outbox.showing(context.bot_context.desk, message.id), thinking=True)
    about = None if place is None else TRAITS[place.kind].about
    if place is not None and about is not None and about in {Subject.ALERT, Subject.GROUP}:
        await _acknowledge_all_of(context, SubjectRef(about, place.subject_id))
        return
    called = await context.defer_if_slow(jump.called_for(context.bot_context.desk, message.id), thinking=True)
    if called:
        await _acknowledge_called(context, called)
        return
    found = marked(message)
    if found is None or message.author != interaction.client.user:
        raise InvalidInputError("message", "this is no alert's card")
    tag, ref = found
    if not context.enter_tagged(tag):
        await context.reply_ephemeral(answer.foreign())
        return
    await _acknowledge_all_of(context, ref)


async def _acknowledge_called(context: InteractionContext, called: list[SubjectRef]) -> None:
    """One alert as on its card; of several the answer has a way back."""
    seen = await context.visible(called)
    if len(called) == 1 or not seen:
        await acknowledge(context, int(called[0].which))
        return
    desk = context.bot_context.desk
    work = bulk.acknowledge(desk, [int(each.which) for each in seen], actor=context.actor)
    done = await context.defer_if_slow(work, thinking=True)
    desk.bell.ring()
    told = f"{some(done.changed, 'alert')} acknowledged."
    await context.reply_ephemeral(cause_card.done(told, context.bot_context.tag, done.act_id))


async def _acknowledge_all_of(context: InteractionContext, ref: SubjectRef) -> None:
    if ref.subject is Subject.ALERT:
        await acknowledge(context, int(ref.which))
        return
    await context.admit(ref)
    await group_buttons.acknowledge_beside(context, int(ref.which))
