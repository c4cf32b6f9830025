"""What stands on a card is compared with what was recorded, and the difference is told in a good order."""

from bot.domain.alert.signal import Severity
from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox
from bot.usecases.reaction import reaction as reactions
from bot.usecases.reaction.missed import MissedReactions, missed, posted
from bot.usecases.reaction.reaction import ACK, CLAIM
from tests.conftest import CHANNEL
from tests.senders import ANNA, Send, firing, resolved


async def show(desk: Desk, message_id: int) -> None:
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    await outbox.settle(
        desk, task.card, worker="w", message_id=message_id, shown=task.card.wanted, pinged=False
    )


async def test_only_cards_of_open_alerts_that_stand_somewhere_are_looked_at(desk: Desk, send: Send) -> None:
    await send(firing("Over"), firing("Waiting"), firing("Shown"))
    for message_id in (9_001, 9_002):
        await show(desk, message_id)
    await send(resolved("Over"))
    assert await posted(desk, at_most=100) == {CHANNEL: [9_002]}


async def test_the_most_urgent_come_first_when_there_are_too_many(desk: Desk, send: Send) -> None:
    await send(firing("Mild", Severity.INFO), firing("Bad", Severity.CRITICAL))
    for message_id in (9_001, 9_002):
        await show(desk, message_id)
    (only,) = (await posted(desk, at_most=1))[CHANNEL]
    place = await outbox.showing(desk, only)
    assert place is not None
    assert place.subject_id == 2


async def test_what_is_gone_comes_before_what_is_new_and_claims_before_acks(desk: Desk, send: Send) -> None:
    await send(firing())
    await show(desk, 9_001)
    await reactions.apply(desk, 9_001, ACK, actor=ANNA, present=True)
    found = await missed(desk, 9_001, [(2, ACK), (2, CLAIM), (3, "🎉")])
    assert found == [
        MissedReactions(1, ACK, False),
        MissedReactions(2, CLAIM, True),
        MissedReactions(2, ACK, True),
    ]


async def test_where_records_and_card_agree_nothing_was_missed(desk: Desk, send: Send) -> None:
    await send(firing())
    await show(desk, 9_001)
    await reactions.apply(desk, 9_001, ACK, actor=ANNA, present=True)
    assert await missed(desk, 9_001, [(1, ACK)]) == []
