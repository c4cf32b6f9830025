"""Group: what the buttons of a group's card do; its menu opens alerts as in any list."""

from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import discord

from bot.cards import answer
from bot.cards.alert import group as cards
from bot.cards.ids import CustomId, Verb
from bot.domain.alert.group import format_ref
from bot.domain.errors import NotFoundError
from bot.usecases.alert import group
from bot.usecases.alert.group import Pressed
from bot.usecases.outbox import card
from cogs.alert.button import TASKS
from cogs.alert.listing import TASK
from cogs.errand import Errand
from cogs.press import Acts
from cogs.rights import Capability

_DONE: Final = {Verb.GROUP_ACK: "acknowledged", Verb.GROUP_RESOLVE: "resolved"}


async def acknowledge(errand: Errand, which: CustomId) -> None:
    """Take on all that nobody has."""
    errand.demand(Capability.RESPOND, TASKS[Verb.ACK])
    await change(errand, Verb.GROUP_ACK, which.number)


async def acknowledge_beside(errand: Errand, group_id: int) -> None:
    """The same by a message's menu: the answer is a whisper, the card shows it by itself."""
    work = group.press(errand.door.desk, Verb.GROUP_ACK, group_id, actor=errand.actor)
    pressed = await errand.patiently(work, thinking=True)
    errand.door.desk.bell.ring()
    await errand.whisper(answer.done(_say(pressed, Verb.GROUP_ACK)))


async def resolve(errand: Errand, which: CustomId) -> None:
    """Say that all of it is over, after a second press."""
    errand.demand(Capability.RESPOND, TASKS[Verb.RESOLVE])
    if which.extra == cards.SURE:
        await change(errand, Verb.GROUP_RESOLVE, which.number)
        return
    view = await errand.patiently(group.look(errand.door.desk, which.number), thinking=True)
    if view is None:
        raise NotFoundError("group", format_ref(which.number))
    await errand.question(cards.ask_resolve(view))


async def browse(errand: Errand, which: CustomId) -> None:
    """A page of its alerts: a whisper, or another page in place of this one."""
    errand.demand(Capability.VIEW, TASK)
    number = int(which.extra) if which.extra.isdecimal() else 0
    work = group.page(errand.door.desk, which.number, number=number)
    shown = cards.render_page(await errand.patiently(work, thinking=not errand.on_whisper))
    await (errand.redraw(shown) if errand.on_whisper else errand.whisper(shown))


async def change(errand: Errand, verb: Verb, group_id: int) -> None:
    """Act on all, and answer by showing the new state where the button was pressed."""
    desk = errand.door.desk
    try:
        work = group.press(desk, verb, group_id, actor=errand.actor)
        pressed = await errand.patiently(work, thinking=False)
        if errand.on_whisper:
            await errand.redraw(answer.done(_say(pressed, verb)))
        else:
            await _show(errand, pressed, verb)
    finally:
        desk.bell.ring()  # whatever was not answered on the card itself is delivery's to show


async def _show(errand: Errand, pressed: Pressed, verb: Verb) -> None:
    """Redraw the pressed card, and spare delivery the edit unless there is an attached list."""
    message, place, drawn = errand.interaction.message, pressed.place, cards.render(pressed.view)
    known = message is not None and place is not None and place.message_id == message.id
    try:
        version = await errand.redraw(drawn, keep_words=not known)
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        await errand.whisper(answer.done(_say(pressed, verb)))
        return
    if message is None or message.attachments or drawn.file is not None:
        return
    if known and place is not None:
        await card.answered(errand.door.desk, place.id, revision=place.wanted, version=version)


def _say(pressed: Pressed, verb: Verb) -> str:
    return f"{pressed.changed:,} alerts of {pressed.view.group.ref} {_DONE[verb]}"


PRESSES: Final[Acts] = MappingProxyType(
    {Verb.GROUP_ACK: acknowledge, Verb.GROUP_RESOLVE: resolve, Verb.GROUP_PAGE: browse}
)
