"""The ring: a reply to a card, one line that a phone shows, and below it, small, where that leads.

What it says is edited once more when nobody has to act on it: then it tells in a few words how that ended.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.cards.alert.alert import push_line
from bot.cards.card import Button, ButtonStyle, Card, Ping, Row
from bot.cards.cut import cut, units
from bot.cards.ids import Verb, build
from bot.cards.limits import CONTENT, fit
from bot.cards.style import EXPIRED, SEPARATOR, SIGNS, STATES, TIMES, WORDS, ordinal, some, span_of
from bot.cards.text import address, inline, plain
from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.ring import PERSONAL, Ring, RingReason
from bot.domain.alert.signal import Severity

ALL: Final = "all-"
"""Before the number of a ring: a button is meant for all whose acknowledgements it says to end."""

_NAMED: Final = 8  # different names that a summary tells
_NAME: Final = 60
_URL: Final = 200
_ROOM: Final = 400  # of a line that a phone shows

_SAID: Final = {
    RingReason.NEW: "fires too",
    RingReason.STORM: "fires too",
    RingReason.WORSE: "became worse",
    RingReason.BACK: "is back",
    RingReason.LEASE_OVER: "nobody has it: the claim ran out",
    RingReason.RELEASED: "nobody has it: the claim was given up",
    RingReason.GIVEN_BACK: "nobody has it: it was given back",
    RingReason.FAILED: "a program gave it up",
    RingReason.ACK_OVER: "nobody has it: the acknowledgement ran out",
    RingReason.CALM: "flaps no more and still fires",
    RingReason.AWAKE: "the snooze is over and it still fires",
    RingReason.SILENCE_OVER: "the silence is over and it still fires",
    RingReason.STILL_BROKEN: "still broken",
    RingReason.REGRESSED: "you marked it as fixed, and it is back",
}


class RingMember(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a ring, with its alert as that is now; ``live`` says that people still have to know.

    ``wakes`` is whom its source alone wakes with it, None where that is the desk's to say.
    """

    ring: Ring
    alert: Alert
    live: bool
    wakes: tuple[str, ...] | None = None


class RingView(msgspec.Struct, frozen=True, kw_only=True):
    """All a ring shows. ``members`` are the alerts it calls for, worst first.

    ``reply_to`` is the message it answers, ``url`` where a click leads. ``is_stale`` says that later rings
    call for all the same. ``fixer`` answers for what was marked as fixed and came back. ``alike`` is how many
    of the one cause it calls for stand on their card and nobody has, 0 where that is not asked.
    """

    id: int
    tag: str
    now: datetime
    members: tuple[RingMember, ...]
    reply_to: int | None = None
    url: str = ""
    is_stale: bool = False
    fixer: Actor | None = None
    alike: int = 0

    @property
    def live(self) -> tuple[RingMember, ...]:
        """The alerts that people still have to know of."""
        return () if self.is_stale else tuple(each for each in self.members if each.live)

    @property
    def is_personal(self) -> bool:
        """Whether it calls one person, whoever else was rung."""
        return any(each.ring.reason in PERSONAL for each in self.live)

    @property
    def person_id(self) -> int | None:
        """The one person whom it calls: whose acknowledgement ends, or who answers for a fix; else None."""
        found = next((each for each in self.live if each.ring.reason in PERSONAL), None)
        if found is None:
            return None
        called = self.fixer if found.ring.reason is RingReason.REGRESSED else found.alert.owner
        return called.person_id if called is not None else None

    @property
    def severity(self) -> Severity:
        """The worst of what is called for."""
        found = [each.alert.severity for each in self.live or self.members]
        return max(found, key=lambda each: each.rank, default=Severity.INFO)


def words_of(view: RingView) -> tuple[tuple[str, ...] | None, ...]:
    """Whom the worst of what is called for wakes, by source: its own words, None for the desk's."""
    worst = [each for each in view.live if each.alert.severity is view.severity]
    return tuple(dict.fromkeys(each.wakes for each in worst))


def render(view: RingView, ping: Ping) -> Card:
    """The ring as one message; ``ping`` is whom it wakes."""
    small = f"-# {SEPARATOR.join(filter(None, (_link(view), marker(view.tag, view.id))))}"
    room = CONTENT - units(small) - 1
    rows = tuple(filter(None, (_choice(view),)))
    return fit(Card(content=f"{cut(_line(view, ping), room)}\n{small}", ping=ping, rows=rows))


def marker(tag: str, ring_id: int) -> str:
    """What every ring ends with, and by which a lost message is found again: C as in call."""
    return f"C-{ring_id}{SEPARATOR}{tag}"


def former_marker(tag: str, ring_id: int) -> str:
    """What rings ended with once; it read as the name of a recurrence."""
    return f"R-{ring_id}{SEPARATOR}{tag}"


def _choice(view: RingView) -> Row:
    """What its owner can say before acknowledgements end, for the run that each was asked in."""
    ending = [each for each in view.live if each.ring.reason is RingReason.ACK_ENDING]
    if not ending:
        return ()
    alert_id, extra, what, back = ending[0].alert.id, str(ending[0].ring.run), "it", "Give back"
    if len(ending) > 1:
        extra, what, back = f"{ALL}{view.id}", f"all {len(ending):,}", f"Give back all {len(ending):,}"
    return (
        Button(
            label=f"Still on {what}",
            custom_id=build(Verb.STILL_ON_IT, view.tag, alert_id, extra),
            style=ButtonStyle.SUCCESS,
        ),
        Button(label=back, custom_id=build(Verb.GIVE_BACK, view.tag, alert_id, extra)),
    )


def _line(view: RingView, ping: Ping) -> str:
    live = view.live
    if not live:
        return _over(view)
    said = _call(live[0]) if len(live) == 1 and view.alike <= 1 else _summary(live, view.alike)
    return f"{ping.mentions} {said}" if ping else said


def _call(member: RingMember) -> str:
    """``🔴 CRITICAL HighErrorRate · checkout: unacknowledged for 15 min (3rd call)``."""
    return f"{push_line(member.alert, _ROOM)}: {_reason(member)}"


def _reason(member: RingMember) -> str:
    ring, alert = member.ring, member.alert
    if ring.reason is RingReason.UNTAKEN:
        since = alert.loud_since or alert.opened_at
        return f"unacknowledged for {span_of(ring.due_at - since)} ({ordinal(ring.ordinal)} call)"
    if ring.reason is RingReason.ACK_ENDING and alert.ack_until is not None:
        left = span_of(alert.ack_until - ring.due_at)
        return f"your acknowledgement ends in {left}"
    if ring.reason is RingReason.WORSE and alert.escalated_from is not None:
        return f"was {alert.escalated_from} when acknowledged"
    return _SAID.get(ring.reason, "please look")


def _summary(live: Sequence[RingMember], alike: int) -> str:
    """``🔴 12 CRITICAL: HighErrorRate x8, DiskFull x4: unacknowledged for 15 min``."""
    worst = max((each.alert.severity for each in live), key=lambda each: each.rank)
    names = Counter(each.alert.name for each in live).most_common()
    if len(names) == 1:
        names = [(names[0][0], max(names[0][1], alike))]
    told = [f"{_named(name)} {TIMES}{count}" if count > 1 else _named(name) for name, count in names[:_NAMED]]
    if len(names) > _NAMED:
        told.append(f"{len(names) - _NAMED} other names")
    reasons = {each.ring.reason for each in live}
    said = _reason(live[0]) if len(reasons) == 1 else "nobody has them"
    if len(names) == 1:
        services = {each.alert.service for each in live}
        on = inline(services.pop(), _NAME, addresses=False) if len(services) == 1 else ""
        return f"{SIGNS[worst]} {WORDS[worst]} {told[0]}{f' on {on}' if on else ''}: {said}"
    return f"{SIGNS[worst]} {len(live)} alerts, worst {WORDS[worst]}: {', '.join(told)}: {said}"


def _over(view: RingView) -> str:
    """How it ended, without a mention: nobody is called any more."""
    if len(view.members) != 1:
        return (
            f"✅ {some(len(view.members), 'alert')} that were called for here need nobody now"
            if view.members
            else "✅ Settled"
        )
    (member,) = view.members
    return f"{_ended(member.alert)}: {inline(member.alert.name, _NAME, addresses=False) or member.alert.ref}"


def _ended(alert: Alert) -> str:
    if alert.expired:
        return f"{EXPIRED[0]} no word any more, nobody confirmed"
    sign, word = STATES.get(alert.state, ("🔕", "held quiet"))
    who = alert.resolved_by if alert.state is State.RESOLVED else alert.owner
    name = f" by {plain(who.name, _NAME)}" if who is not None else ""
    return f"{sign} {word.lower()}{name}"


def _named(name: str) -> str:
    return inline(name, _NAME, addresses=False) or "unnamed"


def _link(view: RingView) -> str:
    target = address(view.url, _URL)
    return f"[open the card]({target})" if target else ""
