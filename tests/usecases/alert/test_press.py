"""A press changes an alert and knows, from the same moment, what its card has to show."""

import pytest

from bot.cards.ids import Verb
from bot.domain.alert.alert import IllegalTransitionError, State
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.usecases.alert.button import glance, press
from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, firing

MESSAGE = 9_001


@pytest.fixture
async def alert_id(desk: Desk, send: Send) -> int:
    (outcome,) = (await send(firing())).alerts
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    await outbox.settle(desk, task.card, worker="w", message_id=MESSAGE, shown=task.card.wanted, pinged=False)
    return int(outcome.ref.removeprefix("A-"))


@pytest.mark.parametrize(
    ("verbs", "state"),
    [
        ([Verb.ACK], State.ACKED),
        ([Verb.ACK, Verb.UNACK], State.NEW),
        ([Verb.CLAIM], State.PROCESSING),
        ([Verb.CLAIM, Verb.RELEASE], State.NEW),
        ([Verb.RESOLVE], State.RESOLVED),
    ],
)
async def test_a_press_returns_the_alert_as_it_is_now_with_the_revision_that_shows_it(
    desk: Desk, alert_id: int, verbs: list[Verb], state: State
) -> None:
    for verb in verbs:
        pressed = await press(desk, verb, alert_id, actor=ANNA)
    assert pressed.view.alert.state is state
    assert pressed.place is not None
    assert pressed.place.message_id == MESSAGE
    assert pressed.place.wanted == 1 + len(verbs)
    await outbox.answered(desk, pressed.place.id, revision=pressed.place.wanted)
    assert await outbox.channels_due(desk) == []


async def test_of_two_answers_that_cross_the_last_word_is_left_to_delivery(desk: Desk, alert_id: int) -> None:
    first = await press(desk, Verb.ACK, alert_id, actor=ANNA)
    second = await press(desk, Verb.NOTE, alert_id, actor=BEN, note="disk")
    for pressed in (second, first):
        assert pressed.place is not None
        await outbox.answered(desk, pressed.place.id, revision=pressed.place.wanted)
    assert await outbox.channels_due(desk) == [CHANNEL]


async def test_a_press_that_means_nothing_changes_nothing(desk: Desk, alert_id: int) -> None:
    await press(desk, Verb.ACK, alert_id, actor=ANNA)
    before = await glance(desk, alert_id)
    with pytest.raises(IllegalTransitionError, match="<@1>"):
        await press(desk, Verb.ACK, alert_id, actor=BEN)
    assert await glance(desk, alert_id) == before


@pytest.mark.parametrize("note", ["", "  ", "x" * 1_001])
async def test_a_note_needs_words_and_not_too_many(desk: Desk, alert_id: int, note: str) -> None:
    with pytest.raises(InvalidInputError):
        await press(desk, Verb.NOTE, alert_id, actor=ANNA, note=note)


async def test_an_alert_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        await press(desk, Verb.ACK, 4711, actor=ANNA)
    with pytest.raises(NotFoundError):
        await glance(desk, 4711)
