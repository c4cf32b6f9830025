"""An incident has one head and one thread, and what is told there wakes those who have to act."""

from datetime import timedelta

import pytest

from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import Role
from bot.domain.outbox.outbox import ParkReason
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.admin import status
from bot.usecases.alert import query as alert_query
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import reminder
from bot.usecases.incident import thread as places
from bot.usecases.incident.mutation import perform
from tests.delivery.conftest import Stage
from tests.delivery.scene import at_work, change, delete, heads, is_nudge, opened, threads, told
from tests.senders import ANNA, firing
from tests.usecases.crisis import escalate, look
from tests.waiting import until

THREAD = "POST /channels/{c}/messages/{m}/threads"
HOUR = timedelta(hours=1)


async def test_a_head_is_posted_and_its_thread_begins_there(stage: Stage) -> None:
    await opened(stage)
    (head,) = heads(stage)
    (thread,) = threads(stage)
    assert (await look(stage.desk)).thread_id == thread.id == int(head["id"])
    assert (thread.name, thread.archive_minutes) == ("I-1 HighErrorRate", 10_080)
    assert [call["path"].split("/")[-1] for call in stage.calls()] == ["messages", "messages", "threads"]


async def test_the_alerts_card_links_to_the_thread(stage: Stage) -> None:
    await opened(stage)
    stage.clock.advance(timedelta(seconds=5))
    await stage.work()
    link = f"<#{(await look(stage.desk)).thread_id}>"
    assert (await alert_query.find(stage.desk, 1)).view.incident == link
    assert link in str(stage.shown()[0]["embeds"])


async def test_nudges_wait_for_the_thread_and_wake_who_has_to_act(stage: Stage) -> None:
    await stage.send(firing())
    await escalate(stage.desk)
    await perform(stage.desk, incidents.take(1, actor=ANNA, role=Role.COMMANDER))
    stage.clock.advance(HOUR)
    await reminder.due_reminders(stage.desk)
    assert {reason for _, reason, _ in (await status.outbox(stage.desk)).parked} == {ParkReason.NO_THREAD}
    assert await stage.reconcile.recheck_parked() == 0
    await stage.work()
    assert not any(map(is_nudge, stage.shown()))
    (_, nudge) = await told(stage)
    assert "waits for an update" in nudge["content"]
    (allowed,) = [
        call["body"]["allowed_mentions"]
        for call in stage.calls("POST")
        if "update" in str(call["body"].get("content"))
    ]
    assert allowed == {"parse": [], "users": ["1"], "roles": [], "replied_user": False}


async def test_a_nudge_that_people_delete_is_not_repeated(stage: Stage) -> None:
    await opened(stage)
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    (nudge,) = await told(stage)
    stage.sandbox.person("operator").delete(nudge["id"])
    await stage.confirmations.lose([int(nudge["id"])])
    assert await told(stage) == []


async def test_a_thread_that_is_there_already_is_the_incidents(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_500, route=THREAD, times=1))
    await opened(stage)
    stage.clock.advance(timedelta(seconds=5))
    await stage.work()
    assert (len(heads(stage)), len(threads(stage))) == (1, 1)
    assert (await look(stage.desk)).thread_id == threads(stage)[0].id


async def test_a_closed_incidents_thread_goes_to_the_archive_after_its_last_word(stage: Stage) -> None:
    await opened(stage)
    await perform(stage.desk, incidents.resolve(1, actor=ANNA))
    assert len(await told(stage)) == 1
    assert not threads(stage)[0].is_archived
    await perform(stage.desk, incidents.close(1, actor=ANNA))
    assert len(await told(stage)) == 2
    assert threads(stage)[0].is_archived
    await perform(stage.desk, incidents.reopen(1, actor=ANNA))
    assert len(await told(stage)) == 3
    assert not threads(stage)[0].is_archived


@pytest.mark.parametrize("denied", ["CREATE_PUBLIC_THREADS", "crowded"])
async def test_without_a_thread_nudges_answer_the_head(stage: Stage, denied: str) -> None:
    if denied == "crowded":
        stage.sandbox.settings.max_active_threads = 0
    else:
        stage.deny(denied)
    await opened(stage)
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    await stage.work()
    (head,) = heads(stage)
    *_, nudge = stage.shown()
    assert "mitigating" in nudge["content"]
    assert nudge["message_reference"]["message_id"] == head["id"]
    assert "MITIGATING" in head["content"]
    assert len([call for call in stage.calls("POST") if call["path"].endswith("threads")]) == 1


async def test_threads_that_are_allowed_later_are_made_later(stage: Stage) -> None:
    stage.deny("CREATE_PUBLIC_THREADS")
    await opened(stage)
    await until(lambda: not stage.bot_view.may_thread(stage.channel_id))
    assert await stage.reconcile.retry_threads() == 0
    stage.deny()
    await until(lambda: stage.bot_view.may_thread(stage.channel_id))
    assert await stage.reconcile.retry_threads(guild_id=1) == 0
    assert await stage.reconcile.retry_threads() == 1
    await stage.work()
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    assert len(await told(stage)) == 1
    assert await stage.reconcile.retry_threads() == 0


async def test_a_deleted_thread_is_made_anew_and_what_was_not_yet_told_goes_there(stage: Stage) -> None:
    await opened(stage)
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    (old,) = threads(stage)
    delete(stage, old)
    await at_work(stage, old.id)
    assert (await look(stage.desk)).thread_id is None
    await stage.work()
    assert len(await told(stage)) == 1
    assert (len(heads(stage)), len(threads(stage))) == (1, 1)


async def test_the_thread_of_a_closed_incident_may_be_tidied_away(stage: Stage) -> None:
    await opened(stage)
    await perform(stage.desk, incidents.resolve(1, actor=ANNA))
    await perform(stage.desk, incidents.close(1, actor=ANNA))
    await told(stage)
    await stage.work()
    (thread,) = threads(stage)
    delete(stage, thread)
    assert await stage.reconcile.lose_thread(thread.id)
    await stage.work()
    assert threads(stage) == []
    assert not await stage.reconcile.lose_thread(thread.id)
    assert await places.living_in(stage.desk, thread.id) is None


async def test_a_deleted_head_is_posted_again_and_keeps_its_thread(stage: Stage) -> None:
    await opened(stage)
    (head,) = heads(stage)
    stage.sandbox.person("operator").delete(head["id"])
    await stage.confirmations.lose([int(head["id"])])
    await stage.work()
    assert heads(stage)[0]["id"] != head["id"]
    assert (await look(stage.desk)).thread_id == int(head["id"])
    assert len(threads(stage)) == 1


async def test_a_locked_thread_keeps_its_nudges_until_it_is_opened(stage: Stage) -> None:
    await opened(stage)
    (thread,) = threads(stage)
    change(stage, thread, locked=True)
    await until(lambda: stage.bot_view.lacks(thread.id) == ["Manage Threads"])
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    assert await told(stage) == []
    assert await stage.reconcile.recheck_parked() == 0
    change(stage, thread, locked=False)
    await until(lambda: stage.bot_view.lacks(thread.id) == [])
    assert await stage.reconcile.recheck_parked() > 0
    assert len(await told(stage)) == 1


async def test_a_storm_hides_neither_head_nor_nudge(stage: Stage) -> None:
    stage.sandbox.mischief.set_limits(enabled=True)
    await stage.send(*(firing(f"alert {number}", Severity.CRITICAL) for number in range(60)))
    await stage.work()
    await escalate(stage.desk)
    for _ in range(6):
        stage.clock.advance(timedelta(seconds=1))
        await stage.work()
    assert len(heads(stage)) == 1
    assert await stage.desk.storage.read(
        lambda tx: tx.boards.storm(stage.channel_id, now=stage.clock.now()) is not None
    )


async def test_many_nudges_are_no_storm(stage: Stage) -> None:
    stage.sandbox.mischief.set_limits(enabled=True)
    await opened(stage)
    for _ in range(20):
        await perform(stage.desk, incidents.tell(1, actor=ANNA, text="still looking"))
    thread_id = (await look(stage.desk)).thread_id
    assert thread_id is not None
    worker = stage.new_worker(thread_id)
    for _ in range(60):
        while (rest := await worker.step()) == 0:
            pass
        if rest > HOUR.total_seconds():
            break
        stage.clock.advance(timedelta(seconds=rest))
    assert sum(map(is_nudge, stage.shown(thread_id))) == 20
    assert await stage.desk.storage.read(lambda tx: tx.boards.storm(thread_id, now=stage.clock.now())) is None
