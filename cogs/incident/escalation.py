"""Escalation: how an alert, or anything that is said, becomes an incident. It takes who may respond."""

from types import MappingProxyType
from typing import Any, Final

import discord
from discord import app_commands

from bot.cards import answer
from bot.cards.card import Card
from bot.cards.ids import CustomId, Verb
from bot.cards.incident import answer as answers
from bot.cards.incident import form as forms
from bot.domain.alert.alert import format_ref
from bot.domain.errors import InvalidInputError
from bot.domain.incident.incident import UNASKED, parse_level
from bot.domain.outbox.kind import TRAITS
from bot.domain.sight import Subject, SubjectRef
from bot.domain.text import one_line
from bot.usecases.alert import group as groups
from bot.usecases.incident import timeline
from bot.usecases.outbox import card as outbox
from bot.usecases.triage import escalation
from bot.usecases.triage.open_request import OpenedIncident, OpenOutcome, OpenRequest
from bot.usecases.triage.prefill import prefill
from cogs.alert.marker import marked
from cogs.interaction import InteractionContext
from cogs.message import read_fields
from cogs.press import Acts
from cogs.rights import Capability

TASK: Final = "open incidents"


async def ask(context: InteractionContext, which: CustomId) -> None:
    """The button of a card."""
    context.demand(Capability.RESPOND, TASK)
    await ask_about(context, which.number)


async def ask_about(context: InteractionContext, alert_id: int) -> None:
    """Open the form, filled in beforehand; what belongs to an open incident gets none."""
    await context.admit(SubjectRef(Subject.ALERT, alert_id))
    prefilled = await context.within_deadline(prefill(context.bot_context.desk, alert_id))
    if prefilled.belongs_to:
        await context.reply_ephemeral(answers.belongs(prefilled.alert.ref, prefilled.belongs_to))
        return
    await context.ask(
        forms.open_modal(
            context.bot_context.tag,
            alert_id=alert_id,
            title=prefilled.title,
            severity=prefilled.severity,
            cap=prefilled.cap,
        )
    )


async def ask_anew(context: InteractionContext, title: str = "") -> None:
    """Open the form for an incident without an alert."""
    await context.ask(forms.open_modal(context.bot_context.tag, alert_id=None, title=title, severity=UNASKED))


async def submit(context: InteractionContext, which: CustomId) -> None:
    """The form came back."""
    context.demand(Capability.RESPOND, TASK)
    typed = read_fields(context.interaction)
    title, note = typed.get(forms.TITLE_INPUT, ""), typed.get(forms.NOTE_INPUT, "")
    try:
        severity = parse_level(typed.get(forms.SEVERITY_INPUT, ""))
    except InvalidInputError as error:
        context.conclude("invalid")
        await context.reply_ephemeral(answers.returned(error, f"{title}\n{note}"))
        return
    takes = typed.get(forms.TAKES_INPUT, forms.MINE) == forms.MINE
    alert_id = None if which.subject == forms.NEW else which.number
    await escalate(
        context,
        OpenRequest(alert_id=alert_id, title=title, severity=severity, note=note, takes=takes, lenient=True),
    )


async def escalate(context: InteractionContext, request: OpenRequest) -> None:
    """Open an incident, or hear which open one took this in."""
    if request.alert_id is not None:
        await context.admit(SubjectRef(Subject.ALERT, request.alert_id))
    await context.reply_ephemeral(await context.defer_if_slow(_open(context, request), thinking=True))


async def _open(context: InteractionContext, request: OpenRequest) -> Card:
    desk = context.bot_context.desk
    opened = await escalation.open_incident(desk, request, actor=context.actor)
    if opened.outcome is OpenOutcome.ALREADY_IN and request.note:
        await timeline.note(desk, opened.incident.id, actor=context.actor, text=request.note)
    hidden = await context.hidden([SubjectRef(Subject.INCIDENT, opened.incident.id)])
    return _say(opened, request, told=hidden is None)


def _say(opened: OpenedIncident, request: OpenRequest, *, told: bool) -> Card:
    """An incident in a channel that the person does not see is named, and no more than that."""
    incident, place = opened.incident, opened.shown.place
    what = format_ref(request.alert_id) if request.alert_id is not None else "your report"
    channel_id = place.channel_id if place is not None else 0
    if opened.outcome is OpenOutcome.OPENED:
        return answers.opened(incident, beyond=opened.beyond, cap=opened.cap, channel_id=channel_id)
    if opened.outcome is OpenOutcome.TAKEN_IN and told:
        return answers.taken_in(incident, what, beyond=opened.beyond, cap=opened.cap, channel_id=channel_id)
    return answers.belongs(what, incident.mention if told else incident.ref, kept_note=bool(request.note))


async def _ask_about_worst(context: InteractionContext, group_id: int) -> None:
    view = await context.within_deadline(groups.look(context.bot_context.desk, group_id))
    if view is None or not view.held:
        raise InvalidInputError("message", "no alert of this group is open")
    await ask_about(context, view.held[0].id)


@app_commands.context_menu(name="Escalate to incident")
async def escalate_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    """A right-click: on a card for its alert, the worst of a group; on words for an incident about them."""
    context = InteractionContext.of(interaction)
    context.demand(Capability.RESPOND, TASK)
    place = await context.within_deadline(outbox.showing(context.bot_context.desk, message.id))
    if place is not None and TRAITS[place.kind].about is Subject.ALERT:
        await ask_about(context, place.subject_id)
        return
    if place is not None and TRAITS[place.kind].about is Subject.GROUP:
        await _ask_about_worst(context, place.subject_id)
        return
    if message.author != interaction.client.user:
        await ask_anew(context, one_line(message.content))
        return
    found = marked(message)
    if found is None:
        raise InvalidInputError("message", "this is no alert's card")
    tag, ref = found
    if not context.enter_tagged(tag):
        await context.reply_ephemeral(answer.foreign())
        return
    ask_this = ask_about if ref.subject is Subject.ALERT else _ask_about_worst
    await ask_this(context, int(ref.which))


PRESSES: Final[Acts] = MappingProxyType({Verb.ESCALATE: ask})
FORMS: Final[Acts] = MappingProxyType({Verb.ESCALATE: submit})
