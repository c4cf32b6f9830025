"""What Discord refuses, or holds up for long, keeps no storm alive and is told as what it is."""

from datetime import timedelta

import pytest

from bot.domain.alert.verdict import Lane
from bot.domain.silence.matcher import Matcher
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.admin import status
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.silence import silence as silences
from tests.delivery.conftest import Stage
from tests.delivery.scene import look_for_deleted
from tests.delivery.test_storm import MANY, boards_of, end, refusals, send_many, settle_down, turn, unseen
from tests.senders import ANNA, resolved


@pytest.fixture
def storm(stage: Stage) -> Stage:
    """Five posts and five edits in five seconds."""
    stage.sandbox.mischief.set_limits(enabled=True)
    return stage


async def test_a_card_that_discord_refuses_keeps_no_storm_alive(storm: Stage) -> None:
    await send_many(storm)
    await settle_down(storm)
    refused = Rule(effect=Effect.STATUS, status=400, route="POST /channels/{c}/messages", times=2)
    storm.sandbox.mischief.arm(refused)
    await alerts.acknowledge(storm.desk, 40, actor=ANNA)
    await settle_down(storm)
    await storm.send(*(resolved(f"alert {number}") for number in range(MANY) if number != 39))
    await settle_down(storm)
    (board,) = boards_of(storm)
    assert "Storm over" in board["content"]
    assert "1 still open; Discord refused the cards of 1, which `/alert list` shows." in str(board["embeds"])
    calls = len(storm.calls())
    storm.clock.advance(timedelta(minutes=1))
    await storm.work()
    assert len(storm.calls()) == calls
    assert (await status.condition(storm.desk)).storms == {}


async def test_what_a_board_holds_is_not_stuck(storm: Stage) -> None:
    await send_many(storm, critical=10_000)
    await settle_down(storm)
    storm.clock.advance(timedelta(minutes=10))
    await storm.work()
    assert await status.oldest_due(storm.desk) is None
    await alerts.acknowledge(storm.desk, 40, actor=ANNA)
    assert await status.oldest_due(storm.desk) is not None
    await settle_down(storm)
    assert await status.oldest_due(storm.desk) is None
    await storm.sandbox.mischief.set_outage(on=True)
    since = storm.clock.now()
    await send_many(storm, 5, first=MANY)
    for _ in range(10):
        await turn(storm)
    oldest = await status.oldest_due(storm.desk)
    assert oldest is not None
    assert since <= oldest <= since + timedelta(seconds=2)


async def test_a_board_that_discord_refused_is_tried_again_in_the_next_storm(storm: Stage) -> None:
    refused = Rule(effect=Effect.STATUS, status=400, route="POST /channels/{c}/messages", nth=2, times=2)
    storm.sandbox.mischief.arm(refused)
    await send_many(storm, 30)
    for _ in range(60):
        await turn(storm)
    assert boards_of(storm) == []
    assert await unseen(storm) == []
    await end(storm, 30)
    for _ in range(60):
        await turn(storm)
    await send_many(storm, 30, first=30)
    await settle_down(storm)
    assert len(boards_of(storm)) == 1
    assert await unseen(storm) == []


async def test_the_card_of_what_a_board_showed_is_not_slow(storm: Stage) -> None:
    await send_many(storm)
    await settle_down(storm)
    storm.clock.advance(timedelta(minutes=30))
    await end(storm, MANY - 6)
    await settle_down(storm)
    rows = await storm.desk.storage.read(
        lambda tx: tx.run_raw("SELECT lane, sent_at - accepted_at AS wait FROM ledger WHERE posted").all()
    )
    late = [row for row in rows if row.wait > 60_000_000]
    assert len(late) == 6
    assert {row.lane for row in late} == {Lane.COUNT.value}
    assert len(rows) > len(late)


async def test_what_was_before_a_storm_is_not_counted_though_it_brought_old_alerts_back(
    storm: Stage,
) -> None:
    await send_many(storm)
    await settle_down(storm)
    await end(storm, MANY)
    await settle_down(storm)
    for number in range(12):  # each with a card of its own
        await send_many(storm, 1, first=1_000 + number)
        storm.clock.advance(timedelta(seconds=5))
        await settle_down(storm)
    storm.clock.advance(timedelta(minutes=1))
    await send_many(storm, 30, first=100)
    await send_many(storm, 5, first=50)  # they come back
    await settle_down(storm)
    await end(storm, 30, first=100)
    await end(storm, 5, first=50)
    await settle_down(storm)
    told = boards_of(storm)[-1]
    assert told["content"] in {"✅ Storm over: 34 alerts", "✅ Storm over: 35 alerts"}
    assert "All of them are over." in told["embeds"][0]["description"]


async def test_a_board_that_was_deleted_while_nobody_listened_is_posted_again(storm: Stage) -> None:
    await send_many(storm)
    await settle_down(storm)
    (board,) = boards_of(storm)
    storm.sandbox.person("operator").delete(board["id"])
    storm.restart(timedelta(seconds=1))
    for _ in range(5):
        await turn(storm)
    assert boards_of(storm) == []
    assert await look_for_deleted(storm) == 1
    await settle_down(storm)
    assert len(boards_of(storm)) == 1
    assert await unseen(storm) == []


async def test_a_board_says_how_much_of_it_is_silenced(storm: Stage) -> None:
    await send_many(storm)
    await settle_down(storm)
    now = storm.clock.now()
    wish = silences.Wish(
        matchers=(Matcher("alertname", "alert [345].", is_regex=True),),
        starts_at=now,
        ends_at=now + timedelta(hours=1),
        comment="known",
    )
    await silences.put(storm.desk, wish, actor=ANNA)
    await settle_down(storm)
    (board,) = boards_of(storm)
    assert "🔕 30 held quiet" in board["embeds"][0]["description"]


async def test_a_bot_that_may_attach_nothing_shows_its_board_without_the_list(storm: Stage) -> None:
    storm.deny("ATTACH_FILES")
    await send_many(storm)
    await settle_down(storm)
    await send_many(storm, 20, first=MANY)
    await settle_down(storm)
    (board,) = boards_of(storm)
    assert "79 open alerts without a card" in board["content"]
    assert board["embeds"][0]["footer"]["text"].endswith("Attach Files is missing: there is no list")
    assert board["attachments"] == []
    assert [call["status"] for call in refusals(storm)] == [403], "it is not asked for at every turn"
    assert (await status.condition(storm.desk)).outbox.parked == []
    storm.deny()
    storm.clock.advance(timedelta(minutes=10))
    await send_many(storm, 1, first=2 * MANY)
    await settle_down(storm)
    assert await unseen(storm) == []
