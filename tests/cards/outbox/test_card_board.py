"""The storm board says how many and how bad, and leads to every alert."""

import hashlib
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings

from bot.cards.card import File
from bot.cards.cut import units
from bot.cards.ids import Verb, parse
from bot.cards.outbox import board_list
from bot.cards.outbox.board import PAGE_SIZE, BoardPage, BoardView, render, render_page
from bot.cards.outbox.board_list import write_list
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.outbox.board import BoardAlert, Passed, group
from tests.cards.crowd import QUICK, crowds, held
from tests.cards.rules import MARKS, calls, meanings, refusals
from tests.cards.world import NOON, TAG


def board(crowd: tuple[BoardAlert, ...], **changes: Any) -> BoardView:
    ordinary: dict[str, Any] = {"channel_id": 77, "number": 3, "tag": TAG, "since": NOON}
    return BoardView(**{**ordinary, "now": NOON + timedelta(minutes=5), "held": crowd, **changes})


def page(crowd: tuple[BoardAlert, ...], number: int = 0, total: int | None = None) -> BoardPage:
    count = len(crowd) if total is None else total
    return BoardPage(channel_id=77, tag=TAG, number=number, total=count, size=PAGE_SIZE, held=crowd)


def list_of(view: BoardView) -> str:
    file = render(view).file
    assert isinstance(file, File)
    return file.text


def test_the_board_counts_then_names_the_largest_groups() -> None:
    crowd = (
        held(9, "Down", severity=Severity.CRITICAL),
        *(held(number) for number in range(1, 4)),
        held(4, "Slow", severity=Severity.INFO, service="", namespace="", target=""),
    )
    card = render(board(crowd))
    (embed,) = card.embeds
    assert card.content == "⛈️ Alert storm · 5 open alerts without a card, worst 🔴 CRITICAL Down"
    assert not embed.title
    head, times, _, *groups = embed.description.split("\n")
    assert head == "🔴 1 critical · 🟠 3 warning · 🔵 1 info"
    assert times == "🕐 oldest A-1 <t:1791201601:R> · newest A-9 <t:1791201609:R>"
    assert groups == [
        "🔴 **Down** · prod/shop/cart-9",
        "🟠 **HighErrorRate** \u00d73 · prod/shop: cart-1, cart-2, cart-3",
        "🔵 **Slow**",
    ]
    assert embed.footer == f"B-3 · {TAG} · the complete list is attached"


def test_a_storm_that_is_over_is_one_line() -> None:
    card = render(board((), passed=Passed(412, 7, NOON + timedelta(hours=1))))
    assert card.embeds[0].description == (
        "From <t:1791201600:t> to <t:1791205200:t>. 7 still open, each on a card."
    )
    assert card.content == "✅ Storm over: 412 alerts"
    assert (card.rows, card.file) == ((), None)
    card = render(board((held(1),), passed=Passed(412, 7, NOON + timedelta(hours=1), refused=1)))
    assert card.embeds[0].description.endswith(
        "7 still open; Discord refused the cards of 1, which `/alert list` shows."
    )


def test_the_list_has_every_alert_and_tells_what_it_lacks() -> None:
    crowd = tuple(held(number, f"name {number % 7}") for number in range(1, 300))
    text = list_of(board(crowd))
    assert all(f"A-{each.id} " in text for each in crowd)
    counts = {Severity.WARNING: 1_000}
    assert "701 more are in /alert list" in list_of(board(crowd, counts=counts))


def test_a_list_that_is_too_long_ends_with_how_many_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_list, "MAX_BYTES", 20_000)
    crowd = [held(number, "n" * 150, summary="\u6f22" * 200) for number in range(1, 200)]
    text = write_list(group(crowd), total=len(crowd), now=NOON)
    assert 18_000 < len(text.encode()) <= 20_000
    missing = len(crowd) - text.count("\n  A-")
    assert f"{missing:,} more are in /alert list" in text.splitlines()[-1]


def test_a_list_that_is_too_long_to_be_read_in_place_is_zipped_and_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(board_list, "MAX_BYTES", 20_000)
    crowd = tuple(held(number, f"name {number % 7}") for number in range(1, 1_000))
    file = render(board(crowd)).file
    assert file is not None
    data, media = file.content
    assert (file.name, media) == ("alerts.zip", "application/zip")
    assert len(data) <= 20_000
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("alerts.txt").decode()
    assert len(text) > 20_000
    assert all(f"A-{each.id} " in text for each in crowd)
    assert "The list ends here" not in text


def test_what_no_zip_shortens_is_cut_off_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_list, "MAX_BYTES", 20_000)
    crowd = tuple(held(number, hashlib.sha512(b"%d" % number).hexdigest()) for number in range(1, 1_000))
    file = render(board(crowd)).file
    assert file is not None
    data, _ = file.content
    assert file.name == "alerts.txt"
    assert len(data) <= 20_000
    assert "more are in /alert list" in data.decode().splitlines()[-1]


def test_pages_turn_both_ways_and_end() -> None:
    crowd = tuple(held(number) for number in range(PAGE_SIZE))

    def turns(number: int) -> list[str]:
        rows = render_page(page(crowd, number, 70)).to_payload()["components"]
        return [parse(each["custom_id"]).extra for each in rows[1]["components"]]

    assert (turns(0), turns(1), turns(2)) == (["1"], ["0", "2"], ["1"])
    assert "Every open alert has a card" in str(render_page(page(())).embeds[0].title)


WIDEST = tuple(
    held(
        10**6 - number,
        f"{number}" + "*" * 200,
        severity=Severity.CRITICAL,
        state=State.ACKED,
        owner="_" * 200,
        service="`" * 200,
        namespace="|" * 200,
        target=f"{number}" + "~" * 200,
        occurrences=10**9,
    )
    for number in range(PAGE_SIZE)
)
"""A full page of alerts of which each takes all the room that a line has."""


@settings(QUICK, max_examples=15)
@example(WIDEST)
@given(crowds)
def test_discord_takes_any_board_and_any_page(crowd: tuple[BoardAlert, ...]) -> None:
    shown = crowd[:PAGE_SIZE]
    for card, room in ((render(board(crowd)), 1_400), (render_page(page(shown, total=len(crowd))), 4_096)):
        payload = card.to_payload()
        assert refusals(payload) == []
        embed = payload["embeds"][0]
        assert not calls(f"{payload['content']}\n{embed.get('title', '')}\n{embed['description']}")
        assert not {kind for kind, _ in meanings(embed["description"])} & (MARKS - {"strong"})
        menu = payload["components"][0]["components"][0]
        assert parse(menu["custom_id"]).verb is Verb.PICK
        assert units(embed["description"]) <= room
        assert [each["value"] for each in menu["options"]] == [
            str(each.id) for each in crowd[: len(menu["options"])]
        ]


def test_a_full_page_has_a_whole_line_for_each_alert() -> None:
    description = render_page(page(WIDEST)).embeds[0].description
    assert [line.split(" ")[1] for line in description.split("\n")] == [each.ref for each in WIDEST]
    assert units(description) <= PAGE_SIZE * 160


@settings(QUICK, max_examples=15)
@given(crowds)
def test_every_alert_is_in_the_list_once_and_each_on_a_line(crowd: tuple[BoardAlert, ...]) -> None:
    lines = list_of(board(crowd)).splitlines()
    refs = [line.split()[0] for line in lines if line.strip().startswith("A-")]
    assert sorted(ref for ref in refs if ref in {each.ref for each in crowd}) == sorted(
        each.ref for each in crowd
    )


def test_many_causes_have_a_line_each_and_few_have_examples() -> None:
    many = tuple(held(number, f"cause {number % 7}") for number in range(1, 71))
    lines = render(board(many)).embeds[0].description.split("\n")[3:]
    assert len(lines) == 7
    assert lines[0] == "🟠 **cause 0** \u00d710 · prod/shop"
    few = tuple(held(number, f"cause {number % 3}") for number in range(1, 31))
    lines = render(board(few)).embeds[0].description.split("\n")[3:]
    assert lines[0] == "🟠 **cause 0** \u00d710 · prod/shop: cart-3, cart-6, cart-9, +7 more"
