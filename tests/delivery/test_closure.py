"""A channel that is gone or forbidden: its fallback hears once, with the criticals by name."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.delivery.worker import Worker
from bot.domain.alert.signal import Severity
from bot.usecases.admin import source as sources
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing
from tests.waiting import until


@pytest.fixture
def fallback(stage: Stage) -> Worker:
    """The worker of the channel that hears of other channels."""
    channel_id = stage.sandbox.channels["ops"]
    stage.desk.rules = msgspec.structs.replace(stage.desk.rules, fallback_channel_id=channel_id)
    return stage.new_worker(channel_id)


def told(stage: Stage) -> list[dict[str, Any]]:
    return stage.shown(stage.sandbox.channels["ops"])


async def meet(stage: Stage, fallback: Worker) -> None:
    """Both channels have their turns, until a minute is over."""
    for _ in range(2):
        await stage.work()
        while await fallback.step() == 0:
            pass
        stage.clock.advance(timedelta(minutes=1))


async def test_a_forbidden_channel_is_told_of_once_and_again_when_it_is_whole(
    stage: Stage, fallback: Worker
) -> None:
    stage.deny("SEND_MESSAGES")
    await stage.send(firing("a"), firing("Burning", Severity.CRITICAL))
    await meet(stage, fallback)
    (notice,) = told(stage)
    embed = notice["embeds"][0]
    assert notice["content"].endswith("🔴 1 critical alert without a card: Burning")
    assert "2 cards cannot be shown" in embed["description"]
    assert f"<#{stage.channel_id}>" in embed["description"]
    assert "**Burning**" in embed["fields"][0]["value"]
    assert "Send Messages" in embed["fields"][1]["value"]
    assert notice["sandbox"]["pinged"]["roles"]
    assert notice["components"][0]["components"][0]["options"][0]["label"] == "A-2 Burning"
    stage.worker = stage.new_worker()
    await stage.send(firing("b"))
    await meet(stage, fallback)
    (notice,) = told(stage)
    assert "3 cards cannot be shown" in notice["embeds"][0]["description"]
    stage.deny()
    await until(lambda: stage.bot_view.lacks(stage.channel_id) == [])
    assert await stage.reconcile.recheck_parked() == 3
    await meet(stage, fallback)
    (notice,) = told(stage)
    assert "can be written to again" in notice["content"]
    assert not notice["components"]


async def test_a_critical_that_comes_later_wakes_people_too(stage: Stage, fallback: Worker) -> None:
    stage.deny("SEND_MESSAGES")
    await stage.send(firing("a"))
    await meet(stage, fallback)
    assert not told(stage)[0]["sandbox"]["pinged"]["roles"]
    await stage.send(firing("Burning", Severity.CRITICAL))
    await meet(stage, fallback)
    notice, summons = told(stage)
    assert "**Burning**" in notice["embeds"][0]["fields"][0]["value"]
    assert summons["sandbox"]["pinged"]["roles"]
    assert summons["content"].endswith(f"/{notice['id']}")


async def test_a_deleted_channels_alerts_move_with_their_source(stage: Stage, fallback: Worker) -> None:
    own = await stage.source_for("alerts-low")
    assert own.channel_id is not None
    stage.worker = stage.new_worker(own.channel_id)
    await stage.send(firing("shown"), source=own)
    await stage.work()
    del stage.sandbox.world.channels[own.channel_id]
    await stage.send(firing("waiting"), source=own)
    await meet(stage, fallback)
    (notice,) = told(stage)
    assert "tocsin source move alerts-low --channel ID" in notice["embeds"][0]["fields"][0]["value"]
    target = stage.sandbox.channels["alerts"]
    assert await sources.move(stage.desk, "alerts-low", actor=ANNA, channel_id=target) == 2
    stage.worker = stage.new_worker(target)
    await meet(stage, fallback)
    titles = [message["content"] for message in stage.shown(target)]
    assert sorted(titles) == ["🟠 WARNING shown", "🟠 WARNING waiting"]
    (notice,) = told(stage)
    assert f"is shown in <#{target}> now" in notice["content"]
