"""Board: what the buttons of a storm's board and of its pages do; the menus open alerts as in any list."""

from types import MappingProxyType
from typing import Final

from bot.cards import answer
from bot.cards.ids import CustomId, Verb
from bot.cards.outbox import board as board_card
from bot.cards.outbox import board_extra
from bot.cards.outbox import cause as cause_card
from bot.cards.style import some
from bot.domain.alert import verb as verbs
from bot.domain.alert.verb import AlertVerb
from bot.domain.errors import InvalidInputError
from bot.usecases.alert import bulk
from bot.usecases.outbox import board as boards
from cogs.alert.button import TASKS
from cogs.alert.listing import TASK, page_of
from cogs.interaction import InteractionContext
from cogs.message import read_values
from cogs.press import Acts
from cogs.rights import Capability


async def browse(context: InteractionContext, which: CustomId) -> None:
    """Show a page of the alerts without a card: ephemeral, or in place of this page."""
    context.demand(Capability.VIEW, TASK)
    number = page_of(context, which)
    work = boards.page(context.bot_context.desk, which.number, number=number, size=board_card.PAGE_SIZE)
    found = await context.defer_if_slow(work, thinking=not context.on_ephemeral)
    shown = board_card.render_page(found)
    await (context.update_message(shown) if context.on_ephemeral else context.reply_ephemeral(shown))


async def acknowledge(context: InteractionContext, which: CustomId) -> None:
    """All that is on the board, or one cause of it, is this person's now."""
    context.demand(Capability.RESPOND, TASKS[Verb.ACK])
    await _act(context, which, verbs.ACK)


async def resolve(context: InteractionContext, which: CustomId) -> None:
    """All of it is over, after a second press; one cause was asked about already."""
    context.demand(Capability.RESPOND, TASKS[Verb.RESOLVE])
    meant = board_extra.read(which.extra)
    if meant.sure:
        await _act(context, which, verbs.RESOLVE)
        return
    work = bulk.count(context.bot_context.desk, which.number, meant.seen)
    total, seen = await context.defer_if_slow(work, thinking=True)
    await context.question(cause_card.ask_resolve(which.number, total, seen, context.bot_context.tag))


async def open_cause(context: InteractionContext, which: CustomId) -> None:
    """One cause of the board, with what can be done to all of it."""
    context.demand(Capability.VIEW, TASK)
    picked = next(iter(read_values(context.interaction)), "")
    if not (picked.isascii() and picked.isdecimal()):
        raise InvalidInputError("cause", "names no alert")
    work = bulk.look(context.bot_context.desk, which.number, int(picked))
    await context.reply_ephemeral(cause_card.render(await context.defer_if_slow(work, thinking=True)))


async def take_back(context: InteractionContext, which: CustomId) -> None:
    """What this person did to many alerts was not meant."""
    context.demand(Capability.RESPOND, TASKS[Verb.UNACK])
    desk = context.bot_context.desk
    work = bulk.undo(desk, which.number, actor=context.actor)
    changed = await context.defer_if_slow(work, thinking=False)
    desk.bell.ring()
    are = "is as it was" if changed == 1 else "are as they were"
    await context.update_message(answer.done(f"{some(changed, 'alert')} {are} before"))


async def _act(context: InteractionContext, which: CustomId, verb: AlertVerb) -> None:
    """Act on many; who pressed gets an ephemeral answer with a way back, the board shows the change."""
    desk = context.bot_context.desk
    meant = board_extra.read(which.extra)
    work = bulk.act(desk, which.number, verb, actor=context.actor, member_id=meant.member_id, seen=meant.seen)
    done = await context.defer_if_slow(work, thinking=not context.on_ephemeral)
    desk.bell.ring()
    said = f"{some(done.changed, 'alert')} {verb.past}."
    if done.unseen:
        said = f"{said} {cause_card.unseen(done.unseen)}"
    told = cause_card.done(said, context.bot_context.tag, done.act_id)
    await (context.update_message(told) if context.on_ephemeral else context.reply_ephemeral(told))


PRESSES: Final[Acts] = MappingProxyType(
    {
        Verb.BOARD: browse,
        Verb.BOARD_ACK: acknowledge,
        Verb.BOARD_RESOLVE: resolve,
        Verb.BOARD_CAUSE: open_cause,
        Verb.UNDO: take_back,
    }
)
