"""Alerts that share a card came one after the other, and are called for again in one message."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.cards.style import TIMES
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity, Signal
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.outbox import ring as rings
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing

CRITICAL = Severity.CRITICAL
MINUTE = timedelta(minutes=1)


def of(cause: str, number: int) -> Signal:
    """One alert of a cause; they differ in where they are."""
    return firing(cause, CRITICAL, fingerprint=f"{cause}-{number}", target=f"pod-{number}", service="node")


async def live(stage: Stage, seconds: int, said: list[str] | None = None) -> list[str]:
    """The lines that rang in these seconds, as they were when they were posted."""
    heard = [] if said is None else said
    for _ in range(seconds):
        stood = {each["id"] for each in stage.shown()}
        await rings.make_due(stage.desk)
        await stage.work(200)
        heard += [_said(each) for each in stage.shown() if each["id"] not in stood and _rings(each)]
        stage.clock.advance(timedelta(seconds=1))
    return heard


def _rings(message: dict[str, Any]) -> bool:
    return bool(message["sandbox"]["pinged"]["roles"])


def _said(message: dict[str, Any]) -> str:
    content: str = message["content"]
    return content.split("\n", maxsplit=1)[0].partition("> ")[2]


async def arrive(stage: Stage, cause: str, count: int, *, seconds: int, after: int = 0) -> list[str]:
    """So many alerts of a cause, spread over these seconds; the lines that rang for it."""
    said: list[str] = []
    for second in range(seconds):
        some = range(after + second * count // seconds, after + (second + 1) * count // seconds)
        await stage.send(*(of(cause, number) for number in some))
        await live(stage, 1, said)
    return said


async def test_150_alerts_on_one_card_ring_once_each_time_nobody_takes_them(stage: Stage) -> None:
    assert len(await arrive(stage, "Fan broken", 150, seconds=6)) <= 2
    await live(stage, 280)
    assert await live(stage, 60) == [
        f"🔴 CRITICAL Fan broken {TIMES}150 on node: unacknowledged for 5 min (2nd call)"
    ]
    stage.clock.advance(8 * MINUTE)
    assert await live(stage, 120) == [
        f"🔴 CRITICAL Fan broken {TIMES}150 on node: unacknowledged for 15 min (3rd call)"
    ]


async def test_two_cards_of_many_alerts_leave_room_for_a_new_cause(stage: Stage) -> None:
    await arrive(stage, "Fan broken", 60, seconds=6)
    await arrive(stage, "Link down", 80, seconds=6)
    await live(stage, 283)
    said = await live(stage, 20)
    assert sorted(said) == [
        f"🔴 CRITICAL Fan broken {TIMES}60 on node: unacknowledged for 5 min (2nd call)",
        f"🔴 CRITICAL Link down {TIMES}80 on node: unacknowledged for 5 min (2nd call)",
    ]
    await stage.send(of("Door open", 0))
    assert len(await live(stage, 3)) == 1


@pytest.fixture
def shared(stage: Stage) -> Stage:
    """Alerts of a cause share a card from the first on."""
    stage.source = msgspec.structs.replace(stage.source, card=CardShape.GROUP)
    return stage


async def test_a_repeat_is_told_a_minute_early_at_most_and_once(shared: Stage) -> None:
    for number, wait in enumerate((60, 1, 239)):  # the third comes 61 seconds after the first
        await shared.send(of("Fan broken", number))
        await live(shared, wait)
    assert await live(shared, 100) == [
        f"🔴 CRITICAL Fan broken {TIMES}2 on node: unacknowledged for 5 min (2nd call)",
        "🔴 CRITICAL Fan broken · pod-2 · node: unacknowledged for 5 min (2nd call)",
    ]
    shared.clock.advance(8 * MINUTE)
    assert await live(shared, 170) == [
        f"🔴 CRITICAL Fan broken {TIMES}2 on node: unacknowledged for 15 min (3rd call)",
        "🔴 CRITICAL Fan broken · pod-2 · node: unacknowledged for 15 min (3rd call)",
    ]


async def test_what_somebody_has_and_what_is_personal_are_not_told_early(shared: Stage) -> None:
    await arrive(shared, "Fan broken", 6, seconds=6)
    await alerts.acknowledge(shared.desk, 3, actor=ANNA)
    await alerts.acknowledge(shared.desk, 4, actor=ANNA, lasts=20 * MINUTE - timedelta(seconds=20))
    assert await live(shared, 290) == []
    assert await live(shared, 5) == [
        f"🔴 CRITICAL Fan broken {TIMES}4 on node: unacknowledged for 5 min (2nd call)"
    ]
    reminders = [each for each in shared.shown() if "your acknowledgement ends" in each["content"]]
    assert reminders == []


async def test_a_lost_answer_and_a_restart_ring_the_card_once(shared: Stage) -> None:
    await arrive(shared, "Fan broken", 30, seconds=6)
    await live(shared, 293)
    shared.clock.advance(timedelta(seconds=2))
    shared.sandbox.mischief.arm(
        Rule(effect=Effect.LOST_ANSWER_500, route="POST /channels/{c}/messages", times=1)
    )
    stood = len([each for each in shared.shown() if _rings(each)])
    await rings.make_due(shared.desk)
    await shared.work(200)
    shared.restart(timedelta(seconds=3))
    await live(shared, 30)
    rung = [each for each in shared.shown() if _rings(each)]
    assert len(rung) - stood == 1
    assert f"Fan broken {TIMES}30 on node: unacknowledged for 5 min" in rung[-1]["content"]


async def test_what_does_not_fit_one_sweep_rings_with_the_next(
    shared: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "SWEEP", 20)
    await arrive(shared, "Fan broken", 30, seconds=6)
    await live(shared, 290)
    assert [each.partition(":")[0] for each in await live(shared, 20)] == [
        f"🔴 CRITICAL Fan broken {TIMES}20 on node",
        f"🔴 CRITICAL Fan broken {TIMES}10 on node",
    ]


async def test_repeats_that_a_full_channel_puts_off_stay_together(shared: Stage) -> None:
    await arrive(shared, "Fan broken", 12, seconds=6)
    await live(shared, 282)
    for number in range(6):
        await shared.send(of(f"Door {number}", 0))
        await live(shared, 2)
    said = await live(shared, 120)
    assert [each for each in said if "Fan broken" in each] == [each for each in said if "2nd call" in each]
    (line,) = [each for each in said if "Fan broken" in each]
    assert f"Fan broken {TIMES}12" in line


async def test_causes_that_a_board_holds_are_called_for_again_in_one_message(stage: Stage) -> None:
    stage.source = msgspec.structs.replace(stage.source, card=CardShape.ALERT)
    stage.sandbox.mischief.set_limits(enabled=True)
    for second in range(10):
        await stage.send(*(of(cause, 6 * second + each) for cause in ("Fan", "Link") for each in range(6)))
        await live(stage, 1)
    await live(stage, 280)
    assert [each["content"] for each in stage.shown() if "Alert storm" in each["content"]]
    for called in ("5 min (2nd call)", "15 min (3rd call)"):
        said = await live(stage, 60)
        assert said == [
            f"🔴 120 alerts, worst CRITICAL: Fan {TIMES}60, Link {TIMES}60: unacknowledged for {called}"
        ]
        stage.clock.advance(8 * MINUTE + timedelta(seconds=30))


async def test_two_alerts_of_a_cause_on_a_board_are_called_for_again_in_one_message(stage: Stage) -> None:
    stage.source = msgspec.structs.replace(stage.source, card=CardShape.ALERT)
    stage.sandbox.mischief.set_limits(enabled=True)
    await stage.send(*(firing(f"Slow {number}", Severity.WARNING) for number in range(60)))
    await live(stage, 20)
    for number in range(2):
        await stage.send(of("Fan", number))
        await live(stage, 10)
    assert await live(stage, 300) == [
        f"🔴 CRITICAL Fan {TIMES}2 on node: unacknowledged for 5 min (2nd call)"
    ]


async def test_a_first_call_that_comes_late_counts_all_that_stand_on_its_card(shared: Stage) -> None:
    for number in range(5):
        await shared.send(of(f"Door {number}", 0))
        await live(shared, 1)
    said = await arrive(shared, "Fan broken", 50, seconds=5)
    await alerts.acknowledge(shared.desk, 55, actor=ANNA)
    said += await live(shared, 70)
    assert [each for each in said if "Fan broken" in each] == [
        f"🔴 CRITICAL Fan broken {TIMES}49 on node: fires too"
    ]
