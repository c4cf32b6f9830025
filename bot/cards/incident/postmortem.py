"""The post-mortem: a draft in Markdown, for a person to finish and keep wherever the team keeps such things.

The same incident gives the same text. Everything that people or senders wrote is escaped for Markdown as
CommonMark and GitHub read it, so that it means nothing but itself; times are UTC. What only people can know
stands as an explicit blank, ``_(to be written: ...)_``.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.cards.style import SEPARATOR, ordinal, span_of
from bot.cards.text import break_mentions, clean
from bot.domain.incident.action import Action
from bot.domain.incident.duration import Moment
from bot.domain.incident.incident import Incident, Role
from bot.domain.incident.postmortem import Involved, Postmortem
from bot.domain.incident.timeline import LABELS, Kind, TimelineLine
from bot.domain.jump_link import jump_url
from bot.domain.recurrence.recurrence import Memory
from bot.domain.text import cut

MAX_LINES: Final = 2_000
_LONG: Final = 4_000
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~&$])")
_CHANGES: Final = frozenset({Kind.STATE, Kind.SEVERITY, Kind.ROLE, Kind.TITLE, Kind.TIME, Kind.MERGED})


def render(postmortem: Postmortem) -> str:
    """The whole file, ending in a newline."""
    sections = (
        _head(postmortem.incident),
        _section("Summary", _summary(postmortem.incident)),
        _section("Impact", _impact(postmortem.incident)),
        _section("Durations", _durations(postmortem)),
        _section("Timeline", _timeline(postmortem)),
        _section("Alerts", _alerts(postmortem)),
        _section("People", _people(postmortem)),
        _section("What changed", _changes(postmortem)),
        _section("Why it happened", [_blank("causes, and what let them through")]),
        _section("What went well, what did not", [_blank("luck included")]),
        _section("Action items", _actions(postmortem.actions)),
    )
    return "\n\n".join(sections) + "\n"


def filename(incident: Incident) -> str:
    """``I-7-post-mortem.md``."""
    return f"{incident.ref}-post-mortem.md"


def _head(incident: Incident) -> str:
    facts = (f"Severity {incident.severity}", f"state {incident.state}", f"opened {_utc(incident.opened_at)}")
    return f"# {incident.ref}: {_text(incident.title) or 'untitled'}\n\n{SEPARATOR.join(facts)}"


def _section(title: str, lines: Sequence[str]) -> str:
    return f"## {title}\n\n" + "\n".join(lines)


def _summary(incident: Incident) -> list[str]:
    known = [f"Known at the opening: {_text(incident.summary)}"] if incident.summary else []
    told = [f"Last told: {_text(incident.update)}"] if incident.update else []
    return [
        *_apart([*known, *told]),
        _blank("what happened, in three sentences for somebody who was not there"),
    ]


def _impact(incident: Incident) -> list[str]:
    service = [f"Service: {_text(incident.service)}"] if incident.service else []
    return [*_apart(service), _blank("who noticed what, how many, and what it cost")]


def _apart(paragraphs: list[str]) -> Iterator[str]:
    """Each with an empty line behind it."""
    for paragraph in paragraphs:
        yield paragraph
        yield ""


def _durations(postmortem: Postmortem) -> list[str]:
    times, took = postmortem.incident.times, postmortem.durations
    rows = [f"| {moment.words} | {_utc(getattr(times, moment.value))} |" for moment in Moment]
    return [
        "| | |",
        "|---|---|",
        *rows,
        f"| time to acknowledge (TTA) | {_span(took.acknowledge)} |",
        f"| time to mitigate (TTM) | {_span(took.mitigate)} |",
        f"| time to resolve (TTR) | {_span(took.resolve)} |",
    ]


def _timeline(postmortem: Postmortem) -> list[str]:
    left_out = len(postmortem.lines) - MAX_LINES
    kept = [_line(line) + _jump(line, postmortem.guild_id) for line in postmortem.lines[:MAX_LINES]]
    return [*kept, f"- … and {left_out} more"] if left_out > 0 else kept


def _line(line: TimelineLine) -> str:
    label = LABELS[line.kind]
    text = "(deleted)" if line.deleted else "(not readable)" if line.unread else _text(line.text)
    told = f"{label}: {text}" if text else label
    fixed = f" (corrected by {_text(line.corrected_by.name)})" if line.corrected_by else ""
    return f"- {_utc(line.at)} — {_text(line.actor.name)} {told}{fixed}"


def _jump(line: TimelineLine, guild_id: int) -> str:
    """Where the message stands that the line was taken from."""
    draft = line.first.draft
    if not guild_id or draft.channel_id is None or draft.message_id is None or line.deleted:
        return ""
    return f" ([message]({jump_url(guild_id, draft.channel_id, draft.message_id)}))"


def _alerts(postmortem: Postmortem) -> list[str]:
    if not postmortem.involved:
        return ["No alert belongs to it."]
    told = [_alert(each) for each in postmortem.involved]
    return [*told, f"- … and {postmortem.unlisted} more"] if postmortem.unlisted else told


def _alert(each: Involved) -> str:
    alert = each.alert
    over = f"resolved {_utc(alert.resolved_at)}" if alert.resolved_at else "not resolved"
    times = f", {alert.occurrences} times" if alert.occurrences > 1 else ""
    what = f"**{_text(alert.name)}**" if _text(alert.name) else "**unnamed**"
    fired = f"{alert.ref} {what} ({alert.severity}): fired {_utc(alert.opened_at)}{times}, {over}"
    return f"- {fired}\n  - {_recurrence(each.memory)}"


def _recurrence(memory: Memory) -> str:
    if memory.previous_at is None:
        return "First time seen."
    parts = [f"{ordinal(memory.episodes)} time in 30 days, before that {_utc(memory.previous_at)}"]
    if memory.gap is not None:
        parts.append(f"median gap {span_of(memory.gap)}")
    if memory.self_resolved:
        parts.append(f"{memory.self_resolved} of {memory.ended} resolved by themselves")
    if memory.remedy is not None:
        note = f": {_text(memory.remedy.note)}" if memory.remedy.note else ""
        parts.append(f"last handled by {_text(memory.remedy.who.name)}{note}")
    return ", ".join(parts) + "."


def _people(postmortem: Postmortem) -> list[str]:
    held = postmortem.incident.roles
    roles = [f"- {role.capitalize()}: {_text(held[role].name) if role in held else '—'}" for role in Role]
    people = ", ".join(_text(actor.name) for actor in postmortem.people)
    return [*roles, f"- Took part: {people or '—'}"]


def _changes(postmortem: Postmortem) -> list[str]:
    noted = [_line(line) for line in postmortem.lines if line.kind in _CHANGES]
    merged = [f"- {each.ref} went into it: {_text(each.title)}" for each in postmortem.merged]
    return [*noted, *merged, "", _blank("deployments, configuration and traffic before it began")]


def _actions(actions: Sequence[Action]) -> list[str]:
    made = [_action(action) for action in actions]
    return [*made, "- [ ] " + _blank("what keeps it from happening again; who, until when")]


def _action(action: Action) -> str:
    facts = (
        _text(action.owner.name) if action.owner else "nobody yet",
        f"due {action.due_at.astimezone(UTC):%Y-%m-%d}" if action.due_at else "",
    )
    mark = "x" if action.done_at else " "
    return f"- [{mark}] {action.ref} {_text(action.text)} ({', '.join(filter(None, facts))})"


def _blank(what: str) -> str:
    return f"_(to be written: {what})_"


def _utc(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "unknown"


def _span(duration: timedelta | None) -> str:
    return span_of(duration) if duration is not None else "unknown"


def _text(text: str) -> str:
    """Hostile text as one line of Markdown."""
    line = " ".join(clean(cut(text, _LONG)).split())
    return break_mentions(_SPECIAL.sub(r"\\\1", line))
