"""What follows from a change hears all of it, in the transaction that makes it, whoever made it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.alert import State
from bot.domain.alert.alert_change import AlertChange, AlertMark
from bot.domain.alert.ring import RingSubject
from bot.domain.alert.search import AlertCriteria
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError
from bot.domain.outbox.outbox import CardKind
from bot.usecases.alert import claim
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ring as rings
from storage.transaction import Transaction
from tests.conftest import CHANNEL
from tests.senders import ANNA, Send, firing, resolved

Told = list[AlertChange]
FIXER = Actor(ActorKind.PROGRAM, "fixer", "fixer")


@pytest.fixture
def told(desk: Desk) -> Told:
    """What a follower that is added here is told with the rows; with the cards it is told the same."""
    told: Told = []
    half: Told = []

    def note_rows(_: Desk, __: Transaction, changes: Sequence[AlertChange], ___: datetime) -> None:
        half.extend(changes)

    def note_cards(_: Desk, __: Transaction, changes: Sequence[AlertChange], ___: datetime) -> None:
        assert list(changes) == half
        told.extend(half)
        half.clear()

    known = desk.followers
    desk.followers = msgspec.structs.replace(
        known, rows=(*known.rows, note_rows), cards=(*known.cards, note_cards)
    )
    return told


def mark(state: State, severity: Severity = Severity.WARNING) -> AlertMark:
    return AlertMark(state, severity)


def said(told: Told) -> list[tuple[int, str, str, AlertMark | None, AlertMark]]:
    return [(each.alert_id, each.action, str(each.actor), each.before, each.after) for each in told]


async def test_what_senders_say_is_told(send: Send, told: Told, clock: ManualClock) -> None:
    await send(firing(), firing())
    assert said(told) == [(1, "opened", "source:prod", None, mark(State.NEW))]
    told.clear()
    await send(firing(severity=Severity.CRITICAL))
    await send(resolved())
    await send(firing())
    assert said(told) == [
        (1, "raised", "source:prod", mark(State.NEW), mark(State.NEW, Severity.CRITICAL)),
        (
            1,
            "resolved",
            "source:prod",
            mark(State.NEW, Severity.CRITICAL),
            mark(State.RESOLVED, Severity.CRITICAL),
        ),
        (1, "reopened", "source:prod", mark(State.RESOLVED, Severity.CRITICAL), mark(State.NEW)),
    ]
    await send(resolved())
    clock.advance(timedelta(hours=1))
    told.clear()
    await send(firing())
    assert said(told) == [(2, "opened", "source:prod", None, mark(State.NEW))]


async def test_what_people_programs_and_time_do_is_told(
    desk: Desk, send: Send, told: Told, clock: ManualClock
) -> None:
    await send(firing("a"), firing("b"))
    told.clear()
    await alerts.acknowledge(desk, 1, actor=ANNA, note="mine")
    (one,) = told
    assert (one.name, one.note, one.moved and one.moved[1].owner) == ("a", "mine", ANNA)
    (taken,) = await claim.claim_next(desk, AlertCriteria(), actor=FIXER, lease=timedelta(minutes=1))
    clock.advance(timedelta(minutes=2))
    await alerts.expire_leases(desk)
    await claim.claim_next(desk, AlertCriteria(), actor=FIXER, lease=timedelta(minutes=1))
    assert (taken.alert.id, taken.alert.run) == (2, 1)  # calls that were planned before are void
    assert said(told) == [
        (1, "ack", str(ANNA), mark(State.NEW), mark(State.ACKED)),
        (2, "claim", "program:fixer", mark(State.NEW), mark(State.PROCESSING)),
        (2, "lease_expire", "job:lease", mark(State.PROCESSING), mark(State.NEW)),
        (2, "claim", "program:fixer", mark(State.NEW), mark(State.PROCESSING)),
    ]


async def test_a_follower_that_refuses_leaves_everything_as_it_was(desk: Desk, send: Send) -> None:
    await send(firing())

    def refuse(_: Desk, __: Transaction, ___: Sequence[AlertChange], ____: datetime) -> None:
        raise ConflictError("Not now.")

    known = desk.followers
    desk.followers = msgspec.structs.replace(known, cards=(*known.cards, refuse))
    with pytest.raises(ConflictError, match="Not now"):
        await alerts.acknowledge(desk, 1, actor=ANNA)
    alert = await desk.storage.read(lambda tx: tx.alerts.get(desk.project.id, 1))
    (place,) = await desk.storage.read(lambda tx: tx.cards.of(CardKind.ALERT, [1]))
    assert alert is not None
    assert (alert.state, place.wanted) == (State.NEW, 1)


async def test_the_message_of_a_call_shows_that_a_program_took_the_next_alert(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing(severity=Severity.CRITICAL))
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    await outbox.settle(desk, task.card, worker="w", message_id=900, shown=1, pinged=True)
    clock.advance(timedelta(minutes=6))
    assert await rings.make_due(desk) == 1
    (lead,) = await desk.storage.read(lambda tx: tx.rings.leads_of(RingSubject.ALERT, [1]))

    def wanted(tx: Transaction) -> int:
        return tx.cards.of(CardKind.RING, [lead])[0].wanted

    before = await desk.storage.read(wanted)
    await claim.claim_next(desk, AlertCriteria(), actor=FIXER)
    assert await desk.storage.read(wanted) == before + 1
