"""The notice of a closed channel: which, why, how much waits, and what to do; edited when it is over."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from bot.cards.card import Card, Embed, Field, Ping
from bot.cards.limits import OPTIONS, fit
from bot.cards.outbox.board import picker
from bot.cards.style import BAD, GOOD, SEPARATOR, SIGNS, sign
from bot.cards.text import address, inline, moment, span
from bot.domain.alert.signal import Severity
from bot.domain.outbox.board import BoardAlert
from bot.domain.outbox.outbox import ParkReason

SUBJECT: Final = "closure"
_NAMED: Final = 10  # criticals
_NAME: Final = 80
_PLACE: Final = 48
_SOURCES: Final = 3
_PUSHED: Final = 5  # names in the line that a phone shows
_REASONS: Final = {
    ParkReason.UNKNOWN_CHANNEL: "It was deleted.",
    ParkReason.MISSING_ACCESS: "The bot cannot see it: give it *View Channel* there.",
    ParkReason.NO_TEXT: "It is a forum or voice channel, which takes no cards: choose a text channel",
    ParkReason.LOCKED: "The thread is locked: unlock it, or give the bot *Manage Threads*",
    ParkReason.MISSING_PERMISSION: "The bot may not post there: give it *Send Messages*, *Embed Links*"
    " and *Read Message History*.",
}


class ClosureView(msgspec.Struct, frozen=True, kw_only=True):
    """A closed channel: ``cards`` wait, ``criticals`` open critical alerts among them.

    ``held`` are the open alerts without a card, worst first; ``sources`` post there by their own setting.
    ``moved_to`` is where its cards went instead.
    """

    channel_id: int
    number: int
    tag: str
    reason: ParkReason
    began_at: datetime
    ended_at: datetime | None = None
    moved_to: int | None = None
    cards: int
    criticals: int = 0
    held: tuple[BoardAlert, ...] = ()
    sources: tuple[str, ...] = ()


def render(view: ClosureView, ping: Ping) -> Card:
    """The notice as one message, which wakes ``ping``."""
    if view.ended_at is not None:
        return fit(_over(view, view.ended_at))
    fields = [Field("What to do", _remedy(view))]
    if view.criticals:
        fields.insert(0, Field("Critical and open", "\n".join(_criticals(view))))
    what, then = f"{_cards(view.cards)} cannot be shown", "Nothing is lost: they are shown there when it can."
    if view.moved_to is not None:
        what, then = "A channel is gone", f"What comes for it is shown in <#{view.moved_to}> meanwhile."
    embed = Embed(
        description=f"<#{view.channel_id}> (`{view.channel_id}`) cannot be written to since"
        f" {moment(view.began_at, 't')}. {f'{what}. ' if view.criticals else ''}{then}",
        color=BAD,
        fields=tuple(fields),
        footer=marker(view.tag, view.channel_id, view.number),
    )
    said = "Open one of the waiting alerts"
    rows = ((picker(view.held[:OPTIONS], view.tag, SUBJECT, said),),) if view.held else ()
    return fit(Card(content=_notice(view, ping, what), embeds=(embed,), rows=rows, ping=ping))


def summon(view: ClosureView, ping: Ping, jump_url: str) -> Card:
    """A message of its own that wakes ``ping`` and leads to the notice, for an edit would wake nobody."""
    return fit(Card(content=f"{_notice(view, ping)}\n{address(jump_url, 200)}", ping=ping))


def marker(tag: str, channel_id: int, number: int) -> str:
    """What a notice's footer is, and by which a lost one is found again."""
    return f"CLOSED-{channel_id}-{number}{SEPARATOR}{tag}"


def _notice(view: ClosureView, ping: Ping, what: str = "") -> str:
    """What a phone shows: ``🔴 2 critical alerts without a card: DiskFull``, else ``what`` happened."""
    line = f"🚧 {what}"
    if view.criticals:
        line = f"{SIGNS[Severity.CRITICAL]} {_some(view.criticals, 'critical alert')} without a card"
        names = dict.fromkeys(each.name for each in view.held if each.severity is Severity.CRITICAL)
        told = [inline(name, _NAME, addresses=False) or "unnamed" for name in list(names)[:_PUSHED]]
        if len(names) > _PUSHED:
            told.append("and others")
        line = f"{line}: {', '.join(told)}" if told else line
    return f"{ping.mentions} {line}" if ping else line


def _over(view: ClosureView, ended_at: datetime) -> Card:
    span_ = f"{moment(view.began_at, 't')}\u2013{moment(ended_at, 't')}"
    if view.moved_to is not None:
        said = f"✅ What waited for <#{view.channel_id}> is shown in <#{view.moved_to}> now"
        rest = f"{span_}."
    else:
        said = f"✅ <#{view.channel_id}> can be written to again"
        rest = f"{span_}. {_cards(view.cards)} had to wait."
    embed = Embed(description=rest, color=GOOD, footer=marker(view.tag, view.channel_id, view.number))
    return Card(content=said, embeds=(embed,))


def _remedy(view: ClosureView) -> str:
    """In words for whoever reads it; the rest happens by itself."""
    steps = [_REASONS.get(view.reason, "It cannot be written to.")]
    if view.sources:
        moves = (span(f"tocsin source move {name} --channel ID", 120) for name in view.sources[:_SOURCES])
        steps.append(f"Or let its alerts go elsewhere: {', '.join(moves)}.")
    else:
        steps.append("Or choose another channel with `/setup`.")
    return " ".join(steps)


def _criticals(view: ClosureView) -> Iterator[str]:
    named = [each for each in view.held if each.severity is Severity.CRITICAL][:_NAMED]
    for each in named:
        place = inline("/".join(filter(None, each.places)), _PLACE)
        title = f"{sign(each)} {each.ref} **{inline(each.name, _NAME, addresses=False) or 'unnamed'}**"
        yield SEPARATOR.join(filter(None, (title, place, moment(each.opened_at))))
    if view.criticals > len(named):
        yield f"… and {view.criticals - len(named):,} more"


def _cards(count: int) -> str:
    return _some(count, "card")


def _some(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
