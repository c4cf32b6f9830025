"""The alert's card, state by state, as a tired person reads it."""

from datetime import timedelta
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.alert.alert import AlertView, find_marker, marker, note_modal, render
from bot.cards.card import Ping
from bot.cards.style import SIGNS, STATES
from bot.domain.actor import person, source
from bot.domain.alert.alert import State
from bot.domain.alert.flap import Flapping
from bot.domain.alert.signal import Link, Severity
from bot.domain.recurrence.recurrence import Memory, Remedy
from bot.domain.recurrence.rhythm import Rhythm
from tests.cards.world import NOON, TAG, alert, hostile, view

ANN, BOB = person(77, "ann"), person(9, "bob")


def read(payload: dict[str, Any]) -> str:
    """A message as lines: content, description, footer, buttons."""
    embed = payload["embeds"][0]
    pressable = (part for row in payload["components"] for part in row["components"])
    buttons = " | ".join(
        f"({each['label']})" if each.get("disabled") else each["label"] for each in pressable
    )
    parts = (
        payload["content"],
        embed["description"],
        embed["footer"]["text"],
        f"[ {buttons} ]",
    )
    return "\n".join(part for part in parts if part)


def expect(text: str) -> str:
    return dedent(text).strip()


def test_a_new_alert_says_how_bad_what_why_where_and_since_when() -> None:
    assert read(render(view()).to_payload()) == expect("""
        🔴 CRITICAL HighErrorRate · cart-7d9f · prod · checkout — cart error_ratio is 9% (threshold 5%)
        🕐 <t:1791201600:R>
        [Runbook](https://wiki.example.com/cart%20%28errors%29) · [Source](https://prometheus.example.com/graph?g0.expr=up)
        A-1042 · k7f3 · prod-am
        [ Acknowledge | Resolve | Escalate | Note | More ]
    """)


def test_a_repeating_flapping_known_alert_says_so() -> None:
    figures = "median gap 3 d 4 h · 7 of 8 resolved by themselves within 8 min · mostly Tue 02-04 UTC"
    memory = Memory(
        episodes=9,
        previous_at=NOON - timedelta(days=4),
        gap=timedelta(days=3, hours=4),
        ended=8,
        self_resolved=7,
        self_resolved_within=timedelta(minutes=8),
        rhythm=Rhythm(1, 2),
        remedy=Remedy(
            alert_id=7,
            at=NOON,
            who=BOB,
            note="restarted",
            by_hand=True,
            jump_url="https://discord.com/channels/1/2/3",
        ),
    )
    flapping = Flapping((NOON, NOON + timedelta(minutes=2), NOON + timedelta(minutes=20)), NOON)
    seen = view(
        memory=memory,
        occurrences=12,
        flaps=3,
        flapping=flapping,
        last_seen_at=NOON + timedelta(minutes=9),
        links=(),
    )
    held = AlertView(**{**_parts(seen), "incident": "<#5>", "escalates": False})
    assert read(render(held).to_payload()) == expect("""
        🔴 CRITICAL HighErrorRate · cart-7d9f · prod · checkout — cart error_ratio is 9% (threshold 5%)
        🕐 <t:1791201600:R> · \u00d712, last <t:1791202140:R> · 3 flaps
        🔕 Flapping: 3 times in 20 min, held quiet until calm
        🧵 Part of <#5>
        🔁 9th time in 30 days, last <t:1790856000:R> · FIGURES
        🔧 Last fixed by <@9>: restarted ([A-7](https://discord.com/channels/1/2/3))
        A-1042 · k7f3 · prod-am
        [ Acknowledge | Resolve | (Escalate) | Note | More ]
    """).replace("FIGURES", figures)


def test_a_claimed_alert_says_who_looks_and_until_when() -> None:
    claimed = view(state=State.PROCESSING, owner=ANN, lease_expires_at=NOON + timedelta(hours=1), links=())
    assert read(render(claimed).to_payload()) == expect("""
        👀 CLAIMED CRITICAL HighErrorRate · PLACE — cart error_ratio is 9% (threshold 5%)
        🕐 <t:1791201600:R>
        👀 <@77> is looking, until <t:1791205200:t>
        A-1042 · k7f3 · prod-am
        [ Acknowledge | Resolve | Escalate | Note | More ]
    """).replace("PLACE", "cart-7d9f · prod · checkout")


def test_an_acked_alert_says_who_has_it_and_what_they_know() -> None:
    acked = view(
        state=State.ACKED,
        severity=Severity.WARNING,
        owner=ANN,
        acked_at=NOON + timedelta(minutes=3),
        note="known, *deploy* rolls back",
        note_by=ANN,
        links=(),
    )
    assert read(render(acked).to_payload()) == expect(r"""
        🟨 ACKED WARNING HighErrorRate · cart-7d9f · prod · checkout — cart error_ratio is 9% (threshold 5%)
        🕐 <t:1791201600:R>
        🙋 <@77>, acknowledged <t:1791201780:R>
        💬 known, \*deploy\* rolls back — <@77>
        A-1042 · k7f3 · prod-am
        [ (Acknowledged) | Resolve | Escalate | Note | More ]
    """)


def test_a_failed_alert_asks_for_somebody() -> None:
    failed = view(
        state=State.FAILED, note="no runbook matched", links=(), service="", namespace="", target=""
    )
    assert read(render(failed).to_payload()) == expect("""
        ⚠️ FAILED CRITICAL HighErrorRate — cart error_ratio is 9% (threshold 5%)
        🕐 <t:1791201600:R>
        💬 no runbook matched
        A-1042 · k7f3 · prod-am
        [ Acknowledge | Resolve | Escalate | Note | More | Retry ]
    """)


def test_a_resolved_alert_says_how_long_and_by_whom() -> None:
    resolved = view(
        state=State.RESOLVED,
        owner=ANN,
        acked_at=NOON,
        occurrences=12,
        resolved_at=NOON + timedelta(minutes=42),
        resolved_by=source("prod-am"),
        links=(),
    )
    assert read(render(resolved).to_payload()) == expect("""
        ✅ RESOLVED CRITICAL HighErrorRate · PLACE — cart error_ratio is 9% (threshold 5%)
        🕐 Lasted 42 min, over <t:1791204120:R> by prod-am · \u00d712
        🙋 <@77>, acknowledged <t:1791201600:R>
        A-1042 · k7f3 · prod-am
        [ (Acknowledge) | (Resolved) | (Escalate) | Note | More | Reopen ]
    """).replace("PLACE", "cart-7d9f · prod · checkout")


def test_a_rise_after_the_ack_asks_to_look_again() -> None:
    risen = read(render(view(escalated_from=Severity.WARNING)).to_payload())
    assert "⬆️ Was warning when acknowledged: please look again\n" in risen
    acked = view(state=State.ACKED, owner=ANN, escalated_from=Severity.WARNING)
    assert "⬆️" not in read(render(acked).to_payload())


def test_a_ping_stands_in_the_content_and_reads_well_on_a_phone() -> None:
    card = render(view(ping=Ping(roles=(1,)), name="cart_errors"))
    assert card.content == (
        "<@&1> 🔴 CRITICAL cart_errors · cart-7d9f · prod · checkout — cart error_ratio is 9% (threshold 5%)"
    )
    assert card.ping.to_allowed_mentions()["roles"] == ["1"]
    assert render(view()).content.startswith("🔴 CRITICAL HighErrorRate · cart-7d9f")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"summary": "", "description": "disk\nfull"}, " — disk full"),
        ({"summary": "HighErrorRate", "description": "9% of requests fail"}, " — 9% of requests fail"),
        ({"summary": "", "description": ""}, " · cart-7d9f · prod · checkout"),
    ],
)
def test_the_line_ends_with_the_cause(changes: dict[str, Any], cause: str) -> None:
    assert render(view(**changes)).content.endswith(cause)


def test_a_place_is_named_once() -> None:
    placed = render(view(service="db", namespace="db", target="db"))
    assert " · db — " in placed.content
    assert "db" not in placed.embeds[0].description


def test_nothing_is_said_twice() -> None:
    """However long it is: what stands in the line that a phone shows does not stand in the frame."""
    cause = "the queue of payments grows " * 7
    told = render(view(name="QueueGrows" * 14, summary=cause, description="", target="shard-1"))
    (embed,) = told.embeds
    assert cause.strip() in told.content
    assert not embed.title
    for word in ("CRITICAL", "QueueGrows", "payments", "shard-1", "📍"):
        assert word in told.content or word == "📍"
        assert word not in embed.description
    far = render(view(target=" · ".join(f"part-{number}-of-a-long-name" for number in range(4))))
    assert "📍 part-0" in far.embeds[0].description
    assert "part-3" in far.embeds[0].description


def test_the_senders_own_page_is_a_link() -> None:
    bare = view(links=(Link("Source", "http://prometheus:9090/graph"),))
    assert "[Source](http://prometheus:9090/graph)" in render(bare).embeds[0].description


def test_labels_stay_behind_more() -> None:
    assert "alertname" not in str(render(view()).to_payload())


def test_an_alert_without_a_name_goes_by_its_ref() -> None:
    assert render(view(name="\u200b ")).content.startswith("🔴 CRITICAL A-1042")


def test_every_state_and_severity_is_told_in_words() -> None:
    for severity in Severity:
        for state in State:
            line = render(view(state=state, severity=severity)).content
            assert severity.value.upper() in line
            assert state is State.NEW or STATES[state][1] in line


def test_colours_are_calm_unless_somebody_should_act() -> None:
    colours = {state: render(view(state=state)).embeds[0].color for state in State}
    assert colours[State.NEW] == colours[State.PROCESSING] == colours[State.FAILED]
    assert len({colours[State.NEW], colours[State.ACKED], colours[State.RESOLVED]}) == 3


@given(st.integers(1, 10**18 - 1), st.from_regex(r"[a-z0-9]{4,8}", fullmatch=True))
def test_a_marker_is_found_again(alert_id: int, tag: str) -> None:
    assert find_marker({"embeds": [{"footer": {"text": marker(tag, alert_id)}}]}) == (tag, alert_id)


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"embeds": []},
        {"embeds": [{}]},
        {"embeds": [{"footer": None}]},
        {"embeds": [{"footer": {"text": "A-1042"}}]},
        {"embeds": [{"footer": {"text": "x A-1042 · k7f3"}}]},
    ],
)
def test_other_messages_bear_no_marker(message: dict[str, Any]) -> None:
    assert find_marker(message) is None


@given(hostile)
def test_no_source_name_forges_another_marker(name: str) -> None:
    forged = AlertView(alert=alert(), source_name=name, tag=TAG)
    assert find_marker(render(forged).to_payload()) == (TAG, 1042)


def test_the_note_form_asks_one_question() -> None:
    form = note_modal(alert(), TAG).to_payload()
    assert (form["custom_id"], form["title"]) == ("note:k7f3:1042", "Note on A-1042")
    assert [label["component"]["custom_id"] for label in form["components"]] == ["note"]


def _parts(seen: AlertView) -> dict[str, Any]:
    return {name: getattr(seen, name) for name in seen.__struct_fields__}


def test_what_programs_tried_in_vain_and_when_they_will_again_stands_on_the_card() -> None:
    tried: dict[str, Any] = {"state": State.FAILED, "attempts": 2, "last_error": "no route to @everyone"}
    lines = read(render(view(**tried)).to_payload())
    assert "🔧 Failed 2 times: no route to" in lines
    assert "waits for a person" in lines
    assert "@everyone" not in lines
    again = read(render(view(**{**tried, "attempts": 1, "retry_at": NOON})).to_payload())
    assert "🔧 Failed once: no route to" in again
    assert "tries again <t:1791201600:R>" in again
    assert "Failed" not in read(render(view(**{**tried, "state": State.RESOLVED})).to_payload())


def test_a_start_long_ago_is_a_date_and_so_it_lasted() -> None:
    began = NOON - timedelta(days=45)
    assert "🕐 <t:1787313600:f>" in render(view(started_at=began)).embeds[0].description
    over = view(started_at=began, state=State.RESOLVED, resolved_at=NOON, resolved_by=source("am"))
    assert "🕐 Lasted 45 d, over <t:1791201600:R> by am" in render(over).embeds[0].description
    later = view(started_at=NOON + timedelta(hours=1))
    assert "🕐 <t:1791201600:R>" in render(later).embeds[0].description


def test_the_senders_last_word_stands_first_where_it_is_news() -> None:
    over: dict[str, Any] = {"state": State.RESOLVED, "resolved_at": NOON, "resolved_by": source("am")}
    told = render(view(**over, ending="back to 60 % *now*")).embeds[0].description
    assert told.startswith("💚 back to 60 % \\*now\\*\n")
    same = render(view(**over, ending="cart error_ratio is 9% (threshold 5%)")).embeds[0].description
    assert "💚" not in same
    assert "💚" not in render(view(ending="was over")).embeds[0].description
    by_hand = view(**over | {"resolved_by": ANN}, ending="was over before")
    assert "💚" not in render(by_hand).embeds[0].description


def test_what_was_left_out_and_why_grafana_says_so_is_told() -> None:
    told = render(view(said={"truncatedAlerts": "12", "grafana_state_reason": "MissingSeries"}))
    assert (
        "⚙️ Grafana says MissingSeries · ✂️ 12 more of its group were left out by the sender"
        in told.embeds[0].description
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://img.example.org/a.png", {"url": "https://img.example.org/a.png"}),
        ("http://img.example.org/a.png", None),
        ("https://grafana:3000/a.png", None),
    ],
)
def test_an_image_is_shown_if_discord_can_fetch_it(url: str, shown: object) -> None:
    embed = render(view(links=(Link("Image", url),))).to_payload()["embeds"][0]
    assert embed.get("image") == shown


def test_signs_that_may_be_taken_for_one_another_differ_in_shape() -> None:
    assert SIGNS[Severity.WARNING] == "🟠"
    assert STATES[State.ACKED][0] == "🟨"
