"""One recurrence: what it costs, who dealt with its last episodes and how, and what is to be done about it.

The picture that goes with it is drawn elsewhere (`chart`); everything it shows is told here in words, too.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

import msgspec

from bot.cards.card import Card, Embed, Field
from bot.cards.cut import units
from bot.cards.limits import FIELD_VALUE, fit
from bot.cards.recurrence.ranking import place_of
from bot.cards.recurrence.work import describe
from bot.cards.style import BAD, CALM, GOOD, SEPARATOR, TIMES, some, span_of, times_of
from bot.cards.text import inline, link, moment, plain, span, who
from bot.domain.actor import is_silence
from bot.domain.recurrence.churn import Suggestion
from bot.domain.recurrence.profile import EpisodeSummary, RecurrenceProfile
from bot.domain.recurrence.recurrence import Fix
from bot.domain.recurrence.run import Run, RunState

_MOMENT: Final = timedelta(seconds=1)
_NAME: Final = 120
_NOTE: Final = 90
_OUTPUT: Final = 120
_RUN: Final = {
    RunState.QUEUED: "⏳",
    RunState.RUNNING: "⚙️",
    RunState.SUCCEEDED: "✅",
    RunState.FAILED: "❌",
}


class RecurrenceView(msgspec.Struct, frozen=True, kw_only=True):
    """All a message about a recurrence shows; ``jumps`` leads from an alert's id to its card."""

    profile: RecurrenceProfile
    runs: tuple[Run, ...] = ()
    voters: tuple[str, ...] = ()
    jumps: dict[int, str] = msgspec.field(default_factory=dict)


class AdviceView(msgspec.Struct, frozen=True):
    """What one source could ignore."""

    source_name: str
    suggestions: tuple[Suggestion, ...]


def render(view: RecurrenceView) -> Card:
    """The recurrence as one message."""
    profile = view.profile
    recurrence = profile.recurrence
    fields = [
        Field("Last episodes", fill(tell_episode(episode, view.jumps) for episode in profile.last_episodes))
    ]
    if view.runs:
        fields.append(Field("Runs", fill(map(tell_run, view.runs))))
    name = inline(recurrence.name, _NAME, addresses=False) or "unnamed"
    embed = Embed(
        title=f"{recurrence.ref} {name}",
        description="\n".join(_facts(view)),
        color=_colour(recurrence.fix),
        fields=tuple(field for field in fields if field.value),
        footer=SEPARATOR.join(filter(None, (plain(profile.source, 60), "hours in UTC"))),
    )
    return fit(Card(embeds=(embed,)))


def render_advice(advice: tuple[AdviceView, ...]) -> Card:
    """Which labels each source had better ignored."""
    if not advice:
        return fit(Card(content="✅ No source makes many of what is one: nothing to ignore."))
    fields = tuple(
        Field(plain(each.source_name, 60), fill(map(_suggestion, each.suggestions))) for each in advice
    )
    description = (
        "`/recurrence ignore` keeps labels from telling alerts apart; what is open then ends by silence."
    )
    embed = Embed(title="Labels to ignore", description=description, color=CALM, fields=fields)
    return fit(Card(embeds=(embed,)))


def _facts(view: RecurrenceView) -> Iterator[str]:
    profile = view.profile
    recurrence = profile.recurrence
    if place := place_of(recurrence, 160):
        yield f"📍 {place}"
    episodes = f"{recurrence.episodes} episode{'s' if recurrence.episodes != 1 else ''}"
    counts = [
        "Fired once"
        if recurrence.occurrences == 1
        else episodes
        if recurrence.occurrences == recurrence.episodes
        else f"{times_of(recurrence.occurrences)} in {episodes}"
    ]
    counts += [some(recurrence.duplicates, "repeat")] if recurrence.duplicates else []
    counts += [some(recurrence.flaps, "flap")] if recurrence.flaps else []
    yield f"🔁 {SEPARATOR.join(counts)}"
    yield f"🕐 First {moment(recurrence.first_seen_at, 'D')}, last {moment(recurrence.last_seen_at)}"
    if paces := SEPARATOR.join(_paces(profile)):
        yield f"⏱️ {paces}"
    if recurrence.resolves:
        alone = f"{recurrence.self_resolves} of {recurrence.resolves} resolved by themselves"
        had = f"{SEPARATOR}{span_of(recurrence.attention)} in somebody's hands"
        yield f"🍃 {alone}{had if recurrence.attention >= _MOMENT else ''}"
    if recurrence.noise_votes:
        names = inline(", ".join(view.voters), 120)
        yield f"👎 Noise to {recurrence.noise_votes}{f': {names}' if names else ''}"
    if profile.incidents:
        yield f"🧵 Incidents {', '.join(profile.incidents)}"
    if profile.runs:
        states = (f"{count} {state}" for state, count in sorted(profile.runs.items()))
        yield f"⚙️ Runs: {', '.join(states)}"
    if recurrence.fix is not None:
        yield _fix(recurrence.fix)
    if profile.item is not None:
        yield describe(profile.item)


def _paces(profile: RecurrenceProfile) -> Iterator[str]:
    medians = profile.medians
    for name, value in (
        ("acknowledged after", medians.to_ack),
        ("over after", medians.to_resolve),
        ("gap", medians.gap),
    ):
        if value is not None:
            yield f"{name} {span_of(value)}"
    if profile.rhythm is not None:
        yield f"mostly {profile.rhythm} UTC"


def _fix(fix: Fix) -> str:
    note = inline(fix.note, 200)
    told = f": {note}" if note else ""
    if fix.regressed_at is not None:
        return f"↩️ Came back {moment(fix.regressed_at)}: open again, ask {who(fix.owner)}{told}"
    return f"✅ Marked fixed {moment(fix.at)} by {who(fix.owner)}{told}"


def tell_episode(episode: EpisodeSummary, jumps: dict[int, str]) -> str:
    """``[A-9](..) 3 days ago · 8 min · by itself`` or ``· @ann: restarted``."""
    ref = link(episode.alert, jumps.get(episode.alert_id, "")) or episode.alert
    lasted = span_of(episode.resolved_at - episode.opened_at) if episode.resolved_at else "open"
    ended_by = None if is_silence(episode.resolved_by) else episode.resolved_by
    people = dict.fromkeys(who(each) for each in (episode.owner, ended_by) if each is not None)
    note = inline(episode.note, _NOTE)
    dealt = "by itself" if episode.self_resolved else ", ".join(people)
    if is_silence(episode.resolved_by):
        lasted, dealt = "went quiet", dealt or "nobody confirmed its end"
    parts = (
        f"{ref} {moment(episode.opened_at)}",
        lasted,
        f"{dealt}: {note}" if note and dealt else dealt or note,
        ", ".join(episode.incidents),
    )
    return SEPARATOR.join(filter(None, parts))


def tell_run(run: Run) -> str:
    """``✅ agent · 3 minutes ago · what it says``."""
    at = run.ended_at or run.started_at or run.queued_at
    output = inline(run.output, _OUTPUT)
    parts = (f"{_RUN[run.state]} {inline(run.agent, 60)}", moment(at), output)
    return SEPARATOR.join(filter(None, parts))


def _suggestion(suggestion: Suggestion) -> str:
    labels = ", ".join(span(label, 60) for label in suggestion.labels[:5])
    examples = ", ".join(span(each, 40) for each in suggestion.examples)
    name = inline(suggestion.name, 60, addresses=False)
    return f"{suggestion.count}{TIMES} **{name}** differ only by {labels}, such as {examples}"


def fill(lines: Iterable[str]) -> str:
    """As many whole lines as fit one field."""
    kept: list[str] = []
    room = FIELD_VALUE
    for line in lines:
        room -= units(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(kept)


def _colour(fix: Fix | None) -> int:
    if fix is None:
        return CALM
    return BAD if fix.regressed_at is not None else GOOD
