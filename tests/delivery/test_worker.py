"""One channel's hand: what is wanted gets shown, once, and every failure has its own consequence."""

import asyncio
import math
from datetime import timedelta
from typing import Any

import discord
import pytest
from hypothesis import given

from bot.cards.alert.alert import AlertView, marker
from bot.clock import SystemClock
from bot.delivery.render import footer_marker, plain, render_view
from bot.delivery.wire.message import Author, Message
from bot.domain.alert.signal import Severity
from bot.domain.errors import NotDurableError
from bot.domain.outbox.outbox import COUNT_DELAY, CardKind, ParkReason
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.admin import status
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.outbox import card as cards
from tests.cards.rules import refusals
from tests.cards.world import views
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing, resolved

POST = "POST /channels/{c}/messages"
EDIT = "PATCH /channels/{c}/messages/{m}"


async def test_an_alert_becomes_a_card_and_its_end_an_edit(stage: Stage) -> None:
    await stage.send(firing())
    assert await stage.work() == math.inf
    (card,) = stage.shown()
    assert "HighErrorRate" in card["content"]
    await stage.send(resolved())
    await stage.work()
    (edited,) = stage.shown()
    assert edited["id"] == card["id"]
    assert "RESOLVED" in edited["content"]
    assert [call["method"] for call in stage.calls()] == ["POST", "PATCH"]


async def test_two_hundred_changes_during_a_rate_limit_are_one_edit(stage: Stage) -> None:
    await stage.send(firing())
    await stage.work()
    stage.sandbox.mischief.arm(Rule(effect=Effect.RATE_LIMIT, route=EDIT, times=1, retry_after=5.0))
    await stage.send(firing("HighErrorRate", Severity.CRITICAL))
    await stage.work()
    for _ in range(200):
        await stage.send(firing("HighErrorRate", Severity.CRITICAL))
    await alerts.acknowledge(stage.desk, 1, actor=ANNA)
    assert await stage.work() > 0
    stage.clock.advance(timedelta(seconds=5.1))
    await stage.work()
    assert [call["status"] for call in stage.calls("PATCH")] == [429, 200]
    (card,) = stage.shown()
    assert "202" in card["embeds"][0]["description"]
    assert "<@1>" in card["embeds"][0]["description"]


async def test_counts_wait_a_moment_for_more(stage: Stage) -> None:
    await stage.send(firing())
    await stage.work()
    await stage.send(firing())
    await stage.work()
    assert not stage.calls("PATCH")
    stage.clock.advance(COUNT_DELAY)
    await stage.work()
    assert len(stage.calls("PATCH")) == 1


async def test_a_lost_answer_does_not_double_the_card(stage: Stage) -> None:
    stage.give_up_after(1.0)
    for effect in (Effect.LOST_ANSWER_500, Effect.LOST_ANSWER_RESET, Effect.LOST_ANSWER_HANG):
        stage.sandbox.mischief.arm(Rule(effect=effect, route=POST, times=1))
        await stage.send(firing(effect))
        await stage.work()
        stage.clock.advance(timedelta(seconds=5))
        await stage.work()
        assert sum(effect in title for title in stage.titles()) == 1
    assert len(stage.shown()) == 3


async def test_what_changed_while_the_answer_was_lost_is_shown(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_500, route=POST, times=1))
    await stage.send(firing())
    await stage.work()
    await stage.send(resolved())
    stage.clock.advance(timedelta(seconds=5))
    await stage.work()
    assert ["RESOLVED" in title for title in stage.titles()] == [True]


async def test_one_failure_delays_a_card_and_more_of_them_the_channel(stage: Stage) -> None:
    await stage.send(*(firing(f"alert {number}") for number in range(10)))
    await stage.sandbox.mischief.set_outage(on=True, status=503)
    await stage.work()
    calls_before = len(await failures(stage))
    assert calls_before == 2
    rests = [await stage.work() for _ in range(5)]
    assert len(await failures(stage)) == calls_before
    assert all(rest > 0 for rest in rests)
    await stage.sandbox.mischief.set_outage(on=False)
    stage.clock.advance(timedelta(seconds=40))
    await stage.work()
    assert len(stage.shown()) == 10


async def failures(stage: Stage) -> list[int]:
    """How often each card failed, of those that did."""

    def work(tx: object) -> list[int]:
        connection = tx._connection  # type: ignore[attr-defined]  # a look under the floor
        rows = connection.exec_driver_sql("SELECT failures FROM card WHERE failures > 0")
        return [row[0] for row in rows]

    return await stage.desk.storage.read(work)


async def test_a_forbidden_channel_is_parked_with_its_reason_and_asked_once(stage: Stage) -> None:
    stage.deny("SEND_MESSAGES")
    await stage.send(firing("a"), firing("b"))
    await stage.work()
    await stage.send(firing("c"))
    await stage.work()
    outbox = await status.outbox(stage.desk)
    assert outbox.parked == [(stage.channel_id, ParkReason.MISSING_PERMISSION, 3)]
    assert len(stage.calls()) == 1
    stage.deny()
    await stage.dispatcher.unpark(stage.channel_id)
    stage.worker.hope()
    await stage.work()
    assert len(stage.shown()) == 3


async def test_a_parked_channel_that_works_again_frees_all_its_cards(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.FORBIDDEN, route=POST, times=1))
    await stage.send(firing("a"), firing("b"))
    await stage.work()
    stage.clock.advance(timedelta(minutes=2))
    await stage.send(firing("c"))
    await stage.work()
    assert len(stage.shown()) == 3


async def test_an_unknown_and_an_invisible_channel_are_told_apart(stage: Stage) -> None:
    stage.deny("VIEW_CHANNEL")
    await stage.send(firing("a"))
    await stage.work()
    assert (await status.outbox(stage.desk)).parked[0][1] is ParkReason.MISSING_ACCESS
    del stage.sandbox.world.channels[stage.channel_id]
    await stage.dispatcher.unpark(stage.channel_id)
    stage.worker.hope()
    await stage.work()
    assert (await status.outbox(stage.desk)).parked[0][1] is ParkReason.UNKNOWN_CHANNEL


async def test_a_deleted_card_is_posted_again_when_it_changes(stage: Stage) -> None:
    await stage.send(firing())
    await stage.work()
    (first,) = stage.shown()
    stage.sandbox.person("operator").delete(first["id"])
    await stage.send(firing("HighErrorRate", Severity.CRITICAL))
    await stage.work()
    (again,) = stage.shown()
    assert again["id"] != first["id"]
    assert "CRITICAL" in again["content"]


async def test_a_card_deleted_before_its_answer_arrived_is_posted_anew(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_RESET, route=POST, times=1))
    await stage.send(firing())
    await stage.work()
    (first,) = stage.shown()
    stage.sandbox.person("operator").delete(first["id"])
    stage.clock.advance(timedelta(seconds=5))
    await stage.work()
    assert [call["status"] for call in stage.calls("POST")] == [None, 404, 200]
    assert len(stage.shown()) == 1


async def test_who_deletes_a_card_again_and_again_sees_it_less_and_less(stage: Stage) -> None:
    await stage.send(firing())
    for second in range(120):
        await stage.work()
        for message in stage.shown():
            stage.sandbox.person("operator").delete(message["id"])
            await stage.confirmations.lose([int(message["id"])])
        stage.clock.advance(timedelta(seconds=1))
        if second < 3:
            assert len(stage.calls("POST")) == second + 1
    assert 8 <= len(stage.calls("POST")) <= 10


async def test_what_discord_refuses_is_said_in_plain_text(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.STATUS, route=POST, times=1, status=400))
    await stage.send(firing("odd `name` **bold**", Severity.CRITICAL, summary="the *cause*\nof it all"))
    await stage.work()
    (card,) = stage.shown()
    assert not card["embeds"]
    assert "CRITICAL" in card["content"]
    assert card["components"]
    await stage.send(resolved("odd `name` **bold**"))
    await stage.work()
    (card,) = stage.shown()
    assert card["content"].startswith("✅ RESOLVED CRITICAL odd")
    assert len(card["embeds"]) == 1


async def test_what_discord_refuses_twice_waits_alone(stage: Stage) -> None:
    stage.sandbox.mischief.arm(Rule(effect=Effect.STATUS, route=POST, times=2, status=400))
    await stage.send(firing("refused", Severity.CRITICAL))
    await stage.send(firing("fine"))
    await stage.work()
    assert ["fine" in title for title in stage.titles()] == [True]
    assert (await status.outbox(stage.desk)).parked == [(stage.channel_id, ParkReason.REFUSED, 1)]


async def test_a_closed_bucket_for_edits_keeps_no_new_alert_waiting(stage: Stage) -> None:
    await stage.send(*(firing(f"old {number}") for number in range(8)))
    await stage.work()
    stage.sandbox.mischief.set_limits(enabled=True)
    await stage.send(*(resolved(f"old {number}") for number in range(8)))
    await stage.send(firing("new"))
    assert 0 < await stage.work() < 6
    assert len(stage.shown()) == 9
    stage.clock.advance(timedelta(seconds=6))
    await stage.work()
    assert sum("RESOLVED" in title for title in stage.titles()) == 8
    assert not [call for call in stage.calls() if call["status"] == 429]


async def test_limits_are_kept_without_a_single_refusal(stage: Stage) -> None:
    stage.sandbox.mischief.set_limits(enabled=True)
    await stage.send(*(firing(f"alert {number}") for number in range(12)))
    rests = [await stage.work()]
    while rests[-1] < math.inf:
        stage.clock.advance(timedelta(seconds=rests[-1]))
        rests.append(await stage.work())
    assert len(stage.shown()) == 12
    assert {call["status"] for call in stage.calls()} == {200}
    assert len(stage.calls()) == 12


async def test_an_archived_thread_is_woken_up_before_its_card_is_edited(stage: Stage) -> None:
    channel = stage.bot.get_channel(stage.channel_id)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="night", type=discord.ChannelType.public_thread)
    source = await stage.source_for("alerts", channel_id=thread.id)
    stage.worker = stage.new_worker(thread.id)
    await stage.send(firing(), source=source)
    await stage.work()
    await thread.edit(archived=True)
    await stage.send(resolved(), source=source)
    await stage.work()
    (card,) = [message for message in stage.shown(thread.id) if message["embeds"]]
    assert "RESOLVED" in card["content"]


async def test_a_busy_database_does_not_forget_what_was_sent(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = 3
    settle = cards.settle

    async def settle_late(*args: Any, **kwargs: Any) -> None:
        nonlocal busy
        busy -= 1
        if busy:
            raise NotDurableError("locked")
        await settle(*args, **kwargs)

    monkeypatch.setattr(cards, "settle", settle_late)
    await stage.send(firing())
    step = asyncio.create_task(stage.work())
    while not step.done():
        stage.clock.advance(timedelta(seconds=1))
        await SystemClock().sleep(0.005)
    assert len(stage.shown()) == len(stage.calls()) == 1
    assert await cards.showing(stage.desk, int(stage.shown()[0]["id"])) is not None


@given(views)
def test_a_card_in_plain_text_keeps_its_marker_and_fits(view: AlertView) -> None:
    card = plain(render_view(CardKind.ALERT, view), footer_marker(CardKind.ALERT, view))
    assert refusals(card.to_payload()) == []
    message = Message(id=1, author=Author(id=1), content=card.content)
    assert message.bears(marker(view.tag, view.alert.id))
    assert not message.bears(marker(view.tag, view.alert.id + 1))
