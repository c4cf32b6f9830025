"""The incident's head: one message that says how it stands, and is edited in place.

In the order of the questions somebody asks who is called in: how bad and what (the line outside the frame,
which is all that a phone shows), what is known now, since when, who leads, which alerts. What happened so
far waits behind *Timeline*.
"""

import re
from typing import Any, Final

import msgspec

from bot.cards.card import Button, ButtonStyle, Card, Embed, Field, Option, Row, Select
from bot.cards.cut import units
from bot.cards.ids import Verb, build
from bot.cards.incident.style import LEVEL_SIGNS, ROLE_SIGNS, colour, sign, words
from bot.cards.limits import FIELD_VALUE, TITLE, fit
from bot.cards.style import SEPARATOR, span_of
from bot.cards.style import sign as alert_sign
from bot.cards.style import words as alert_words
from bot.cards.text import block, inline, moment, plain, who
from bot.domain.alert.alert import Alert
from bot.domain.incident.duration import durations
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentState, Role, format_ref, stamp

SHOWN: Final = 10
_NAME: Final = 72
_TOLD: Final = 900
_STEPS: Final = {
    Verb.INCIDENT_MITIGATE,
    Verb.INCIDENT_RESOLVE,
    Verb.INCIDENT_REOPEN,
    Verb.INCIDENT_CLOSE,
}
_THREAD: Final = 100  # Discord's limit for the name of a thread (topics/threads)
_MARKER: Final = re.compile(r"I-(\d{1,18}) · ([a-z0-9]{4,8})(?: · .*)?", re.ASCII | re.DOTALL)


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """All a head shows. ``alerts`` are the first `SHOWN` of ``total``, of which ``open_alerts`` are open.

    ``cap`` is the worst severity the alerts allow; ``merged_into`` a ref or a thread's mention.
    """

    incident: Incident
    alerts: tuple[Alert, ...] = ()
    total: int = 0
    open_alerts: int = 0
    open_actions: int = 0
    cap: IncidentLevel = IncidentLevel.P0
    merged_into: str = ""
    tag: str

    @property
    def people(self) -> tuple[int, ...]:
        """Who belongs into its thread: the opener, owners of its alerts, and who holds a role."""
        incident = self.incident
        owners = (each.owner for each in self.alerts if each.owner is not None)
        found = (each.person_id for each in (incident.opened_by, *owners, *incident.roles.values()))
        return tuple(dict.fromkeys(each for each in found if each is not None))

    @property
    def offers_resolve(self) -> bool:
        """Whether all its alerts are over while it is not."""
        return self.incident.state.open and self.total > 0 and self.open_alerts == 0


def render(view: IncidentView) -> Card:
    """The head as one message that fits all limits."""
    incident = view.incident
    footer = (marker(view.tag, incident.id), plain(f"opened by {incident.opened_by.name}", 60))
    embed = Embed(
        description="\n".join(filter(None, _lines(view))),
        color=colour(incident),
        fields=tuple(_fields(view)),
        footer=SEPARATOR.join(footer),
    )
    return fit(Card(content=headline(incident), embeds=(embed,), rows=_rows(view)))


def headline(incident: Incident) -> str:
    """``🔴 I-7 · P1 · OPEN · Checkout is down``, at most as long as an embed's title."""
    start = f"{sign(incident)} {incident.ref}{SEPARATOR}{words(incident)}{SEPARATOR}"
    return start + (inline(incident.title, TITLE - units(start), addresses=False) or "untitled")


def marker(tag: str, incident_id: int) -> str:
    """What every head begins its footer with, and by which a lost message is found again."""
    return f"{format_ref(incident_id)}{SEPARATOR}{tag}"


def find_marker(payload: dict[str, Any]) -> tuple[str, int] | None:
    """The (tag, incident id) that a message in Discord's JSON shape bears in its first embed's footer."""
    embeds = payload.get("embeds") or [{}]
    match = _MARKER.fullmatch((embeds[0].get("footer") or {}).get("text") or "")
    return (match[2], int(match[1])) if match else None


def thread_name(incident: Incident) -> str:
    """What its thread or post is called; it never changes, for Discord hardly lets names change."""
    return plain(f"{incident.ref} {incident.title}", _THREAD)


def forum_tags(incident: Incident) -> tuple[str, str]:
    """The names of the tags of a forum's post: severity and state."""
    return incident.severity.value, incident.state.value


def _lines(view: IncidentView) -> tuple[str, ...]:
    incident = view.incident
    actions = view.open_actions
    return (
        _told(incident),
        f"➡️ Went into {view.merged_into}" if view.merged_into else "",
        _times(incident),
        f"⏰ Next update due {moment(incident.update_due_at)}" if incident.update_due_at else "",
        SEPARATOR.join(_holder(incident, role) for role in Role),
        f"☑️ {actions} open action item{'s' if actions > 1 else ''}" if actions else "",
        "✅ **All its alerts are resolved.** Is it over?" if view.offers_resolve else "",
    )


def _told(incident: Incident) -> str:
    """The last update; what was known at the opening where there is none yet."""
    if not incident.update:
        return block(incident.summary, _TOLD)
    by = f" — {who(incident.updated_by)}" if incident.updated_by else ""
    at = f", {moment(incident.updated_at)}" if incident.updated_at else ""
    return f"📣 {block(incident.update, _TOLD)}{by}{at}"


def _times(incident: Incident) -> str:
    times = incident.times
    if times.resolved_at is not None:
        lasted = durations(times).resolve
        return f"🕐 Lasted {span_of(lasted) if lasted else '0 s'}, over {moment(times.resolved_at)}"
    began = f"🕐 Since {moment(times.began_at)}"
    return f"{began}{SEPARATOR}mitigated {moment(times.mitigated_at)}" if times.mitigated_at else began


def _holder(incident: Incident, role: Role) -> str:
    holder = incident.roles.get(role)
    return f"{ROLE_SIGNS[role]} {role.capitalize()}: {who(holder) if holder else '—'}"


def _fields(view: IncidentView) -> list[Field]:
    if not view.alerts:
        return []
    lines: list[str] = []
    more = f"… {view.total} in all"
    budget = FIELD_VALUE - len(more)
    for alert in view.alerts[:SHOWN]:
        line = _alert_line(alert)
        budget -= units(line) + 1
        if budget < 0:
            break
        lines.append(line)
    if len(lines) < view.total:
        lines.append(more)
    return [Field(f"Alerts: {view.open_alerts} of {view.total} open", "\n".join(lines))]


def _alert_line(alert: Alert) -> str:
    name = inline(alert.name, _NAME, addresses=False) or "unnamed"
    parts = (f"{alert_sign(alert)} {alert.ref} **{name}**", alert_words(alert).lower())
    return SEPARATOR.join((*parts, moment(alert.opened_at)))


def _rows(view: IncidentView) -> tuple[Row, ...]:
    open_ = view.incident.state.open
    merged = view.incident.merged_into_id is not None
    return tuple(
        filter(
            None,
            (
                () if merged else _steps(view),
                (_role_select(view),) if open_ else (),
                (_severity_select(view),) if open_ else (),
                _looks(view),
            ),
        )
    )


def _steps(view: IncidentView) -> Row:
    """The first row: each step keeps its place, and what cannot be done now is greyed out."""
    state = view.incident.state
    resolve = ButtonStyle.SUCCESS if view.offers_resolve else ButtonStyle.SECONDARY
    label = "Resolve" if state.open else "Resolved"
    return (
        _button(view, Verb.INCIDENT_MITIGATE, "Mitigating", disabled=state is not IncidentState.OPEN),
        _button(view, Verb.INCIDENT_RESOLVE, label, resolve, disabled=not state.open),
        _button(view, Verb.INCIDENT_UPDATE, "Update", ButtonStyle.PRIMARY, disabled=not state.open),
        _button(view, Verb.INCIDENT_NOTE, "Note"),
    )


def _looks(view: IncidentView) -> Row:
    """The last row: looks, and what takes back or ends; never where a step of the first row was."""
    state, merged = view.incident.state, view.incident.merged_into_id is not None
    buttons = [_button(view, Verb.INCIDENT_TIMELINE, "Timeline")]
    if view.incident.update_due_at is not None:
        buttons.append(_button(view, Verb.INCIDENT_SNOOZE, "Snooze reminder"))
    if not state.open:
        buttons.append(_button(view, Verb.INCIDENT_POSTMORTEM, "Post-mortem"))
    if state is not IncidentState.OPEN and not merged:
        buttons.append(_button(view, Verb.INCIDENT_REOPEN, "Reopen", emoji="↩️"))
    if state is IncidentState.RESOLVED and not merged:
        buttons.append(_button(view, Verb.INCIDENT_CLOSE, "Close"))
    return tuple(buttons)


def _button(
    view: IncidentView,
    verb: Verb,
    label: str,
    style: ButtonStyle = ButtonStyle.SECONDARY,
    *,
    disabled: bool = False,
    emoji: str = "",
) -> Button:
    """Steps carry the state that they were drawn for (see `stamp`)."""
    stamped = stamp(view.incident) if verb in _STEPS else ""
    custom_id = build(verb, view.tag, view.incident.id, stamped)
    return Button(label=label, custom_id=custom_id, style=style, disabled=disabled, emoji=emoji)


def _role_select(view: IncidentView) -> Select:
    """The select of roles; whoever picks one they hold lays it down."""
    roles = view.incident.roles
    options = tuple(
        Option(
            label=role.capitalize(),
            value=role.value,
            description=plain(f"held by {roles[role].name}", 100) if role in roles else "free",
            emoji=ROLE_SIGNS[role],
        )
        for role in Role
    )
    custom_id = build(Verb.INCIDENT_ROLE, view.tag, view.incident.id)
    return Select(custom_id=custom_id, placeholder="Take a role, or lay yours down", options=options)


def _severity_select(view: IncidentView) -> Select:
    """Only what its alerts allow."""
    current = view.incident.severity
    options = tuple(
        Option(label=level.value, value=level.value, emoji=LEVEL_SIGNS[level], default=level is current)
        for level in IncidentLevel
        if level.rank >= view.cap.rank or level is current
    )
    custom_id = build(Verb.INCIDENT_SEVERITY, view.tag, view.incident.id)
    return Select(custom_id=custom_id, placeholder="Severity", options=options)
