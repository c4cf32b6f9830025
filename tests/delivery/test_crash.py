"""Wherever the process dies, its successor brings the channel to the truth, without a second message."""

import asyncio
import contextlib
import random
import re
from datetime import timedelta
from typing import Any

import pytest

from bot.cards.alert.alert import find_marker
from bot.cards.card import Card
from bot.delivery.render import footer_marker, plain, render_view
from bot.domain.alert.search import AlertFilter
from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import COUNT_DELAY, ParkReason
from bot.usecases.admin import status
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.outbox.card import LEASE
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing, resolved


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


def cards(stage: Stage) -> list[dict[str, Any]]:
    """What stands there of alerts; who was away for long tells of that besides."""
    return [message for message in stage.shown() if find_marker(message)]


def told_over(stage: Stage) -> int:
    """How many alerts the blindness reports tell of that get no card."""
    texts = [message["content"] for message in stage.shown()]
    return sum(int(count) for text in texts for count in re.findall(r"(\d+) already resolved", text))


async def test_between_the_claim_and_the_post(stage: Stage) -> None:
    await stage.send(firing())
    await stage.claim()
    stage.restart()
    await stage.work()
    assert len(stage.shown()) == 1


async def test_between_the_post_and_its_settling(stage: Stage) -> None:
    await stage.send(firing())
    card, view = await stage.claim()
    await stage.wire.post(card.channel_id, render_view(card.kind, view), nonce=card.nonce)
    stage.restart()
    await stage.work()
    assert len(stage.shown()) == 1
    assert len(stage.calls("POST")) == 1


async def test_what_changed_meanwhile_is_shown_on_the_message_that_was_found(stage: Stage) -> None:
    await stage.send(firing())
    card, view = await stage.claim()
    await stage.wire.post(card.channel_id, render_view(card.kind, view), nonce=card.nonce)
    await alerts.acknowledge(stage.desk, 1, actor=ANNA)
    stage.restart(timedelta(hours=3))
    await stage.work()
    (message,) = cards(stage)
    assert "<@1>" in message["embeds"][0]["description"]


async def test_the_lost_card_is_found_among_hundreds_of_messages(stage: Stage) -> None:
    await stage.send(firing())
    for number in range(130):
        stage.sandbox.person("visitor").say(f"before {number}", stage.channel_id)
    card, view = await stage.claim()
    await stage.wire.post(card.channel_id, render_view(card.kind, view), nonce=card.nonce)
    for number in range(130):
        stage.sandbox.person("visitor").say(f"after {number}", stage.channel_id)
    stage.restart(timedelta(minutes=20))
    await stage.work()
    assert len(cards(stage)) == 1


async def test_a_lost_card_in_plain_text_is_found_too(stage: Stage) -> None:
    await stage.send(firing())
    card, view = await stage.claim()
    await stage.wire.post(
        card.channel_id, plain(render_view(card.kind, view), footer_marker(card.kind, view)), nonce=card.nonce
    )
    stage.restart()
    await stage.work()
    assert len(stage.shown()) == 1


async def test_the_card_of_another_alert_or_desk_is_not_taken_for_the_lost_one(stage: Stage) -> None:
    await stage.send(firing("one"), firing("two"))
    await stage.claim()
    two, view = await stage.claim()
    await stage.wire.post(two.channel_id, render_view(two.kind, view), nonce=two.nonce)
    stage.restart()
    await stage.work()
    assert len({title for title in stage.titles() if "one" in title or "two" in title}) == 2
    assert len(stage.shown()) == 2


async def test_a_lost_card_that_was_deleted_is_posted_anew(stage: Stage) -> None:
    await stage.send(firing())
    card, view = await stage.claim()
    await stage.wire.post(card.channel_id, render_view(card.kind, view), nonce=card.nonce)
    stage.sandbox.person("operator").delete(stage.shown()[0]["id"])
    stage.restart()
    await stage.work()
    assert len(stage.shown()) == 1


async def test_nothing_is_posted_blindly_where_history_must_not_be_read(stage: Stage) -> None:
    await stage.send(firing())
    card, view = await stage.claim()
    await stage.wire.post(card.channel_id, render_view(card.kind, view), nonce=card.nonce)
    stage.deny("READ_MESSAGE_HISTORY")
    stage.restart()
    await stage.work()
    assert len(stage.shown()) == 1
    assert (await status.outbox(stage.desk)).parked[0][1] is ParkReason.MISSING_PERMISSION
    stage.deny()
    await stage.dispatcher.unpark(stage.channel_id)
    stage.worker.hope()
    await stage.work()
    assert len(stage.shown()) == 1


async def test_between_the_edit_and_its_settling(stage: Stage) -> None:
    await stage.send(firing())
    await stage.work()
    await stage.send(resolved())
    card, view = await stage.claim()
    assert card.message_id is not None
    await stage.wire.edit(card.channel_id, card.message_id, render_view(card.kind, view))
    stage.restart()
    await stage.work()
    assert ["RESOLVED" in title for title in stage.titles()] == [True]


async def test_the_ping_of_a_lost_card_is_not_repeated(stage: Stage) -> None:
    await stage.send(firing("worse", Severity.CRITICAL))
    card, view = await stage.claim()
    ping = stage.pings.due(card, view)
    assert ping
    await stage.wire.post(card.channel_id, render_view(card.kind, view, ping), nonce=card.nonce)
    stage.restart()
    await stage.work()
    assert len(stage.shown()) == 1
    assert sum(bool(call["body"]["allowed_mentions"]["roles"]) for call in stage.calls("POST")) == 1


async def test_the_wire_repeats_a_post_without_doubling_it(stage: Stage) -> None:
    one = await stage.wire.post(stage.channel_id, Card(content="first"), nonce="n" * 25)
    two = await stage.wire.post(stage.channel_id, Card(content="second"), nonce="n" * 25)
    assert one.body is not None
    assert two.body is not None
    assert one.body.id == two.body.id
    assert [message["content"] for message in stage.shown()] == ["first"]


@pytest.mark.parametrize("seed", range(4))
async def test_death_at_any_moment_loses_nothing_and_doubles_nothing(stage: Stage, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- seeded on purpose
    names = [f"alert {number}" for number in range(6)]
    await stage.send(*(firing(name, Severity.CRITICAL) for name in names))
    for _ in range(12):
        step = asyncio.create_task(stage.worker.step())
        await asyncio.wait([step], timeout=dice.random() * 0.02)
        step.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await step
        if dice.random() < 0.5:
            await stage.send(dice.choice((firing, resolved))(dice.choice(names), Severity.CRITICAL))
        stage.restart(dice.choice((timedelta(seconds=2), LEASE)))
    await stage.send(*(resolved(name) for name in names))
    stage.restart()
    await stage.work()
    stage.clock.advance(COUNT_DELAY)  # numbers of a report may have changed
    await stage.work()
    assert all("RESOLVED" in card["content"] for card in cards(stage))
    bearers = [find_marker(card) for card in cards(stage)]
    episodes = await alert_query.listing(stage.desk, AlertFilter(), limit=1_000)
    tag = stage.desk.project.tag
    assert len(set(bearers)) == len(bearers)
    missing = {(tag, line.alert.id) for line in episodes.lines} - set(bearers)
    assert len(bearers) + len(missing) == episodes.total
    assert len(missing) <= told_over(stage)
