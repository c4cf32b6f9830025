"""The group's card: all of one cause, its totals, its worst and newest members."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.cards.alert.alert import render as render_alert
from bot.cards.alert.group import GroupView, ask_resolve, render
from bot.cards.alert.group_page import GroupPage, render_page
from bot.cards.card import File, Ping
from bot.cards.ids import Verb, parse
from bot.domain.alert.alert import State
from bot.domain.alert.group import Group
from bot.domain.alert.signal import Severity
from bot.domain.outbox.board import BoardAlert
from tests.cards.crowd import crowds, held
from tests.cards.rules import MARKS, calls, meanings, refusals
from tests.cards.world import NOON, TAG, hostile
from tests.cards.world import view as alert_view

WARNING = Severity.WARNING
CENSUS = dict[tuple[State, Severity], int]


def group(**changes: Any) -> Group:
    ordinary: dict[str, Any] = {
        "id": 7,
        "project_id": 1,
        "source_id": 1,
        "cause": "c" * 32,
        "name": "HighErrorRate",
        "service": "shop",
        "severity": WARNING,
        "opened_at": NOON,
        "joined_at": NOON + timedelta(minutes=3),
    }
    return Group(**{**ordinary, **changes})


def count(crowd: tuple[BoardAlert, ...]) -> CENSUS:
    census: CENSUS = {}
    for each in crowd:
        census[each.state, each.severity] = census.get((each.state, each.severity), 0) + 1
    return census


def view(*crowd: BoardAlert, **changes: Any) -> GroupView:
    ordinary: dict[str, Any] = {"group": group(), "tag": TAG, "now": NOON, "source_name": "prod-am"}
    return GroupView(**{**ordinary, "held": crowd, "census": count(crowd), **changes})


def verbs(payload: dict[str, Any]) -> list[str]:
    return [
        parse(each["custom_id"]).verb.value for row in payload["components"] for each in row["components"]
    ]


def test_a_group_says_how_bad_how_many_where_and_who() -> None:
    crowd = (
        held(9, severity=Severity.CRITICAL, occurrences=3),
        held(8, state=State.ACKED, owner="ann"),
        held(7),
    )
    census = {**count(crowd), (State.RESOLVED, WARNING): 40}
    card = render(view(*crowd, census=census))
    embed = card.embeds[0]
    assert card.content == "🔴 CRITICAL HighErrorRate (3 alerts) · prod/shop — 9 % of requests fail"
    assert not embed.title
    assert embed.description.split("\n") == [
        "🔴 1 critical · 🟠 2 warning · 🟨 1 of them acked · ✅ 40 resolved",
        "🕐 <t:1791201600:R> · newest <t:1791201780:R>",
        "",
        "🔴 A-9 · cart-9 · \u00d73",
        "🟨 A-8 · cart-8 · ann",
        "🟠 A-7 · cart-7",
    ]
    assert embed.footer == f"G-7 · {TAG} · prod-am"
    assert verbs(card.to_payload()) == ["pick", "group-page", "group-ack", "group-resolve", "group-snooze"]
    assert card.file is None


def test_a_group_that_somebody_has_whole_says_all_and_counts_nobody_twice() -> None:
    crowd = tuple(
        held(number, severity=Severity.CRITICAL, state=State.ACKED, owner="ann") for number in (3, 2, 1)
    )
    said = render(view(*crowd)).embeds[0].description.partition("\n")[0]
    assert said == "🔴 3 critical · 🟨 all acked"


def test_each_button_keeps_its_place_when_somebody_has_them_all() -> None:
    free = render(view(held(2), held(1))).to_payload()
    taken = render(view(*(held(each, state=State.ACKED, owner="ann") for each in (2, 1)))).to_payload()
    assert verbs(taken) == verbs(free)
    buttons = [each for row in taken["components"] for each in row["components"] if each["type"] == 2]
    assert [(each["label"], bool(each.get("disabled"))) for each in buttons] == [
        ("All acknowledged", True),
        ("Resolve all", False),
        ("Browse all", False),
    ]


def test_many_members_are_attached_as_a_list() -> None:
    crowd = tuple(held(number) for number in range(100, 0, -1))
    card = render(view(*crowd))
    assert card.embeds[0].description.endswith("… and 90 more in the attached list")
    assert isinstance(card.file, File)
    assert "100 open alerts of G-7" in card.file.text
    assert all(f"A-{number} " in card.file.text for number in range(1, 101))


def test_a_group_that_is_taken_on_is_calm_and_one_that_is_over_green() -> None:
    taken = render(view(held(1, state=State.ACKED, owner="ann")))
    assert taken.content.startswith("🟨 ACKED WARNING HighErrorRate (1 alert) · ")
    over = view(census={(State.RESOLVED, WARNING): 1_000}, ended_at=NOON + timedelta(minutes=20))
    card = render(over)
    assert card.content == "✅ RESOLVED HighErrorRate (1,000 alerts) · shop"
    assert card.embeds[0].description.split("\n") == [
        "✅ 1,000 resolved",
        "🕐 Lasted 20 min, over <t:1791202800:R>",
    ]
    assert verbs(card.to_payload()) == ["group-page"]


def test_a_ping_names_the_worst_and_how_many() -> None:
    woken = view(held(2, severity=Severity.CRITICAL), held(1), ping=Ping(roles=(5,)))
    assert (
        render(woken).content
        == "<@&5> 🔴 CRITICAL HighErrorRate (2 alerts) · prod/shop — 9 % of requests fail"
    )


def test_resolving_all_asks_first() -> None:
    card = ask_resolve(view(held(2), held(1)))
    assert card.content == "Resolve all 2 open alerts of G-7, HighErrorRate?"
    (row,) = card.to_payload()["components"]
    which = parse(row["components"][0]["custom_id"])
    assert (which.verb, which.number, which.extra) == (Verb.GROUP_RESOLVE, 7, "sure")


def test_pages_turn_both_ways_and_end() -> None:
    crowd = tuple(held(number) for number in range(20))

    def turns(number: int) -> list[str]:
        page = GroupPage(group=group(), tag=TAG, number=number, total=70, held=crowd)
        rows = render_page(page).to_payload()["components"]
        return [parse(each["custom_id"]).extra for each in rows[1]["components"]]

    assert (turns(0), turns(1), turns(2)) == (["1"], ["0", "2"], ["1"])


@settings(deadline=None, max_examples=25)
@given(crowds, hostile, hostile, st.booleans())
def test_discord_takes_any_group_and_nobody_is_called_by_a_text(
    crowd: tuple[BoardAlert, ...], name: str, service: str, wakes: bool
) -> None:
    wild = view(
        *crowd,
        group=group(name=name, service=service),
        source_name=name,
        ping=Ping(roles=(5,)) if wakes else None,
    )
    page = GroupPage(group=wild.group, tag=TAG, number=0, total=len(crowd), held=crowd[:20])
    for card in (render(wild), render(view(group=wild.group)), render_page(page), ask_resolve(wild)):
        payload = card.to_payload()
        assert refusals(payload) == []
        embeds = "\n".join(f"{each.get('title', '')}\n{each['description']}" for each in payload["embeds"])
        assert not calls(embeds)
        assert not {kind for kind, _ in meanings(embeds)} & (MARKS - {"strong"})
        assert set(calls(payload["content"])) <= ({"<@&5>"} if wakes else set())


def test_a_folded_card_is_a_line_that_leads_to_the_group_and_opens_its_alert() -> None:
    url = "https://discord.com/channels/1/2/3"
    card = render_alert(replace(alert_view(), folded_into="G-7", folded_url=url))
    assert card.embeds[0].description == f"It shares the card [G-7]({url}) with others of its cause."
    (button,) = [each for row in card.to_payload()["components"] for each in row["components"]]
    assert (button["label"], parse(button["custom_id"]).verb) == ("Open A-1042", Verb.MORE)
    assert parse(button["custom_id"]).number == 1042
