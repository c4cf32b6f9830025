"""Law: a card of every kind is looked up, drawn, posted, and found again by its own mark and no other."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from msgspec.structs import replace

from bot.cards.alert.ring import RingView
from bot.delivery.kind.registry import MESSAGES
from bot.delivery.render import footer_marker, marks, plain, render_view
from bot.delivery.search import find_card
from bot.delivery.wire.message import Author, Message
from bot.domain.alert.ring import RingReason
from bot.domain.alert.signal import SenderNote, Severity
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.closure import Closure
from bot.domain.outbox.kind import TRAITS
from bot.domain.outbox.outage import Outage, OutageCause
from bot.domain.outbox.outbox import CardKind, Outgoing, ParkReason
from bot.domain.outbox.placement import Placement
from bot.domain.recurrence.recurrence import format_ref
from bot.usecases import ring as rings
from bot.usecases.intake import note as notes
from bot.usecases.outbox.kind.registry import SUBJECTS
from bot.usecases.outbox.subject import View
from storage.kind import SAID_ONCE, STORED
from storage.transaction import Transaction
from tests.delivery.conftest import Stage
from tests.senders import firing
from tests.usecases.crisis import escalate

CLOSED: Final = 4_711
MAKERS: dict[CardKind, Callable[[Stage], Awaitable[None]]] = {}
"""How a card of each kind comes to be, in an order in which they can."""


def makes(*kinds: CardKind) -> Callable[[Any], Any]:
    def note_maker(make: Callable[[Stage], Awaitable[None]]) -> Callable[[Stage], Awaitable[None]]:
        MAKERS.update(dict.fromkeys(kinds, make))
        return make

    return note_maker


@makes(CardKind.ALERT, CardKind.INCIDENT, CardKind.NUDGE, CardKind.BRIEF)
async def incident(stage: Stage) -> None:
    await stage.send(firing(severity=Severity.CRITICAL, service="api"))
    await escalate(stage.desk)


@makes(CardKind.GROUP, CardKind.FOLDED)
async def group(stage: Stage) -> None:
    """The third of a cause makes the newest card that of all."""
    for number in range(3):
        await stage.send(firing(f"pod {number}", Severity.CRITICAL, group_key="pods"))


@makes(CardKind.RING)
async def ring(stage: Stage) -> None:
    desk, now = stage.desk, stage.clock.now()

    def call(tx: Transaction) -> None:
        (lead,) = tx.rings.plan([rings.first(desk.project.id, 1, 0, RingReason.BACK, now)])
        tx.rings.tell([lead], lead_id=lead, channel_id=stage.channel_id, now=now)
        tx.cards.create(desk.project.id, CardKind.RING, [(lead, stage.channel_id, Lane.PERSON)], now=now)

    await desk.storage.write(call)


@makes(CardKind.BOARD)
async def board(stage: Stage) -> None:
    enter = stage.desk.project.id, stage.channel_id
    await stage.desk.storage.write(lambda tx: tx.boards.enter(*enter, now=stage.clock.now()))


@makes(CardKind.REPORT)
async def report(stage: Stage) -> None:
    project_id, now = stage.desk.project.id, stage.clock.now()
    missed = Outage(
        channel_id=stage.channel_id,
        cause=OutageCause.UNREACHABLE,
        began_at=now,
        ended_at=now,
        first_card_id=1,
        last_card_id=1,
    )

    def miss(tx: Transaction) -> None:
        tx.outages.note(project_id, missed)
        tx.outages.owe_report(project_id, stage.channel_id, now=now)

    await stage.desk.storage.write(miss)


@makes(CardKind.CLOSURE)
async def closure(stage: Stage) -> None:
    project_id, now = stage.desk.project.id, stage.clock.now()
    closed = Closure(channel_id=CLOSED, reason=ParkReason.MISSING_ACCESS, began_at=now, cards=3)

    def close(tx: Transaction) -> None:
        tx.closures.note(project_id, closed)
        tx.closures.owe_notice(project_id, CLOSED, stage.channel_id, now=now)

    await stage.desk.storage.write(close)


@makes(CardKind.NOTE)
async def note(stage: Stage) -> None:
    said, now = SenderNote("Hello", "a test"), stage.clock.now()
    await stage.desk.storage.write(lambda tx: notes.tell(tx, stage.desk, stage.source, said, now=now))


async def placed(stage: Stage, kind: CardKind) -> Placement:
    """The first card of a kind."""
    subjects = [*range(1, 20), stage.channel_id, CLOSED]
    found = await stage.desk.storage.read(lambda tx: tx.cards.of(kind, subjects))
    return min(found, key=lambda each: each.id)


def claimed(stage: Stage, place: Placement) -> Outgoing:
    """The card as a worker holds it, to be posted where the test looks."""
    now = stage.clock.now()
    return Outgoing(
        id=place.id,
        project_id=stage.desk.project.id,
        kind=place.kind,
        subject_id=place.subject_id,
        channel_id=stage.channel_id,
        message_id=None,
        wanted=place.wanted,
        shown=0,
        lane=Lane.PERSON,
        generation=1,
        nonce=f"card-{place.id}",
        posting_since=now,
        retried=True,
        failures=0,
        pinged=False,
        dirty_since=now,
    )


async def looked_up(stage: Stage, card: Outgoing) -> View | None:
    entry, now = SUBJECTS[card.kind], stage.clock.now()
    if entry.read is not None:
        return await entry.read(stage.desk, card)
    look_up = entry.look_up
    assert look_up is not None
    return await stage.desk.storage.write(lambda tx: look_up(tx, stage.desk, card, now))


@pytest.fixture
async def posted(stage: Stage) -> dict[CardKind, tuple[Outgoing, View, int]]:
    """A card of each kind with what it shows, and its message."""
    assert set(MAKERS) == set(CardKind), "say how a card of the new kind comes to be"
    for make in dict.fromkeys(MAKERS.values()):
        await make(stage)
    found: dict[CardKind, tuple[Outgoing, View, int]] = {}
    for kind in MAKERS:
        card = claimed(stage, await placed(stage, kind))
        view = await looked_up(stage, card)
        assert view is not None, kind
        drawn = render_view(kind, view, stage.pings.due(card, view))
        reply_to = MESSAGES[kind].reply_to(view)
        answer = await stage.wire.post(card.channel_id, drawn, nonce=card.nonce, reply_to=reply_to)
        assert answer.body is not None, (kind, answer)
        found[kind] = card, view, answer.body.id
    return found


async def test_every_kind_is_looked_up_drawn_and_found_by_its_own_mark(
    stage: Stage, posted: dict[CardKind, tuple[Outgoing, View, int]]
) -> None:
    own_id = stage.bot_view.own_id
    for kind, (card, view, message_id) in posted.items():
        found = await find_card(stage.wire, stage.clock, card, own_id=own_id, marks=marks(kind, view))
        assert found.message is not None, kind
        assert found.message.id == message_id, kind
        words = plain(render_view(kind, view), footer_marker(kind, view))
        message = Message(id=1, author=Author(id=1), content=words.content)
        bearing = {other for other, (_, its, _) in posted.items() if message.bears(footer_marker(other, its))}
        assert bearing == {kind}


async def test_a_ring_posted_with_its_former_mark_is_found_and_no_mark_reads_as_a_recurrence(
    stage: Stage, posted: dict[CardKind, tuple[Outgoing, View, int]]
) -> None:
    card, view, message_id = posted[CardKind.RING]
    now_marked, once_marked = marks(CardKind.RING, view)
    assert isinstance(view, RingView)
    assert (now_marked, once_marked) == (f"C-{view.id} · {view.tag}", f"R-{view.id} · {view.tag}")
    drawn = render_view(CardKind.RING, view)
    former = replace(drawn, content=drawn.content.replace(now_marked, once_marked))
    answer = await stage.wire.post(card.channel_id, former, nonce="former")
    assert answer.body is not None
    own_id = stage.bot_view.own_id
    found = await find_card(stage.wire, stage.clock, card, own_id=own_id, marks=(once_marked,))
    assert found.message is not None
    assert found.message.id == answer.body.id != message_id
    kinds = {kind: footer_marker(kind, its).partition("-")[0] for kind, (_, its, _) in posted.items()}
    assert format_ref(1).partition("-")[0] not in kinds.values()


async def test_whom_every_kind_calls_and_what_it_is_about_can_be_said(
    stage: Stage, posted: dict[CardKind, tuple[Outgoing, View, int]]
) -> None:
    critical = {CardKind.ALERT, CardKind.GROUP, CardKind.RING}
    for kind, (card, view, _) in posted.items():
        call = SUBJECTS[kind].call(view)
        assert call.responders is (kind is CardKind.NUDGE)
        assert (call.severity is Severity.CRITICAL) is (kind in critical)
        assert SUBJECTS[kind].over_at(view) is None
        assert not MESSAGES[kind].is_misplaced(view)
        assert bool(stage.pings.due(card, view)) is (kind in {*critical, CardKind.NUDGE})


async def test_a_deleted_message_comes_back_unless_it_was_said_once(
    stage: Stage, posted: dict[CardKind, tuple[Outgoing, View, int]]
) -> None:
    """Nothing here is over; every card has its subject."""

    def forget(tx: Transaction) -> list[str]:
        for card, _, message_id in posted.values():
            stands = f"UPDATE card SET message_id = {message_id}, shown = wanted WHERE id = {card.id}"  # noqa: S608 -- numbers
            tx.run_raw(stands)
            tx.cards.forget_message(message_id, now=stage.clock.now())
        return tx.integrity.cards_without_subject(stage.desk.project.id, range(1, 100))

    assert await stage.desk.storage.write(forget) == []
    for kind in posted:
        place = await placed(stage, kind)
        assert (place.wanted > place.shown) is (STORED[kind].over is not SAID_ONCE), kind
    assert {kind for kind in posted if STORED[kind].over is SAID_ONCE} == {
        *(CardKind.RING, CardKind.NUDGE, CardKind.REPORT, CardKind.FOLDED),
    }
    assert {kind for kind, traits in TRAITS.items() if traits.calls} == {CardKind.ALERT, CardKind.GROUP}
