"""In a forum an incident is a post: one, however often it was tried, with tags that tell how it stands."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import IncidentLevel, IncidentRules
from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.sandbox.control.place import OverwriteInput, overwrite
from bot.sandbox.fault.fault import Effect, Rule
from bot.sandbox.model.channel import Channel, ForumTag, Thread
from bot.sandbox.server import Sandbox
from bot.usecases.admin import status
from bot.usecases.admin.startup import open_desk
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Rules
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident.mutation import perform
from storage.engine import Storage
from tests.delivery.conftest import Stage
from tests.delivery.scene import at_work, change, delete, heads, threads, told
from tests.senders import ANNA, add_source, firing
from tests.usecases.crisis import escalate, look
from tests.waiting import until

POST = "POST /channels/{c}/threads"


@pytest.fixture
async def stage(sandbox: Sandbox, storage: Storage, clock: ManualClock) -> AsyncIterator[Stage]:
    """Incidents go to the forum, and so does the worker."""
    forum_id = sandbox.channels["incidents"]
    rules = Rules(default_channel_id=sandbox.channels["alerts"], incidents=IncidentRules(channel_id=forum_id))
    desk = await open_desk(storage, clock, rules=rules)
    built = Stage(sandbox, desk, clock, await add_source(desk), forum_id)
    await built.connect()
    yield built
    await built.close()


def forum(stage: Stage) -> Channel:
    return stage.sandbox.world.channels[stage.channel_id]


async def let_tag(stage: Stage) -> None:
    """The bot may make tags from now on."""
    wish = OverwriteInput("bot", allow=["MANAGE_CHANNELS"])
    overwrite(stage.sandbox.world, str(stage.channel_id), [wish])

    def may() -> bool:
        seen = stage.bot_view.forum(stage.channel_id)
        return seen is not None and seen.permissions_for(seen.guild.me).manage_channels

    await until(may)


async def open_post(stage: Stage) -> Thread:
    await stage.send(firing(severity=Severity.CRITICAL))
    await escalate(stage.desk)
    await stage.work()
    (post,) = threads(stage)
    return post


def tags(stage: Stage, post: Thread) -> list[str]:
    return [forum(stage).tags[tag].name for tag in post.applied_tags]


async def test_an_incident_is_a_post_whose_first_message_is_its_head(stage: Stage) -> None:
    post = await open_post(stage)
    assert post.name == "I-1 HighErrorRate"
    assert (await look(stage.desk)).thread_id == post.id
    assert [int(head["id"]) for head in heads(stage, post.id)] == [post.id]
    assert (await alert_query.find(stage.desk, 1)).view.incident == f"<#{post.id}>"
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    assert len(await told(stage)) == 1
    assert "MITIGATING" in heads(stage, post.id)[0]["content"]


async def test_tags_that_are_missing_are_made_and_follow_the_incident(stage: Stage) -> None:
    await let_tag(stage)
    post = await open_post(stage)
    assert tags(stage, post) == ["P1", "open"]
    assert len(forum(stage).tags) == 9
    await perform(stage.desk, incidents.grade(1, actor=ANNA, severity=IncidentLevel.P0))
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    await at_work(stage, post.id)
    assert tags(stage, post) == ["P0", "mitigating"]


async def test_tags_that_people_set_stay(stage: Stage) -> None:
    own = ForumTag(1, "customer")
    forum(stage).tags[own.id] = own
    await let_tag(stage)
    post = await open_post(stage)
    post.applied_tags.append(own.id)
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    await at_work(stage, post.id)
    assert tags(stage, post) == ["customer", "P1", "mitigating"]


async def test_without_the_permission_posts_have_the_tags_that_are_there(stage: Stage) -> None:
    post = await open_post(stage)
    assert tags(stage, post) == ["open"]
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    await at_work(stage, post.id)
    assert tags(stage, post) == []
    assert not [call for call in stage.calls("PATCH", cards_only=False) if call["status"] != 200]


@pytest.mark.parametrize("effect", [Effect.LOST_ANSWER_500, Effect.LOST_ANSWER_RESET])
async def test_a_lost_answer_does_not_double_the_post(stage: Stage, effect: Effect) -> None:
    stage.sandbox.mischief.arm(Rule(effect=effect, route=POST, times=1))
    await stage.send(firing())
    await escalate(stage.desk)
    await stage.work()
    stage.clock.advance(timedelta(seconds=5))
    await stage.work()
    (post,) = threads(stage)
    assert (await look(stage.desk)).thread_id == post.id
    await at_work(stage, post.id)
    assert len(heads(stage, post.id)) == 1


async def test_a_post_in_the_archive_is_found_too(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_500, route=POST, times=1))
    await stage.send(firing())
    await escalate(stage.desk)
    await stage.work()
    change(stage, threads(stage)[0], archived=True)
    stage.clock.advance(timedelta(hours=3))
    await stage.work()
    assert (await look(stage.desk)).thread_id == threads(stage)[0].id


async def test_the_post_of_another_incident_or_of_people_is_not_taken_for_the_lost_one(stage: Stage) -> None:
    seen = stage.bot_view.forum(stage.channel_id)
    assert seen is not None
    await seen.create_thread(name="I-1 HighErrorRate", content="a coincidence")
    first = threads(stage)[0]
    await stage.send(firing())
    await escalate(stage.desk)
    stage.sandbox.mischief.arm(Rule(effect=Effect.STATUS, route=POST, times=1, status=502))
    await stage.work()
    stage.clock.advance(timedelta(seconds=5))
    await stage.work()
    assert len(threads(stage)) == 2
    assert (await look(stage.desk)).thread_id != first.id


async def test_nothing_is_posted_blindly_where_history_must_not_be_read(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_500, route=POST, times=1))
    await stage.send(firing())
    await escalate(stage.desk)
    await stage.work()
    change(stage, threads(stage)[0], archived=True)
    stage.deny("READ_MESSAGE_HISTORY")
    stage.clock.advance(timedelta(seconds=5))
    await stage.work()
    assert len(threads(stage)) == 1
    parked = {reason for _, reason, _ in (await status.outbox(stage.desk)).parked}
    assert ParkReason.MISSING_PERMISSION in parked


async def test_a_deleted_post_is_made_anew_in_the_forum(stage: Stage) -> None:
    post = await open_post(stage)
    delete(stage, post)
    await perform(stage.desk, incidents.mitigate(1, actor=ANNA))
    await at_work(stage, post.id)
    await stage.work()
    (again,) = threads(stage)
    assert (await look(stage.desk)).thread_id == again.id != post.id
    assert len(await told(stage)) == 1


async def test_a_head_that_is_deleted_in_its_post_comes_back_in_the_post(stage: Stage) -> None:
    post = await open_post(stage)
    stage.sandbox.person("operator").delete(str(post.id))
    await stage.confirmations.lose([post.id])
    await at_work(stage, post.id)
    assert len(heads(stage, post.id)) == len(threads(stage)) == 1
    (place,) = await stage.desk.storage.read(lambda tx: tx.cards.of(CardKind.INCIDENT, [1]))
    assert (place.channel_id, place.message_id) == (post.id, int(heads(stage, post.id)[0]["id"]))


async def test_an_archived_post_is_woken_up_before_its_head_is_edited(stage: Stage) -> None:
    post = await open_post(stage)
    await at_work(stage, post.id)
    change(stage, post, archived=True)
    await perform(stage.desk, incidents.rename(1, actor=ANNA, title="Checkout is down"))
    await at_work(stage, post.id)
    assert "Checkout is down" in heads(stage, post.id)[0]["content"]


async def test_a_closed_incidents_post_stays_out_of_the_archive_for_its_buttons(stage: Stage) -> None:
    post = await open_post(stage)
    await perform(stage.desk, incidents.resolve(1, actor=ANNA))
    await perform(stage.desk, incidents.close(1, actor=ANNA))
    assert len(await told(stage)) == 2
    assert not post.is_archived


async def test_a_forum_that_demands_a_tag_gets_one(stage: Stage) -> None:
    forum(stage).flags |= 1 << 4
    forum(stage).tags = {7: ForumTag(7, "whatever")}
    stage.sandbox.world.publish_channel("CHANNEL_UPDATE", forum(stage))
    await until(lambda: (seen := stage.bot_view.forum(stage.channel_id)) and seen.flags.require_tag)
    assert tags(stage, await open_post(stage)) == ["whatever"]


async def test_what_discord_refuses_is_said_in_plain_text(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.STATUS, route=POST, times=1, status=400))
    post = await open_post(stage)
    (first, *_) = stage.shown(post.id)
    assert not first["embeds"]
    assert "I-1" in first["content"]
