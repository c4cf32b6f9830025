"""The ranking names each recurrence in a line, and keeps what was asked while pages turn."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.ids import Verb, build, parse
from bot.cards.recurrence.ranking import RankingView, decode, encode, render
from bot.domain.actor import person
from bot.domain.errors import InvalidInputError
from bot.domain.recurrence.ranking import Query, Ranked, RankingWindow, Sort
from bot.domain.recurrence.recurrence import Fix, Recurrence
from tests.cards.rules import meanings, refusals
from tests.cards.world import NOON, TAG, hostile, moments, spans

HOUR = timedelta(hours=1)
queries = st.builds(
    Query,
    window=st.sampled_from(RankingWindow),
    sort=st.sampled_from(Sort),
    text=st.text(st.characters(codec="utf-8"), max_size=40),
    source_id=st.none() | st.integers(1, 2**40),
)
counts = st.integers(0, 10**9)
fixes = st.builds(
    Fix,
    at=moments,
    by=st.just(person(1, "ann")),
    owner=st.just(person(2, "bob")),
    note=hostile,
    regressed_at=st.none() | moments,
)
recurrences = st.builds(
    Recurrence,
    id=st.integers(1, 10**18 - 1),
    project_id=st.just(1),
    source_id=st.just(1),
    signature=st.just("s" * 22),
    name=hostile,
    namespace=hostile,
    service=hostile,
    target=hostile,
    occurrences=counts,
    episodes=counts,
    duplicates=counts,
    flaps=counts,
    first_seen_at=moments,
    last_seen_at=moments,
    resolves=counts,
    self_resolves=counts,
    attention=spans,
    noise_votes=counts,
    fix=st.none() | fixes,
)
ranked = st.builds(
    Ranked,
    recurrence=recurrences,
    occurrences=counts,
    episodes=counts,
    self_resolves=st.integers(-3, 10**6),
    attention=spans,
)


def recurrence(**changes: Any) -> Recurrence:
    ordinary: dict[str, Any] = {
        "id": 12,
        "project_id": 1,
        "source_id": 1,
        "signature": "s" * 22,
        "name": "HighErrorRate",
        "service": "checkout",
        "namespace": "prod",
        "target": "checkout",
        "occurrences": 400,
        "episodes": 11,
        "duplicates": 380,
        "flaps": 9,
        "first_seen_at": NOON,
        "last_seen_at": NOON,
    }
    return Recurrence(**{**ordinary, **changes})


def view(*lines: Ranked, **changes: Any) -> RankingView:
    ordinary: dict[str, Any] = {"total": len(lines), "page": 0, "query": Query(), "tag": TAG}
    return RankingView(lines=lines, **{**ordinary, **changes})


def line(known: Recurrence, **changes: Any) -> Ranked:
    ordinary: dict[str, Any] = {"occurrences": 312, "episodes": 9, "self_resolves": 7, "attention": 2 * HOUR}
    return Ranked(recurrence=known, **{**ordinary, **changes})


def test_each_line_says_what_where_how_often_and_what_it_cost() -> None:
    noisy = line(recurrence(noise_votes=3))
    once = line(recurrence(id=13, name="disk_full"), episodes=1, self_resolves=0, attention=timedelta(0))
    card = render(view(noisy, once, total=31, page=1, query=Query(sort=Sort.NOISE, text="disk*")))
    embed = card.embeds[0]
    assert embed.title == r"Recurrences · most noise in 30 days · “disk\*”"
    first, second = embed.description.split("\n")
    assert first == (
        r"11\. R-12 **HighErrorRate** · checkout · prod · "
        "\u00d7312 in 9 episodes, 7 by themselves · 2 h in hand · 👎 3 · last <t:1791201600:R>"
    )
    assert second == (
        r"12\. R-13 **disk_full** · checkout · prod · " "\u00d7312 in 1 episode · last <t:1791201600:R>"
    )
    assert embed.footer == "31 recurrences · page 2 of 4"


def test_what_is_counted_no_further_says_so() -> None:
    footers = [render(view(line(recurrence()), total=total)).embeds[0].footer for total in (99_999, 100_000)]
    assert footers == ["99999 recurrences · page 1 of 10000", "100000+ recurrences · page 1 of 10000"]


def test_words_that_were_not_looked_for_everywhere_say_where() -> None:
    where = "looked through the top 100,000 of all times and the newest 100,000"
    query = Query(text="disk")
    found = render(view(line(recurrence()), total=120_000, query=query, complete=False)).embeds[0]
    assert found.footer == f"120000 recurrences · page 1 of 12000 · {where}"
    assert render(view(query=query, complete=False)).embeds[0].footer == where
    assert render(view(query=query)).embeds[0].footer == ""


@pytest.mark.parametrize(("regressed", "sign"), [(None, "✅ fixed"), (NOON, "↩️ back")])
def test_a_line_says_whether_it_is_mended(regressed: Any, sign: str) -> None:
    ann = person(1, "ann")
    fix = Fix(at=NOON, by=ann, owner=ann, regressed_at=regressed)
    assert sign in render(view(line(recurrence(fix=fix)))).embeds[0].description


def test_pages_turn_and_orders_and_windows_change_where_the_list_begins() -> None:
    query = Query(window=RankingWindow.WEEK, text="disk")
    rows = render(view(line(recurrence()), total=31, page=1, query=query)).to_payload()["components"]
    (select,), sorts, windows, turns = (row["components"] for row in rows)
    assert select["custom_id"] == "recur:k7f3:recurrences"
    assert [option["value"] for option in select["options"]] == ["12"]
    asked = [[decode(parse(each["custom_id"]).extra) for each in row] for row in (sorts, windows, turns)]
    assert asked[0] == [(Query(window=RankingWindow.WEEK, text="disk", sort=sort), 0) for sort in Sort]
    assert asked[1] == [(Query(window=window, text="disk"), 0) for window in RankingWindow]
    assert asked[2] == [(query, 0), (query, 2)]
    assert [each.get("disabled", False) for each in sorts] == [True, False, False]
    assert [each.get("disabled", False) for each in windows] == [False, True, False]


def test_an_empty_list_still_lets_one_look_further_back() -> None:
    card = render(view(query=Query(window=RankingWindow.DAY)))
    assert card.embeds[0].description == "Nothing came back. 🌙"
    assert len(card.rows) == 2


@settings(deadline=None, max_examples=50)
@given(st.lists(ranked, max_size=2).map(lambda few: (few * 10)[:10]), st.integers(0, 400), queries, hostile)
def test_discord_takes_any_list(lines: list[Ranked], total: int, query: Query, name: str) -> None:
    try:
        payload = render(
            view(*lines, total=total, page=total // 20, query=query, source_name=name)
        ).to_payload()
    except InvalidInputError:
        return  # such a list is refused before it is made
    assert refusals(payload) == []
    kinds = {kind for kind, _ in meanings(payload["embeds"][0]["description"])}
    assert kinds <= {"strong", "moment", "address"}
    assert not meanings(payload["embeds"][0]["title"])


@given(queries, st.integers(0, 10_000))
def test_what_was_asked_travels_in_the_custom_id_or_says_it_cannot(query: Query, page: int) -> None:
    try:
        state = encode(query, page)
    except InvalidInputError as error:
        assert error.field == "text"  # noqa: PT017 -- both ways are right, each in its own words
        assert len(query.text.encode()) * 3 > 20
    else:
        assert decode(parse(build(Verb.RANK, "abcdefgh", "recurrences", state)).extra) == (query, page)


@pytest.mark.parametrize(
    "state", ["", "1.30d", "x.30d.noise.0.", "1.2d.noise.0.", "1.30d.luck.0.", "1.7d.noise.z."]
)
def test_a_foreign_state_is_refused(state: str) -> None:
    with pytest.raises(InvalidInputError):
        decode(state)
