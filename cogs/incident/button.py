"""Button: what the buttons, selects and forms of an incident's head and of its nudges do.

Whoever may respond may do all of it but close: that ends what others may still be writing down, so it takes
who may manage. To look takes who may view.
"""

from collections.abc import Callable
from http import HTTPStatus
from types import MappingProxyType
from typing import Final, TypeAlias

import discord

from bot.cards.ids import CustomId, Verb
from bot.cards.incident import answer as answers
from bot.cards.incident import form as forms
from bot.cards.incident import incident as incident_card
from bot.cards.incident import timeline as timeline_cards
from bot.cards.incident.postmortem import filename, render
from bot.domain.errors import InvalidInputError
from bot.domain.incident.incident import Incident, IncidentLevel, Role, parse_level
from bot.usecases.incident import end, timeline
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import mutation as step
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident.mutation import IncidentMutation, Shown
from bot.usecases.outbox import card as outbox
from cogs.interaction import InteractionContext
from cogs.message import read_fields, read_values
from cogs.press import Act, Acts
from cogs.rights import Capability

Said: TypeAlias = Callable[[Incident], str]

LOOK: Final = "look at incidents"
WORK: Final = "work on incidents"
CLOSE: Final = "close incidents"


async def press(
    context: InteractionContext, asked: IncidentMutation, said: Said, *, aloud: bool = False
) -> None:
    """Act, and answer by showing the new state where it was pressed, or in words beside another message.

    ``aloud``: in words in any case, for the head may look as before.
    """
    desk, in_place = context.bot_context.desk, _is_head(context, asked.incident_id)
    try:
        shown = await context.defer_if_slow(step.press(desk, asked), thinking=not in_place)
        if in_place:
            await _show(context, shown, said)
        if aloud or not in_place:
            await context.reply_ephemeral(answers.done(shown.incident, said(shown.incident)))
    finally:
        desk.bell.ring()  # nudges go out, and whatever was not answered on the head is delivery's to show


async def tell(context: InteractionContext, incident_id: int) -> None:
    """Show the head of one incident with its buttons, ephemerally."""
    context.demand(Capability.VIEW, LOOK)
    found = await context.defer_if_slow(
        incident_inspection.find(context.bot_context.desk, incident_id), thinking=True
    )
    await context.reply_ephemeral(incident_card.render(found.view))


async def show_timeline(context: InteractionContext, which: CustomId) -> None:
    """Show the newest page of the timeline ephemerally, or another page in place of this one."""
    context.demand(Capability.VIEW, LOOK)
    page = int(which.extra) if which.extra.isdecimal() else None
    in_place = context.on_ephemeral and not _is_head(context, which.number)
    work = incident_inspection.timeline(context.bot_context.desk, which.number, page=page)
    drawn = timeline_cards.render(await context.defer_if_slow(work, thinking=not in_place))
    await (context.update_message(drawn) if in_place else context.reply_ephemeral(drawn))


async def hand_postmortem(context: InteractionContext, which: CustomId) -> None:
    """The draft as a file."""
    await write_postmortem(context, which.number)


async def write_postmortem(context: InteractionContext, incident_id: int) -> None:
    """The draft of this incident as a file, for who asked."""
    context.demand(Capability.VIEW, LOOK)
    work = incident_inspection.postmortem(context.bot_context.desk, incident_id)
    found = await context.defer_if_slow(work, thinking=True)
    await context.reply_ephemeral(answers.handed(found.incident, filename(found.incident), render(found)))


async def pick_role(context: InteractionContext, which: CustomId) -> None:
    """Take the role that was picked, or lay it down."""
    context.demand(Capability.RESPOND, WORK)
    picked = next(iter(read_values(context.interaction)), "")
    if picked not in set(Role):
        raise InvalidInputError("role", f"{picked[:40]!r} is no role")
    role = Role(picked)
    await press(context, incidents.toggle(which.number, actor=context.actor, role=role), who_holds(role))


async def pick_severity(context: InteractionContext, which: CustomId) -> None:
    """Another severity."""
    context.demand(Capability.RESPOND, WORK)
    severity = parse_level(next(iter(read_values(context.interaction)), ""))
    await press(
        context, incidents.grade(which.number, actor=context.actor, severity=severity), how_bad(severity)
    )


async def ask_update(context: InteractionContext, which: CustomId) -> None:
    """Open the form for a status update."""
    context.demand(Capability.RESPOND, WORK)
    found = await context.within_deadline(incident_inspection.find(context.bot_context.desk, which.number))
    await context.ask(forms.update_modal(found.incident, context.bot_context.tag))


async def write_update(context: InteractionContext, which: CustomId) -> None:
    """The form came back."""
    context.demand(Capability.RESPOND, WORK)
    text = read_fields(context.interaction).get(forms.UPDATE_INPUT, "")
    await press(context, incidents.tell(which.number, actor=context.actor, text=text), was_told)


async def ask_note(context: InteractionContext, which: CustomId) -> None:
    """Open the form for a line in the timeline."""
    context.demand(Capability.RESPOND, WORK)
    found = await context.within_deadline(incident_inspection.find(context.bot_context.desk, which.number))
    await context.ask(forms.note_modal(found.incident, context.bot_context.tag))


async def write_note(context: InteractionContext, which: CustomId) -> None:
    """The form came back."""
    context.demand(Capability.RESPOND, WORK)
    await annotate(context, which.number, read_fields(context.interaction).get(forms.NOTE_INPUT, ""))


async def annotate(context: InteractionContext, incident_id: int, text: str) -> None:
    """Write a line into the timeline."""
    desk = context.bot_context.desk

    async def annotate_incident() -> Incident:
        await timeline.note(desk, incident_id, actor=context.actor, text=text)
        return (await incident_inspection.find(desk, incident_id)).incident

    noted = await context.defer_if_slow(annotate_incident(), thinking=True)
    await context.reply_ephemeral(answers.done(noted, f"Your note stands in the timeline of {noted.ref}."))


def how_it_stands(incident: Incident) -> str:
    """``I-7 is mitigating: Checkout is down``."""
    return f"{incident.ref} is {incident.state}: {incident.title}"


def how_bad(asked: IncidentLevel) -> Said:
    """``I-7 is P1 now``, and that its alerts allow no worse where ``asked`` is."""

    def say(incident: Incident) -> str:
        less = "" if incident.severity is asked else f" ({asked} was asked for; its alerts allow no worse)"
        return f"{incident.ref} is {incident.severity} now{less}: {incident.title}"

    return say


def was_told(incident: Incident) -> str:
    """The update is out."""
    return f"Your update on {incident.ref} is told."


def when_reminded(incident: Incident) -> str:
    """The next reminder's time."""
    due = incident.update_due_at
    return f"{incident.ref} reminds nobody until {due:%H:%M} UTC." if due else f"{incident.ref} is quiet."


def who_holds(role: Role) -> Said:
    """Who has the role now."""

    def said(incident: Incident) -> str:
        holder = incident.roles.get(role)
        return f"{role.capitalize()} of {incident.ref} is {holder.mention if holder else 'nobody'} now."

    return said


def _acting(verb: Verb, capability: Capability, task: str, said: Said, *, aloud: bool = False) -> Act:
    """The act of a button that needs nothing more."""

    async def act(context: InteractionContext, which: CustomId) -> None:
        context.demand(capability, task)
        made = incidents.PLAIN[verb](which.number, actor=context.actor)
        await press(context, step.as_seen(made, which.extra), said, aloud=aloud)

    return act


async def resolve(context: InteractionContext, which: CustomId) -> None:
    """Resolve the incident; with alerts of it still open, ask what is meant."""
    context.demand(Capability.RESPOND, WORK)
    found, counts = await context.defer_if_slow(
        end.open_under(context.bot_context.desk, which.number), thinking=False
    )
    if found is None or not found.state.open or not counts:
        made = incidents.resolve(which.number, actor=context.actor)
        await press(context, step.as_seen(made, which.extra), how_it_stands)
        return
    await context.question(forms.ask_resolve(found, context.bot_context.tag, counts))


async def resolve_only(context: InteractionContext, which: CustomId) -> None:
    """The answer was: the incident alone."""
    context.demand(Capability.RESPOND, WORK)
    made = step.as_seen(incidents.resolve(which.number, actor=context.actor), which.extra)
    shown = await context.defer_if_slow(step.perform(context.bot_context.desk, made), thinking=False)
    said = f"{shown.incident.ref} is resolved; its open alerts go on."
    await context.update_message(answers.done(shown.incident, said))


async def resolve_all(context: InteractionContext, which: CustomId) -> None:
    """The answer was: its open alerts too."""
    context.demand(Capability.RESPOND, WORK)
    desk = context.bot_context.desk
    work = end.resolve_with_alerts(desk, which.number, actor=context.actor)
    ended = await context.defer_if_slow(work, thinking=False)
    desk.bell.ring()
    incident = ended.shown.incident
    said = f"{incident.ref} is resolved, and so are {ended.alerts} of its alerts."
    await context.update_message(answers.done(incident, said))


def _is_head(context: InteractionContext, incident_id: int) -> bool:
    """Whether what was pressed shows this incident's head, for everybody or ephemerally."""
    message = context.interaction.message
    if message is None or not message.embeds:
        return False
    marked = incident_card.find_marker({"embeds": [message.embeds[0].to_dict()]})
    return marked == (context.bot_context.tag, incident_id)


async def _show(context: InteractionContext, shown: Shown, said: Said) -> None:
    """Redraw the pressed head, and spare delivery the edit if it was the one that delivery knows.

    But a post of a forum also bears tags, and a head may still lack its thread: these are delivery's to see
    to. A head whose text Discord refuses is delivery's to show in its plainer way; the act itself is done.
    """
    message, place = context.interaction.message, shown.place
    try:
        version = await context.update_message(incident_card.render(shown.view))
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        await context.reply_ephemeral(answers.done(shown.incident, said(shown.incident)))
        return
    in_post = isinstance(context.interaction.channel, discord.Thread)
    complete = not in_post and (shown.incident.thread_id is not None or shown.incident.threadless)
    if context.answered_elsewhere:
        return
    if complete and message is not None and place is not None and place.message_id == message.id:
        await outbox.answered(context.bot_context.desk, place.id, revision=place.wanted, version=version)


PRESSES: Final[Acts] = MappingProxyType(
    {
        **{
            verb: _acting(verb, Capability.RESPOND, WORK, how_it_stands)
            for verb in (Verb.INCIDENT_MITIGATE, Verb.INCIDENT_REOPEN)
        },
        Verb.INCIDENT_RESOLVE: resolve,
        Verb.INCIDENT_RESOLVE_ONLY: resolve_only,
        Verb.INCIDENT_RESOLVE_ALL: resolve_all,
        Verb.INCIDENT_CLOSE: _acting(Verb.INCIDENT_CLOSE, Capability.MANAGE, CLOSE, how_it_stands),
        Verb.INCIDENT_SNOOZE: _acting(
            Verb.INCIDENT_SNOOZE, Capability.RESPOND, WORK, when_reminded, aloud=True
        ),
        Verb.INCIDENT_ROLE: pick_role,
        Verb.INCIDENT_SEVERITY: pick_severity,
        Verb.INCIDENT_UPDATE: ask_update,
        Verb.INCIDENT_NOTE: ask_note,
        Verb.INCIDENT_TIMELINE: show_timeline,
        Verb.INCIDENT_POSTMORTEM: hand_postmortem,
    }
)
FORMS: Final[Acts] = MappingProxyType({Verb.INCIDENT_UPDATE: write_update, Verb.INCIDENT_NOTE: write_note})
