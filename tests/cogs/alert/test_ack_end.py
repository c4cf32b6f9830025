"""Still on it, give back: who may say so by button, and what a second tap does."""

from datetime import timedelta
from typing import Any

from bot.cards.alert.ring import ALL
from bot.cards.card import Button, Card
from bot.domain import actor as actors
from bot.domain.alert.alert import State
from bot.domain.alert.ring import RingReason
from bot.usecases.alert import lifecycle as alerts
from cogs.message import looks
from tests.cogs.stage import Stage
from tests.senders import ANNA


async def _reminder(stage: Stage, owner: actors.Actor) -> tuple[int, list[str], int]:
    """A message as the reminder: its id, its custom_ids, and the run they ask about."""
    alert_id, _ = await stage.raise_card()
    acked = await alerts.acknowledge(stage.desk, alert_id, actor=owner, lasts=timedelta(minutes=20))
    ids = [stage.button(verb, alert_id, str(acked.run)) for verb in ("still-on-it", "give-back")]
    buttons = tuple(Button(label="press", custom_id=each) for each in ids)
    message = await stage.channel.send("reminder", **looks(Card(rows=(buttons,))))
    return message.id, ids, acked.run


async def test_the_owner_goes_on_and_a_second_tap_changes_nothing(stage: Stage) -> None:
    responder = stage.person("responder")
    owner = actors.person(int(responder.member.user.id), "Rita")
    message_id, (keep, give), run = await _reminder(stage, owner)
    before = await stage.alert(1)
    answer = await responder.click(message_id, keep)
    assert answer["ephemeral"]
    assert f"A-1 stays with <@{owner.ident}>, until 2" in answer["content"]
    kept = await stage.alert(1)
    assert kept.ack_until is not None
    assert before.ack_until is not None
    assert (kept.run, kept.ack_until > before.ack_until) == (run + 1, True)
    for again in (keep, give):
        told = await responder.click(message_id, again)
        assert "A-1 is ACKED" in told["content"]
        assert await stage.alert(1) == kept


async def test_whoever_has_it_not_may_not_say_but_a_manager_may(stage: Stage) -> None:
    message_id, (keep, give), _ = await _reminder(stage, ANNA)
    before = await stage.alert(1)
    for who in ("responder", "visitor"):
        refused = await stage.person(who).click(message_id, keep)
        assert refused["ephemeral"]
        assert await stage.alert(1) == before
    answer = await stage.person("operator").click(message_id, give)
    assert "A-1 was given back" in answer["content"]
    alert = await stage.alert(1)
    assert (alert.state, alert.owner) == (State.NEW, None)


async def _reminder_of_all(stage: Stage, owner: actors.Actor) -> tuple[int, list[str]]:
    """Four alerts of one owner whose acknowledgements end at once, as one message: its id and custom_ids."""
    for number in range(4):
        alert_id, _ = await stage.raise_card(f"Cause{number}")
        await alerts.acknowledge(stage.desk, alert_id, actor=owner, lasts=timedelta(minutes=20))
    due = stage.desk.clock.now() + timedelta(minutes=11)

    def tell(tx: Any) -> int:
        found = tx.rings.take_due(stage.desk.project.id, now=due, limit=100)
        ids: list[int] = [each.id for each in found if each.reason is RingReason.ACK_ENDING]
        tx.rings.tell(ids, lead_id=min(ids), channel_id=stage.channel_id, now=due)
        return min(ids)

    lead = await stage.desk.storage.write(tell)
    ids = [stage.button(verb, 1, f"{ALL}{lead}") for verb in ("still-on-it", "give-back")]
    buttons = tuple(Button(label="press", custom_id=each) for each in ids)
    return (await stage.channel.send("reminder", **looks(Card(rows=(buttons,))))).id, ids


async def test_one_press_answers_for_all_that_a_message_asks_about(stage: Stage) -> None:
    responder = stage.person("responder")
    owner = actors.person(int(responder.member.user.id), "Rita")
    message_id, (keep, give) = await _reminder_of_all(stage, owner)
    before = await stage.alert(2)
    await alerts.resolve(stage.desk, 4, actor=owner)
    answer = await responder.click(message_id, keep)
    assert "3 alerts stay with whoever has them, for as long again" in answer["content"]
    kept = await stage.alert(2)
    assert kept.ack_until is not None
    assert before.ack_until is not None
    assert kept.ack_until > before.ack_until
    stage.bot.bot_context.presses._pressed.clear()
    told = await responder.click(message_id, give)
    assert "All of them have moved on meanwhile" in told["content"]
    assert await stage.alert(2) == kept


async def test_many_are_given_back_by_their_owner_or_a_manager_alone(stage: Stage) -> None:
    message_id, (_, give) = await _reminder_of_all(stage, ANNA)
    for who in ("responder", "visitor"):
        refused = await stage.person(who).click(message_id, give)
        assert refused["ephemeral"]
        assert (await stage.alert(1)).state is State.ACKED
    answer = await stage.person("operator").click(message_id, give)
    assert "4 alerts given back; now they wait for somebody" in answer["content"]
    assert [(await stage.alert(each)).state for each in range(1, 5)] == [State.NEW] * 4
