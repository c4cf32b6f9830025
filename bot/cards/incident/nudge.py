"""The nudge: a message in an incident's thread. Its content is what a phone shows, and wakes who is named.

What stands there is not said again in the frame; a text that is too long for one line stands in the frame,
and its beginning alone outside.
"""

import re
from typing import Any, Final

import msgspec

from bot.cards.card import Button, ButtonStyle, Card, Embed, Ping, Row
from bot.cards.ids import Verb, build
from bot.cards.incident.style import colour, sign, words
from bot.cards.limits import fit
from bot.cards.style import SEPARATOR, span_of
from bot.cards.text import block, inline, moment, who
from bot.domain.incident.action import Action
from bot.domain.incident.incident import Incident, Role
from bot.domain.incident.nudge import CALLS, Nudge, NudgeKind

_TEXT: Final = 1_500
_TITLE: Final = 120
_LINE: Final = 700
_HEAD: Final = 120  # of a text that is too long for one line
_NOBODY: Final = Ping()
_MARKER: Final = re.compile(r"N-(\d{1,18}) · ([a-z0-9]{4,8})(?: · .*)?", re.ASCII | re.DOTALL)


class NudgeView(msgspec.Struct, frozen=True, kw_only=True):
    """The nudge and its incident as that is now; ``action`` for `NudgeKind.ACTION_DUE`.

    Without a thread it answers the head, which is the message ``beside`` it. ``people`` belong into the
    thread.
    """

    nudge: Nudge
    incident: Incident
    action: Action | None = None
    beside: int | None = None
    people: tuple[int, ...] = ()
    tag: str

    @property
    def calls(self) -> bool:
        """Whether the responders' role has to be rung: nobody has it who could be named."""
        if not self.incident.state.open:
            return False
        if self.nudge.kind is NudgeKind.CALL:
            return self.incident.severity in CALLS
        return self.nudge.kind is NudgeKind.UPDATE_DUE and not named(self)


def render(view: NudgeView, responders: Ping = _NOBODY) -> Card:
    """One message that fits all limits; besides whom it names it wakes ``responders``."""
    ping = named(view) or responders
    incident = view.incident
    content = f"{ping.mentions} {_notice(view)}" if ping else _notice(view)
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


def named(view: NudgeView) -> Ping:
    """Who has to act: the commander, the owner of the action item, whoever was given a role by others."""
    nudge, roles = view.nudge, view.incident.roles
    woken: int | None = None
    if nudge.kind is NudgeKind.UPDATE_DUE:
        holder = roles.get(Role.COMMUNICATIONS) or roles.get(Role.COMMANDER)
        woken = holder.person_id if holder else None
    elif nudge.kind in {NudgeKind.ACTION_DUE, NudgeKind.ACTION_GIVEN}:
        owner = view.action.owner if view.action else None
        woken = owner.person_id if owner else None
    elif nudge.kind is NudgeKind.ROLE and nudge.about_id != nudge.actor.person_id:
        woken = nudge.about_id
    return Ping() if woken is None else Ping(users=(woken,))


def _notice(view: NudgeView) -> str:  # noqa: PLR0911 -- one for each kind
    """The line that a phone shows."""
    nudge, incident = view.nudge, view.incident
    text = _start(nudge.text)
    match nudge.kind:
        case NudgeKind.UPDATE_DUE:
            return f"⏰ {incident.ref} waits for an update: {_title(incident)}"
        case NudgeKind.ACTION_DUE | NudgeKind.ACTION_GIVEN:
            return _action_item(view)
        case NudgeKind.CALL:
            return f"{sign(incident)} {incident.ref} {words(incident)} ({text}): {_title(incident)}"
        case NudgeKind.UPDATE:
            return f"📣 {incident.ref}: {text}"
        case NudgeKind.STATUS:
            return f"📣 {incident.ref} {words(incident)} {_title(incident)}: {text}"
        case NudgeKind.TAKEN_IN:
            return f"🧩 {incident.ref} takes in {text}"
        case NudgeKind.MERGED:
            return f"🔀 {incident.ref}: {text}"
        case NudgeKind.ROLE | NudgeKind.JOINED:
            return f"👤 {incident.ref} {text}"
        case NudgeKind.STATE:
            return f"{sign(incident)} {incident.ref} {text}: {_title(incident)}"


def _action_item(view: NudgeView) -> str:
    action = view.action
    if action is None:
        return "☑️ An action item"
    told = _start(action.text)
    if action.done_at is not None:
        return f"✅ {action.ref} is done: {told}"
    said = "is due" if view.nudge.kind is NudgeKind.ACTION_DUE else "is yours"
    return f"☑️ {action.ref} {said}: {told}"


def _is_short(text: str) -> bool:
    """Whether a text stands outside the frame as it is: one line, without an address to be clicked."""
    return len(text) <= _LINE and "\n" not in text.strip() and "://" not in text


def _start(text: str) -> str:
    return inline(text, 2 * _LINE if _is_short(text) else _HEAD, addresses=False)


def _title(incident: Incident) -> str:
    return inline(incident.title, _TITLE, addresses=False) or "untitled"


def _words(view: NudgeView) -> str:
    nudge, incident = view.nudge, view.incident
    text = "" if _is_short(nudge.text) else f"{block(nudge.text, _TEXT)}\n"
    match nudge.kind:
        case NudgeKind.UPDATE_DUE:
            since = nudge.created_at - (incident.updated_at or incident.opened_at)
            return f"⏰ No update for {span_of(since)}. What should the others know?"
        case NudgeKind.ACTION_DUE | NudgeKind.ACTION_GIVEN:
            return _task(view.action)
        case NudgeKind.UPDATE | NudgeKind.STATUS:
            return f"{text}— {who(nudge.actor)}"
        case _:
            return f"{text}by {who(nudge.actor)}"


def _task(action: Action | None) -> str:
    if action is None:
        return ""
    text = "" if _is_short(action.text) else f"{inline(action.text, _TEXT)}\n"
    if action.done_at is not None:
        by = f"by {who(action.done_by)}" if action.done_by else ""
        return f"{text}{by}"
    due = f"Due {moment(action.due_at)}" if action.due_at else ""
    owner = f"owner {who(action.owner)}" if action.owner else ""
    return text + SEPARATOR.join(filter(None, (due, owner)))


def _row(view: NudgeView) -> Row:
    incident, action = view.incident, view.action
    if view.nudge.kind is NudgeKind.UPDATE_DUE and incident.state.open:
        update = build(Verb.INCIDENT_UPDATE, view.tag, incident.id)
        snooze = build(Verb.INCIDENT_SNOOZE, view.tag, incident.id)
        return (
            Button(label="Update", custom_id=update, style=ButtonStyle.PRIMARY),
            Button(label="Snooze reminder", custom_id=snooze),
        )
    is_task = view.nudge.kind in {NudgeKind.ACTION_DUE, NudgeKind.ACTION_GIVEN}
    if is_task and action is not None and action.done_at is None:
        done = build(Verb.ACTION_DONE, view.tag, action.id)
        return (Button(label="Done", custom_id=done, style=ButtonStyle.SUCCESS),)
    return ()
