"""Rings: whose device rings, what the reply says, and what becomes of it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.alert import ack, ack_end, snooze
from bot.usecases.alert import flap as flaps
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.outbox import card as cards
from storage.transaction import Transaction
from tests.delivery.conftest import Stage
from tests.senders import ANNA, BEN, firing, resolved

CRITICAL = Severity.CRITICAL
MINUTE = timedelta(minutes=1)


def pinged(stage: Stage) -> list[bool]:
    """Whether each message that stands there rang anybody."""
    return [bool(each["sandbox"]["pinged"]["roles"]) for each in stage.shown()]


def replies(stage: Stage) -> list[dict[str, Any]]:
    """The messages that answer another one."""
    return [each for each in stage.shown() if each.get("message_reference")]


def waiting_calls(tx: Transaction) -> int:
    """How many messages that call wait to be sent or changed."""
    rows = tx.run_raw("SELECT COUNT(*) FROM card WHERE kind = 'ring' AND wanted > shown")
    count: int = rows.scalar_one()
    return count


def said(message: dict[str, Any]) -> str:
    """What a phone shows of it."""
    content: str = message["content"]
    return content.split("\n", maxsplit=1)[0].partition("> ")[2] or content.split("\n", maxsplit=1)[0]


async def fire(stage: Stage, name: str = "disk", severity: Severity = CRITICAL) -> None:
    await stage.send(firing(name, severity))
    await stage.ring()


async def test_what_becomes_worse_rings_by_a_reply_to_its_card(stage: Stage) -> None:
    stage.desk.guild_id = 7
    await fire(stage, severity=Severity.WARNING)
    await stage.send(firing("disk", CRITICAL))
    await stage.ring()
    card, reply = stage.shown()
    assert pinged(stage) == [False, True]
    assert "<@" not in card["content"]
    assert reply["message_reference"]["message_id"] == card["id"]
    assert said(reply) == "🔴 CRITICAL disk: became worse"
    assert f"/{stage.channel_id}/{card['id']})" in reply["content"]


async def test_what_becomes_worse_rings_although_somebody_had_it(stage: Stage) -> None:
    await fire(stage, severity=Severity.WARNING)
    await alerts.acknowledge(stage.desk, 1, actor=ANNA)
    await stage.send(firing("disk", CRITICAL))
    await stage.ring()
    assert pinged(stage) == [False, True]
    assert said(stage.shown()[1]) == "🔴 CRITICAL disk: was warning when acknowledged"


async def test_what_comes_back_rings(stage: Stage) -> None:
    await fire(stage)
    await stage.send(resolved("disk"))
    await stage.ring()
    assert "<@" not in stage.shown()[0]["content"]
    await stage.send(firing("disk", CRITICAL))
    await stage.ring()
    assert pinged(stage) == [True, True]
    assert "<@" not in stage.shown()[0]["content"], "the card must not show a mention that did not ring"
    assert said(stage.shown()[1]) == "🔴 CRITICAL disk: is back"


async def test_a_claim_that_runs_out_and_an_alert_that_is_given_back_ring(stage: Stage) -> None:
    await fire(stage)
    await alerts.claim(stage.desk, 1, actor=ANNA)
    await stage.ring(stage.desk.rules.lease)
    await alerts.expire_leases(stage.desk)
    await stage.ring()
    assert said(replies(stage)[-1]).endswith("nobody has it: the claim ran out")
    await alerts.acknowledge(stage.desk, 1, actor=ANNA)
    await stage.ring()
    await alerts.unacknowledge(stage.desk, 1, actor=ANNA)
    await stage.ring()
    assert [said(each) for each in replies(stage)] == [
        "🟨 acked by Anna: disk",
        "🔴 CRITICAL disk: nobody has it: it was given back",
    ]
    assert pinged(stage) == [True, True, True]
    history = [line.what for line in (await alert_query.find(stage.desk, 1)).history]
    assert "called people: given back, call 1" in history


async def test_flapping_that_ends_while_it_still_fires_rings_once(stage: Stage) -> None:
    await fire(stage)
    for _ in range(3):
        await stage.send(resolved("disk"))
        await stage.ring()
        await stage.send(firing("disk", CRITICAL))
        await stage.ring()
    before = len(stage.shown())
    await stage.ring(stage.desk.rules.flap_window)
    assert await flaps.calm_down(stage.desk) == 1
    for _ in range(2):
        await stage.ring()
    assert len(stage.shown()) == before + 1
    assert said(stage.shown()[-1]) == "🔴 CRITICAL disk: flaps no more and still fires"


async def test_an_unacknowledged_critical_rings_again_until_somebody_has_it(stage: Stage) -> None:
    await fire(stage)
    told: list[str] = []
    for minutes in range(1, 160):
        await stage.ring(MINUTE)
        if replies(stage) and (not told or told[-1] != (said(replies(stage)[-1]))):
            told.append(said(replies(stage)[-1]))
            assert len(replies(stage)) == 1, f"the last call alone stands there, after {minutes} min"
    assert [each.removeprefix("🔴 CRITICAL disk: unacknowledged for ") for each in told] == [
        "5 min (2nd call)",
        "15 min (3rd call)",
        "30 min (4th call)",
        "1 h 30 min (5th call)",
        "2 h 30 min (6th call)",
    ]
    await alerts.acknowledge(stage.desk, 1, actor=ANNA)
    await stage.ring(timedelta(hours=3))
    assert [said(each) for each in replies(stage)] == ["🟨 acked by Anna: disk"]


async def test_a_warning_is_not_repeated_and_a_person_is_mentioned_by_name_only(stage: Stage) -> None:
    await fire(stage, severity=Severity.WARNING)
    await stage.ring(timedelta(days=1))
    assert len(stage.shown()) == 1


async def test_many_calls_at_once_share_one_message(stage: Stage) -> None:
    await stage.send(*(firing(f"disk {number % 3}{number}", CRITICAL) for number in range(5)))
    await stage.ring()
    await stage.ring(5 * MINUTE)
    (reply,) = stage.shown()[5:]
    assert said(reply).startswith("🔴 5 alerts, worst CRITICAL: ")
    assert said(reply).endswith("unacknowledged for 5 min (2nd call)")
    for number in range(1, 5):
        await alerts.acknowledge(stage.desk, number, actor=ANNA)
    await stage.ring()
    assert said(stage.shown()[-1]).startswith("🔴 CRITICAL disk 14")
    await alerts.acknowledge(stage.desk, 5, actor=ANNA)
    await stage.ring()
    assert said(stage.shown()[-1]) == "✅ 5 alerts that were called for here need nobody now"


@pytest.mark.parametrize("pause", [timedelta(seconds=2), timedelta(minutes=4)])
async def test_a_ring_whose_answer_was_lost_is_not_repeated(stage: Stage, pause: timedelta) -> None:
    await fire(stage, severity=Severity.WARNING)
    await stage.send(firing("disk", CRITICAL))
    stage.sandbox.mischief.arm(
        Rule(effect=Effect.LOST_ANSWER_500, route="POST /channels/{c}/messages", times=1)
    )
    await stage.ring()
    stage.restart(pause)
    await stage.work()
    stage.clock.advance(pause)
    await stage.work()
    assert pinged(stage) == [False, True]


async def test_a_call_waits_for_the_card_which_rings_by_itself(stage: Stage) -> None:
    await stage.send(firing("disk", Severity.WARNING))
    await stage.send(firing("disk", CRITICAL))
    await stage.ring()
    for _ in range(3):
        await stage.ring()
    assert pinged(stage) == [True]
    await stage.ring(5 * MINUTE)
    assert pinged(stage) == [True, True]


async def test_a_ring_that_is_not_meant_any_more_is_not_posted(stage: Stage) -> None:
    await fire(stage, severity=Severity.WARNING)
    await stage.send(firing("disk", CRITICAL))
    await alerts.acknowledge(stage.desk, 1, actor=ANNA)
    await stage.ring()
    assert len(stage.shown()) == 1


async def test_a_snooze_holds_rings_and_ends_with_one(stage: Stage) -> None:
    await fire(stage)
    until = stage.clock.now() + timedelta(hours=2)
    await snooze.snooze(stage.desk, 1, actor=ANNA, until=until)
    await stage.ring(timedelta(minutes=100))
    (card,) = stage.shown()
    assert "🔕 Snoozed until <t:" in card["embeds"][0]["description"]
    assert "<@1>" in card["embeds"][0]["description"]
    assert "<@" not in card["content"]
    stage.clock.advance(timedelta(minutes=20))
    assert await snooze.wake_due(stage.desk) == 1
    assert await snooze.wake_due(stage.desk) == 0
    for _ in range(2):
        await stage.ring()
    assert [said(each) for each in replies(stage)] == [
        "🔴 CRITICAL disk: the snooze is over and it still fires"
    ]
    assert "Snoozed" not in stage.shown()[0]["embeds"][0]["description"]


async def test_what_gets_worse_ends_a_snooze_and_so_does_a_resolve(stage: Stage) -> None:
    await fire(stage, severity=Severity.WARNING)
    await snooze.snooze(stage.desk, 1, actor=ANNA, until=None)
    await stage.send(firing("disk", CRITICAL))
    await stage.ring()
    assert said(replies(stage)[0]) == "🔴 CRITICAL disk: became worse"
    await snooze.snooze(stage.desk, 1, actor=ANNA, until=None)
    await stage.send(resolved("disk"))
    await stage.send(firing("disk", CRITICAL))
    await stage.ring()
    assert said(replies(stage)[-1]) == "🔴 CRITICAL disk: is back"


async def test_an_acknowledgement_ends_after_its_owner_was_reminded(stage: Stage) -> None:
    await fire(stage)
    await alerts.acknowledge(stage.desk, 1, actor=ANNA, lasts=timedelta(hours=2))
    await stage.ring(timedelta(minutes=104))
    assert not replies(stage)
    await stage.ring(MINUTE)
    (reminder,) = replies(stage)
    assert reminder["sandbox"]["pinged"]["roles"] == []
    assert "your acknowledgement ends in 15 min" in reminder["content"]
    assert reminder["content"].startswith("<@1> ")
    await stage.ring(15 * MINUTE)
    assert await ack.end_due(stage.desk) == 1
    await stage.ring()
    assert said(replies(stage)[-1]) == "🔴 CRITICAL disk: nobody has it: the acknowledgement ran out"


async def test_the_reminder_asks_whether_it_takes_longer_and_asks_once(stage: Stage) -> None:
    await fire(stage)
    acked = await alerts.acknowledge(stage.desk, 1, actor=ANNA, lasts=timedelta(hours=2))
    await stage.ring(timedelta(minutes=105))
    (reminder,) = replies(stage)
    labels = [each["label"] for each in reminder["components"][0]["components"]]
    assert labels == ["Still on it", "Give back"]
    with pytest.raises(ConflictError, match="only they"):
        await ack_end.prolong(stage.desk, 1, run=acked.run, actor=BEN, for_others=False)
    kept = await ack_end.prolong(stage.desk, 1, run=acked.run, actor=BEN, for_others=True)
    assert kept.owner == ANNA
    assert kept.ack_until == stage.clock.now() + timedelta(hours=2)
    for answer in (ack_end.prolong, ack_end.give_back):
        with pytest.raises(ConflictError, match="meanwhile, so nothing was done"):
            await answer(stage.desk, 1, run=acked.run, actor=ANNA, for_others=False)
    await stage.ring()
    (reminder,) = replies(stage)
    assert reminder["components"] == []
    assert said(reminder) == "🟨 acked by Anna: disk"


async def test_what_is_given_back_before_it_ends_rings(stage: Stage) -> None:
    await fire(stage)
    acked = await alerts.acknowledge(stage.desk, 1, actor=ANNA, lasts=timedelta(hours=2))
    await stage.ring(timedelta(minutes=105))
    await ack_end.give_back(stage.desk, 1, run=acked.run, actor=ANNA, for_others=False)
    await stage.ring()
    assert said(replies(stage)[-1]) == "🔴 CRITICAL disk: nobody has it: it was given back"
    assert pinged(stage)[-1]


async def test_who_has_it_may_say_that_it_takes_longer(stage: Stage) -> None:
    await fire(stage)
    await alerts.acknowledge(stage.desk, 1, actor=ANNA, lasts=timedelta(hours=2))
    stage.clock.advance(timedelta(minutes=100))
    await alerts.acknowledge(stage.desk, 1, actor=ANNA, lasts=timedelta(hours=2))
    stage.clock.advance(timedelta(minutes=100))
    assert await ack.end_due(stage.desk) == 0
    assert await alerts.acknowledge(stage.desk, 1, actor=ANNA, lasts=MINUTE)
    with pytest.raises(ConflictError):
        await alerts.acknowledge(stage.desk, 1, actor=BEN, lasts=MINUTE)


async def test_calls_that_were_planned_early_and_are_told_late_ring(stage: Stage) -> None:
    for name in ("disk", "net", "fan", "cpu"):
        await fire(stage, name)
    acked = await alerts.acknowledge(stage.desk, 2, actor=ANNA)
    await alerts.unacknowledge(stage.desk, acked.id, actor=ANNA)
    await stage.ring(MINUTE)  # of a later number than the calls that repeat the others
    await stage.ring(7 * MINUTE)
    assert said(stage.shown()[-1]) == (
        "🔴 4 alerts, worst CRITICAL: disk, fan, cpu, net: unacknowledged for 5 min (2nd call)"
    )
    assert pinged(stage)[-1]


async def test_a_call_that_was_deleted_is_not_made_again_when_one_of_its_alerts_changes(stage: Stage) -> None:
    await stage.send(*(firing(f"disk {number}{number}", CRITICAL) for number in range(5)))
    await stage.ring()
    await stage.ring(5 * MINUTE)
    reply = int(stage.shown()[-1]["id"])
    stage.sandbox.person("operator").delete(reply)
    assert await cards.forget_message(stage.desk, reply)
    rung = pinged(stage)
    await alerts.acknowledge(stage.desk, 1, actor=ANNA)
    assert await stage.desk.storage.read(waiting_calls) == 0  # where a storm's board stands it would for long
    await stage.ring()
    assert pinged(stage) == rung
