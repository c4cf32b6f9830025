"""Payloads: whatever hostile senders post, as all that Discord would be asked to show of it.

A request goes the way of any other (decode, redact, parse, view, card), and every message that could be made
of it is held against the sandbox's limits and against `rules`. The same seed and number are the same request
for ever.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import msgspec

from bot.cards.alert import detail
from bot.cards.alert import listing as alert_list
from bot.cards.alert.alert import AlertView, note_modal, render
from bot.cards.alert.group import GroupView
from bot.cards.alert.ring import RingMember, RingView
from bot.cards.card import Card, Ping
from bot.cards.modal import Modal
from bot.cards.outbox import board as board_card
from bot.cards.outbox.closure import ClosureView
from bot.delivery.render import footer_marker, plain, render_view
from bot.domain.access.redaction import redact_body
from bot.domain.actor import Actor, ActorKind, person, source
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.group import Group
from bot.domain.alert.ring import Ring, RingReason, RingSubject
from bot.domain.alert.signal import Severity, Signal
from bot.domain.errors import InvalidInputError
from bot.domain.outbox.board import BoardAlert
from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.domain.recurrence.recurrence import Memory, Remedy
from bot.providers.body import decode
from bot.providers.sender import Provider
from bot.sandbox.limit.message import field_of, read_draft
from bot.sandbox.limit.modal import read_modal
from bot.sandbox.model.error import ApiError
from bot.sandbox.model.mention import ALL_ALLOWED
from bot.usecases.outbox.subject import View
from tests.cards import crisis
from tests.cards.request import Dice, address, text, write
from tests.cards.rules import refusals
from tests.cards.world import NOON, TAG

Said = tuple[str, Card | Modal]

_PINGS: Final = (None, Ping(roles=(2**63,)), Ping(users=tuple(range(1, 130)), everyone=True))
_CARRIED: Final = (
    *("severity", "name", "severity_word", "summary", "description", "labels", "links", "namespace"),
    *("service", "target", "group_key"),
)
_CLOSED: Final = (ParkReason.UNKNOWN_CHANNEL, ParkReason.MISSING_ACCESS, ParkReason.MISSING_PERMISSION)
_EVERY: Final = 50  # alerts, until they stand together on boards, lists and an incident


@dataclass
class Tally:
    """What became of requests; ``refused`` says the number, the kind of message and Discord's reasons."""

    requests: int = 0
    unreadable: int = 0
    alerts: int = 0
    messages: int = 0
    refused: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count what another has counted."""
        self.requests += other.requests
        self.unreadable += other.unreadable
        self.alerts += other.alerts
        self.messages += other.messages
        self.refused += other.refused


def try_alerts(count: int, seed: str) -> Tally:
    """Requests 0, 1, 2 and so on of a seed, until so many alerts have been shown."""
    tally, views = Tally(), list[AlertView]()
    while tally.alerts < count:
        number = tally.requests
        tally.requests += 1
        dice = random.Random(f"{seed}:{number}")  # noqa: S311 -- seeded on purpose, nothing secret
        try:
            signals = read(*write(dice))
        except InvalidInputError:
            tally.unreadable += 1
            continue
        for signal in signals:
            tally.alerts += 1
            views.append(look_at(dice, signal, tally.alerts))
            _judge(tally, f"{seed}:{number}", faces(dice, views[-1]))
        if len(views) >= _EVERY:
            _judge(tally, f"{seed}:{number}", gatherings(dice, views))
            views.clear()
    return tally


def read(provider: Provider, body: bytes) -> list[Signal]:
    """As the door reads it.

    Raises:
        InvalidInputError: the door does not take it.
    """
    redacted = redact_body(body, decode(body, "application/json"))
    return [signal for _, signal in provider.parse(redacted.value).signals]


def look_at(dice: Dice, signal: Signal, number: int) -> AlertView:
    """What a card has to show of it, when this and that has happened to it."""
    state = dice.choice(list(State))
    alert = Alert(
        id=number if dice.random() < 0.9 else 10**18 - number,
        project_id=1,
        source_id=1,
        recurrence_id=1,
        signature="5f" * 32,
        state=state,
        **{name: getattr(signal, name) for name in _CARRIED},
        occurrences=dice.choice((1, 2, 10**9)),
        flaps=dice.choice((0, 0, 7)),
        opened_at=NOON,
        last_seen_at=_later(dice),
        resolved_at=_later(dice) if state is State.RESOLVED else None,
        resolved_by=_somebody(dice),
        owner=_somebody(dice),
        lease_expires_at=_later(dice),
        silent_after=_later(dice),
        escalated_from=dice.choice((None, Severity.INFO)),
        note=text(dice) if dice.random() < 0.5 else "",
        note_by=_somebody(dice),
    )
    return AlertView(
        alert=alert,
        memory=_memory(dice),
        source_name=text(dice),
        tag=TAG,
        ping=dice.choice(_PINGS),
        incident=dice.choice(("", "<#77>", text(dice))),
    )


def _ring(dice: Dice, view: AlertView) -> RingView:
    """A call for this alert, or one that is over."""
    ring = Ring(
        project_id=1,
        subject=RingSubject.ALERT,
        subject_id=view.alert.id,
        run=1,
        reason=dice.choice(tuple(RingReason)),
        ordinal=dice.choice((1, 3, 10**9)),
        due_at=_later(dice),
        created_at=NOON,
    )
    member = RingMember(ring=ring, alert=view.alert, live=dice.random() < 0.5)
    members = (member,) * dice.choice((0, 1, 1, 12))
    return RingView(id=9, tag=TAG, now=NOON, members=members, url="https://discord.com/channels/1/2/3")


def faces(dice: Dice, view: AlertView) -> Iterator[Said]:
    """Every message and form that is about one alert."""
    card = render(view)
    yield "card", card
    yield "plain card", plain(card, footer_marker(CardKind.ALERT, view))
    yield "ring", render_view(CardKind.RING, _ring(dice, view), view.ping or Ping())
    yield "note form", note_modal(view.alert, TAG)
    history = [detail.HistoryLine(NOON, _somebody(dice) or source("x"), text(dice)) for _ in range(4)]
    for page in range(dice.choice((1, 1, 4))):
        yield f"details {page}", detail.details(view, history, page=page, jump_url=address(dice))


def gatherings(dice: Dice, views: list[AlertView]) -> Iterator[Said]:
    """Every message that is about many alerts."""
    alerts = [view.alert for view in views]
    held = tuple(map(_held, alerts))
    for kind, view in _crowded(dice, alerts, held):
        card = render_view(kind, view)
        yield type(view).__name__, card
        yield f"plain {type(view).__name__}", plain(card, footer_marker(kind, view))
    part = board_card.BoardPage(channel_id=1, tag=TAG, number=0, total=99, size=20, held=held[:20])
    yield "page of a board", board_card.render_page(part)
    lines = tuple(alert_list.AlertLine(alert, address(dice)) for alert in alerts[: alert_list.PAGE_SIZE])
    wish = alert_list.ListFilter(text=text(dice)[:3])
    yield "list", alert_list.render(alert_list.Listing(lines=lines, total=99, page=1, filter=wish, tag=TAG))


def _crowded(
    dice: Dice, alerts: list[Alert], held: tuple[BoardAlert, ...]
) -> Iterator[tuple[CardKind, View]]:
    one = dice.choice(alerts)
    board = board_card.BoardView(channel_id=1, number=1, tag=TAG, since=NOON, now=NOON, held=held)
    yield CardKind.BOARD, board
    head = crisis.view(
        title=one.name, summary=one.description, service=one.service, alerts=tuple(alerts[:10])
    )
    yield CardKind.INCIDENT, head
    group = Group(
        id=dice.randrange(1, 10**18),
        project_id=1,
        source_id=1,
        cause="5f" * 16,
        name=one.name,
        service=one.service,
        severity=one.severity,
        opened_at=NOON,
        joined_at=_later(dice),
    )
    shared = GroupView(
        group=group,
        tag=TAG,
        now=_later(dice),
        held=held,
        census=Counter((alert.state, alert.severity) for alert in alerts),
        source_name=text(dice),
        wakes=dice.choice((None, one.severity)),
    )
    yield CardKind.GROUP, shared
    notice = ClosureView(
        channel_id=2**63,
        number=1,
        tag=TAG,
        reason=dice.choice(_CLOSED),
        began_at=NOON,
        cards=len(held),
        criticals=sum(each.severity is Severity.CRITICAL for each in held),
        held=held,
        sources=(text(dice), text(dice), text(dice), text(dice)),
    )
    yield CardKind.CLOSURE, notice


def reasons(said: Card | Modal) -> list[str]:
    """Why Discord would refuse it; empty when it takes it."""
    payload: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(said.to_payload()))
    found: list[str] = []
    try:
        if isinstance(said, Modal):
            read_modal(field_of(payload))
        else:
            found += refusals(payload)
            more = {"allowed_mentions": said.ping.to_allowed_mentions(), "nonce": "n", "enforce_nonce": True}
            read_draft(field_of(payload | more), {}, ALL_ALLOWED)
    except ApiError as error:
        found.append(str(error.errors))
    return found


def _judge(tally: Tally, number: str, all_said: Iterable[Said]) -> None:
    for kind, said in all_said:
        tally.messages += 1
        tally.refused += [f"{number} {kind}: {reason}" for reason in reasons(said)]


def _later(dice: Dice) -> Any:
    return NOON + timedelta(seconds=dice.randrange(10**7))


def _somebody(dice: Dice) -> Actor | None:
    kind = dice.choice((None, ActorKind.PROGRAM, ActorKind.PERSON))
    if kind is None:
        return None
    return (
        person(dice.randrange(1, 2**63), text(dice))
        if kind is ActorKind.PERSON
        else Actor(kind, "x", text(dice))
    )


def _memory(dice: Dice) -> Memory | None:
    if dice.random() < 0.5:
        return None
    who = _somebody(dice) or source("x")
    remedy = Remedy(alert_id=1, at=NOON, who=who, note=text(dice), by_hand=True, jump_url=address(dice))
    return Memory(episodes=dice.randrange(1, 500), previous_at=NOON, gap=timedelta(hours=9), remedy=remedy)


def _held(alert: Alert) -> BoardAlert:
    named = {
        name: getattr(alert, name) for name in BoardAlert.__struct_fields__ if name not in {"owner", "quiet"}
    }
    return BoardAlert(**named, owner=alert.owner.name if alert.owner else "")
