"""Who said that it is mended is rung when it comes back, once, beside those who are on call."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.domain.actor import Actor, person
from bot.domain.alert.signal import Severity, Status
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import snooze
from bot.usecases.recurrence import query as recurrences
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing, resolved

CRITICAL = Severity.CRITICAL
DAY = timedelta(days=1)


@pytest.fixture
async def fixer(stage: Stage) -> Actor:
    """R-1 was mended a day ago; who says so."""
    user = stage.sandbox.person("operator").member.user
    mender = person(user.id, "Olga")
    await stage.send(firing("disk", CRITICAL))
    await stage.ring()
    await stage.send(resolved("disk"))
    await stage.ring()
    await recurrences.mark_fixed(stage.desk, 1, actor=ANNA, owner=mender)
    await stage.ring(DAY)
    return mender


def personal(stage: Stage, mender: Actor) -> list[dict[str, Any]]:
    """The messages that rang this person by name."""
    return [each for each in stage.shown() if mender.ident in each["sandbox"]["pinged"]["users"]]


async def shown(stage: Stage) -> None:
    """The card is posted; a reply needs it, and comes right after."""
    await stage.ring()
    await stage.ring(timedelta(seconds=3))


async def test_who_mended_it_is_rung_by_a_reply_when_it_is_back(stage: Stage, fixer: Actor) -> None:
    await stage.send(firing("disk", CRITICAL))
    await shown(stage)
    (reply,) = personal(stage, fixer)
    assert reply["content"].split("\n")[0] == (
        f"<@{fixer.ident}> 🔴 CRITICAL disk: you marked it as fixed, and it is back"
    )
    assert not reply["sandbox"]["pinged"]["roles"]
    (card,) = [each for each in stage.shown() if each["id"] == reply["message_reference"]["message_id"]]
    assert card["sandbox"]["pinged"]["roles"], "those on call are rung by its card"
    await stage.ring(timedelta(minutes=6))
    assert len(personal(stage, fixer)) == 1, "a later call for others does not take its place"
    assert any("(2nd call)" in each["content"] for each in stage.shown())
    await stage.send(resolved("disk"))
    await stage.ring()
    assert f"<@{fixer.ident}>" not in str([each["content"] for each in stage.shown()])
    await stage.send(firing("disk", CRITICAL))
    await stage.ring(timedelta(minutes=1))
    assert len(personal(stage, fixer)) == 1, "once: it is not mended anew"


async def test_it_is_told_whoever_has_it_by_then_and_for_what_wakes_nobody_else(
    stage: Stage, fixer: Actor
) -> None:
    await stage.send(firing("disk", Severity.INFO))
    await alerts.acknowledge(stage.desk, 2, actor=ANNA)
    await shown(stage)
    (reply,) = personal(stage, fixer)
    assert "it is back" in reply["content"]


async def test_what_is_held_quiet_is_told_when_it_is_quiet_no_more(stage: Stage, fixer: Actor) -> None:
    await stage.send(firing("disk", CRITICAL))
    until = stage.clock.now() + timedelta(minutes=30)
    await snooze.snooze(stage.desk, 2, actor=ANNA, until=until)
    await stage.ring(timedelta(minutes=10))
    assert personal(stage, fixer) == []
    await stage.ring(timedelta(minutes=21))
    await snooze.wake_due(stage.desk)
    for _ in range(2):
        await stage.ring(timedelta(minutes=1))
    assert len(personal(stage, fixer)) == 1


async def test_a_program_that_mended_it_is_not_rung(stage: Stage, fixer: Actor) -> None:
    robot = Actor.parse("program:healer")
    await recurrences.mark_fixed(stage.desk, 1, actor=robot, owner=robot)
    await stage.send(firing("disk", CRITICAL))
    await shown(stage)
    assert personal(stage, fixer) == []
    assert not any("fixed" in each["content"] for each in stage.shown())


async def test_what_comes_back_in_numbers_is_told_at_once_to_each_who_mended_it(stage: Stage) -> None:
    menders = [person(stage.sandbox.person(name).member.user.id, name) for name in ("operator", "responder")]
    signals = [firing(f"disk {number}", fingerprint=f"disk-{number}") for number in range(7)]
    await stage.send(*signals)
    await stage.ring()
    await stage.send(*(replace(each, status=Status.RESOLVED) for each in signals))
    await stage.ring()
    for number in range(1, 8):
        await recurrences.mark_fixed(stage.desk, number, actor=ANNA, owner=menders[number > 5])
    await stage.ring(DAY)
    await stage.send(*signals)
    await shown(stage)
    (reply,) = personal(stage, menders[0])
    assert reply["content"].startswith(f"<@{menders[0].ident}> 🟠 5 alerts, worst WARNING: ")
    assert "you marked it as fixed, and it is back" in reply["content"]
    assert len(personal(stage, menders[1])) == 2
