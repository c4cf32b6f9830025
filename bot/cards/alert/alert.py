"""The alert's card: read in two seconds, on a phone, at night.

In the order of the questions a woken person asks: how bad, what, where and why stand in one line outside the
frame, which is all that a phone shows, and nowhere else; in the frame since when and how often, who has it,
has this been before. Labels and the rest wait behind *More* (`detail`).
"""

import re
from typing import Any, Final

import msgspec

from bot.cards.alert.action import actions, inverse, opening
from bot.cards.alert.memory import recall
from bot.cards.alert.standing import attempts, flapping_line, note_line, owner_line, silence_line
from bot.cards.card import Card, Embed, Ping
from bot.cards.cut import cut, units
from bot.cards.ids import Verb, build
from bot.cards.limits import TITLE, fit, fit_modal
from bot.cards.modal import Input, Modal
from bot.cards.style import SEPARATOR, TIMES, banner, colour, span_of
from bot.cards.text import address, inline, link, moment, plain, public_address, who
from bot.domain.actor import ActorKind
from bot.domain.alert.alert import Alert, State, format_ref
from bot.domain.alert.cause import find_cause
from bot.domain.alert.change import Change
from bot.domain.alert.episode import OLDEST
from bot.domain.alert.place import MOST
from bot.domain.alert.place import SEPARATOR as PLACE_SEPARATOR
from bot.domain.alert.quiet import Quiet, QuietKind
from bot.domain.alert.signal import TRUNCATED
from bot.domain.recurrence.recurrence import Memory

_NAME: Final = 150
_CAUSE: Final = 220
_PLACE: Final = 160
_NOTE: Final = 200
_SOURCE: Final = 60
_LINKS: Final = 1_800
_PUSHED_PLACE: Final = 80
_LINE: Final = 560  # of the content
_FOLDED: Final = 120
NOTE_INPUT: Final = "note"

_MARKER: Final = re.compile(r"A-(\d{1,18}) · ([a-z0-9]{4,8})(?: · .*)?", re.ASCII | re.DOTALL)
_THREAD: Final = re.compile(r"<#\d{1,20}>")


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """All a card shows: the alert, what the team remembers, and where the card belongs.

    ``tag`` names the desk's database (see `ids`); ``ping`` wakes people with this rendering; ``incident``
    is a ref or a thread's mention; ``changes`` were made shortly before, ``silence`` holds it quiet. What
    is part of an open incident no more ``escalates``. ``folded_into`` is the ref of the group whose card, at
    ``folded_url``, the alert shares since this message was posted. ``wakes`` is whom its source alone wakes
    with it, None where that is the desk's to say.
    """

    alert: Alert
    memory: Memory | None = None
    source_name: str
    tag: str
    ping: Ping | None = None
    incident: str = ""
    escalates: bool = True
    quiet: tuple[Quiet, ...] = ()
    folded_into: str = ""
    folded_url: str = ""
    changes: tuple[Change, ...] = ()
    silence: Quiet | None = None
    wakes: tuple[str, ...] | None = None


def render(view: AlertView) -> Card:
    """The alert as one message that fits all limits."""
    alert = view.alert
    if view.folded_into:
        return _folded(view)
    embed = Embed(
        description="\n".join(filter(None, _lines(view))),
        color=colour(alert),
        image=picture(alert),
        footer=SEPARATOR.join(filter(None, (marker(view.tag, alert.id), plain(view.source_name, _SOURCE)))),
    )
    ping = view.ping or Ping()
    rows = (actions(alert, view.tag, more=True, escalates=view.escalates), inverse(alert, view.tag))
    return fit(Card(content=_notice(alert, ping), embeds=(embed,), rows=tuple(filter(None, rows)), ping=ping))


def _folded(view: AlertView) -> Card:
    """One quiet line that leads to the card of all."""
    alert, url = view.alert, address(view.folded_url, _FOLDED)
    group = f"[{view.folded_into}]({url})" if url else view.folded_into
    name = inline(alert.name, _FOLDED, addresses=False) or alert.ref
    embed = Embed(
        description=f"It shares the card {group} with others of its cause.", footer=marker(view.tag, alert.id)
    )
    line = f"↪️ {alert.ref} {name}"
    return fit(Card(content=line, embeds=(embed,), rows=(opening(alert, view.tag),)))


def headline(alert: Alert) -> str:
    """``🔴 CRITICAL · HighErrorRate``, at most as long as an embed's title."""
    start = banner(alert) + SEPARATOR
    return start + (inline(alert.name, min(_NAME, TITLE - units(start)), addresses=False) or alert.ref)


def marker(tag: str, alert_id: int) -> str:
    """What every card of an alert begins its footer with, and by which a lost message is found again."""
    return f"{format_ref(alert_id)}{SEPARATOR}{tag}"


def find_marker(payload: dict[str, Any]) -> tuple[str, int] | None:
    """The (tag, alert id) that a message in Discord's JSON shape bears in the footer of its first embed."""
    embeds = payload.get("embeds") or [{}]
    match = _MARKER.fullmatch((embeds[0].get("footer") or {}).get("text") or "")
    return (match[2], int(match[1])) if match else None


def note_modal(alert: Alert, tag: str) -> Modal:
    """The form behind *Note*; its text comes back under `NOTE_INPUT`."""
    field = Input(
        custom_id=NOTE_INPUT,
        label="What should the others know?",
        placeholder="Seen by everybody on the card",
        paragraph=True,
        max_length=1_000,
    )
    return fit_modal(
        Modal(custom_id=build(Verb.NOTE, tag, alert.id), title=f"Note on {alert.ref}", inputs=(field,))
    )


def places(alert: Alert) -> tuple[str, ...]:
    """The patient, its namespace and its service, each once, without the empty ones; at most `MOST` words."""
    told = [*filter(None, alert.target.split(PLACE_SEPARATOR)), alert.namespace, alert.service]
    return tuple(dict.fromkeys(filter(None, told)))[:MOST]


def where(alert: Alert, limit: int = _PLACE) -> str:
    """The places as one line of Markdown; ``""`` when the sender named none."""
    return inline(SEPARATOR.join(places(alert)), limit)


def links(alert: Alert, budget: int = _LINKS) -> str:
    """``[Runbook](..) · [Source](..)``: as many as fit the budget of units, in the sender's order."""
    kept = []
    for made in dict.fromkeys(link(place.title, place.url) for place in alert.links):
        budget -= units(made) + len(SEPARATOR)
        if made and budget >= 0:
            kept.append(made)
    return SEPARATOR.join(kept)


def picture(alert: Alert) -> str:
    """What the sender drew of it, if Discord takes its address: by TLS alone, for Discord fetches it."""
    drawn = next((place.url for place in alert.links if place.title == "Image"), "")
    return public_address(drawn) if drawn.lower().startswith("https://") else ""


def since(alert: Alert) -> str:
    """When it began: "3 days ago", but a date where that would hide how old it is."""
    began = alert.fires_since
    return moment(began, "f" if alert.last_seen_at - began > OLDEST else "R")


def push_line(alert: Alert, limit: int = _LINE, *, cause: bool = False) -> str:
    """What a phone shows of it: severity sign, word, name, place, and the ``cause`` if wanted.

    ``🔴 CRITICAL HighErrorRate · checkout — 5xx above 10 %``.
    """
    name = inline(alert.name, _NAME, addresses=False) or alert.ref
    line = f"{banner(alert).replace(SEPARATOR, ' ')} {name}"
    place = inline(SEPARATOR.join(places(alert)), _PUSHED_PLACE, addresses=False)
    line = f"{line}{SEPARATOR}{place}" if place else line
    why = inline(_reason(alert), _CAUSE, addresses=False) if cause else ""
    return cut(f"{line} — {why}" if why else line, limit)


def _notice(alert: Alert, ping: Ping) -> str:
    """The line outside the frame, with whom it wakes."""
    line = push_line(alert, cause=True)
    return f"{ping.mentions} {line}" if ping else line


def _lines(view: AlertView) -> tuple[str, ...]:
    alert = view.alert
    return (
        _ending(alert),
        _quiet(alert),
        _escalation(alert),
        _longer_place(alert),
        _times(alert),
        _told(alert),
        owner_line(alert),
        attempts(alert),
        note_line(alert),
        flapping_line(alert),
        snoozed(view),
        silence_line(view.silence),
        _incident(view.incident),
        *map(_change, view.changes),
        recall(view.memory),
        links(alert),
    )


def _longer_place(alert: Alert) -> str:
    """The place where the line outside the frame had no room for all of it."""
    place = where(alert)
    return f"📍 {place}" if units(SEPARATOR.join(places(alert))) > _PUSHED_PLACE else ""


def _reason(alert: Alert) -> str:
    return find_cause(alert.name, alert.summary, alert.description, alert.labels)


def _ending(alert: Alert) -> str:
    """What the sender said when it was over, where that is news."""
    if alert.state is not State.RESOLVED or alert.ending in ("", _reason(alert), alert.name):
        return ""
    by_sender = alert.resolved_by is not None and alert.resolved_by.kind is ActorKind.SOURCE
    return f"💚 {inline(alert.ending, _CAUSE)}" if by_sender else ""


def _quiet(alert: Alert) -> str:
    """Nothing was heard of it any more, which is not to say that it is over."""
    if not alert.expired or alert.resolved_at is None:
        return ""
    heard = span_of(alert.resolved_at - alert.last_seen_at)
    return f"⚪ No word for {heard}, nobody confirmed that it is over"


def _told(alert: Alert) -> str:
    """What the sender said about its own words: why it says so, and what it left out."""
    reason = inline(alert.said.get("grafana_state_reason", ""), _SOURCE)
    left_out = alert.said.get(TRUNCATED, "")
    parts = (
        f"⚙️ Grafana says {reason}" if reason else "",
        f"✂️ {inline(left_out, 20)} more of its group were left out by the sender" if left_out else "",
    )
    return SEPARATOR.join(filter(None, parts))


def _escalation(alert: Alert) -> str:
    if alert.escalated_from is None or not alert.state.open or alert.state is State.ACKED:
        return ""
    return f"⬆️ Was {alert.escalated_from} when acknowledged: please look again"


def _times(alert: Alert) -> str:
    parts = [f"🕐 {since(alert)}"]
    if alert.expired:
        parts = [f"🕐 {since(alert)}, last heard of {moment(alert.last_seen_at)}"]
    elif alert.state is State.RESOLVED and alert.resolved_at is not None:
        lasted = span_of(alert.resolved_at - alert.fires_since)
        by = f" by {who(alert.resolved_by)}" if alert.resolved_by else ""
        parts = [f"🕐 Lasted {lasted}, over {moment(alert.resolved_at)}{by}"]
    if alert.occurrences > 1:
        last = f", last {moment(alert.last_seen_at)}" if alert.state is not State.RESOLVED else ""
        parts.append(f"{TIMES}{alert.occurrences}{last}")
    if alert.flaps:
        parts.append(f"{alert.flaps} flap{'s' if alert.flaps > 1 else ''}")
    return SEPARATOR.join(parts)


def snoozed(view: AlertView) -> str:
    """Until when nobody is rung, and by whom."""
    reason = next((each for each in view.quiet if each.kind is QuietKind.SNOOZE), None)
    if reason is None or not view.alert.state.open:
        return ""
    until = f"until {moment(reason.until, 't')}" if reason.until else "until it gets worse"
    return f"🔕 Snoozed {until} by {who(reason.by)}"


def _change(change: Change) -> str:
    """What was changed, for that is the first question."""
    place = inline(change.place, _SOURCE)
    return f"🔧 Changed {moment(change.at)}: {inline(change.summary, _NOTE)}" + (
        f" — {place}" if place else ""
    )


def _incident(incident: str) -> str:
    if not incident:
        return ""
    return f"🧵 Part of {incident if _THREAD.fullmatch(incident) else inline(incident, _PLACE)}"
