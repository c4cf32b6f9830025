"""Alert: what its buttons and its form do."""

from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import discord

from bot.cards import answer
from bot.cards.alert import alert as cards
from bot.cards.alert.action import ask_resolve
from bot.cards.alert.detail import details
from bot.cards.ids import CustomId, Verb
from bot.domain.alert.alert import format_ref
from bot.domain.errors import InvalidInputError
from bot.usecases.alert import button as press
from bot.usecases.alert import end
from bot.usecases.alert import query as inspection
from bot.usecases.alert.button import Pressed
from bot.usecases.outbox import card
from cogs.errand import Errand
from cogs.message import jump_url, read_fields, read_values
from cogs.press import Act, Acts
from cogs.rights import Capability

TASKS: Final = MappingProxyType(
    {
        Verb.ACK: "acknowledge alerts",
        Verb.UNACK: "give alerts back",
        Verb.CLAIM: "claim alerts",
        Verb.RELEASE: "release alerts",
        Verb.RETRY: "have alerts tried again",
        Verb.RESOLVE: "resolve alerts",
        Verb.REOPEN: "reopen alerts",
        Verb.NOTE: "write notes",
    }
)


_AT_ONCE: Final = (Verb.ACK, Verb.UNACK, Verb.CLAIM, Verb.RELEASE, Verb.RETRY, Verb.REOPEN)


def _acting(verb: Verb) -> Act:
    """The act of a button that changes the alert at once."""

    async def act(errand: Errand, which: CustomId) -> None:
        errand.demand(Capability.RESPOND, TASKS[verb])
        await _change(errand, verb, which.number, seen=which.extra)

    return act


async def resolve(errand: Errand, which: CustomId) -> None:
    """It is over; where that leaves an incident with nothing open under it, ask what is meant."""
    errand.demand(Capability.RESPOND, TASKS[Verb.RESOLVE])
    desk, number = errand.door.desk, which.number
    incident = await errand.patiently(end.last_of(desk, number), thinking=False)
    if not incident:
        await _change(errand, Verb.RESOLVE, number, seen=which.extra)
        return
    alert = await errand.patiently(press.glance(desk, number), thinking=False)
    await errand.question(ask_resolve(alert, errand.door.tag, incident))


async def resolve_only(errand: Errand, which: CustomId) -> None:
    """The answer was: the alert alone."""
    errand.demand(Capability.RESPOND, TASKS[Verb.RESOLVE])
    desk = errand.door.desk
    work = press.press(desk, Verb.RESOLVE, which.number, actor=errand.actor, seen=which.extra)
    pressed = await errand.patiently(work, thinking=False)
    desk.bell.ring()
    await errand.redraw(answer.done(f"{pressed.view.alert.ref} is resolved; its incident goes on."))


async def resolve_both(errand: Errand, which: CustomId) -> None:
    """The answer was: the incident too."""
    errand.demand(Capability.RESPOND, TASKS[Verb.RESOLVE])
    desk = errand.door.desk
    ended = await errand.patiently(end.resolve_both(desk, which.number, actor=errand.actor), thinking=False)
    desk.bell.ring()
    done = f"{format_ref(which.number)} and {ended.shown.incident.ref} are resolved."
    await errand.redraw(answer.done(done))


async def choose(errand: Errand, which: CustomId) -> None:
    """What was picked behind *More*."""
    picked = next(iter(read_values(errand.interaction)), "")
    if picked not in TASKS:
        raise InvalidInputError("menu", f"{picked[:40]!r} cannot be done to an alert")
    verb = Verb(picked)
    errand.demand(Capability.RESPOND, TASKS[verb])
    await _change(errand, verb, which.number, seen=which.extra)


async def call_off(errand: Errand, _: CustomId) -> None:
    """The answer was: nothing."""
    await errand.redraw(answer.called_off())


async def ask_note(errand: Errand, which: CustomId) -> None:
    """Open the form for a note; it cannot follow a sign of life, so what comes before it is bounded."""
    errand.demand(Capability.RESPOND, TASKS[Verb.NOTE])
    alert = await errand.quickly(press.glance(errand.door.desk, which.number))
    await errand.ask(cards.note_modal(alert, errand.door.tag))


async def write_note(errand: Errand, which: CustomId) -> None:
    """The form came back."""
    errand.demand(Capability.RESPOND, TASKS[Verb.NOTE])
    note = read_fields(errand.interaction).get(cards.NOTE_INPUT, "")
    await _change(errand, Verb.NOTE, which.number, note)


async def show_more(errand: Errand, which: CustomId) -> None:
    """*More*: a whisper of its own, whose pages turn in place."""
    errand.demand(Capability.VIEW, "look at alerts")
    page = int(which.extra) if which.extra.isdecimal() else 0
    await tell(errand, which.number, page=page, in_place=errand.on_whisper)


async def tell(errand: Errand, alert_id: int, *, page: int = 0, in_place: bool = False) -> None:
    """Everything about one alert, on the pressed message (``in_place``) or in a whisper."""
    found = await errand.patiently(inspection.find(errand.door.desk, alert_id), thinking=not in_place)
    url = ""
    if found.place is not None:
        url = jump_url(errand.interaction.guild_id, found.place.channel_id, found.place.message_id)
    told = details(found.view, found.history, page=page, jump_url=url)
    await (errand.redraw(told) if in_place else errand.whisper(told))


async def _change(errand: Errand, verb: Verb, alert_id: int, note: str = "", seen: str = "") -> None:
    """Act, and answer by showing the new state right where the button was pressed."""
    desk = errand.door.desk
    try:
        work = press.press(desk, verb, alert_id, actor=errand.actor, note=note, seen=seen)
        pressed = await errand.patiently(work, thinking=False)
        if errand.on_whisper:
            await tell(errand, alert_id, in_place=True)
        else:
            await _show(errand, pressed)
    finally:
        desk.bell.ring()  # whatever was not answered on the card itself is delivery's to show


async def _show(errand: Errand, pressed: Pressed) -> None:
    """Redraw the pressed card, and spare delivery the edit if it was the one that delivery knows.

    One that it does not know yet keeps its words: by them delivery sees, when it adopts it, whom it woke. A
    card whose text Discord refuses is delivery's to show in its plainer way; the act itself is done.
    """
    message, place = errand.interaction.message, pressed.place
    known = message is not None and place is not None and place.message_id == message.id
    try:
        version = await errand.redraw(cards.render(pressed.view), keep_words=not known)
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        await errand.whisper(answer.done(f"{pressed.view.alert.ref} is {pressed.view.alert.state}."))
        return
    if known and place is not None:
        await card.answered(errand.door.desk, place.id, revision=place.wanted, version=version)


PRESSES: Final[Acts] = MappingProxyType(
    {
        **{verb: _acting(verb) for verb in _AT_ONCE},
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
