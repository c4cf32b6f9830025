"""Ring: tell the calls that are due, each once, and show how they ended.

Law: a call that is taken is told, covered by the alert's own card, or void, and the one after it is planned,
in one transaction: however many processes ask, and wherever one of them dies, it goes out once. A call waits
for the first post of its card, which rings by itself and covers it.

Alerts that share a card are called for in one message. Of many calls in one channel only the first few are
messages of their own; the rest share one, for a phone that rings forty times is put away.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.cards.alert.ring import RingMember, RingView
from bot.domain import actor as actors
from bot.domain.access.wake import Wakes
from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.ring import PERSONAL, Ring, RingReason, RingSubject, is_loud
from bot.domain.alert.verdict import Lane
from bot.domain.audit import Entry
from bot.domain.outbox.kind import TRAITS
from bot.domain.outbox.outbox import CardKind, Outgoing, ParkReason
from bot.domain.outbox.placement import Placement
from bot.domain.sight import Subject
from bot.usecases import ring as rings
from bot.usecases.desk import Desk
from bot.usecases.outbox import shared_call, storm_ring
from bot.usecases.outbox.shared_call import Due
from bot.usecases.outbox.storm_ring import A_MINUTE, ALONE
from storage.transaction import Transaction
from storage.writer import Turn

SWEEP: Final = 500
_REST: Final = timedelta(seconds=5)
_MINUTE: Final = timedelta(minutes=1)
_WAIT: Final = timedelta(seconds=2)  # for the first post of a card
_LONG_WAIT: Final = timedelta(minutes=1)  # for a channel


async def make_due(desk: Desk) -> int:
    """Tell what is due; returns how many messages that made."""
    now = desk.clock.now()
    if not await desk.storage.read(lambda tx: tx.rings.is_due(now=now) or storm_ring.is_due(tx, desk, now)):
        return 0
    told = await desk.storage.write(partial(_make_due, desk=desk, now=now), turn=Turn.DESK)
    if told:
        desk.bell.ring()
    return told


async def drop(desk: Desk, lead_id: int) -> None:
    """The message of these calls shows how they ended."""
    await desk.storage.write(
        lambda tx: tx.rings.drop([each.id for each in tx.rings.told_in(lead_id)]), turn=Turn.DESK
    )


async def leave_out(desk: Desk, card: Outgoing, *, worker: str) -> None:
    """A call that is meant for nobody is not posted, and has told nothing.

    What has joined it since it was looked at is looked at once more.
    """
    now = desk.clock.now()

    def do_leave_out(tx: Transaction) -> None:
        if not tx.cards.skip(card.id, worker=worker, revision=card.wanted):
            tx.cards.put_off(card.id, worker=worker, until=now, failed=False)
            tx.cards.clear_attempt(card.id)
        else:
            tx.rings.drop([each.id for each in tx.rings.told_in(card.subject_id)])

    await desk.storage.write(do_leave_out, turn=Turn.DESK)


def view(tx: Transaction, desk: Desk, card: Outgoing, now: datetime) -> RingView:
    """What a ring's message has to show now."""
    told = tx.rings.told_in(card.subject_id)
    alerts = {each.id: each for each in tx.alerts.many({each.subject_id for each in told})}
    own = tx.sources.faces({each.source_id for each in alerts.values()})
    members = [
        RingMember(
            ring=each,
            alert=alerts[each.subject_id],
            live=_is_live(each, alerts[each.subject_id]),
            wakes=_own_wakes(own, alerts[each.subject_id]),
        )
        for each in told
        if each.subject_id in alerts
    ]
    ids = [each.alert.id for each in members]
    loud = [
        each.alert.id for each in members if each.live
    ]  # one that is over makes no reply stale for the rest
    places = tx.cards.of_alerts(ids)
    anchor = _anchor(tx, card.channel_id, places.values(), now)
    return RingView(
        id=card.subject_id,
        tag=desk.project.tag,
        now=now,
        members=tuple(sorted(members, key=lambda each: -each.alert.severity.rank)),
        reply_to=None if anchor is None else anchor.message_id,
        url="" if anchor is None else anchor.jump_url(desk.guild_id),
        is_stale=_is_stale(tx, card.subject_id, told, loud or ids),
        fixer=_fixer(tx, told, alerts),
        alike=shared_call.alike(tx, [(each.ring, each.alert) for each in members if each.live], places),
    )


def _own_wakes(own: Mapping[int, tuple[str, Wakes]], alert: Alert) -> tuple[str, ...] | None:
    _, wakes = own.get(alert.source_id, ("", {}))
    return wakes.get(alert.severity)


def _is_stale(tx: Transaction, lead_id: int, told: Sequence[Ring], alert_ids: Sequence[int]) -> bool:
    """Whether later messages call for all the same; what one person alone is told stands beside others."""
    if any(each.reason is RingReason.REGRESSED for each in told):
        return False
    later = tx.rings.told_later(lead_id, alert_ids, but=RingReason.REGRESSED)
    return bool(later) and later.issuperset(alert_ids)


def _fixer(tx: Transaction, told: Sequence[Ring], alerts: Mapping[int, Alert]) -> Actor | None:
    """Who answers for what was marked as fixed and came back, if that is told."""
    for each in told:
        if each.reason is RingReason.REGRESSED and each.subject_id in alerts:
            fix = tx.memories.fix(alerts[each.subject_id].recurrence_id)
            return None if fix is None else fix.owner
    return None


def _anchor(tx: Transaction, channel_id: int, shown: Iterable[Placement], now: datetime) -> Placement | None:
    """The message that is answered: the one card of these alerts, else the board, if the channel has one."""
    places = {each.id: each for each in shown}
    if len(places) == 1:
        (place,) = places.values()
        if place.message_id is not None:
            return place if place.channel_id == channel_id else None
    return _board(tx, channel_id, now)


def _make_due(tx: Transaction, *, desk: Desk, now: datetime) -> int:
    taken = tx.rings.take_due(desk.project.id, now=now, limit=SWEEP)
    ids = {each.subject_id for each in taken if each.subject is RingSubject.ALERT}
    alerts = {each.id: each for each in tx.alerts.many(ids)}
    places = tx.cards.of_alerts(ids)
    latest = {
        (each.subject_id, each.run): each.ordinal for each in sorted(taken, key=lambda one: one.ordinal)
    }
    boards = {each: _board(tx, each, now) for each in sorted({place.channel_id for place in places.values()})}
    due: defaultdict[int, list[Due]] = defaultdict(list)
    dropped: list[int] = []
    for ring in taken:
        alert = alerts.get(ring.subject_id)
        place = places.get(ring.subject_id)
        is_last = ring.reason in PERSONAL or ring.ordinal == latest[ring.subject_id, ring.run]
        if alert is None or place is None or not is_last or not _is_live(ring, alert):
            dropped.append(ring.id)
        elif ring.reason is RingReason.REGRESSED and alert.quiet_kinds:
            tx.rings.put_off([ring.id], until=now + _LONG_WAIT)
        elif _is_covered(ring, place):
            dropped.append(ring.id)
            _plan_next(tx, desk, [(ring, alert)], now)
        elif not _stands(place) and boards[place.channel_id] is None:
            _wait_for(tx, desk, ring, alert, place, now)
        else:
            due[place.channel_id].append(shared_call.due(ring, alert, place, boards))
    tx.rings.drop(dropped)
    shared_call.draw_in(tx, desk, due, boards, now=now, room=SWEEP - len(taken))
    made = sum(_tell(tx, desk, channel_id, due[channel_id], now) for channel_id in sorted(due))
    return made + storm_ring.make_due(tx, desk, now)


def _stands(place: Placement) -> bool:
    """Whether there is a message to answer: it is not, when it went with its channel."""
    return place.message_id is not None and place.parked_reason is not ParkReason.UNKNOWN_CHANNEL


def _is_live(ring: Ring, alert: Alert) -> bool:
    if ring.reason is RingReason.ACK_ENDING:
        return ring.run == alert.run and alert.state is State.ACKED
    if ring.reason is RingReason.REGRESSED:  # whoever has it: who said that it is mended has to know
        return alert.state.open
    return ring.run == alert.run and is_loud(alert)


def _is_covered(ring: Ring, place: Placement) -> bool:
    """Whether the card itself has rung for this: with its first post, perhaps only now."""
    if place.rung_at is None or place.rung_run is None or ring.reason in PERSONAL:
        return False
    if ring.ordinal > 1:
        return place.rung_at > ring.due_at
    if TRAITS[place.kind].about is Subject.ALERT:
        return place.rung_run >= ring.run
    return place.rung_at > ring.created_at


def _board(tx: Transaction, channel_id: int, now: datetime) -> Placement | None:
    """The board's message while the storm lasts; that of an earlier one stands far above."""
    storm = tx.boards.storm(channel_id, now=now)
    if storm is None or storm.left_at is not None or storm.message_id is None:
        return None
    return next(iter(tx.cards.of(CardKind.BOARD, [channel_id])), None)


def _wait_for(tx: Transaction, desk: Desk, ring: Ring, alert: Alert, place: Placement, now: datetime) -> None:
    """Let the card ring with its first post; a call that only repeats need not be kept until then."""
    if ring.ordinal > 1:
        tx.rings.drop([ring.id])
        _plan_next(tx, desk, [(ring, alert)], now)
    else:
        tx.rings.put_off([ring.id], until=now + (_WAIT if place.parked_reason is None else _LONG_WAIT))


def _tell(tx: Transaction, desk: Desk, channel_id: int, due: list[Due], now: datetime) -> int:
    """Messages of their own as far as that is bearable, one for the rest; else all wait a little."""
    personal = _by_person(tx, [each for each in due if each.ring.reason in PERSONAL])
    for bundle in personal:
        _put_out(tx, desk, channel_id, bundle, now)
    due = [each for each in due if each.ring.reason not in PERSONAL]
    return len(personal) + (_tell_all(tx, desk, channel_id, due, now) if due else 0)


def _by_person(tx: Transaction, due: Sequence[Due]) -> list[list[Due]]:
    """What one person is told: a message each as far as that is bearable, else one for all."""
    told: defaultdict[tuple[RingReason, str], list[Due]] = defaultdict(list)
    for each in due:
        fix = tx.memories.fix(each.alert.recurrence_id) if each.ring.reason is RingReason.REGRESSED else None
        told[each.ring.reason, str(each.alert.owner if fix is None else fix.owner)].append(each)
    bundles: list[list[Due]] = []
    for found in told.values():
        bundles += [found] if len(found) > ALONE else [[each] for each in found]
    return bundles


def _tell_all(tx: Transaction, desk: Desk, channel_id: int, due: list[Due], now: datetime) -> int:
    told, last = tx.rings.told_since(channel_id, now - _MINUTE)
    storm = [each.ring.id for each in due if each.ring.reason is RingReason.STORM]
    if storm:
        told = storm_ring.rung_in_a_minute(tx, channel_id, now)
    if told > A_MINUTE:
        until = now + _REST if last is None else max(last + _MINUTE, now + _REST)
        tx.rings.put_off([each.ring.id for each in due if each.ring.due_at <= now], until=until)
        return 0
    room = min(ALONE, max(A_MINUTE - told, 0))
    shared: defaultdict[tuple[int | str, ...], list[Due]] = defaultdict(list)
    for each in due:
        shared[each.key].append(each)
    bundles = list(shared.values()) if len({each.place.id for each in due}) <= room else [due]
    older = tx.rings.leads_of(RingSubject.ALERT, {each.alert.id for each in due})
    own = {(each.place.id, each.ring.run) for each in due if TRAITS[each.place.kind].about is Subject.ALERT}
    tx.cards.rung(own, now=now)
    tx.cards.touch(CardKind.RING, [(lead_id, Lane.RESOLVE) for lead_id in older], now=now)
    for bundle in bundles:
        _put_out(tx, desk, channel_id, bundle, now)
    awaited = tx.rings.awaited({each.alert.id for each in due})  # what intake has planned already
    again = [each for each in due if (each.alert.id, each.ring.run) not in awaited]
    _plan_next(tx, desk, [(each.ring, each.alert) for each in again], now)
    return len(bundles)


def _put_out(tx: Transaction, desk: Desk, channel_id: int, bundle: Sequence[Due], now: datetime) -> None:
    lead = min(each.ring.id for each in bundle)
    tx.rings.tell([each.ring.id for each in bundle], lead_id=lead, channel_id=channel_id, now=now)
    tx.cards.create(desk.project.id, CardKind.RING, [(lead, channel_id, Lane.PERSON)], now=now)
    tx.audit.append(desk.project.id, *(_entry(each, now) for each in bundle))


def _plan_next(tx: Transaction, desk: Desk, told: Iterable[tuple[Ring, Alert]], now: datetime) -> None:
    following = (
        rings.repeat(desk, ring, alert.severity, alert.loud_since or alert.opened_at, now)
        for ring, alert in told
    )
    tx.rings.plan(each for each in following if each is not None)


def _entry(due: Due, now: datetime) -> Entry:
    return Entry(
        at=now,
        actor=actors.job("ring"),
        action="ring",
        subject=f"alert:{due.alert.id}",
        note=f"{due.ring.reason.value.replace('_', ' ')}, call {due.ring.ordinal}",
    )
