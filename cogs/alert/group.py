"""Group: what the buttons of a group's card do; its menu opens alerts as in any list."""

from collections.abc import Coroutine
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

import discord
import msgspec

from bot.cards import answer
from bot.cards.alert import group as group_card
from bot.cards.alert.group_page import render_page
from bot.cards.card import Card
from bot.cards.ids import CustomId, Verb
from bot.cards.outbox import cause as cause_card
from bot.cards.style import some
from bot.domain.alert.group import format_ref
from bot.domain.errors import NotFoundError
from bot.usecases.alert import group as groups
from bot.usecases.alert.group import PressedGroup
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import mention
from cogs.alert.button import TASKS
from cogs.alert.listing import TASK, page_of
from cogs.interaction import InteractionContext
from cogs.press import Acts
from cogs.rights import Capability

_DONE: Final = {
    **{verb: done.past for verb, done in groups.ALL_OF.items()},
    Verb.GROUP_SNOOZE: "snoozed or heard again",
}


async def acknowledge(context: InteractionContext, which: CustomId) -> None:
    """Take on all that nobody has."""
    context.demand(Capability.RESPOND, TASKS[Verb.ACK])
    await change(context, Verb.GROUP_ACK, which.number)


async def acknowledge_beside(context: InteractionContext, group_id: int) -> None:
    """Acknowledge a group by a message's menu: the answer is ephemeral, the card shows the change."""
    work = groups.press(context.bot_context.desk, Verb.GROUP_ACK, group_id, actor=context.actor)
    pressed = await context.defer_if_slow(work, thinking=True)
    context.bot_context.desk.bell.ring()
    await context.reply_ephemeral(_told(context, pressed, Verb.GROUP_ACK))


async def resolve(context: InteractionContext, which: CustomId) -> None:
    """Say that all of it is over, after a second press."""
    context.demand(Capability.RESPOND, TASKS[Verb.RESOLVE])
    if which.extra == group_card.SURE:
        await change(context, Verb.GROUP_RESOLVE, which.number)
        return
    view = await context.defer_if_slow(groups.look(context.bot_context.desk, which.number), thinking=True)
    if view is None:
        raise NotFoundError("group", format_ref(which.number))
    await context.question(group_card.ask_resolve(view))


async def browse(context: InteractionContext, which: CustomId) -> None:
    """Show a page of the group's alerts: ephemeral, or in place of this page."""
    context.demand(Capability.VIEW, TASK)
    number = page_of(context, which)
    work = groups.page(context.bot_context.desk, which.number, number=number)
    shown = render_page(await context.defer_if_slow(work, thinking=not context.on_ephemeral))
    await (context.update_message(shown) if context.on_ephemeral else context.reply_ephemeral(shown))


async def change(context: InteractionContext, verb: Verb, group_id: int) -> None:
    """Act on all, and answer by showing the new state where the button was pressed."""
    await settle(context, verb, groups.press(context.bot_context.desk, verb, group_id, actor=context.actor))


async def settle(context: InteractionContext, verb: Verb, work: Coroutine[Any, Any, PressedGroup]) -> None:
    """Wait for what was asked for all of them, and show it."""
    desk = context.bot_context.desk
    try:
        pressed = await context.defer_if_slow(work, thinking=False)
        if context.on_ephemeral:
            await context.update_message(_told(context, pressed, verb))
        else:
            await _show(context, pressed, verb)
            if pressed.act_id:
                await context.reply_ephemeral(_told(context, pressed, verb))
    finally:
        desk.bell.ring()  # whatever was not answered on the card itself is delivery's to show


async def _show(context: InteractionContext, pressed: PressedGroup, verb: Verb) -> None:
    """Redraw the pressed card, and spare delivery the edit unless there is an attached list."""
    message, place = context.interaction.message, pressed.place
    ping = context.bot_context.named(mention.standing(place, pressed.view, pressed.view.group.project_id))
    drawn = group_card.render(msgspec.structs.replace(pressed.view, ping=ping))
    known = message is not None and place is not None and place.message_id == message.id
    try:
        version = await context.update_message(drawn, keep_words=not known)
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        await context.reply_ephemeral(answer.done(_say(pressed, verb)))
        return
    if message is None or message.attachments or drawn.file is not None:
        return
    if known and place is not None and not context.answered_elsewhere:
        await outbox.answered(context.bot_context.desk, place.id, revision=place.wanted, version=version)


def _told(context: InteractionContext, pressed: PressedGroup, verb: Verb) -> Card:
    """What was done, with the way back where there is one."""
    said = _say(pressed, verb)
    if not pressed.act_id:
        return answer.done(said)
    return cause_card.done(f"{said}.", context.bot_context.tag, pressed.act_id)


def _say(pressed: PressedGroup, verb: Verb) -> str:
    return f"{some(pressed.changed, 'alert')} of {pressed.view.group.ref} {_DONE[verb]}"


PRESSES: Final[Acts] = MappingProxyType(
    {Verb.GROUP_ACK: acknowledge, Verb.GROUP_RESOLVE: resolve, Verb.GROUP_PAGE: browse}
)
