"""The answer, the echo and a deletion may come in any order, or twice."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from bot import metrics
from bot.cards.card import Card
from bot.delivery.confirmation import MessageConfirmations
from bot.delivery.render import render_view
from bot.domain.alert.verdict import Lane
from bot.domain.errors import NotDurableError
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ledger
from tests.delivery.conftest import Stage
from tests.senders import firing, resolved
from tests.waiting import until


def visible(call: str = "post") -> float:
    name = "tocsin_webhook_to_visible_seconds_count"
    lanes = [{"call": call, "lane": lane.name.lower()} for lane in Lane]
    return sum(metrics.REGISTRY.get_sample_value(name, labels) or 0.0 for labels in lanes)


@pytest.mark.parametrize("order", list(permutations(("settle", "hear", "hear again", "write down"))))
async def test_the_first_echo_counts_once_in_any_order(stage: Stage, order: tuple[str, ...]) -> None:
    await stage.send(firing())
    card, view = await stage.claim()
    before, accepted = visible(), stage.clock.now()
    stage.confirmations.expect(card.nonce)
    answer = await stage.wire.post(card.channel_id, render_view(card.kind, view), nonce=card.nonce)
    assert answer.body is not None
    heard = []
    for event in order:
        stage.clock.advance(timedelta(seconds=1))
        if event == "settle":
            await outbox.settle(
                stage.desk, card, worker="dead", message_id=answer.body.id, shown=1, pinged=False
            )
            await stage.confirmations.settled(card.nonce, answer.body.id)
        elif event == "write down":
            await stage.confirmations.write_down()
        else:
            heard.append(stage.clock.now())
            stage.confirmations.observe(answer.body.id, card.nonce, woke=False)
    await stage.confirmations.write_down()
    assert visible() - before == 1
    (kept,) = await ledger.of_card(stage.desk, card.id)
    assert (kept.accepted_at, kept.seen_at, kept.posted) == (accepted, heard[0], True)
    place = await outbox.showing(stage.desk, answer.body.id)
    assert place is not None
    assert place.seen_at == heard[0]


async def test_an_edit_is_seen_when_the_gateway_tells_of_that_very_edit(stage: Stage) -> None:
    stage.listen()
    await stage.send(firing())
    await stage.work()
    stage.clock.advance(timedelta(seconds=5))
    await stage.send(resolved())
    before = visible("edit")
    await stage.work()
    (message,) = stage.shown()
    card_id = await shown_by(stage, int(message["id"]))

    async def seen() -> bool:
        await stage.confirmations.write_down()
        return all(each.seen_at for each in await ledger.of_card(stage.desk, card_id))

    await until(seen)
    posted, edited = await ledger.of_card(stage.desk, card_id)
    assert (posted.revision, posted.version, posted.lane) == (1, None, Lane.WARNING)
    assert (edited.revision, edited.lane, edited.posted) == (2, Lane.RESOLVE, False)
    assert edited.version == datetime.fromisoformat(message["edited_timestamp"])
    assert edited.accepted_at == edited.sent_at == edited.seen_at == stage.clock.now()
    assert visible("edit") - before == 1


async def test_an_update_that_is_not_ours_is_no_echo(stage: Stage) -> None:
    """An embed that Discord unfolds, a pin: the message's edited timestamp stays what it was."""
    stage.listen()
    stage.sandbox.mischief.arm(Rule(effect=Effect.DROP_EVENT, route="MESSAGE_UPDATE"))
    await stage.send(firing())
    await stage.work()
    stage.clock.advance(timedelta(seconds=5))
    await stage.send(resolved())
    await stage.work()
    card_id = await shown_by(stage, int(stage.shown()[0]["id"]))
    await stage.wire.edit(stage.channel_id, int(stage.shown()[0]["id"]), Card(content="unfolded"))
    stage.confirmations.observe_edit(int(stage.shown()[0]["id"]), stage.clock.now() - timedelta(seconds=1))
    stage.confirmations.observe_edit(int(stage.shown()[0]["id"]), None)
    await stage.confirmations.write_down()
    (*_, edited) = await ledger.of_card(stage.desk, card_id)
    assert (edited.revision, edited.seen_at) == (2, None)


async def test_what_was_never_settled_is_forgotten_after_a_while(stage: Stage) -> None:
    stage.confirmations.observe(5, "", woke=False)
    await stage.confirmations.write_down()
    assert stage.confirmations._observed
    stage.clock.advance(timedelta(minutes=1))
    await stage.confirmations.write_down()
    assert not stage.confirmations._observed


async def shown_by(stage: Stage, message_id: int) -> int:
    place = await outbox.showing(stage.desk, message_id)
    assert place is not None
    return place.id


@pytest.mark.parametrize("deleted_first", [True, False])
async def test_a_message_that_was_deleted_at_once_is_posted_again(stage: Stage, deleted_first: bool) -> None:
    await stage.send(firing())
    card, view = await stage.claim()
    stage.confirmations.expect(card.nonce)
    answer = await stage.wire.post(card.channel_id, render_view(card.kind, view), nonce=card.nonce)
    assert answer.body is not None
    message_id = answer.body.id
    stage.sandbox.person("operator").delete(message_id)
    if deleted_first:
        await stage.confirmations.lose([message_id])
    await outbox.settle(stage.desk, card, worker="dead", message_id=message_id, shown=1, pinged=False)
    await stage.confirmations.settled(card.nonce, message_id)
    if not deleted_first:
        await stage.confirmations.lose([message_id, message_id])
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
    await until(lambda: stage.confirmations.confirmed(nonce))
    stage.clock.advance(timedelta(seconds=2))
    assert await worker.step() == 0
    assert len(stage.calls("POST")) == 1
    assert await outbox.showing(stage.desk, int(message["id"])) is not None


async def test_a_deletion_heard_while_the_database_is_out_of_reach_counts_when_it_is_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.send(firing())
    await stage.work()
    message_id = int(stage.shown()[0]["id"])
    real, troubles = outbox.forget_message, [NotDurableError("locked"), NotDurableError("locked")]

    async def forget(*args: Any) -> bool:
        if troubles:
            raise troubles.pop()
        return await real(*args)

    monkeypatch.setattr(outbox, "forget_message", forget)
    await MessageConfirmations(stage.desk, outage=(0.0, 0.0, 0.0)).lose([message_id])
    assert await outbox.showing(stage.desk, message_id) is None
