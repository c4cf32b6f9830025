"""A channel is deleted, or the server is another one: open alerts get cards where alerts go now."""

from datetime import timedelta

from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import ParkReason
from bot.sandbox.control import place
from bot.usecases.admin import setting, status
from bot.usecases.outbox import card as outbox
from tests.delivery.conftest import Stage
from tests.delivery.scene import look_for_deleted
from tests.senders import ANNA, firing, resolved
from tests.waiting import until

GONE = ParkReason.UNKNOWN_CHANNEL


async def fill(stage: Stage) -> None:
    """Two are open and one is over, all of them shown."""
    await stage.send(firing("open"), firing("critical", Severity.CRITICAL), firing("over"))
    await stage.work()
    stage.clock.advance(timedelta(minutes=1))
    await stage.send(resolved("over"))
    await stage.work()


async def choose_other(stage: Stage) -> int:
    """The project's alerts go to another channel; its id."""
    other = stage.sandbox.channels["ops"]
    await setting.choose_channel(stage.desk, other, actor=ANNA)
    stage.worker = stage.new_worker(other)
    await stage.work()
    return other


async def parked(stage: Stage) -> list[tuple[int, ParkReason, int]]:
    return (await status.outbox(stage.desk)).parked


async def test_a_deleted_channel_is_heard_of_and_its_open_alerts_wait_until_another_is_chosen(
    stage: Stage,
) -> None:
    stage.listen()
    await fill(stage)
    place.delete(stage.sandbox.world, str(stage.channel_id))

    async def waits() -> bool:
        return await parked(stage) == [(stage.channel_id, GONE, 2)]

    await until(waits)
    other = await choose_other(stage)
    titles = [message["content"] for message in stage.shown(other)]
    assert [title.split()[-1] for title in titles] == ["critical", "open"]
    assert await parked(stage) == []
    for _ in range(3):
        await stage.ring(timedelta(minutes=6))
    assert len([each for each in stage.shown(other) if each["embeds"]]) == 2
    assert stage.channel_id not in await outbox.channels_due(stage.desk)


async def test_a_channel_that_went_while_nobody_listened_is_found_by_looking(stage: Stage) -> None:
    await fill(stage)
    del stage.sandbox.world.channels[stage.channel_id]
    assert await look_for_deleted(stage) == 2
    assert await parked(stage) == [(stage.channel_id, GONE, 2)]
    assert await look_for_deleted(stage) == 0
    assert len(stage.shown(await choose_other(stage))) == 2
    assert await look_for_deleted(stage) == 0


async def test_a_refusal_is_enough_to_know_that_what_stood_there_is_gone(stage: Stage) -> None:
    await fill(stage)
    del stage.sandbox.world.channels[stage.channel_id]
    await stage.send(firing("new"))
    await stage.work()
    assert await parked(stage) == [(stage.channel_id, GONE, 3)]
    assert len(stage.shown(await choose_other(stage))) == 3


async def test_no_call_goes_out_before_its_alert_has_a_card_again_and_then_it_answers_that(
    stage: Stage,
) -> None:
    await fill(stage)
    del stage.sandbox.world.channels[stage.channel_id]
    await look_for_deleted(stage)
    assert await stage.ring(timedelta(minutes=6)) == 0
    other = await choose_other(stage)
    (critical,) = [each for each in stage.shown(other) if "critical" in each["content"]]
    assert not critical["sandbox"]["pinged"]["roles"]
    for _ in range(4):
        await stage.ring(timedelta(minutes=6))
    calls = [each for each in stage.shown(other) if each["sandbox"]["pinged"]["roles"]]
    assert calls
    assert {each["message_reference"]["message_id"] for each in calls} == {critical["id"]}
