"""Behind *More* stands everything, on as many pages as it takes."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.alert.action import CLAIM_WORDS
from bot.cards.alert.alert import AlertView, find_marker
from bot.cards.alert.detail import HistoryLine, details
from bot.domain.actor import job, person
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Link
from tests.cards.rules import MARKS, meanings, refusals
from tests.cards.world import NOON, actors, alert, hostile, moments, view, views

histories = st.lists(st.builds(HistoryLine, moments, actors, hostile), max_size=30)


@settings(deadline=None, max_examples=60)
@given(views, histories, st.integers(-1, 40))
def test_discord_takes_every_page_of_any_alert(
    wild: AlertView, history: list[HistoryLine], page: int
) -> None:
    payload = details(wild, history, page=page, jump_url="https://discord.com/channels/1/2/3").to_payload()
    assert refusals(payload) == []
    assert find_marker(payload) is None
    for embed in payload["embeds"]:
        texts = [embed.get("description", ""), *(field["value"] for field in embed.get("fields", []))]
        assert not {kind for text in texts for kind, _ in meanings(text)} & (MARKS | {"role", "everyone"})


def test_the_story_is_told_in_full() -> None:
    told = view(
        description="Error budget burns.\n\nSee the runbook.",
        note="known since *noon*\nwatching",
        note_by=person(9, "bob"),
        severity_word="page",
        group_key='{}:{alertname="HighErrorRate"}',
        silent_after=NOON + timedelta(minutes=30),
        links=(),
    )
    history = [
        HistoryLine(NOON, job("intake"), "opened"),
        HistoryLine(NOON + timedelta(minutes=3), person(77, "ann"), "acknowledged: *known*"),
    ]
    story, labels = details(told, history, jump_url="https://discord.com/channels/1/2/3").embeds
    assert story.description == (
        "cart error_ratio is 9% (threshold 5%)\n\n"
        "Error budget burns.\n\nSee the runbook.\n\n"
        "💬 known since \\*noon\\*\nwatching — <@9>\n\n"
        "📍 cart-7d9f · prod · checkout\n"
        "🕐 First <t:1791201600:f>, last <t:1791201600:R>\n"
        "Severity as sent: page\n"
        "Expires <t:1791203400:R> without a word from the sender, unless somebody has it\n"
        'Group {}:{alertname="HighErrorRate"}\n'
        f"{CLAIM_WORDS}\n"
        "Signature `5f5f5f5f5f5f5f5f`\n"
        "The card's footer ends in `k7f3`: by it this desk knows its own cards"
    )
    assert story.fields[0].value == (
        "<t:1791201600:f> intake opened\n<t:1791201780:f> <@77> acknowledged: \\*known\\*"
    )
    assert labels.description == "```\nalertname = HighErrorRate\npod = cart-7d9f\n```"


def test_every_label_is_on_exactly_one_page() -> None:
    labels = {f"label_{index}": f"value {index}" + "x" * (index * 3) for index in range(60)}
    shown = [details(view(labels=labels), page=page) for page in range(40)]
    last = next(page for page in range(40) if shown[page] == shown[page + 1])
    blocks = [card.embeds[-1].description for card in shown[: last + 1]]
    lines = [
        line for block in blocks for line in block.removeprefix("```\n").removesuffix("\n```").split("\n")
    ]
    assert lines == [f"{name} = {value}" for name, value in labels.items()]


def test_the_labels_of_the_first_page_survive_the_longest_story() -> None:
    full = view(
        name="n" * 512,
        summary="s" * 2_000,
        description="d" * 8_000,
        note="o" * 1_000,
        note_by=job("j" * 90),
        group_key="g" * 900,
        severity_word="w" * 99,
        service="v" * 300,
        links=tuple(Link(f"Link {index}", f"https://a.example/{index}/" + "u" * 200) for index in range(8)),
        labels={f"label_{index}": "x" * 200 for index in range(9)},
    )
    history = [HistoryLine(NOON, job("x" * 90), "y" * 300) for _ in range(30)]
    story, labels = details(full, history).embeds
    assert labels.description.count("x" * 200) == 5
    assert "…" not in labels.description
    assert story.fields


def test_pages_are_turned_by_more() -> None:
    many = view(labels={f"label_{index}": "x" * 200 for index in range(20)})

    def turns(page: int) -> list[tuple[str, str]]:
        return [
            (part["label"], part["custom_id"])
            for part in details(many, page=page).to_payload()["components"][-1]["components"]
        ]

    assert turns(0) == [("Labels ▶", "more:k7f3:1042:1")]
    assert turns(1) == [("◀ Labels", "more:k7f3:1042:0"), ("Labels ▶", "more:k7f3:1042:2")]


def test_the_actions_come_along_but_not_more_itself() -> None:
    acked = details(view(state=State.ACKED, owner=person(77, "ann"), labels={})).to_payload()
    assert [part["label"] for part in acked["components"][0]["components"]] == [
        "Acknowledged",
        "Resolve",
        "Escalate",
        "Note",
    ]
    assert len(acked["embeds"]) == 1
    assert alert(labels={}).labels == {}


def test_a_long_history_keeps_its_newest_lines() -> None:
    history = [
        HistoryLine(NOON + timedelta(minutes=index), job("x"), f"did {index} " + "y" * 90)
        for index in range(99)
    ]
    timeline = details(view(), history).embeds[0].fields[0].value.split("\n")
    assert timeline[0] == "…"
    assert "did 98 " in timeline[-1]


def test_what_the_sender_said_without_a_role_of_its_own_is_told_and_links_are_links() -> None:
    said = {
        "impact": "the *shop* is down",
        "logs_url": "https://logs.example.org/x",
        "startsAt": "yesterday",
        "truncatedAlerts": "12",
    }
    story = details(view(said=said, links=())).embeds[0].description
    assert "**impact**: the \\*shop\\* is down\n" in story
    assert "[logs url](https://logs.example.org/x)\n" in story
    assert "**startsAt**: yesterday (no time that is understood: the receipt counts)" in story
    assert "truncatedAlerts" not in story


def test_what_has_no_role_is_bounded_and_all_fits() -> None:
    said = {f"note{number}": "x" * 1_000 for number in range(32)}
    story = details(view(said=said, description="d" * 8_000, summary="s" * 2_000)).embeds[0].description
    assert story.count("**note") < 6
    assert "\n…" in story
