"""The status answers first, and counts after."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.status import Lane, Parked, SourceLine, StatusView, render
from tests.cards.rules import refusals
from tests.cards.world import NOON, hostile, moments

HEARD = SourceLine("prod-am", "alertmanager", NOON)
CALM = StatusView(
    sources=(HEARD, SourceLine("cron", "generic")),
    open_alerts=2,
    gateway_lag=timedelta(milliseconds=41),
    versions=(("Tocsin", "0.1.0"), ("discord.py", "2.7.1")),
    database="SQLite",
    started_at=NOON,
)


def test_a_quiet_desk_says_so_first() -> None:
    embed = render(CALM).embeds[0]
    assert embed.title == "✅ Every channel shows the truth"
    assert embed.description == "2 open alerts · gateway 41 ms · database SQLite · up since <t:1791201600:R>"
    assert [(field.name, field.value) for field in embed.fields] == [
        ("Sources", "prod-am (alertmanager): last heard <t:1791201600:R>\ncron (generic): never heard")
    ]
    assert embed.footer == "Tocsin 0.1.0 · discord.py 2.7.1"


def test_what_waits_and_what_is_parked_is_counted_and_explained() -> None:
    lanes = (Lane("new criticals", 1), Lane("people", 0), Lane("resolves", 4))
    waiting = render(StatusView(lanes=lanes, gateway_lag=timedelta(seconds=3))).embeds[0]
    assert waiting.title == "🟡 5 cards on the way"
    assert waiting.fields[0].value == "new criticals: 1\nresolves: 4"
    assert "gateway 3000 ms (slow)" in waiting.description
    parked = (Parked(5, "Tocsin may not send messages there", 3),)
    stuck = render(StatusView(lanes=lanes, parked=parked, gateway_lag=timedelta(0))).embeds[0]
    assert stuck.title == "🟠 3 cards cannot be shown"
    assert stuck.fields[1].value == "<#5>: 3 cards, Tocsin may not send messages there"


def test_a_lost_gateway_comes_before_everything_else() -> None:
    assert render(StatusView()).embeds[0].title == "🔴 Not connected to Discord's gateway"


def test_a_desk_without_sources_says_how_to_begin() -> None:
    assert render(StatusView()).embeds[0].fields[0].value == "None yet: `/setup` makes the first one."


def test_what_does_not_fit_is_counted() -> None:
    many = tuple(SourceLine(f"source number {index}", "generic") for index in range(99))
    lines = render(StatusView(sources=many)).embeds[0].fields[0].value.split("\n")
    assert lines[-1] == f"… and {99 - len(lines) + 1} more"


views = st.builds(
    StatusView,
    lanes=st.lists(st.builds(Lane, hostile, st.integers(0, 99)), max_size=8).map(tuple),
    parked=st.lists(st.builds(Parked, st.integers(1), hostile, st.integers(1)), max_size=30).map(tuple),
    sources=st.lists(st.builds(SourceLine, hostile, hostile, st.none() | moments), max_size=30).map(tuple),
    versions=st.lists(st.tuples(hostile, hostile), max_size=9).map(tuple),
    database=hostile,
)


@settings(deadline=None, max_examples=60)
@given(views)
def test_discord_takes_any_status(view: StatusView) -> None:
    assert refusals(render(view).to_payload()) == []
