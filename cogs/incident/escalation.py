"""Escalation: how an alert, or anything that is said, becomes an incident. It takes who may respond."""

from types import MappingProxyType
from typing import Any, Final

import discord
from discord import app_commands

from bot.cards import answer
from bot.cards.alert.alert import find_marker
from bot.cards.card import Card
from bot.cards.ids import CustomId, Verb
from bot.cards.incident import answer as answers
from bot.cards.incident import form as forms
from bot.domain.alert.alert import format_ref
from bot.domain.errors import InvalidInputError
from bot.domain.incident.incident import UNASKED, parse_level
from bot.domain.outbox.outbox import CardKind
from bot.domain.sight import Asked, Subject
from bot.domain.text import one_line
from bot.usecases.alert import group
from bot.usecases.incident import timeline
from bot.usecases.outbox import card
from bot.usecases.triage import escalation as opening
from bot.usecases.triage.escalation import Opened, Outcome, Wish
from cogs.errand import Errand
from cogs.message import read_fields
from cogs.press import Acts
from cogs.rights import Capability

TASK: Final = "open incidents"


async def ask(errand: Errand, which: CustomId) -> None:
    """The button of a card."""
    errand.demand(Capability.RESPOND, TASK)
    await ask_about(errand, which.number)


async def ask_about(errand: Errand, alert_id: int) -> None:
    """Open the form, filled in beforehand; what belongs to an open incident gets none."""
    await errand.admit(Asked(Subject.ALERT, alert_id))
    blank = await errand.quickly(opening.prefill(errand.door.desk, alert_id))
    if blank.belongs_to:
        await errand.whisper(answers.belongs(blank.alert.ref, blank.belongs_to))
        return
    await errand.ask(
        forms.open_modal(
            errand.door.tag, alert_id=alert_id, title=blank.title, severity=blank.severity, cap=blank.cap
        )
    )


async def ask_anew(errand: Errand, title: str = "") -> None:
    """Open the form for an incident without an alert."""
    await errand.ask(forms.open_modal(errand.door.tag, alert_id=None, title=title, severity=UNASKED))


async def submit(errand: Errand, which: CustomId) -> None:
    """The form came back."""
    errand.demand(Capability.RESPOND, TASK)
    typed = read_fields(errand.interaction)
    title, note = typed.get(forms.TITLE_INPUT, ""), typed.get(forms.NOTE_INPUT, "")
    try:
        severity = parse_level(typed.get(forms.SEVERITY_INPUT, ""))
    except InvalidInputError as error:
        errand.conclude("invalid")
        await errand.whisper(answers.returned(error, f"{title}\n{note}"))
        return
    alert_id = None if which.subject == forms.NEW else which.number
    await escalate(errand, Wish(alert_id=alert_id, title=title, severity=severity, note=note, lenient=True))


async def escalate(errand: Errand, wish: Wish) -> None:
    """Open an incident, or hear which open one took this in."""
    if wish.alert_id is not None:
        await errand.admit(Asked(Subject.ALERT, wish.alert_id))
    await errand.whisper(await errand.patiently(_open(errand, wish), thinking=True))


async def _open(errand: Errand, wish: Wish) -> Card:
    desk = errand.door.desk
    opened = await opening.open_incident(desk, wish, actor=errand.actor)
    if opened.outcome is Outcome.ALREADY_IN and wish.note:
        await timeline.note(desk, opened.incident.id, actor=errand.actor, text=wish.note)
    hidden = await errand.hidden([Asked(Subject.INCIDENT, opened.incident.id)])
    return _say(opened, wish, told=hidden is None)


def _say(opened: Opened, wish: Wish, *, told: bool) -> Card:
    """An incident in a channel that the person does not see is named, and no more than that."""
    incident, place = opened.incident, opened.shown.place
    what = format_ref(wish.alert_id) if wish.alert_id is not None else "your report"
    channel_id = place.channel_id if place is not None else 0
    if opened.outcome is Outcome.OPENED:
        return answers.opened(incident, beyond=opened.beyond, cap=opened.cap, channel_id=channel_id)
    if opened.outcome is Outcome.TAKEN_IN and told:
        return answers.taken_in(incident, what, beyond=opened.beyond, cap=opened.cap, channel_id=channel_id)
    return answers.belongs(what, incident.mention if told else incident.ref, kept_note=bool(wish.note))


async def _ask_about_worst(errand: Errand, group_id: int) -> None:
    view = await errand.quickly(group.look(errand.door.desk, group_id))
    if view is None or not view.held:
        raise InvalidInputError("message", "no alert of this group is open")
    await ask_about(errand, view.held[0].id)


@app_commands.context_menu(name="Escalate to incident")
async def escalate_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    """A right-click: on a card for its alert, the worst of a group; on words for an incident about them."""
    errand = Errand.of(interaction)
    errand.demand(Capability.RESPOND, TASK)
    place = await errand.quickly(card.showing(errand.door.desk, message.id))
    if place is not None and place.kind is CardKind.ALERT:
        await ask_about(errand, place.subject_id)
        return
    if place is not None and place.kind is CardKind.GROUP:
        await _ask_about_worst(errand, place.subject_id)
        return
    if message.author != interaction.client.user:
        await ask_anew(errand, one_line(message.content))
        return
    marker = find_marker({"embeds": [embed.to_dict() for embed in message.embeds]})
    if marker is None:
        raise InvalidInputError("message", "this is no alert's card")
    if marker[0] != errand.door.tag:
        await errand.whisper(answer.foreign())
        return
    await ask_about(errand, marker[1])


PRESSES: Final[Acts] = MappingProxyType({Verb.ESCALATE: ask})
FORMS: Final[Acts] = MappingProxyType({Verb.ESCALATE: submit})
