"""The list names each alert in a line, and keeps its filter while pages turn."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.alert.listing import AlertLine, ListFilter, Listing, ListScope, decode, encode, render
from bot.cards.ids import Verb, build, parse
from bot.domain.actor import person
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.errors import InvalidInputError
from tests.cards.rules import meanings, refusals
from tests.cards.world import NOON, TAG, alert, alerts, hostile, urls

filters = st.builds(
    ListFilter,
    scope=st.sampled_from(ListScope),
    severity=st.none() | st.sampled_from(Severity),
    owner_id=st.integers(0, 2**64 - 1),
    text=st.text(st.characters(codec="utf-8"), max_size=40),
)


def listing(*lines: AlertLine, **changes: Any) -> Listing:
    ordinary: dict[str, Any] = {"total": len(lines), "page": 0, "filter": ListFilter(), "tag": TAG}
    return Listing(lines=lines, **{**ordinary, **changes})


def test_each_line_says_what_where_since_when_and_who() -> None:
    acked = alert(
        id=7, state=State.ACKED, severity=Severity.WARNING, owner=person(77, "ann"), name="disk_full"
    )
    card = render(
        listing(
            AlertLine(alert(occurrences=12), "https://discord.com/channels/1/2/3"),
            AlertLine(acked),
            total=31,
            page=1,
            filter=ListFilter(severity=Severity.WARNING, owner_id=77, text="disk*"),
            owner_name="ann",
        )
    )
    embed = card.embeds[0]
    assert embed.title == r"Open alerts · WARNING · of ann · “disk\*”"
    first, second = embed.description.split("\n")
    assert first.startswith("🔴 [A-1042](https://discord.com/channels/1/2/3) **HighErrorRate** · critical · ")
    assert first.endswith(" · cart-7d9f · prod · checkout · <t:1791201600:R> · \u00d712")
    assert second == (
        "🟨 A-7 **disk_full** · acked · warning · cart-7d9f · prod · checkout · <t:1791201600:R> · <@77>"
    )
    assert embed.footer == "31 alerts · page 2 of 2"


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (ListScope.OPEN, "looked through the 100,000 most urgent"),
        (ListScope.ACKED, "looked through the 100,000 most urgent"),
        (ListScope.RESOLVED, "looked through the newest 100,000"),
        (ListScope.ALL, "looked through the newest 100,000 and the 100,000 most urgent that are open"),
    ],
)
def test_who_looked_for_words_is_told_where_they_were_looked_for(scope: ListScope, said: str) -> None:
    shown = ListFilter(scope=scope, text="disk")
    some = render(listing(AlertLine(alert()), filter=shown, complete=False)).embeds[0]
    assert some.footer == f"1 alert · {said}"
    none = render(listing(filter=shown, complete=False)).embeds[0]
    assert (none.description, none.footer) == ("Nothing matches this filter.", said)
    assert render(listing(filter=shown)).embeds[0].footer == ""


def test_pages_turn_and_an_alert_opens() -> None:
    shown = ListFilter(text="disk")
    rows = render(listing(AlertLine(alert()), total=71, page=1, filter=shown)).to_payload()["components"]
    (select,) = rows[0]["components"]
    assert select["custom_id"] == "pick:k7f3:alerts"
    assert select["options"] == [
        {
            "label": "A-1042 HighErrorRate",
            "value": "1042",
            "description": "CRITICAL · cart-7d9f · prod · checkout",
            "emoji": {"name": "🔴"},
        }
    ]
    targets = [decode(parse(button["custom_id"]).extra) for button in rows[1]["components"]]
    assert targets == [(shown, 0), (shown, 2)]


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (ListFilter(), "Nothing is open. 🌙"),
        (ListFilter(scope=ListScope.ACKED), "No alert is acked."),
        (ListFilter(scope=ListScope.ALL), "There is no alert yet."),
        (ListFilter(text="disk"), "Nothing matches this filter."),
    ],
)
def test_an_empty_list_is_friendly(shown: ListFilter, said: str) -> None:
    card = render(listing(filter=shown))
    assert card.embeds[0].description == said
    assert not card.rows


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.builds(AlertLine, alerts, urls), max_size=2).map(lambda few: (few * 10)[:10]),
    st.integers(0, 400),
    hostile,
)
def test_discord_takes_any_list(lines: list[AlertLine], total: int, name: str) -> None:
    shown = ListFilter(owner_id=1)
    card = render(listing(*lines, total=total, page=total // 20, filter=shown, owner_name=name))
    payload = card.to_payload()
    assert refusals(payload) == []
    kinds = {kind for kind, _ in meanings(payload["embeds"][0]["description"])}
    assert kinds <= {"link", "strong", "moment", "user", "address"}
    assert not meanings(payload["embeds"][0]["title"])


@given(filters, st.integers(0, 10_000))
def test_a_filter_travels_in_the_custom_id_or_says_it_cannot(shown: ListFilter, page: int) -> None:
    try:
        state = encode(shown, page)
    except InvalidInputError as error:
        assert error.field == "text"  # noqa: PT017 -- both ways are right, each in its own words
        assert len(shown.text.encode()) * 3 > 20
    else:
        assert decode(parse(build(Verb.PAGE, "abcdefgh", "alerts", state)).extra) == (shown, page)


@pytest.mark.parametrize("state", ["", "1.open", "x.open..0.", "1.open.bad.0.", "1.shut..0.", "1.open..z."])
def test_a_foreign_state_is_refused(state: str) -> None:
    with pytest.raises(InvalidInputError):
        decode(state)


def test_a_scope_stands_for_states() -> None:
    assert ListScope.OPEN.states == (State.NEW, State.PROCESSING, State.ACKED, State.FAILED)
    assert ListScope.CLAIMED.states == (State.PROCESSING,)
    assert ListScope.RESOLVED.states == (State.RESOLVED,)
    assert ListScope.ALL.states is None


def test_a_list_of_the_past_is_calm() -> None:
    over = alert(state=State.RESOLVED, resolved_at=NOON + timedelta(hours=1))
    assert (
        render(listing(AlertLine(over))).embeds[0].color
        != render(listing(AlertLine(alert()))).embeds[0].color
    )
