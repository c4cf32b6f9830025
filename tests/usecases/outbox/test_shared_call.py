"""Which calls are told early with others, on both engines."""

from datetime import timedelta

import msgspec

from bot.clock import ManualClock
from bot.domain.alert.ring import Ring, RingReason, RingSubject
from bot.domain.alert.signal import Severity, Signal
from bot.usecases import ring as rings
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ring
from storage.transaction import Transaction
from tests.conftest import CHANNEL
from tests.senders import ANNA, Send, firing

MINUTE = timedelta(minutes=1)


async def test_only_repeats_of_these_groups_or_names_are_taken_before_they_are_due(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    many = [
        firing("Fan", Severity.WARNING, fingerprint=f"fan {number}", group_key="fan") for number in range(3)
    ]
    await send(*many, firing("Link"), firing("Door"))
    now = clock.now()

    def planned(alert_id: int, reason: RingReason, seconds: int) -> Ring:
        first = rings.first(desk.project.id, alert_id, 0, reason, now)
        return msgspec.structs.replace(first, due_at=now + timedelta(seconds=seconds))

    def take(tx: Transaction, limit: int = 10, **which: set[int] | set[str]) -> list[int]:
        asked = {"groups": set(), "names": set(), **which}
        taken = tx.rings.take_repeats(desk.project.id, after=now, until=now + MINUTE, limit=limit, **asked)  # type: ignore[arg-type]
        return [each.subject_id for each in taken]

    def look(tx: Transaction) -> None:
        (group_id,) = {each.group_id for each in tx.alerts.many([1, 2, 3])}
        assert group_id is not None
        tx.rings.drop([each.id for each in tx.rings.take_due(desk.project.id, now=now, limit=10)])
        tx.rings.plan(
            [
                planned(1, RingReason.UNTAKEN, 60),
                planned(2, RingReason.UNTAKEN, 30),
                planned(3, RingReason.UNTAKEN, 61),
                planned(3, RingReason.UNTAKEN, 0),
                planned(3, RingReason.BACK, 30),
                planned(3, RingReason.ACK_ENDING, 30),
                planned(4, RingReason.UNTAKEN, 20),
                planned(5, RingReason.UNTAKEN, 10),
            ]
        )
        assert take(tx, groups={group_id}) == [2, 1]
        assert take(tx, groups={group_id}, limit=1) == [2]
        assert take(tx, names={"Link"}) == [4]
        assert take(tx, groups={group_id}, names={"Link", "Fan"}) == [4, 2, 1]
        assert take(tx) == []
        tx.rings.tell(
            [each.id for each in tx.rings.take_due(desk.project.id, now=now, limit=10)],
            lead_id=1,
            channel_id=7,
            now=now,
        )

    await desk.storage.write(look)


async def test_alerts_that_came_one_by_one_to_a_card_are_told_in_one_message_and_once(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    for second in range(3):
        await send(*(_fan(3 * second + number) for number in range(3)))
        await _show_all(desk)
        clock.advance(timedelta(seconds=20))
    told: list[list[int]] = []
    for _ in range(65):
        if await ring.make_due(desk):
            told.append(await desk.storage.read(_last_told))
        clock.advance(timedelta(seconds=10))
        await _show_all(desk)
    assert told == [list(range(1, 10))]
    now = clock.now()
    waiting = await desk.storage.write(
        lambda tx: tx.rings.take_due(desk.project.id, now=now + timedelta(hours=1), limit=100)
    )
    assert sorted(each.subject_id for each in waiting) == list(range(1, 10))
    assert {each.ordinal for each in waiting} == {3}


async def test_what_nobody_has_on_a_card_is_counted_by_cause(desk: Desk, send: Send) -> None:
    await send(*(_fan(number) for number in range(4)), msgspec.structs.replace(_fan(4), service="other"))
    await alerts.acknowledge(desk, 2, actor=ANNA)
    cause = {"name": "Fan", "service": "node", "severity": Severity.CRITICAL}

    def count(tx: Transaction) -> list[int]:
        (group_id,) = {each.group_id for each in tx.alerts.many([1, 2, 3, 4, 5])}
        assert group_id is not None
        asked = (cause, {**cause, "name": "Link"}, {**cause, "severity": Severity.WARNING})
        return [tx.groups.waiting(group_id, **each) for each in asked]  # type: ignore[arg-type]

    assert await desk.storage.read(count) == [3, 0, 0]


def _fan(number: int) -> Signal:
    return firing("Fan", Severity.CRITICAL, fingerprint=f"fan {number}", group_key="fan", service="node")


def _last_told(tx: Transaction) -> list[int]:
    """The alerts that the last message calls for."""
    (lead_id,) = tx.rings.leads_of(RingSubject.ALERT, range(1, 100))[-1:]
    return [each.subject_id for each in tx.rings.told_in(lead_id)]


async def _show_all(desk: Desk) -> None:
    """As a worker does, whose every call to Discord succeeds."""
    message_id = 1000 * int(desk.clock.now().timestamp())
    while isinstance(task := await outbox.take(desk, CHANNEL, worker="w"), outbox.Task):
        message_id += 1
        card = task.card
        await outbox.settle(
            desk, card, worker="w", message_id=card.message_id or message_id, shown=card.wanted, pinged=False
        )
