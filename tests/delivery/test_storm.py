"""A storm in a channel with Discord's limits: every open alert can be seen, and no call is refused."""

import math
import re
from datetime import timedelta
from typing import Any

import pytest

from bot.cards.ids import Verb, parse
from bot.cards.outbox.board import PAGE_SIZE, render_page
from bot.domain.alert.signal import Severity
from bot.domain.outbox.plan import CALM
from bot.sandbox.fault.fault import Effect, Rule
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.outbox import board as boards
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing, resolved

MANY = 60


@pytest.fixture
def storm(stage: Stage) -> Stage:
    """Five posts and five edits in five seconds."""
    stage.sandbox.mischief.set_limits(enabled=True)
    return stage


def boards_of(stage: Stage) -> list[dict[str, Any]]:
    return [each for each in stage.shown() if _mark(each).startswith("B-")]


def _mark(message: dict[str, Any]) -> str:
    text: str = (message["embeds"] or [{}])[0].get("footer", {}).get("text", "")
    return text


def listed(stage: Stage) -> str:
    """The complete lists that are attached."""
    texts = []
    for board in boards_of(stage):
        for attachment in board["attachments"]:
            file = stage.sandbox.world.files.find(int(attachment["id"]))
            assert file is not None
            texts.append(file.data.decode())
    return "".join(texts)


async def unseen(stage: Stage) -> list[str]:
    """Open alerts that are neither a card nor on the board."""
    carded = {_mark(message).partition(" ")[0] for message in stage.shown()}
    text = listed(stage)
    found = await alert_query.listing(stage.desk, limit=10_000)
    refs = [each.alert.ref for each in found.lines]
    return [ref for ref in refs if ref not in carded and f"{ref} " not in text]


async def turn(stage: Stage) -> float:
    """Do what may be done, and let the time pass until there is more; returns that time."""
    rest = await stage.work(200)
    if rest < math.inf:
        stage.clock.advance(timedelta(seconds=min(rest, 1.0)))
    return rest


async def settle_down(stage: Stage) -> None:
    """Until nothing waits, or a board stands and nothing was called for longer than makes it calm."""
    calls, idle = len(stage.calls()), 0
    for _ in range(2_000):
        if await turn(stage) == math.inf:
            return
        idle = idle + 1 if len(stage.calls()) == calls else 0
        calls = len(stage.calls())
        if idle > 2 * CALM and boards_of(stage):
            return
    raise AssertionError("the storm does not end")


async def end(stage: Stage, count: int, *, first: int = 0) -> None:
    """All of these alerts are over."""
    await stage.send(*(resolved(f"alert {number}") for number in range(first, first + count)))


def refusals(stage: Stage) -> list[Any]:
    return [call for call in stage.calls() if call["status"] not in {200, 204}]


async def send_many(stage: Stage, count: int = MANY, *, first: int = 0, critical: int = 10) -> None:
    signals = [
        firing(f"alert {number}", Severity.CRITICAL if number % critical == 0 else Severity.WARNING)
        for number in range(first, first + count)
    ]
    await stage.send(*signals)


async def test_all_of_a_storm_can_be_seen_after_the_first_calls(storm: Stage) -> None:
    await send_many(storm)
    await storm.work()
    assert await unseen(storm) == []
    assert len(boards_of(storm)) == 1
    assert len(storm.calls()) <= 5


async def test_a_storm_comes_and_goes_and_nothing_is_ever_invisible(storm: Stage) -> None:
    blind = 0.0
    for gust in range(6):
        await send_many(storm, 30, first=30 * gust)
        rest = await turn(storm)
        blind = blind + rest if await unseen(storm) else 0.0
        assert blind <= 3.0
    await settle_down(storm)
    assert refusals(storm) == []
    assert await unseen(storm) == []
    assert len(storm.shown()) <= 20
    await end(storm, 180)
    await settle_down(storm)
    (board,) = boards_of(storm)
    assert "Storm over" in board["content"]
    assert "179 alerts" in board["content"]
    assert "All of them are over." in board["embeds"][0]["description"]
    assert (board["attachments"], board["components"]) == ([], [])


async def test_while_a_board_stands_nothing_new_has_a_card_until_few_are_left(storm: Stage) -> None:
    await send_many(storm)
    for _ in range(8):
        await send_many(storm, 12, first=10_001, critical=10_000)
        await turn(storm)
    titles = [
        title
        for title in storm.titles()
        if re.search(r"(?<!worst 🔴 )(?<!worst 🟠 )(?:CRITICAL|WARNING) alert", title)
    ]
    assert len(titles) == 1
    await end(storm, MANY - 5, first=1)
    await end(storm, 12, first=10_001)
    await settle_down(storm)
    titles = storm.titles()
    assert sorted(title.split()[3] for title in titles if title.startswith("🟠 WARNING alert")) == [
        "56", "57", "58", "59"
    ]  # fmt: skip


async def test_what_is_over_before_it_had_a_card_gets_none(storm: Stage) -> None:
    await send_many(storm)
    await turn(storm)
    await storm.send(*(resolved(f"alert {number}") for number in range(MANY) if number % 10))
    await settle_down(storm)
    others = [each for each in storm.shown() if not _mark(each).startswith("B-")]
    assert len(others) == 6
    (board,) = boards_of(storm)
    assert "5 still open" in board["embeds"][0]["description"]
    assert refusals(storm) == []


async def test_a_storm_that_is_over_at_once_leaves_one_line(storm: Stage) -> None:
    await send_many(storm)
    await storm.send(*(resolved(f"alert {number}") for number in range(MANY)))
    await settle_down(storm)
    assert "All of them are over." in boards_of(storm)[-1]["embeds"][0]["description"]
    assert len(storm.shown()) <= 2


async def test_a_storm_goes_on_after_a_restart(storm: Stage) -> None:
    await send_many(storm)
    await turn(storm)
    storm.restart(timedelta(seconds=1))
    await send_many(storm, first=MANY)
    await turn(storm)
    await turn(storm)
    await turn(storm)
    assert await unseen(storm) == []
    assert len(boards_of(storm)) == 1
    await settle_down(storm)
    assert len(storm.shown()) <= 15


async def test_a_board_whose_answer_was_lost_is_not_doubled(storm: Stage) -> None:
    for effect in (Effect.LOST_ANSWER_500, Effect.LOST_ANSWER_RESET):
        storm.sandbox.mischief.arm(Rule(effect=effect, route="POST /channels/{c}/messages", nth=2, times=1))
    await send_many(storm)
    await settle_down(storm)
    assert len(boards_of(storm)) == 1
    assert len(storm.shown()) <= 15


async def test_a_board_that_is_deleted_comes_back(storm: Stage) -> None:
    await send_many(storm)
    await turn(storm)
    (board,) = boards_of(storm)
    storm.sandbox.person("operator").delete(board["id"])
    await send_many(storm, first=MANY)
    for _ in range(10):
        await turn(storm)
    assert len(boards_of(storm)) == 1
    assert await unseen(storm) == []


async def test_what_somebody_takes_on_gets_a_card(storm: Stage) -> None:
    await send_many(storm)
    for _ in range(3):
        await turn(storm)
    (found,) = await alert_query.suggest(storm.desk, "A-55")
    await alerts.acknowledge(storm.desk, found.id, actor=ANNA)
    for _ in range(6):
        await turn(storm)
    assert any("alert 54" in title and "ACKED" in title for title in storm.titles())


async def test_the_next_storm_has_a_board_of_its_own(storm: Stage) -> None:
    await send_many(storm, 30)
    await settle_down(storm)
    await end(storm, 30)
    await settle_down(storm)
    storm.clock.advance(timedelta(minutes=1))
    await send_many(storm, 30, first=30)
    await settle_down(storm)
    assert [_mark(each)[:3] for each in boards_of(storm)] == ["B-1", "B-2"]
    assert "Storm over" in boards_of(storm)[0]["content"]
    assert int(boards_of(storm)[1]["id"]) > int(boards_of(storm)[0]["id"])


async def test_a_storm_that_comes_back_soon_keeps_its_board(storm: Stage) -> None:
    await send_many(storm, 30)
    await turn(storm)
    await end(storm, 30)
    await settle_down(storm)
    await send_many(storm, 30, first=30)
    await settle_down(storm)
    assert len(boards_of(storm)) == 1
    assert await unseen(storm) == []


async def test_few_alerts_are_no_storm(storm: Stage) -> None:
    await send_many(storm, 12)
    await settle_down(storm)
    assert boards_of(storm) == []
    assert len(storm.shown()) == 12


async def test_a_calm_line_that_somebody_deletes_stays_deleted(storm: Stage) -> None:
    await send_many(storm, 30)
    await settle_down(storm)
    await end(storm, 30)
    await settle_down(storm)
    (board,) = boards_of(storm)
    storm.sandbox.person("operator").delete(board["id"])
    await storm.confirmations.lose([int(board["id"])])
    await settle_down(storm)
    assert boards_of(storm) == []


async def test_the_board_offers_the_most_urgent_and_the_way_to_all(storm: Stage) -> None:
    await send_many(storm, 90)
    await storm.work()
    (board,) = boards_of(storm)
    menu, causes = (row["components"][0] for row in board["components"][:2])
    assert len(menu["options"]) == 25
    assert parse(menu["custom_id"]).verb is Verb.PICK
    assert parse(causes["custom_id"]).verb is Verb.BOARD_CAUSE
    (pages,) = board["components"][2]["components"]
    which = parse(pages["custom_id"])
    assert (which.verb, which.number) == (Verb.BOARD, storm.channel_id)
    labels = [part["label"] for part in board["components"][3]["components"]]
    assert labels[0].startswith("I am awake: acknowledge all ")
    assert labels[1:] == ["Resolve all"]
    reached = set()
    for option in pages["options"]:
        page = await boards.page(storm.desk, storm.channel_id, number=int(option["value"]), size=PAGE_SIZE)
        menu = render_page(page).to_payload()["components"][0]["components"][0]
        reached |= {each["value"] for each in menu["options"]}
    assert len(reached) == page.total == int(pages["placeholder"].removeprefix("Browse all "))
    page = await boards.page(storm.desk, storm.channel_id, number=99, size=20)
    assert (page.number, len(page.held)) == (page.pages - 1, page.total % 20 or 20)


async def test_a_new_wave_takes_its_board_to_the_end_of_the_channel(storm: Stage) -> None:
    await send_many(storm)
    await settle_down(storm)
    (first,) = boards_of(storm)
    await alerts.acknowledge(storm.desk, 40, actor=ANNA)  # its card comes below the board
    await settle_down(storm)
    assert storm.shown()[-1]["id"] != first["id"]
    storm.clock.advance(timedelta(minutes=11))
    await send_many(storm, 3, first=100)
    await settle_down(storm)
    assert [each["id"] for each in boards_of(storm)] == [first["id"]], "a handful is no wave"
    await send_many(storm, first=200)
    await settle_down(storm)
    (second,) = boards_of(storm)
    assert second["id"] != first["id"]
    assert storm.shown()[-1]["id"] == second["id"]
    assert await unseen(storm) == []
    assert refusals(storm) == []


async def test_what_the_board_counts_is_true_within_five_seconds(storm: Stage) -> None:
    await send_many(storm)
    await settle_down(storm)
    await end(storm, 30)
    for _ in range(5):
        await storm.work(200)
        storm.clock.advance(timedelta(seconds=1))
    (board,) = boards_of(storm)
    held = await boards.page(storm.desk, storm.channel_id, number=0, size=100)
    assert f" {held.total} open alerts" in board["content"]
