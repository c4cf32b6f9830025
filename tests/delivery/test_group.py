"""Alerts of one cause in a channel with Discord's limits: one message, and it tells the truth."""

import math
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.cards.ids import Verb, parse
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.alert import lifecycle as alerts
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing, resolved

CRITICAL = Severity.CRITICAL
KEY = '{}:{alertname="PodDown"}'


@pytest.fixture
def grouped(stage: Stage) -> Stage:
    """Five posts and five edits in five seconds; alerts of one cause share a card."""
    stage.source = msgspec.structs.replace(stage.source, card=CardShape.GROUP)
    stage.sandbox.mischief.set_limits(enabled=True)
    return stage


async def fire(stage: Stage, *numbers: int, severity: Severity = Severity.WARNING) -> None:
    await stage.send(*(firing(f"pod {number}", severity, group_key=KEY) for number in numbers))


async def resolve(stage: Stage, *numbers: int) -> None:
    await stage.send(*(resolved(f"pod {number}") for number in numbers))


async def settle_down(stage: Stage) -> None:
    for _ in range(500):
        rest = await stage.work(200)
        if rest == math.inf:
            return
        stage.clock.advance(timedelta(seconds=min(rest, 1.0)))
    raise AssertionError("the channel does not settle")


def line_of(stage: Stage) -> str:
    (message,) = stage.shown()
    return str(message["content"])


def card_of(stage: Stage) -> dict[str, Any]:
    (message,) = stage.shown()
    embed: dict[str, Any] = message["embeds"][0]
    return embed


def posts(stage: Stage) -> int:
    """Messages created by the bot."""
    return sum(call["path"].endswith("/messages") for call in stage.calls("POST"))


def woken(stage: Stage) -> list[int]:
    """How many roles each post woke."""
    return [len(call["body"]["allowed_mentions"]["roles"]) for call in stage.calls("POST")]


async def test_a_thousand_alerts_of_one_cause_are_one_message(grouped: Stage) -> None:
    """They come within ten seconds, the bot dies in the middle, and in the end all are over."""
    for second in range(10):
        await fire(grouped, *range(100 * second, 100 * second + 100))
        await grouped.work(200)
        if second == 4:
            grouped.restart(timedelta(seconds=1))
        grouped.clock.advance(timedelta(seconds=1))
    await settle_down(grouped)
    assert line_of(grouped) == "🟠 WARNING pod 999 and others (1,000 alerts)"
    (message,) = grouped.shown()
    file = grouped.sandbox.world.files.find(int(message["attachments"][0]["id"]))
    assert file is not None
    assert file.data.decode().count("A-") == 1_000
    for second in range(10):
        await resolve(grouped, *range(100 * second, 100 * second + 100))
        await grouped.work(200)
        grouped.clock.advance(timedelta(seconds=1))
    await settle_down(grouped)
    assert line_of(grouped).startswith("✅ RESOLVED ")
    assert "✅ 1,000 resolved" in card_of(grouped)["description"]
    (message,) = grouped.shown()
    assert message["attachments"] == []
    assert posts(grouped) == 1
    assert len(grouped.calls()) <= 40
    assert {call["status"] for call in grouped.calls()} <= {200, 204}


async def test_the_card_is_found_again_when_its_answer_was_lost(grouped: Stage) -> None:
    grouped.sandbox.mischief.set_limits(enabled=False)
    effect = Rule(effect=Effect.LOST_ANSWER_500, route="POST /channels/{c}/messages", times=1)
    grouped.sandbox.mischief.arm(effect)
    await fire(grouped, 1, 2)
    await grouped.work()
    grouped.restart()
    await fire(grouped, 3)
    await settle_down(grouped)
    assert "(3 alerts)" in line_of(grouped)
    assert card_of(grouped)["footer"]["text"].startswith("G-1 · ")


async def test_a_critical_member_wakes_people_and_others_do_not(grouped: Stage) -> None:
    await fire(grouped, 1)
    await settle_down(grouped)
    await fire(grouped, 2)
    await settle_down(grouped)
    assert woken(grouped) == [0]
    await fire(grouped, 3, severity=CRITICAL)
    await settle_down(grouped)
    await fire(grouped, 4, 5, severity=CRITICAL)
    await settle_down(grouped)
    await grouped.ring()
    assert woken(grouped) == [0, 1]
    card, reply = grouped.shown()
    assert "🔴 CRITICAL pod 3: fires too" in reply["content"]
    assert reply["message_reference"]["message_id"] == card["id"]
    await resolve(grouped, 1, 2, 3, 4, 5)
    await settle_down(grouped)
    await fire(grouped, 6, severity=CRITICAL)
    await grouped.ring()
    assert woken(grouped) == [0, 1, 1]


async def test_alerts_of_one_card_that_come_back_ring_once_for_all(grouped: Stage) -> None:
    await fire(grouped, *range(3), severity=CRITICAL)
    await settle_down(grouped)
    await resolve(grouped, *range(3))
    await settle_down(grouped)
    await fire(grouped, *range(3), severity=CRITICAL)
    assert await grouped.ring() == 1
    await settle_down(grouped)
    card, reply = grouped.shown()
    assert [bool(each["sandbox"]["pinged"]["roles"]) for each in (card, reply)] == [True, True]
    assert "3 alerts" in reply["content"]
    assert "is back" in reply["content"]
    assert reply["message_reference"]["message_id"] == card["id"]


async def test_a_critical_that_comes_to_share_a_card_before_its_own_was_posted_rings(grouped: Stage) -> None:
    grouped.source = msgspec.structs.replace(grouped.source, card=CardShape.AUTO)
    await fire(grouped, 0)
    await settle_down(grouped)
    await fire(grouped, 1, severity=CRITICAL)
    await fire(grouped, 2)
    assert await grouped.ring() == 1
    await settle_down(grouped)
    card, reply = grouped.shown()
    assert "(3 alerts)" in card["content"]
    assert reply["sandbox"]["pinged"]["roles"]
    assert "CRITICAL pod 1" in reply["content"]
    grouped.clock.advance(timedelta(minutes=5))
    assert await grouped.ring() == 1
    await settle_down(grouped)
    assert sum("2nd call" in each["content"] for each in grouped.shown()) == 1


async def test_a_first_critical_wakes_at_once(grouped: Stage) -> None:
    await fire(grouped, *range(20), severity=CRITICAL)
    await settle_down(grouped)
    assert woken(grouped) == [1]
    assert "🔴 CRITICAL pod 19 and others (20 alerts)" in grouped.shown()[0]["content"]


async def test_nobody_is_woken_for_what_is_taken(grouped: Stage) -> None:
    await fire(grouped, 1, severity=CRITICAL)
    await alerts.acknowledge(grouped.desk, 1, actor=ANNA)
    await settle_down(grouped)
    assert woken(grouped) == [0]
    assert line_of(grouped).startswith("🟨 ACKED CRITICAL pod 1")


async def test_a_deleted_card_comes_back(grouped: Stage) -> None:
    await fire(grouped, 1, 2)
    await settle_down(grouped)
    grouped.sandbox.person("operator").delete(grouped.shown()[0]["id"])
    await fire(grouped, 3)
    await settle_down(grouped)
    assert "(3 alerts)" in line_of(grouped)


async def test_its_buttons_and_menu_lead_to_all_of_it(grouped: Stage) -> None:
    await fire(grouped, *range(30))
    await settle_down(grouped)
    (message,) = grouped.shown()
    menu, *_ = message["components"][0]["components"]
    (pages,) = message["components"][1]["components"]
    assert parse(pages["custom_id"]).verb is Verb.GROUP_PAGE
    assert [each["label"] for each in pages["options"]] == ["1 to 25", "26 to 30"]
    buttons = [parse(each["custom_id"]) for each in message["components"][2]["components"]]
    assert parse(menu["custom_id"]).verb is Verb.PICK
    assert len(menu["options"]) == 25
    assert [each.verb for each in buttons] == [Verb.GROUP_ACK, Verb.GROUP_RESOLVE]
    assert {each.number for each in buttons} == {1}


async def test_groups_count_in_a_storm_like_other_cards(grouped: Stage) -> None:
    """Each of many causes has few alerts: the board keeps them all, until few enough are left to be cards."""
    for cause in range(25):
        await grouped.send(
            *(firing(f"alert {cause} {number}", group_key=f"cause {cause}") for number in range(2))
        )
    await grouped.work(200)
    (board,) = [each for each in grouped.shown() if "storm" in each["content"]]
    assert "48 open alerts without a card" in board["content"]
    for cause in range(2, 25):
        await grouped.send(*(resolved(f"alert {cause} {number}") for number in range(2)))
    for _ in range(120):
        await grouped.work(200)
        grouped.clock.advance(timedelta(seconds=1))
    shown = grouped.shown()
    assert any("Storm over" in each["content"] for each in shown)
    assert len(shown) == 3
    assert sum("(2 alerts)" in each["content"] for each in shown) == 2
