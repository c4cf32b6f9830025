"""A storm whose channel is closed or gone: what a board held goes with its source, and is called for."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.cards.style import TIMES
from bot.delivery.worker import Worker
from bot.domain.alert.group import CardShape
from bot.sandbox.control import place
from bot.usecases.admin import source as sources
from bot.usecases.admin import status
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ring as rings
from tests.delivery.conftest import Stage
from tests.delivery.test_storm_ring import live, of
from tests.senders import ANNA
from tests.waiting import until


async def live_at_both(stage: Stage, other: Worker, seconds: int) -> None:
    for _ in range(seconds):
        await rings.make_due(stage.desk)
        await stage.work(200)
        while await other.step() == 0:
            pass
        stage.clock.advance(timedelta(seconds=1))


def rung_at(stage: Stage, channel_id: int) -> list[dict[str, Any]]:
    return [each for each in stage.shown(channel_id) if each["sandbox"]["pinged"]["roles"]]


@pytest.mark.parametrize("gone", [True, False])
async def test_held_alerts_move_with_their_source_and_who_was_not_called_is(
    stage: Stage, *, gone: bool
) -> None:
    stage.source = replace(stage.source, card=CardShape.ALERT)
    stage.sandbox.mischief.set_limits(enabled=True)
    await stage.send(*(of("HighCPU", number) for number in range(60)))
    await live(stage, 10)
    if gone:
        place.delete(stage.sandbox.world, str(stage.channel_id))
    else:
        stage.deny("SEND_MESSAGES")
    await stage.send(*(of("Door", number) for number in range(3)))
    await live(stage, 30)
    elsewhere = stage.sandbox.channels["ops"]
    await sources.move(stage.desk, stage.source.name, actor=ANNA, channel_id=elsewhere)
    await live_at_both(stage, stage.new_worker(elsewhere), 70)
    assert [f"Door {TIMES}3" in each["content"] for each in rung_at(stage, elsewhere)] == [True]
    condition = await status.condition(stage.desk)
    assert list(condition.storms) == [elsewhere]
    if gone:
        assert stage.channel_id not in await outbox.channels_due(stage.desk)


async def test_a_board_whose_alerts_went_elsewhere_says_so(stage: Stage) -> None:
    stage.source = replace(stage.source, card=CardShape.ALERT)
    stage.sandbox.mischief.set_limits(enabled=True)
    await stage.send(*(of("HighCPU", number) for number in range(60)))
    await live(stage, 10)
    stage.deny("SEND_MESSAGES")
    await stage.send(of("Door", 0))
    await live(stage, 5)
    await sources.move(stage.desk, stage.source.name, actor=ANNA, channel_id=stage.sandbox.channels["ops"])
    stage.deny()
    await until(lambda: stage.bot_view.lacks(stage.channel_id) == [])
    stage.restart(timedelta(seconds=1))
    assert await stage.reconcile.recheck_parked()
    await live(stage, 10)
    (board,) = [each for each in stage.shown() if "Storm over" in each["content"]]
    assert board["embeds"][0]["description"].endswith("Its alerts are shown elsewhere.")
