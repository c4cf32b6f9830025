"""Whose device rings in a storm: each critical cause once, by a reply to the board that counts on."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.cards.ids import parse
from bot.cards.outbox import board_extra
from bot.cards.style import TIMES
from bot.domain.alert import verb as verbs
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.outbox.outbox import CardKind
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.alert import bulk
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ring as rings
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing

CRITICAL = Severity.CRITICAL


@pytest.fixture
def storm(stage: Stage) -> Stage:
    """Five posts and five edits in five seconds, and a card for each alert."""
    stage.source = msgspec.structs.replace(stage.source, card=CardShape.ALERT)
    stage.sandbox.mischief.set_limits(enabled=True)
    return stage


def rung(stage: Stage) -> list[dict[str, Any]]:
    """The messages that rang somebody."""
    return [each for each in stage.shown() if each["sandbox"]["pinged"]["roles"]]


def replies(stage: Stage) -> list[dict[str, Any]]:
    return [each for each in stage.shown() if each.get("message_reference")]


def of(cause: str, number: int, service: str = "node") -> Signal:
    """One alert of a cause; they differ in where they are."""
    return firing(cause, CRITICAL, fingerprint=f"{cause}-{number}", target=f"pod-{number}", service=service)


async def live(stage: Stage, seconds: int) -> None:
    """What happens in these seconds: the sweep of calls, and the worker's steps."""
    for _ in range(seconds):
        await rings.make_due(stage.desk)
        await stage.work(200)
        stage.clock.advance(timedelta(seconds=1))


async def test_150_criticals_of_one_cause_ring_twice_and_are_counted(storm: Stage) -> None:
    await storm.send(*(of("HighCPU", number) for number in range(100)))
    await live(storm, 5)
    (reply,) = replies(storm)
    assert f"CRITICAL HighCPU {TIMES}99 on node" in reply["content"]
    board = next(each for each in storm.shown() if each["embeds"] and "Alert storm" in each["content"])
    assert reply["message_reference"]["message_id"] == board["id"]
    await storm.send(*(of("HighCPU", number) for number in range(100, 150)))
    await live(storm, 15)
    (reply,) = replies(storm)
    assert f"CRITICAL HighCPU {TIMES}149 on node" in reply["content"]
    assert len(rung(storm)) == 2
    assert len(storm.shown()) <= 5


async def test_400_of_seven_causes_ring_at_most_seven_times_and_each_is_named(storm: Stage) -> None:
    for second in range(10):
        await storm.send(*(of(f"Cause{number % 7}", 40 * second + number) for number in range(40)))
        await live(storm, 1)
    await live(storm, 5)
    said = "\n".join(each["content"] for each in rung(storm))
    assert [f"Cause{number}" for number in range(7) if f"Cause{number}" not in said] == []
    assert len(rung(storm)) <= 5
    assert len(storm.shown()) <= 15


async def test_a_new_cause_rings_and_beyond_five_a_minute_they_share_one(storm: Stage) -> None:
    await storm.send(*(of("HighCPU", number) for number in range(60)))
    await live(storm, 3)
    before = len(rung(storm))
    for number in range(9):
        await storm.send(of(f"New{number}", 0))
        await live(storm, 2)
    assert len(rung(storm)) - before <= 5
    await live(storm, 75)
    said = "\n".join(each["content"] for each in rung(storm))
    assert [f"New{number}" for number in range(9) if f"New{number}" not in said] == []
    assert len(rung(storm)) - before <= 6


async def test_a_lost_answer_and_a_restart_ring_nobody_twice(storm: Stage) -> None:
    await storm.send(*(of("HighCPU", number) for number in range(60)))
    await storm.work(200)
    storm.sandbox.mischief.arm(
        Rule(effect=Effect.LOST_ANSWER_500, route="POST /channels/{c}/messages", times=1)
    )
    await rings.make_due(storm.desk)
    await storm.work(200)
    storm.restart(timedelta(seconds=3))
    await live(storm, 10)
    assert len(rung(storm)) == 2
    assert len(replies(storm)) == 1


async def test_a_held_critical_that_somebody_takes_up_gets_a_card_that_rings_nobody(storm: Stage) -> None:
    await storm.send(*(of("HighCPU", number) for number in range(60)))
    await live(storm, 5)
    before = len(rung(storm))
    await alerts.acknowledge(storm.desk, 50, actor=ANNA)
    await live(storm, 10)
    assert any(each["embeds"] and "ACKED" in each["content"] for each in storm.shown())
    await alerts.unacknowledge(storm.desk, 50, actor=ANNA)
    await live(storm, 10)
    assert len(rung(storm)) == before + 1
    assert "it was given back" in rung(storm)[-1]["content"]


async def test_where_a_cause_shares_a_card_each_cause_rings_too(storm: Stage) -> None:
    storm.source = msgspec.structs.replace(storm.source, card=CardShape.AUTO)
    signals = [of(f"Cause{number % 40}", number) for number in range(200)]
    await storm.send(*signals)
    await live(storm, 10)
    assert len(rung(storm)) <= 5
    assert len(storm.shown()) <= 15
    called = await storm.desk.storage.read(
        lambda tx: [each for number in range(1, 201) for each in tx.cards.of_alerts([number]).values()]
    )
    assert all(each.rung_at for each in called)


async def test_seven_causes_at_once_share_cards_and_ring_five_times(storm: Stage) -> None:
    storm.source = msgspec.structs.replace(storm.source, card=CardShape.AUTO)
    for second in range(10):
        await storm.send(*(of(f"Cause{number % 7}", 40 * second + number) for number in range(40)))
        await live(storm, 1)
        if second == 3:
            said = "\n".join(each["content"] for each in rung(storm))
            assert [f"Cause{number}" for number in range(7) if f"Cause{number}" not in said] == []
    await live(storm, 80)
    assert len(rung(storm)) <= 5
    assert len(storm.shown()) <= 15


async def test_causes_that_come_one_by_one_ring_five_times_a_minute_and_none_is_left_out(
    storm: Stage,
) -> None:
    for number in range(12):
        await storm.send(of(f"Cause{number}x", 0))
        await live(storm, 3)
    assert len(rung(storm)) <= 5
    assert len([each for each in storm.shown() if each["embeds"]]) == 12
    await live(storm, 90)
    said = "\n".join(each["content"] for each in rung(storm))
    assert [f"Cause{number}x" for number in range(12) if f"Cause{number}x" not in said] == []
    assert len(rung(storm)) <= 7


async def test_a_quiet_post_whose_answer_is_lost_is_called_for_once(storm: Stage) -> None:
    for number in range(4):
        await storm.send(of(f"Cause{number}x", 0))
        await live(storm, 2)
    assert len(rung(storm)) == 4
    storm.sandbox.mischief.arm(
        Rule(effect=Effect.LOST_ANSWER_500, route="POST /channels/{c}/messages", times=1)
    )
    await storm.send(of("Cause4x", 0))
    await storm.work(200)
    storm.restart(timedelta(seconds=3))
    await live(storm, 15)
    assert [each["content"].count("Cause4x") for each in rung(storm)].count(1) == 1
    assert len(rung(storm)) == 5


async def test_what_nobody_takes_up_in_a_storm_is_called_for_again(storm: Stage) -> None:
    await storm.send(*(of("HighCPU", number) for number in range(60)))
    await live(storm, 10)
    assert len(rung(storm)) == 2
    storm.clock.advance(timedelta(minutes=5))
    await live(storm, 10)
    (reply,) = replies(storm)
    assert f"CRITICAL HighCPU {TIMES}60 on node: unacknowledged for 5 min (2nd call)" in reply["content"]
    assert len(rung(storm)) == 2, "the first reply gave way to it"


async def test_a_cause_that_was_over_rings_anew_and_one_that_is_open_is_counted(storm: Stage) -> None:
    await storm.send(*(of(f"Cause{number % 6}", number) for number in range(60)))
    await live(storm, 70)
    before = len(rung(storm))
    over = [of("Cause5", number) for number in range(5, 60, 6)]
    await storm.send(*(msgspec.structs.replace(each, status=Status.RESOLVED) for each in over))
    await storm.send(of("Cause4", 100), of("Cause5", 100))
    await live(storm, 5)
    assert [each["content"].partition("\n")[0].partition("> ")[2] for each in rung(storm)[before:]] == [
        "🔴 CRITICAL Cause5 · pod-100 · node: fires too"
    ]


@pytest.mark.parametrize("joins", [False, True])
async def test_a_cause_whose_reply_was_never_posted_has_not_rung(storm: Stage, joins: bool) -> None:
    await storm.send(*(of("HighCPU", number) for number in range(60)))
    await live(storm, 10)
    before = len(rung(storm))
    await storm.send(of("Door", 0))
    await rings.make_due(storm.desk)
    await alerts.acknowledge(storm.desk, 61, actor=ANNA)
    if joins:  # as the worker is about to leave the reply out
        taken = [await outbox.take(storm.desk, storm.channel_id, worker=storm.name) for _ in range(2)]
        reply = next(
            each.card for each in taken if isinstance(each, outbox.Task) and each.card.kind is CardKind.RING
        )
        await storm.send(of("Door", 1))
        await rings.make_due(storm.desk)
        await rings.leave_out(storm.desk, reply, worker=storm.name)
    else:
        await storm.work(200)
        await storm.send(of("Door", 1))
    await live(storm, 10)
    assert ["Door" in each["content"] for each in rung(storm)[before:]] == [True]


async def test_a_reply_for_two_stays_while_it_is_the_last_to_call_for_one_of_them(storm: Stage) -> None:
    await storm.send(*(of("HighCPU", number) for number in range(60)))
    await live(storm, 3)
    for name in ("Net", "Fan", "Disk", "Lamp"):
        await storm.send(of(name, 0))
        await live(storm, 3)
    await live(storm, 30)
    await storm.send(of("Door", 0))
    await live(storm, 60)
    both = next(each for each in rung(storm) if "Lamp" in each["content"] and "Door" in each["content"])
    storm.clock.advance(timedelta(seconds=215))  # Lamp is called for again, Door not yet
    await live(storm, 8)
    assert any("Lamp" in each["content"] and "2nd call" in each["content"] for each in rung(storm))
    assert both["id"] in {each["id"] for each in storm.shown()}
    before = {each["id"] for each in rung(storm)}
    await storm.send(of("Door", 1))
    await live(storm, 5)
    said = [each["content"] for each in rung(storm) if each["id"] not in before]
    assert [each for each in said if "Door" in each] == [], "it is counted there"


async def test_a_board_tells_of_an_alert_that_became_worse_or_was_taken(storm: Stage) -> None:
    calm = [msgspec.structs.replace(of("Slow", number), severity=Severity.WARNING) for number in range(60)]
    await storm.send(*calm)
    await live(storm, 60)
    await storm.send(of("Slow", 7))
    await live(storm, 10)
    board = next(each for each in storm.shown() if each["embeds"] and "Alert storm" in each["content"])
    assert "worst 🔴 CRITICAL Slow" in board["content"]


async def test_a_post_whose_answer_was_lost_is_found_although_a_storm_has_begun(storm: Stage) -> None:
    lost = Rule(effect=Effect.LOST_ANSWER_500, route="POST /channels/{c}/messages", times=1)
    storm.sandbox.mischief.arm(lost)
    await storm.send(msgspec.structs.replace(of("Door", 0), severity=Severity.WARNING))
    await storm.worker.step()
    await storm.send(*(of("HighCPU", number) for number in range(60)), of("Door", 0))
    storm.restart(timedelta(seconds=0.5))  # it rests still when the board comes
    await live(storm, 15)
    (card,) = await storm.desk.storage.read(lambda tx: tx.cards.of(CardKind.ALERT, [1]))
    assert card.message_id is not None
    shown = {each["id"]: each for each in storm.shown()}
    assert f"{TIMES}2" in str(shown[str(card.message_id)]["embeds"])
    assert [each["content"].count("Door") for each in rung(storm)].count(1) == 1


async def test_a_board_tells_at_once_of_what_joins_a_cause_on_it(storm: Stage) -> None:
    storm.source = msgspec.structs.replace(storm.source, card=CardShape.AUTO)
    calm = [
        msgspec.structs.replace(of(f"Slow{number % 20}", number), severity=Severity.WARNING)
        for number in range(200)
    ]
    await storm.send(*calm[:100])
    await live(storm, 8)
    await storm.send(*calm[100:])
    await live(storm, 8)
    board = next(each for each in storm.shown() if each["embeds"] and "Alert storm" in each["content"])
    held = int(board["content"].partition("· ")[2].partition(" ")[0])
    assert held > 180


async def test_a_critical_that_was_not_on_the_board_yet_is_not_taken_with_it(storm: Stage) -> None:
    await storm.send(*(of("HighCPU", number) for number in range(60)))
    await live(storm, 10)
    before = len(rung(storm))
    storm.clock.advance(timedelta(seconds=1))
    await storm.send(of("Door", 0))
    board = next(each for each in storm.shown() if each["embeds"] and "Alert storm" in each["content"])
    button = next(
        part for row in board["components"] for part in row["components"] if "I am awake" in str(part)
    )
    meant = board_extra.read(parse(button["custom_id"]).extra)
    done = await bulk.act(storm.desk, storm.channel_id, verbs.ACK, actor=ANNA, seen=meant.seen)
    assert (done.changed, done.unseen) == (59, 1)
    await live(storm, 10)
    assert ["Door" in each["content"] for each in rung(storm)[before:]] == [True]


async def test_a_call_does_not_wait_for_the_cards_of_what_people_took_up(storm: Stage) -> None:
    await storm.send(*(msgspec.structs.replace(of("Slow", n), severity=Severity.WARNING) for n in range(60)))
    await live(storm, 10)
    for number in range(20, 50):
        await alerts.acknowledge(storm.desk, number, actor=ANNA)
    await storm.send(of("Door", 0))
    await live(storm, 5)
    assert ["Door" in each["content"] for each in rung(storm)] == [True]
    await live(storm, 60)
    assert len([each for each in storm.shown() if "ACKED" in each["content"]]) == 30
