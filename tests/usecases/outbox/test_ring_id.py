"""A call's message keeps its number: what was dropped gives no number to a later call."""

from datetime import timedelta

from bot.clock import ManualClock
from bot.domain.alert.ring import RingReason
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind
from bot.usecases import ring as rings
from bot.usecases.desk import Desk
from storage.transaction import Transaction
from tests.senders import Send, firing


async def test_the_number_of_a_message_is_never_given_to_another_call(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing(severity=Severity.WARNING))
    now = clock.now()

    def call(tx: Transaction) -> int:
        planned = rings.first(desk.project.id, 1, 0, RingReason.BACK, now + timedelta(hours=1))
        (ring_id,) = tx.rings.plan([planned])
        tx.cards.create(desk.project.id, CardKind.RING, [(ring_id, 7, Lane.PERSON)], now=now)
        tx.rings.drop([ring_id])
        return ring_id

    first = await desk.storage.write(call)
    second = await desk.storage.write(call)
    assert second > first
