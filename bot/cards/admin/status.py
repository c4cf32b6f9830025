"""`/status`: can the desk hear, keep and show? The answer first with what to do, the figures under it.

One screen of a phone: what is all right takes a line, what is not comes first, and the one thing to mend
first is said in full at the top.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.cards.card import Card, Embed, Field
from bot.cards.cut import units
from bot.cards.limits import FIELD_VALUE, fit
from bot.cards.style import BAD, GOOD, SEPARATOR
from bot.cards.text import inline, moment, plain
from bot.domain.alert.signal import Severity
from bot.domain.integrity import IntegrityReport
from bot.domain.outbox.ledger import Pace, Quantiles
from bot.domain.process_health import ProcessHealth, RateLimitPause

_SLOW_GATEWAY: Final = timedelta(seconds=2)
_LONG: Final = timedelta(minutes=2)
_MANY_UNSTORED: Final = 5_000  # signals; about a second of a database at its best
_NOTICE: Final = 0xF3B61F
_SECOND: Final = timedelta(seconds=1)
_MILLISECOND: Final = timedelta(milliseconds=1)


class LaneStatus(msgspec.Struct, frozen=True, gc=False):
    """How many cards of one urgency wait to be shown."""

    name: str
    dirty: int


class Parked(msgspec.Struct, frozen=True, gc=False):
    """Cards that cannot be shown until ``reason`` is mended; it is a sentence for an administrator.

    With ``by_itself`` nobody has to mend anything.
    """

    channel_id: int
    reason: str
    cards: int
    by_itself: bool = False


class SourceLine(msgspec.Struct, frozen=True, gc=False):
    """A sender and when it was last heard; None is never."""

    name: str
    provider: str
    last_event_at: datetime | None = None
    wakes: tuple[str, ...] | None = None  # whom its criticals alone wake; None: whom the desk says


class LastAlert(msgspec.Struct, frozen=True, gc=False):
    """The newest alert of its severity; ``seen_at`` is when it was heard of last."""

    ref: str
    severity: Severity
    name: str
    state: str
    seen_at: datetime


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """All the card shows. ``versions`` are (name, version); ``oldest_due`` is since when a card waits.

    ``last`` are the newest alerts of each severity, the worst first, ``integrity`` what breaks an invariant.

    ``storms`` are the channels with a board, and how many alerts are on it; ``unfinished`` says what is left
    of the set-up, ``unwritable`` why nothing can be stored now.
    """

    now: datetime
    lanes: tuple[LaneStatus, ...] = ()
    parked: tuple[Parked, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    open_alerts: int = 0
    oldest_due: datetime | None = None
    pace: Pace = Pace()
    process_health: ProcessHealth = ProcessHealth()
    versions: tuple[tuple[str, str], ...] = ()
    database: str = ""
    storms: Mapping[int, int] = msgspec.field(default_factory=dict)
    last: tuple[LastAlert, ...] = ()
    integrity: IntegrityReport | None = None
    unfinished: str = ""
    unwritable: str = ""


class _Verdict(msgspec.Struct, frozen=True):
    """``advice`` is what to do about it, or that there is nothing to do."""

    sign: str
    words: str
    advice: str
    color: int


def render(view: StatusView) -> Card:
    """The desk's condition as one message."""
    verdict = next(_verdicts(view))
    embed = Embed(
        title=f"{verdict.sign} {verdict.words}",
        description="\n".join(filter(None, (verdict.advice, SEPARATOR.join(_facts(view))))),
        color=verdict.color,
        fields=tuple(Field(name, text) for name, text in _fields(view) if text),
        footer=SEPARATOR.join(plain(f"{name} {version}", 60) for name, version in view.versions),
    )
    return fit(Card(embeds=(embed,)))


def _storm(view: StatusView) -> _Verdict:
    told = f"{sum(view.storms.values()):,} alerts are on the board"
    places = " and ".join(f"<#{channel_id}>" for channel_id in list(view.storms)[:3])
    return _Verdict("⛈️", "An alert storm", f"{told} in {places}; act on them there.", _NOTICE)


def _verdicts(view: StatusView) -> Iterator[_Verdict]:  # noqa: C901 -- one for each thing that may hurt
    """All that hurts, the worst first; that nothing does comes last."""
    process_health, waiting = view.process_health, sum(lane.dirty for lane in view.lanes)
    stuck = view.oldest_due is not None and view.now - view.oldest_due > _LONG
    broken = [place for place in view.parked if not place.by_itself]
    if view.unwritable:
        advice = f"{inline(view.unwritable, 300)}. Senders get 503 and send again; buttons change nothing."
        yield _Verdict("🔴", "Nothing can be stored", advice, BAD)
    if process_health.line.trouble is not None:
        trouble = inline(process_health.line.trouble, 300)
        advice = f"{trouble}. Buttons and emoji rest meanwhile; alerts are kept and cards still go out."
        yield _Verdict("🔴", "Not connected to Discord's gateway", advice, BAD)
    if process_health.troubles:
        yield _Verdict(
            "🔴", "Tocsin itself has trouble", inline(". ".join(process_health.troubles), 400), BAD
        )
    if process_health.unstored > _MANY_UNSTORED:
        advice = "The database is slower than the senders: look at its disk, its locks and its load."
        yield _Verdict("🔴", f"{process_health.unstored} alerts wait to be stored", advice, BAD)
    if process_health.wakes_nobody and not _all_say_themselves(view):
        yield _Verdict("🔴", "Criticals wake nobody", "Choose a role with `/setup`, *Whom to wake*.", BAD)
    if broken:
        count = sum(place.cards for place in broken)
        yield _Verdict("🟠", f"{_cards(count)} cannot be shown", f"First: {_place(broken[0])}.", _NOTICE)
    if view.storms:
        yield _storm(view)
    elif stuck:
        advice = "Discord fails or holds them up: discordstatus.com and the log of Tocsin say more."
        if process_health.pauses:
            advice = "Discord's limits hold them up; there is nothing to do."
        yield _Verdict("🟠", f"{_cards(waiting)} on the way, too slowly", advice, _NOTICE)
    if process_health.hints:
        yield _Verdict("🟠", "Somebody cannot be woken", inline(process_health.hints[0], 300), _NOTICE)
    if waiting:
        yield _Verdict("⏳", f"{_cards(waiting)} on the way", "", _NOTICE)
    if not view.sources:
        yield _Verdict("👋", "Nobody sends alerts yet", "`/setup` makes the first source.", _NOTICE)
    yield _Verdict("✅", "Every channel shows the truth", "", GOOD)


def _facts(view: StatusView) -> Iterator[str]:
    yield f"{view.open_alerts} open alert{'s' if view.open_alerts != 1 else ''}"
    line = view.process_health.line
    if line.latency is not None:
        slow = " (slow)" if line.latency >= _SLOW_GATEWAY else ""
        yield f"gateway {line.latency / _MILLISECOND:.0f} ms{slow}"
    if line.heard_at is not None:
        yield f"heard {moment(line.heard_at)}"
    if view.database:
        yield f"database {inline(view.database, 80)}"
    if view.process_health.started_at is not None:
        yield f"up since {moment(view.process_health.started_at)}"
    if line.starts > 1:
        yield f"{line.starts} connections since"


def _fields(view: StatusView) -> Iterator[tuple[str, str]]:
    yield "Parked", _join(_place(place) for place in view.parked)
    yield "Waiting to be shown", _join(_lanes(view))
    yield "Cannot be woken", _join(_unwoken(view.process_health))
    yield "Seen in Discord, this hour", _join(_paces(view.pace))
    yield "Discord's limits", _join(_limits(view))
    yield "Last alerts", _join(_last(view))
    yield "Integrity", _join(_integrity(view))
    yield "Sources", _join(_sources(view))
    if view.unfinished:
        yield "Set-up", f"{view.unfinished}: `/setup`, *What is left*"


def _last(view: StatusView) -> Iterator[str]:
    for alert in view.last:
        name = inline(alert.name, 60)
        yield f"{alert.severity}: {alert.ref} {name}, {alert.state}, heard {moment(alert.seen_at)}"


def _integrity(view: StatusView) -> Iterator[str]:
    report = view.integrity
    if report is not None and report.findings:
        yield f"looked at {moment(report.at)}"
        yield from (f"🔴 {inline(each.words, 200)}" for each in report.findings)


def _unwoken(process_health: ProcessHealth) -> Iterator[str]:
    if process_health.wakes_nobody:
        yield "🔴 Criticals wake nobody: `/setup`"
    yield from (inline(hint, 300) for hint in process_health.hints)


def _cards(count: int) -> str:
    return f"{count} card{'s' if count != 1 else ''}"


def _place(place: Parked) -> str:
    return f"<#{place.channel_id}>: {_cards(place.cards)}, {inline(place.reason, 200)}"


def _lanes(view: StatusView) -> Iterator[str]:
    waiting = [f"{inline(lane.name, 60)} {lane.dirty}" for lane in view.lanes if lane.dirty]
    if waiting:
        yield SEPARATOR.join(waiting)
    if waiting and view.oldest_due is not None:
        yield f"the first since {moment(view.oldest_due)}"


def _paces(pace: Pace) -> Iterator[str]:
    for what, found in (("new", pace.cards), ("changed", pace.changes)):
        if found is not None:
            yield f"{what}: {_quantiles(found)}"


def _quantiles(found: Quantiles) -> str:
    return f"half within {_seconds(found.p50)}, 99 % within {_seconds(found.p99)} ({found.count})"


def _seconds(span: timedelta) -> str:
    """Two digits are enough."""
    return f"{span / _SECOND:.2g} s" if span < 10 * _SECOND else f"{span / _SECOND:.0f} s"


def _limits(view: StatusView) -> Iterator[str]:
    for pause in view.process_health.pauses:
        yield _pause(pause)
    if view.process_health.limited:
        yield f"{view.process_health.limited} calls refused since the start"


def _pause(pause: RateLimitPause) -> str:
    where = "everywhere" if pause.channel_id is None else f"<#{pause.channel_id}>"
    return f"{where}: {inline(pause.call.replace('_', ' '), 30)} pauses for {pause.span / _SECOND:.1f} s"


def _all_say_themselves(view: StatusView) -> bool:
    """Whether each sender names somebody for its criticals."""
    return bool(view.sources) and all(each.wakes for each in view.sources)


def _sources(view: StatusView) -> Iterator[str]:
    for source in view.sources:
        heard = f"last heard {moment(source.last_event_at)}" if source.last_event_at else "never heard"
        yield f"{inline(source.name, 60)} ({inline(source.provider, 30)}): {heard}{_wakes(source)}"
    if view.process_health.turned_away:
        yield f"{view.process_health.turned_away} requests were asked to come back later"


def _wakes(source: SourceLine) -> str:
    if source.wakes is None:
        return ""
    return f"{SEPARATOR}its criticals wake {inline(', '.join(source.wakes), 120) or 'nobody'}"


def _join(lines: Iterator[str]) -> str:
    """As many lines as fit one field, and how many do not."""
    kept: list[str] = []
    hidden = 0
    budget = FIELD_VALUE - len("… and 99999 more\n")
    for line in lines:
        budget -= units(line) + 1
        if budget < 0:
            hidden += 1
        else:
            kept.append(line)
    return "\n".join([*kept, f"… and {hidden} more"] if hidden else kept)
