"""The nudge: a message in an incident's thread. Its content is what a phone shows, and wakes who is named."""

import re
from typing import Any, Final

import msgspec

from bot.cards.card import Button, ButtonStyle, Card, Embed, Ping, Row
from bot.cards.ids import Verb, build
from bot.cards.incident.style import colour, words
from bot.cards.limits import fit
from bot.cards.style import SEPARATOR, span_of
from bot.cards.text import block, inline, moment, who
from bot.domain.actor import Actor, ActorKind
from bot.domain.incident.action import Action
from bot.domain.incident.incident import Incident, Role
from bot.domain.incident.nudge import Nudge, NudgeKind

_TEXT: Final = 1_500
_TITLE: Final = 120
_MARKER: Final = re.compile(r"N-(\d{1,18}) · ([a-z0-9]{4,8})(?: · .*)?", re.ASCII | re.DOTALL)


class NudgeView(msgspec.Struct, frozen=True, kw_only=True):
    """The nudge and its incident as that is now; ``action`` for `NudgeKind.ACTION_DUE`.

    Without a thread it answers the head, which is the message ``beside`` it.
    """

    nudge: Nudge
    incident: Incident
    action: Action | None = None
    beside: int | None = None
    tag: str


def render(view: NudgeView) -> Card:
    """One message that fits all limits; `Card.ping` says whom it wakes."""
    ping = _ping(view)
    incident = view.incident
    content = f"{ping.mentions} {_notice(view)}" if ping else ""
    footer = SEPARATOR.join((marker(view.tag, view.nudge.id), incident.ref, words(incident)))
    embed = Embed(description=_words(view), color=colour(incident), footer=footer)
    return fit(Card(content=content, embeds=(embed,), rows=tuple(filter(None, (_row(view),))), ping=ping))


def marker(tag: str, nudge_id: int) -> str:
    """What every nudge begins its footer with, and by which a lost message is found again."""
    return f"N-{nudge_id}{SEPARATOR}{tag}"


def find_marker(payload: dict[str, Any]) -> tuple[str, int] | None:
    """The (tag, nudge id) that a message in Discord's JSON shape bears in its first embed's footer."""
    embeds = payload.get("embeds") or [{}]
    match = _MARKER.fullmatch((embeds[0].get("footer") or {}).get("text") or "")
    return (match[2], int(match[1])) if match else None


def _ping(view: NudgeView) -> Ping:
    """Who has to act: the commander, or the owner of the action item."""
    woken: Actor | None = None
    if view.nudge.kind is NudgeKind.UPDATE_DUE:
        woken = view.incident.roles.get(Role.COMMUNICATIONS) or view.incident.roles.get(Role.COMMANDER)
    elif view.nudge.kind is NudgeKind.ACTION_DUE and view.action is not None:
        woken = view.action.owner
    if woken is None or woken.kind is not ActorKind.PERSON or not woken.ident.isdecimal():
        return Ping()
    return Ping(users=(int(woken.ident),))


def _notice(view: NudgeView) -> str:
    if view.nudge.kind is NudgeKind.UPDATE_DUE:
        return f"{view.incident.ref} waits for an update"
    return f"{view.action.ref if view.action else 'An action item'} is due"


def _words(view: NudgeView) -> str:
    nudge, incident = view.nudge, view.incident
    text = block(nudge.text, _TEXT)
    match nudge.kind:
        case NudgeKind.UPDATE_DUE:
            since = nudge.created_at - (incident.updated_at or incident.opened_at)
            return f"⏰ No update for {span_of(since)}. What should the others know?"
        case NudgeKind.ACTION_DUE:
            return _task(view.action)
        case NudgeKind.UPDATE:
            return f"📣 {text}\n— {who(nudge.actor)}"
        case NudgeKind.TAKEN_IN:
            return f"🧩 {text} is part of this now, by {who(nudge.actor)}"
        case NudgeKind.MERGED:
            return f"🔀 {text}, by {who(nudge.actor)}"
        case NudgeKind.STATE:
            return f"**{incident.ref}** {text}, by {who(nudge.actor)}"


def _task(action: Action | None) -> str:
    if action is None:
        return "☑️ An action item is due"
    if action.done_at is not None:
        by = f", by {who(action.done_by)}" if action.done_by else ""
        return f"✅ {action.ref} is done{by}: {inline(action.text, _TEXT)}"
    due = f", due {moment(action.due_at)}" if action.due_at else ""
    owner = f" — {who(action.owner)}" if action.owner else ""
    return f"☑️ {action.ref}{due}: {inline(action.text, _TEXT)}{owner}"


def _row(view: NudgeView) -> Row:
    incident, action = view.incident, view.action
    if view.nudge.kind is NudgeKind.UPDATE_DUE and incident.state.open:
        update = build(Verb.INCIDENT_UPDATE, view.tag, incident.id)
        snooze = build(Verb.INCIDENT_SNOOZE, view.tag, incident.id)
        return (
            Button(label="Update", custom_id=update, style=ButtonStyle.PRIMARY),
            Button(label="Snooze reminder", custom_id=snooze),
        )
    if view.nudge.kind is NudgeKind.ACTION_DUE and action is not None and action.done_at is None:
        done = build(Verb.ACTION_DONE, view.tag, action.id)
        return (Button(label="Done", custom_id=done, style=ButtonStyle.SUCCESS),)
    return ()
