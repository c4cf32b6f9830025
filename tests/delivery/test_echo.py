"""The answer, the echo and a deletion may come in any order, or twice."""

from datetime import timedelta
from itertools import permutations

import pytest

from bot import metrics
from bot.delivery.face import draw
from bot.sandbox.fault import Effect, Rule
from bot.usecases import card as cards
from tests.delivery.conftest import Stage, until
from tests.senders import firing


def visible() -> float:
    return metrics.REGISTRY.get_sample_value("tocsin_webhook_to_visible_seconds_count") or 0.0


@pytest.mark.parametrize("order", list(permutations(("settle", "hear", "hear again"))))
async def test_the_first_echo_counts_once_in_any_order(stage: Stage, order: tuple[str, ...]) -> None:
    await stage.send(firing())
    card, view = await stage.claim()
    before = visible()
    stage.echoes.depart(card.nonce)
    answer = await stage.wire.post(card.channel_id, draw(view), nonce=card.nonce)
    assert answer.body is not None
    for event in order:
        if event == "settle":
            await cards.settle(
                stage.desk, card, worker="dead", message_id=answer.body.id, shown=1, pinged=False
            )
            await stage.echoes.settled(card.nonce, answer.body.id)
        else:
            await stage.echoes.hear(answer.body.id, card.nonce, woke=False)
    assert visible() - before == 1
    place = await cards.showing(stage.desk, answer.body.id)
    assert place is not None
    assert place.seen_at == stage.clock.now()


@pytest.mark.parametrize("deleted_first", [True, False])
async def test_a_message_that_was_deleted_at_once_is_posted_again(stage: Stage, deleted_first: bool) -> None:
    await stage.send(firing())
    card, view = await stage.claim()
    stage.echoes.depart(card.nonce)
    answer = await stage.wire.post(card.channel_id, draw(view), nonce=card.nonce)
    assert answer.body is not None
    message_id = answer.body.id
    stage.sandbox.person("operator").delete(message_id)
    if deleted_first:
        await stage.echoes.lose([message_id])
    await cards.settle(stage.desk, card, worker="dead", message_id=message_id, shown=1, pinged=False)
    await stage.echoes.settled(card.nonce, message_id)
    if not deleted_first:
        await stage.echoes.lose([message_id, message_id])
    await stage.work()
    assert len(stage.shown()) == 1


async def test_an_echo_stands_in_for_a_lost_answer(stage: Stage) -> None:
    stage.listen()
    worker = stage.worker = stage.dispatcher._worker(stage.channel_id)
    stage.sandbox.mischief.arm(
        Rule(effect=Effect.LOST_ANSWER_RESET, route="POST /channels/{c}/messages", times=1)
    )
    await stage.send(firing())
    await stage.work()
    (message,) = stage.shown()
    nonce = stage.calls("POST")[0]["body"]["nonce"]
    await until(lambda: stage.echoes.landing(nonce))
    stage.clock.advance(timedelta(seconds=2))
    assert await worker.step() == 0
    assert len(stage.calls("POST")) == 1
    assert await cards.showing(stage.desk, int(message["id"])) is not None
