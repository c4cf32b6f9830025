"""What happened while nobody listened is found out afterwards, with few calls."""

from bot.domain.outbox.outbox import ParkReason
from bot.usecases.admin import status
from tests.delivery.conftest import Stage
from tests.delivery.scene import change, delete, heads, look_for_deleted, opened, threads
from tests.senders import firing
from tests.usecases import crisis
from tests.waiting import until


async def test_cards_that_were_deleted_meanwhile_are_posted_again(stage: Stage) -> None:
    await stage.send(*(firing(f"alert {number:03}") for number in range(130)))
    await stage.work(200)
    gone = [message["id"] for message in stage.shown()[::40]]
    for message_id in gone:
        stage.sandbox.person("operator").delete(message_id)
    assert await look_for_deleted(stage) == len(gone)
    await stage.work()
    assert len(stage.shown()) == 130
    assert len(stage.calls("GET")) <= 2 + len(gone)


async def test_nothing_is_lost_by_looking(stage: Stage) -> None:
    await stage.send(*(firing(f"alert {number}") for number in range(3)))
    await stage.work()
    assert await look_for_deleted(stage) == 0
    assert [call["method"] for call in stage.calls()] == ["POST"] * 3 + ["GET"]


async def test_a_history_that_must_not_be_read_proves_nothing(stage: Stage) -> None:
    await stage.send(firing())
    await stage.work()
    stage.deny("READ_MESSAGE_HISTORY")
    assert await look_for_deleted(stage) == 0


async def test_parked_channels_are_asked_again_only_when_their_permissions_are_whole(stage: Stage) -> None:
    stage.deny("SEND_MESSAGES")
    await stage.send(firing())
    await stage.work()
    assert (await status.outbox(stage.desk)).parked[0][1] is ParkReason.MISSING_PERMISSION
    await until(lambda: "Send Messages" in (stage.bot_view.lacks(stage.channel_id) or []))
    assert await stage.reconcile.recheck_parked() == 0
    stage.deny()
    await until(lambda: stage.bot_view.lacks(stage.channel_id) == [])
    assert await stage.reconcile.recheck_parked(guild_id=1) == 0
    assert await stage.reconcile.recheck_parked(guild_id=stage.sandbox.guild_id) == 1


async def test_heads_and_threads_that_were_deleted_meanwhile_are_made_anew(stage: Stage) -> None:
    await opened(stage)
    (thread,) = threads(stage)
    delete(stage, thread)
    stage.sandbox.person("operator").delete(heads(stage)[0]["id"])
    assert await look_for_deleted(stage) == 2
    await stage.work()
    assert len(heads(stage)) == 1
    assert [each.id for each in threads(stage)] == [(await crisis.look(stage.desk)).thread_id] != [thread.id]


async def test_a_thread_in_the_archive_is_not_lost(stage: Stage) -> None:
    await opened(stage)
    change(stage, threads(stage)[0], archived=True)
    assert await look_for_deleted(stage) == 0
    asked = [call["path"] for call in stage.calls("GET", cards_only=False) if "/messages" not in call["path"]]
    assert [path for path in asked if "threads" in path or str(threads(stage)[0].id) in path] == [
        f"/guilds/{stage.sandbox.guild_id}/threads/active",
        f"/channels/{threads(stage)[0].id}",
    ]
