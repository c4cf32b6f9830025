"""Button: what the buttons and the form of an alert do."""

from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import discord
import msgspec

from bot.cards import answer
from bot.cards.alert import alert as alert_card
from bot.cards.alert.action import ask_resolve
from bot.cards.alert.detail import details
from bot.cards.ids import CustomId, Verb
from bot.domain.alert.alert import format_ref
from bot.domain.alert.verb import PRESSED
from bot.domain.errors import InvalidInputError
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.alert import button as press
from bot.usecases.alert import query as alert_query
from bot.usecases.alert.button import PressedAlert
from bot.usecases.incident import end
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import mention
from cogs.interaction import InteractionContext
from cogs.message import read_fields, read_values
from cogs.press import Act, Acts
from cogs.rights import Capability

TASKS: Final = MappingProxyType({Verb(each.name): each.task for each in PRESSED})


def _acting(verb: Verb) -> Act:
    """The act of a button that changes the alert at once."""

    async def act(context: InteractionContext, which: CustomId) -> None:
        context.demand(Capability.RESPOND, TASKS[verb])
        await _change(context, verb, which.number, seen=which.extra)

    return act


async def resolve(context: InteractionContext, which: CustomId) -> None:
    """Resolve the alert; where that leaves an incident with nothing open under it, ask what is meant."""
    context.demand(Capability.RESPOND, TASKS[Verb.RESOLVE])
    desk, number = context.bot_context.desk, which.number
    incident = await context.defer_if_slow(end.last_of(desk, number), thinking=False)
    if not incident:
        await _change(context, Verb.RESOLVE, number, seen=which.extra)
        return
    alert = await context.defer_if_slow(press.glance(desk, number), thinking=False)
    await context.question(ask_resolve(alert, context.bot_context.tag, incident))


async def resolve_only(context: InteractionContext, which: CustomId) -> None:
    """The answer was: the alert alone."""
    context.demand(Capability.RESPOND, TASKS[Verb.RESOLVE])
    desk = context.bot_context.desk
    work = press.press(desk, Verb.RESOLVE, which.number, actor=context.actor, seen=which.extra)
    pressed = await context.defer_if_slow(work, thinking=False)
    desk.bell.ring()
    await context.update_message(answer.done(f"{pressed.view.alert.ref} is resolved; its incident goes on."))


async def resolve_both(context: InteractionContext, which: CustomId) -> None:
    """The answer was: the incident too."""
    context.demand(Capability.RESPOND, TASKS[Verb.RESOLVE])
    desk = context.bot_context.desk
    ended = await context.defer_if_slow(
        end.resolve_both(desk, which.number, actor=context.actor), thinking=False
    )
    desk.bell.ring()
    done = f"{format_ref(which.number)} and {ended.shown.incident.ref} are resolved."
    await context.update_message(answer.done(done))


async def choose(context: InteractionContext, which: CustomId) -> None:
    """What was picked behind *More*."""
    picked = next(iter(read_values(context.interaction)), "")
    if picked not in TASKS:
        raise InvalidInputError("menu", f"{picked[:40]!r} cannot be done to an alert")
    verb = Verb(picked)
    context.demand(Capability.RESPOND, TASKS[verb])
    await _change(context, verb, which.number, seen=which.extra)


async def call_off(context: InteractionContext, _: CustomId) -> None:
    """The answer was: nothing."""
    await context.update_message(answer.called_off())


async def ask_note(context: InteractionContext, which: CustomId) -> None:
    """Open the form for a note; it cannot follow a sign of life, so what comes before it is bounded."""
    context.demand(Capability.RESPOND, TASKS[Verb.NOTE])
    alert = await context.within_deadline(press.glance(context.bot_context.desk, which.number))
    await context.ask(alert_card.note_modal(alert, context.bot_context.tag))


async def write_note(context: InteractionContext, which: CustomId) -> None:
    """The form came back."""
    context.demand(Capability.RESPOND, TASKS[Verb.NOTE])
    note = read_fields(context.interaction).get(alert_card.NOTE_INPUT, "")
    await _change(context, Verb.NOTE, which.number, note)


async def show_more(context: InteractionContext, which: CustomId) -> None:
    """*More*: answer with an ephemeral message whose pages turn in place."""
    context.demand(Capability.VIEW, "look at alerts")
    page = int(which.extra) if which.extra.isdecimal() else 0
    await tell(context, which.number, page=page, in_place=context.on_ephemeral)


async def tell(context: InteractionContext, alert_id: int, *, page: int = 0, in_place: bool = False) -> None:
    """Tell everything about one alert, on the pressed message (``in_place``) or ephemerally."""
    await context.admit(SubjectRef(Subject.ALERT, alert_id))
    found = await context.defer_if_slow(
        alert_query.find(context.bot_context.desk, alert_id), thinking=not in_place
    )
    url = ""
    if found.place is not None:
        url = found.place.jump_url(context.interaction.guild_id)
    told = details(found.view, found.history, page=page, jump_url=url)
    await (context.update_message(told) if in_place else context.reply_ephemeral(told))


async def _change(
    context: InteractionContext, verb: Verb, alert_id: int, note: str = "", seen: str = ""
) -> None:
    """Act, and answer by showing the new state right where the button was pressed."""
    desk = context.bot_context.desk
    try:
        work = press.press(desk, verb, alert_id, actor=context.actor, note=note, seen=seen)
        pressed = await context.defer_if_slow(work, thinking=False)
        if context.on_ephemeral:
            await tell(context, alert_id, in_place=True)
        else:
            await _show(context, pressed)
    finally:
        desk.bell.ring()  # whatever was not answered on the card itself is delivery's to show


async def _show(context: InteractionContext, pressed: PressedAlert) -> None:
    """Redraw the pressed card, and spare delivery the edit if it was the one that delivery knows.

    One that it does not know yet keeps its words: by them delivery sees, when it adopts it, whom it woke. A
    card whose text Discord refuses is delivery's to show in its plainer way; the act itself is done.
    """
    message, place = context.interaction.message, pressed.place
    known = message is not None and place is not None and place.message_id == message.id
    ping = context.bot_context.named(mention.standing(place, pressed.view, pressed.view.alert.project_id))
    view = msgspec.structs.replace(pressed.view, ping=ping)
    try:
        version = await context.update_message(alert_card.render(view), keep_words=not known)
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        await context.reply_ephemeral(answer.done(f"{pressed.view.alert.ref} is {pressed.view.alert.state}."))
        return
    if known and place is not None and not context.answered_elsewhere:
        await outbox.answered(context.bot_context.desk, place.id, revision=place.wanted, version=version)


PRESSES: Final[Acts] = MappingProxyType(
    {
        **{verb: _acting(verb) for verb in TASKS},
        Verb.RESOLVE: resolve,
        Verb.RESOLVE_ONLY: resolve_only,
        Verb.RESOLVE_BOTH: resolve_both,
        Verb.MENU: choose,
        Verb.CANCEL: call_off,
        Verb.NOTE: ask_note,
        Verb.MORE: show_more,
    }
)
FORMS: Final[Acts] = MappingProxyType({Verb.NOTE: write_note})
