"""What one person alone is told: a message each for a few, one for all of many."""

from datetime import timedelta

from msgspec.structs import replace

from bot.cards.style import TIMES
from bot.domain.alert import verb as verbs
from bot.domain.alert.group import CardShape
from bot.usecases.alert import ack, bulk
from bot.usecases.alert import lifecycle as alerts
from tests.delivery.conftest import Stage
from tests.delivery.test_storm_ring import live, of
from tests.senders import ANNA, BEN


async def begin(stage: Stage) -> None:
    """A board that holds 59 criticals of two causes, all of them acknowledged by one press."""
    stage.source = replace(stage.source, card=CardShape.ALERT)
    stage.sandbox.mischief.set_limits(enabled=True)
    await stage.send(*(of(f"Cause{number % 2}", number) for number in range(60)))
    await live(stage, 10)
    await alerts.resolve(stage.desk, 1, actor=BEN)  # it has a card
    await bulk.act(stage.desk, stage.channel_id, verbs.ACK, actor=ANNA)
    await live(stage, 5)


async def test_who_acknowledged_a_board_is_reminded_once_and_no_card_comes_when_that_ends(
    stage: Stage,
) -> None:
    await begin(stage)
    before = len(stage.shown())
    stage.clock.advance(timedelta(hours=3, minutes=45))
    await live(stage, 10)
    (reminder,) = stage.shown()[before:]
    assert reminder["content"].startswith("<@1> 🔴 59 alerts, worst CRITICAL: ")
    assert f"Cause1 {TIMES}30, Cause0 {TIMES}29: your acknowledgement ends in 15 min" in reminder["content"]
    labels = [each["label"] for each in reminder["components"][0]["components"]]
    assert labels == ["Still on all 59", "Give back all 59"]
    stage.clock.advance(timedelta(minutes=15))
    while await ack.end_due(stage.desk):
        pass
    await live(stage, 10)
    (over,) = stage.shown()[before:]  # it takes the place of the reminder
    assert "59 alerts" in over["content"]
    assert "nobody has it: the acknowledgement ran out" in over["content"]
    assert any("59 open alerts without a card" in title for title in stage.titles())


async def test_a_few_are_asked_about_one_by_one_and_each_person_alone(stage: Stage) -> None:
    stage.source = replace(stage.source, card=CardShape.ALERT)
    await stage.send(*(of(f"Cause{number}", number) for number in range(8)))
    await live(stage, 2)
    for number in range(1, 9):
        who = BEN if number > 3 else ANNA
        await alerts.acknowledge(stage.desk, number, actor=who, lasts=timedelta(hours=2))
    stage.clock.advance(timedelta(minutes=105))
    await live(stage, 5)
    said = [each for each in stage.shown() if "your acknowledgement ends" in each["content"]]
    assert [each["content"].partition(" ")[0] for each in said] == ["<@1>", "<@1>", "<@1>", "<@2>"]
    assert "5 alerts" in said[-1]["content"]
