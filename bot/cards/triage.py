"""The brief: what is known of an alert, in the order in which it is asked; and what an agent says of it.

Have we seen it, and what helped (the memory of its card); where is it written what to do; what else broke at
the same time; how did it end before; can its sources be believed.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from bot.cards.alert.memory import recall
from bot.cards.card import Card, Embed, Field
from bot.cards.cut import cut, preview
from bot.cards.limits import DESCRIPTION, TITLE, fit
from bot.cards.recurrence.chart import Chart, describe
from bot.cards.recurrence.recurrence import fill, tell_episode, tell_run
from bot.cards.style import CALM, SEPARATOR, colour, ordinal, sign, span_of, words
from bot.cards.text import break_mentions, clean, inline, link, moment, plain
from bot.domain.recurrence.recurrence import Memory, format_ref
from bot.domain.recurrence.run import Run, RunState
from bot.domain.triage.brief import Brief, Feed, Neighbour

_NAME: Final = 72
_TITLE: Final = 60
_BOOKS: Final = 3
_MARKER: Final = re.compile(r"BR-(\d{1,18}) · ([a-z0-9]{4,8})(?: · .*)?", re.ASCII | re.DOTALL)
_BREAK: Final = "\u200b"
_TOKEN: Final = re.compile(r"<(?=[@#:/A-Za-z])")
_MASKED: Final = re.compile(r"\](?=\()")


class BriefView(msgspec.Struct, frozen=True, kw_only=True):
    """A brief as request ``id``; 0 is one for a person's eyes, which nobody has to find again.

    As no agent can answer such a one in a thread, its last answer stands beneath.
    """

    brief: Brief
    id: int = 0
    tag: str

    @property
    def chart(self) -> Chart:
        """The recurrence's last 30 days, to be drawn."""
        alert = self.brief.alert
        title = f"{format_ref(alert.recurrence_id)} {plain(alert.name, _TITLE)}"
        return Chart(title=title, seen_at=self.brief.seen_at, hours=self.brief.hours)


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent answered, as request ``id``; its run holds the words."""

    run: Run
    id: int
    tag: str


def render(view: BriefView) -> Card:
    """The brief as one message that fits all limits."""
    brief = view.brief
    alert = brief.alert
    name = inline(alert.name, _NAME, addresses=False) or "unnamed"
    fields = (
        Field(_neighbourhood(brief), fill(_neighbours(brief))),
        Field("How it ended before", fill(tell_episode(each, brief.jumps) for each in brief.endings)),
        Field("Runs", fill(map(tell_run, brief.runs))),
        Field("Last heard", fill(map(_feed, brief.feeds))),
    )
    footer = (marker(view.tag, view.id) if view.id else "", alert.ref, format_ref(alert.recurrence_id))
    embed = Embed(
        description="\n".join(_known(view)),
        color=colour(alert),
        fields=tuple(field for field in fields if field.value),
        footer=SEPARATOR.join(filter(None, footer)),
        timestamp=brief.seen_at,
    )
    answers = () if view.id else tuple(_answer(run, run.ref) for run in brief.runs[:1] if _answers(run))
    named = f"🧭 Brief{SEPARATOR}{alert.ref} {name}"
    return fit(Card(content=named, embeds=(embed, *answers)))


def render_answer(view: AnswerView) -> Card:
    """The agent's words under its name; they format, and do nothing else."""
    footer = SEPARATOR.join((marker(view.tag, view.id), view.run.ref))
    told = msgspec.structs.replace(_answer(view.run, footer), title="")
    return fit(Card(content=_agent(view.run), embeds=(told,)))


def say_posted(ref: str, mention: str) -> Card:
    """To who asked: everybody is told, in the incident that ``mention`` names."""
    return fit(Card(content=f"🧭 The brief on {ref} goes into {mention}."))


def say_noted(ref: str, mention: str, rest: timedelta, jump_url: str) -> Card:
    """To who asked: within ``rest`` there was one already, which stands at ``jump_url`` if that is known."""
    last = link("a brief", jump_url) or "a brief"
    said = f"There was {last} on the likes of {ref} within {span_of(rest)}"
    return fit(Card(content=f"🧭 {said}. That you asked stands in the timeline of {mention}."))


def marker(tag: str, request_id: int) -> str:
    """What every brief and answer begins its footer with, and by which a lost message is found again."""
    return f"BR-{request_id}{SEPARATOR}{tag}"


def find_marker(payload: dict[str, Any]) -> tuple[str, int] | None:
    """The (tag, request id) that a message in Discord's JSON shape bears in its first embed's footer."""
    embeds = payload.get("embeds") or [{}]
    match = _MARKER.fullmatch((embeds[0].get("footer") or {}).get("text") or "")
    return (match[2], int(match[1])) if match else None


def markdown(text: str, limit: int) -> str:
    """Somebody's Markdown that may format, but not mention, mask an address or call a command.

    What would is broken by a character of no width, for in code a backslash would be seen.
    """
    told = clean(preview(text, limit)).strip()
    told = _MASKED.sub(f"]{_BREAK}", _TOKEN.sub(f"<{_BREAK}", break_mentions(told)))
    return cut(told, limit)


def _answers(run: Run) -> bool:
    return run.state is RunState.SUCCEEDED and bool(run.output)


def _agent(run: Run) -> str:
    return f"🤖 {inline(run.agent, TITLE - 2, addresses=False) or 'unnamed'}"


def _answer(run: Run, footer: str) -> Embed:
    said = markdown(run.output, DESCRIPTION)
    return Embed(title=_agent(run), description=said, color=CALM, footer=footer, timestamp=run.ended_at)


def _known(view: BriefView) -> Iterator[str]:
    brief = view.brief
    yield recall(brief.memory)
    books = (link(each.title, each.url) for each in brief.runbooks[:_BOOKS])
    if told := ", ".join(filter(None, books)):
        yield f"📖 {told}"
    if brief.incident:
        yield f"🧵 Part of {brief.incident}"
    if view.chart.tells:
        yield f"📈 {inline(describe(view.chart), 400, addresses=False)}"


def _neighbourhood(brief: Brief) -> str:
    return f"Fired with it: {plain(brief.alert.service, 60)}, ±{span_of(brief.window)}"


def _neighbours(brief: Brief) -> Iterator[str]:
    if not brief.alert.service:
        return
    for each in brief.neighbours:
        yield _neighbour(each, brief.alert.opened_at)
    if brief.others:
        yield f"… and {brief.others} more"
    if not brief.neighbours:
        yield "Nothing else"


def _neighbour(neighbour: Neighbour, opened_at: datetime) -> str:
    """``🔴 [A-13](..) **DiskFull** · 2 min before · acked · warning · 9th time in 30 days``."""
    alert = neighbour.alert
    name = inline(alert.name, _NAME, addresses=False) or "unnamed"
    parts = (
        f"{sign(alert)} {link(alert.ref, neighbour.jump_url) or alert.ref} **{name}**",
        _apart(alert.opened_at - opened_at),
        words(alert).lower(),
        _often(neighbour.memory),
    )
    return SEPARATOR.join(parts)


def _apart(distance: timedelta) -> str:
    if abs(distance) < timedelta(seconds=1):
        return "at the same time"
    return f"{span_of(abs(distance))} {'after' if distance > timedelta(0) else 'before'}"


def _often(memory: Memory) -> str:
    if memory.previous_at is None:
        return "first time seen"
    if memory.episodes == 1:
        return f"last {moment(memory.previous_at)}"
    count = f"over {memory.episodes - 1} times" if memory.more else f"{ordinal(memory.episodes)} time"
    return f"{count} in 30 days"


def _feed(feed: Feed) -> str:
    heard = "never" if feed.heard_at is None else moment(feed.heard_at)
    return f"{inline(feed.name, 60)}{SEPARATOR}{heard}"
