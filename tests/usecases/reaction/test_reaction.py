"""An emoji counts once, however often it is heard of."""

import pytest

from bot.domain.alert.alert import State
from bot.domain.incident.incident import IncidentState
from bot.domain.incident.search import IncidentFilter
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.incident import query as incident_inspection
from bot.usecases.outbox import card as outbox
from bot.usecases.reaction.reaction import ACK, CLAIM, SIREN, Effect, apply
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, firing

MESSAGE = 9_001


@pytest.fixture
async def message(desk: Desk, send: Send) -> int:
    await send(firing())
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    await outbox.settle(desk, task.card, worker="w", message_id=MESSAGE, shown=task.card.wanted, pinged=False)
    return MESSAGE


async def state(desk: Desk) -> State:
    return (await alert_query.find(desk, 1)).view.alert.state


@pytest.mark.parametrize(("emoji", "expected"), [(ACK, State.ACKED), (CLAIM, State.PROCESSING)])
async def test_setting_acts_and_taking_away_takes_back(
    desk: Desk, message: int, emoji: str, expected: State
) -> None:
    assert await apply(desk, message, emoji, actor=ANNA, present=True) == (Effect.APPLIED, "")
    assert await state(desk) is expected
    assert await apply(desk, message, emoji, actor=ANNA, present=False) == (Effect.APPLIED, "")
    assert await state(desk) is State.NEW


async def test_hearing_of_it_again_changes_nothing(desk: Desk, message: int) -> None:
    await apply(desk, message, ACK, actor=ANNA, present=True)
    await alerts.unacknowledge(desk, 1, actor=BEN)
    assert await apply(desk, message, ACK, actor=ANNA, present=True) == (Effect.KNOWN, "")
    assert await state(desk) is State.NEW


async def test_the_second_person_hears_who_was_first(desk: Desk, message: int) -> None:
    await apply(desk, message, ACK, actor=ANNA, present=True)
    effect, words = await apply(desk, message, ACK, actor=BEN, present=True)
    assert effect is Effect.IMPOSSIBLE
    assert "<@1>" in words
    effect, _ = await apply(desk, message, ACK, actor=BEN, present=False)
    assert effect is Effect.IMPOSSIBLE
    assert await state(desk) is State.ACKED


async def test_a_siren_opens_one_incident_and_its_going_away_ends_nothing(desk: Desk, message: int) -> None:
    for actor in (ANNA, BEN):
        assert await apply(desk, message, SIREN, actor=actor, present=True) == (Effect.APPLIED, "")
    assert await apply(desk, message, SIREN, actor=ANNA, present=False) == (Effect.APPLIED, "")
    assert await apply(desk, message, SIREN, actor=ANNA, present=True) == (Effect.APPLIED, "")
    page = await incident_inspection.listing(desk, IncidentFilter())
    assert [(each.ref, each.state, each.opened_by) for each in page.incidents] == [
        ("I-1", IncidentState.OPEN, ANNA)
    ]


async def test_an_emoji_never_seen_cannot_be_taken_away(desk: Desk, message: int) -> None:
    assert await apply(desk, message, ACK, actor=ANNA, present=False) == (Effect.KNOWN, "")


async def test_other_messages_and_other_emoji_mean_nothing(desk: Desk, message: int) -> None:
    assert (await apply(desk, 1, ACK, actor=ANNA, present=True))[0] is Effect.NOT_A_CARD
    assert (await apply(desk, message, "🎉", actor=ANNA, present=True))[0] is Effect.NOT_A_CARD
    assert await state(desk) is State.NEW
