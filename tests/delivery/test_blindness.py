"""After an outage a channel hears once what it missed; what is open is shown, what is over never."""

from datetime import timedelta
from typing import Any

import pytest

from bot.cards.alert.alert import find_marker
from bot.domain.alert.signal import Severity
from bot.domain.outbox.outage import BLIND
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.admin import setting
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.outbox import outage as outages
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing, resolved

NAMES = [f"alert {number}" for number in range(100)]
OPEN = NAMES[::10]


def cards(stage: Stage, channel_id: int = 0) -> list[dict[str, Any]]:
    return [message for message in stage.shown(channel_id) if find_marker(message)]


def reports(stage: Stage, channel_id: int = 0) -> list[str]:
    told = [each for each in stage.shown(channel_id) if "Blind" in each["content"]]
    return [f"{each['content']}\n{each['embeds'][0]['description']}" for each in told]


async def pass_time(stage: Stage, how_long: timedelta) -> None:
    """Let the worker try as often as it likes."""
    end = stage.clock.now() + how_long
    while stage.clock.now() < end:
        rest = await stage.work()
        stage.clock.advance(min(timedelta(seconds=min(rest, 60.0)), end - stage.clock.now()))


async def miss(stage: Stage, *, third: timedelta, killed: bool = False) -> None:
    """An outage in which a hundred alerts fire and ninety end."""
    await stage.sandbox.mischief.set_outage(on=True)
    await stage.send(*map(firing, NAMES[:50]))
    await pass_time(stage, third)
    await stage.send(*map(firing, NAMES[50:]))
    if killed:
        stage.restart(timedelta(seconds=2))
    await pass_time(stage, third)
    await stage.send(*(resolved(name) for name in NAMES if name not in OPEN))
    if killed:
        stage.restart(timedelta(seconds=2))
    await pass_time(stage, third)
    await stage.sandbox.mischief.set_outage(on=False)


@pytest.mark.parametrize("killed", [False, True])
async def test_an_outage_ends_in_one_report_and_the_open_ones(stage: Stage, *, killed: bool) -> None:
    await stage.send(firing("shown before"))
    await stage.work()
    await miss(stage, third=BLIND, killed=killed)
    await stage.send(resolved("shown before"))
    before = len(stage.calls("POST"))
    stage.clock.advance(timedelta(seconds=30))
    await stage.work()
    (report,) = reports(stage)
    assert "100 fired, 90 already resolved, 10 still open" in report
    assert "Discord could not be reached" in report
    assert "Blind" in stage.shown()[1]["content"], "the report stands before all that follows"
    titles = [card["content"] for card in cards(stage)]
    assert sorted(titles) == sorted([*(f"🟠 WARNING {name}" for name in OPEN), titles[0]])
    assert titles[0].startswith("✅ RESOLVED")
    assert len(stage.calls("POST")) - before == 1 + len(OPEN)
    await pass_time(stage, timedelta(minutes=10))
    assert len(reports(stage)) == 1
    assert len(cards(stage)) == 1 + len(OPEN)


async def test_a_report_says_how_long_it_was_although_nothing_more_came(stage: Stage) -> None:
    await stage.sandbox.mischief.set_outage(on=True)
    await stage.send(firing("a"))
    await pass_time(stage, timedelta(minutes=20))
    await stage.sandbox.mischief.set_outage(on=False)
    await pass_time(stage, timedelta(minutes=1))
    (report,) = reports(stage)
    assert report.startswith("🙈 Blind for 20 min: 1 fired, 0 already resolved, 1 still open")


async def test_an_outage_under_the_threshold_is_not_worth_a_word(stage: Stage) -> None:
    await stage.sandbox.mischief.set_outage(on=True)
    await stage.send(firing("one"), firing("two"))
    await pass_time(stage, BLIND - timedelta(seconds=40))
    await stage.sandbox.mischief.set_outage(on=False)
    await pass_time(stage, timedelta(seconds=39))
    assert not reports(stage)
    assert len(cards(stage)) == 2


async def test_nothing_that_waited_is_no_blindness(stage: Stage) -> None:
    await stage.send(firing("one"))
    await stage.work()
    await stage.sandbox.mischief.set_outage(on=True)
    stage.clock.advance(timedelta(hours=1))
    await stage.sandbox.mischief.set_outage(on=False)
    await stage.send(firing("two"))
    await stage.work()
    assert not reports(stage)
    assert len(cards(stage)) == 2


async def test_a_report_whose_answer_was_lost_is_not_told_twice(stage: Stage) -> None:
    await miss(stage, third=BLIND / 2)
    rule = Rule(effect=Effect.LOST_ANSWER_500, route="POST /channels/{c}/messages", times=1)
    stage.sandbox.mischief.arm(rule)
    stage.clock.advance(timedelta(seconds=30))
    await stage.work()
    stage.restart()
    await pass_time(stage, timedelta(minutes=1))
    (report,) = reports(stage)
    assert "100 fired, 90 already resolved, 10 still open" in report
    assert len(cards(stage)) == len(OPEN)


async def test_two_outages_are_two_reports_and_no_alert_is_told_of_twice(stage: Stage) -> None:
    for names in (["one", "two"], ["three"]):
        await stage.sandbox.mischief.set_outage(on=True)
        await stage.send(*map(firing, names))
        await pass_time(stage, timedelta(minutes=5))
        await stage.sandbox.mischief.set_outage(on=False)
        await pass_time(stage, timedelta(minutes=5))
    assert ["2 fired" in each or "1 fired" in each for each in reports(stage)] == [True, True]
    assert len(cards(stage)) == 3


async def test_a_report_that_somebody_deletes_stays_deleted(stage: Stage) -> None:
    await miss(stage, third=BLIND / 2)
    stage.clock.advance(timedelta(seconds=30))
    await stage.work()
    told = stage.shown()[0]
    stage.sandbox.person("operator").delete(told["id"])
    await stage.confirmations.lose([int(told["id"])])
    await pass_time(stage, timedelta(minutes=1))
    assert not reports(stage)


async def test_who_acts_meanwhile_is_seen_afterwards(stage: Stage) -> None:
    await stage.sandbox.mischief.set_outage(on=True)
    await stage.send(firing("one", Severity.CRITICAL))
    await alerts.acknowledge(stage.desk, 1, actor=ANNA)
    await pass_time(stage, timedelta(minutes=5))
    await stage.sandbox.mischief.set_outage(on=False)
    await pass_time(stage, timedelta(minutes=1))
    (card,) = cards(stage)
    assert "<@1>" in card["embeds"][0]["description"]


async def test_a_desk_that_was_down_tells_what_its_senders_repeat(stage: Stage) -> None:
    await outages.wake(stage.desk)
    stopped = stage.clock.now()
    stage.clock.advance(timedelta(minutes=29))
    assert await outages.wake(stage.desk) == timedelta(minutes=29)
    stage.worker = stage.new_worker()
    await stage.work()
    assert "no alert fired" in reports(stage)[0]
    began = stopped + timedelta(minutes=7)
    stage.clock.advance(timedelta(seconds=1))
    await stage.send(firing("a", started_at=began), firing("b", started_at=began), firing("now"))
    await stage.send(resolved("a"))
    stage.clock.advance(timedelta(seconds=30))
    assert await outages.recount(stage.desk) == 1
    await pass_time(stage, timedelta(seconds=30))
    (report,) = reports(stage)
    assert "2 fired, 1 already resolved, 1 still open" in report
    assert "Tocsin was not running" in report
    assert await outages.recount(stage.desk) == 0


async def test_a_short_restart_is_not_worth_a_word(stage: Stage) -> None:
    await outages.wake(stage.desk)
    stage.clock.advance(BLIND - timedelta(seconds=1))
    assert await outages.wake(stage.desk) is None
    await stage.work()
    assert not stage.shown()


async def test_other_channels_hear_of_a_stop_when_they_missed_something(stage: Stage) -> None:
    other = await stage.source_for("ops")
    assert other.channel_id is not None
    await setting.reload(stage.desk)
    await outages.wake(stage.desk)
    stage.clock.advance(timedelta(minutes=10))
    await outages.wake(stage.desk)
    stage.worker = stage.new_worker(other.channel_id)
    await stage.work()
    assert not stage.shown(other.channel_id)
    ago = stage.clock.now() - timedelta(minutes=5)
    await stage.send(firing("late", started_at=ago), source=other)
    await outages.recount(stage.desk)
    await stage.work()
    assert len(cards(stage, other.channel_id)) == 1
    assert "1 fired, 0 already resolved, 1 still open" in reports(stage, other.channel_id)[0]
