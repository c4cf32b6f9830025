"""Incident: what the buttons, selects and forms of its head and of its nudges do.

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
from bot.cards.incident import incident as cards
from bot.cards.incident import timeline as timeline_cards
from bot.cards.incident.postmortem import filename, render
from bot.domain.errors import InvalidInputError
from bot.domain.incident.incident import Incident, Role, parse_level
from bot.usecases.alert import end
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import mutation as step
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident import timeline
from bot.usecases.incident.mutation import Shown, Step
from bot.usecases.outbox import card
from cogs.errand import Errand
from cogs.message import read_fields, read_values
from cogs.press import Act, Acts
from cogs.rights import Capability

Said: TypeAlias = Callable[[Incident], str]

LOOK: Final = "look at incidents"
WORK: Final = "work on incidents"
CLOSE: Final = "close incidents"


async def press(errand: Errand, asked: Step, said: Said) -> None:
    """Act, and answer by showing the new state where it was pressed, or in words beside another message."""
    desk, in_place = errand.door.desk, _is_head(errand, asked.incident_id)
    try:
        shown = await errand.patiently(step.press(desk, asked), thinking=not in_place)
        if in_place:
            await _show(errand, shown, said)
        else:
            await errand.whisper(answers.done(shown.incident, said(shown.incident)))
    finally:
        desk.bell.ring()  # nudges go out, and whatever was not answered on the head is delivery's to show


async def tell(errand: Errand, incident_id: int) -> None:
    """The head of one incident with its buttons, as a whisper."""
    errand.demand(Capability.VIEW, LOOK)
    found = await errand.patiently(incident_inspection.find(errand.door.desk, incident_id), thinking=True)
    await errand.whisper(cards.render(found.view))


async def show_timeline(errand: Errand, which: CustomId) -> None:
    """The newest page as a whisper, or another page in place of this one."""
    errand.demand(Capability.VIEW, LOOK)
    page = int(which.extra) if which.extra.isdecimal() else None
    in_place = errand.on_whisper and not _is_head(errand, which.number)
    work = incident_inspection.timeline(errand.door.desk, which.number, page=page)
    drawn = timeline_cards.render(await errand.patiently(work, thinking=not in_place))
    await (errand.redraw(drawn) if in_place else errand.whisper(drawn))


async def hand_postmortem(errand: Errand, which: CustomId) -> None:
    """The draft as a file."""
    await write_postmortem(errand, which.number)


async def write_postmortem(errand: Errand, incident_id: int) -> None:
    """The draft of this incident as a file, for who asked."""
    errand.demand(Capability.VIEW, LOOK)
    work = incident_inspection.postmortem(errand.door.desk, incident_id)
    found = await errand.patiently(work, thinking=True)
    await errand.whisper(answers.handed(found.incident, filename(found.incident), render(found)))


async def pick_role(errand: Errand, which: CustomId) -> None:
    """Take the role that was picked, or lay it down."""
    errand.demand(Capability.RESPOND, WORK)
    picked = next(iter(read_values(errand.interaction)), "")
    if picked not in set(Role):
        raise InvalidInputError("role", f"{picked[:40]!r} is no role")
    role = Role(picked)
    await press(errand, incidents.toggle(which.number, actor=errand.actor, role=role), who_holds(role))


async def pick_severity(errand: Errand, which: CustomId) -> None:
    """Another severity."""
    errand.demand(Capability.RESPOND, WORK)
    severity = parse_level(next(iter(read_values(errand.interaction)), ""))
    await press(errand, incidents.grade(which.number, actor=errand.actor, severity=severity), how_bad)


async def ask_update(errand: Errand, which: CustomId) -> None:
    """Open the form for a status update."""
    errand.demand(Capability.RESPOND, WORK)
    found = await errand.quickly(incident_inspection.find(errand.door.desk, which.number))
    await errand.ask(forms.update_modal(found.incident, errand.door.tag))


async def write_update(errand: Errand, which: CustomId) -> None:
    """The form came back."""
    errand.demand(Capability.RESPOND, WORK)
    text = read_fields(errand.interaction).get(forms.UPDATE_INPUT, "")
    await press(errand, incidents.tell(which.number, actor=errand.actor, text=text), was_told)


async def ask_note(errand: Errand, which: CustomId) -> None:
    """Open the form for a line in the timeline."""
    errand.demand(Capability.RESPOND, WORK)
    found = await errand.quickly(incident_inspection.find(errand.door.desk, which.number))
    await errand.ask(forms.note_modal(found.incident, errand.door.tag))


async def write_note(errand: Errand, which: CustomId) -> None:
    """The form came back."""
    errand.demand(Capability.RESPOND, WORK)
    await annotate(errand, which.number, read_fields(errand.interaction).get(forms.NOTE_INPUT, ""))


async def annotate(errand: Errand, incident_id: int, text: str) -> None:
    """Write a line into the timeline."""
    desk = errand.door.desk

    async def work() -> Incident:
        await timeline.note(desk, incident_id, actor=errand.actor, text=text)
        return (await incident_inspection.find(desk, incident_id)).incident

    noted = await errand.patiently(work(), thinking=True)
    await errand.whisper(answers.done(noted, f"Your note stands in the timeline of {noted.ref}."))


def how_it_stands(incident: Incident) -> str:
    """``I-7 is mitigating: Checkout is down``."""
    return f"{incident.ref} is {incident.state}: {incident.title}"


def how_bad(incident: Incident) -> str:
    """``I-7 is P1 now``."""
    return f"{incident.ref} is {incident.severity} now: {incident.title}"


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


def _acting(verb: Verb, capability: Capability, task: str, said: Said) -> Act:
    """The act of a button that needs nothing more."""

    async def act(errand: Errand, which: CustomId) -> None:
        errand.demand(capability, task)
        made = incidents.PLAIN[verb](which.number, actor=errand.actor)
        await press(errand, step.as_seen(made, which.extra), said)

    return act


async def resolve(errand: Errand, which: CustomId) -> None:
    """It is over; with alerts of it still open, ask what is meant."""
    errand.demand(Capability.RESPOND, WORK)
    found, counts = await errand.patiently(end.open_under(errand.door.desk, which.number), thinking=False)
    if found is None or not found.state.open or not counts:
        made = incidents.resolve(which.number, actor=errand.actor)
        await press(errand, step.as_seen(made, which.extra), how_it_stands)
        return
    await errand.question(forms.ask_resolve(found, errand.door.tag, counts))


async def resolve_only(errand: Errand, which: CustomId) -> None:
    """The answer was: the incident alone."""
    errand.demand(Capability.RESPOND, WORK)
    made = step.as_seen(incidents.resolve(which.number, actor=errand.actor), which.extra)
    shown = await errand.patiently(step.perform(errand.door.desk, made), thinking=False)
    said = f"{shown.incident.ref} is resolved; its open alerts go on."
    await errand.redraw(answers.done(shown.incident, said))


async def resolve_all(errand: Errand, which: CustomId) -> None:
    """The answer was: its open alerts too."""
    errand.demand(Capability.RESPOND, WORK)
    desk = errand.door.desk
    work = end.resolve_with_alerts(desk, which.number, actor=errand.actor)
    ended = await errand.patiently(work, thinking=False)
    desk.bell.ring()
    incident = ended.shown.incident
    said = f"{incident.ref} is resolved, and so are {ended.alerts} of its alerts."
    await errand.redraw(answers.done(incident, said))


def _is_head(errand: Errand, incident_id: int) -> bool:
    """Whether what was pressed shows this incident's head, for everybody or in a whisper."""
    message = errand.interaction.message
    if message is None or not message.embeds:
        return False
    marked = cards.find_marker({"embeds": [message.embeds[0].to_dict()]})
    return marked == (errand.door.tag, incident_id)


async def _show(errand: Errand, shown: Shown, said: Said) -> None:
    """Redraw the pressed head, and spare delivery the edit if it was the one that delivery knows.

    But a post of a forum also bears tags, and a head may still lack its thread: these are delivery's to see
    to. A head whose text Discord refuses is delivery's to show in its plainer way; the act itself is done.
    """
    message, place = errand.interaction.message, shown.place
    try:
        version = await errand.redraw(cards.render(shown.view))
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        await errand.whisper(answers.done(shown.incident, said(shown.incident)))
        return
    in_post = isinstance(errand.interaction.channel, discord.Thread)
    complete = not in_post and (shown.incident.thread_id is not None or shown.incident.threadless)
    if complete and message is not None and place is not None and place.message_id == message.id:
        await card.answered(errand.door.desk, place.id, revision=place.wanted, version=version)


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
        Verb.INCIDENT_SNOOZE: _acting(Verb.INCIDENT_SNOOZE, Capability.RESPOND, WORK, when_reminded),
        Verb.INCIDENT_ROLE: pick_role,
        Verb.INCIDENT_SEVERITY: pick_severity,
        Verb.INCIDENT_UPDATE: ask_update,
        Verb.INCIDENT_NOTE: ask_note,
        Verb.INCIDENT_TIMELINE: show_timeline,
        Verb.INCIDENT_POSTMORTEM: hand_postmortem,
    }
)
FORMS: Final[Acts] = MappingProxyType({Verb.INCIDENT_UPDATE: write_update, Verb.INCIDENT_NOTE: write_note})
