"""The status answers first, says what to do, and counts after."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.admin.status import LaneStatus, Parked, SourceLine, StatusView, render
from bot.domain.outbox.ledger import Pace, Quantiles
from bot.domain.process_health import GatewayStatus, ProcessHealth, RateLimitPause
from tests.cards.rules import refusals
from tests.cards.world import NOON, hostile, moments

SECOND = timedelta(seconds=1)
HEARD = SourceLine("prod-am", "alertmanager", NOON)
LINE = GatewayStatus(latency=timedelta(milliseconds=41), heard_at=NOON, starts=1)
CALM = StatusView(
    now=NOON,
    sources=(HEARD, SourceLine("cron", "generic")),
    open_alerts=2,
    pace=Pace(Quantiles(412, 0.083 * SECOND, 1.52 * SECOND), Quantiles(2, SECOND, 31 * SECOND)),
    process_health=ProcessHealth(line=LINE, started_at=NOON),
    versions=(("Tocsin", "0.1.0"), ("discord.py", "2.7.1")),
    database="SQLite",
)
STUCK = Parked(5, "the bot may not post there: give it Send Messages", 3)


def with_vitals(view: StatusView = CALM, **more: object) -> StatusView:
    return msgspec.structs.replace(view, process_health=msgspec.structs.replace(view.process_health, **more))


def title(view: StatusView) -> str:
    return render(view).embeds[0].title


def fields(view: StatusView) -> dict[str, str]:
    return {field.name: field.value for field in render(view).embeds[0].fields}


def test_a_quiet_desk_says_so_first_and_is_short() -> None:
    embed = render(CALM).embeds[0]
    assert embed.title == "✅ Every channel shows the truth"
    assert embed.description == (
        "2 open alerts · gateway 41 ms · heard <t:1791201600:R> · database SQLite · up since <t:1791201600:R>"
    )
    assert fields(CALM) == {
        "Seen in Discord, this hour": "new: half within 0.083 s, 99 % within 1.5 s (412)\n"
        "changed: half within 1 s, 99 % within 31 s (2)",
        "Sources": "prod-am (alertmanager): last heard <t:1791201600:R>\ncron (generic): never heard",
    }
    assert embed.footer == "Tocsin 0.1.0 · discord.py 2.7.1"


def test_what_waits_is_counted_by_lane() -> None:
    lanes = (LaneStatus("new criticals", 1), LaneStatus("people", 0), LaneStatus("resolves", 4))
    waiting = msgspec.structs.replace(CALM, lanes=lanes, oldest_due=NOON - SECOND)
    assert title(waiting) == "⏳ 5 cards on the way"
    assert fields(waiting)["Waiting to be shown"] == (
        "new criticals 1 · resolves 4\nthe first since <t:1791201599:R>"
    )


def test_what_is_parked_says_what_to_do_where() -> None:
    stuck = msgspec.structs.replace(CALM, parked=(STUCK,))
    embed = render(stuck).embeds[0]
    words = "<#5>: 3 cards, the bot may not post there: give it Send Messages"
    assert embed.title == "🟠 3 cards cannot be shown"
    assert embed.description.startswith(f"First: {words}.\n")
    assert fields(stuck)["Parked"] == words


def test_what_mends_itself_is_no_trouble() -> None:
    waits = msgspec.structs.replace(CALM, parked=(msgspec.structs.replace(STUCK, by_itself=True),))
    assert title(waits).startswith("✅")
    assert "Parked" in fields(waits)


def test_who_cannot_be_woken_is_named() -> None:
    hint = "In Home there is no role on-call to ping: create it, or correct [ping]."
    silent = with_vitals(hints=(hint, "another"))
    embed = render(silent).embeds[0]
    assert embed.title == "🟠 Somebody cannot be woken"
    assert embed.description.startswith("In Home there is no role on-call to ping")
    assert fields(silent)["Cannot be woken"].count("\n") == 1


def test_the_limits_of_discord_are_told_apart_from_its_failures() -> None:
    late = msgspec.structs.replace(
        CALM, lanes=(LaneStatus("warning", 9),), oldest_due=NOON - timedelta(minutes=3)
    )
    assert title(late) == "🟠 9 cards on the way, too slowly"
    assert "discordstatus.com" in render(late).embeds[0].description
    pauses = (RateLimitPause("old_edit", 5, 3 * SECOND), RateLimitPause("anything", None, SECOND))
    limited = with_vitals(late, pauses=pauses, limited=2)
    assert "nothing to do" in render(limited).embeds[0].description
    assert fields(limited)["Discord's limits"] == (
        "<#5>: old edit pauses for 3.0 s\neverywhere: anything pauses for 1.0 s\n"
        "2 calls refused since the start"
    )


def test_senders_that_were_asked_to_come_back_are_counted() -> None:
    assert fields(with_vitals(turned_away=7))["Sources"].endswith("7 requests were asked to come back later")


def test_the_worst_comes_first() -> None:
    """Each trouble is taken away in turn: the next one is then the answer."""
    view = with_vitals(
        msgspec.structs.replace(
            CALM,
            lanes=(LaneStatus("warning", 9),),
            parked=(STUCK,),
            oldest_due=NOON - timedelta(hours=1),
            sources=(),
        ),
        line=GatewayStatus(trouble="the line is broken", starts=3),
        unstored=9_000,
        hints=("hint",),
    )
    found = [title(view)]
    mends: tuple[Callable[[StatusView], StatusView], ...] = (
        lambda view: with_vitals(view, line=LINE),
        lambda view: with_vitals(view, unstored=0),
        lambda view: msgspec.structs.replace(view, parked=()),
        lambda view: msgspec.structs.replace(view, oldest_due=None),
        lambda view: with_vitals(view, hints=()),
        lambda view: msgspec.structs.replace(view, lanes=()),
    )
    for mend in mends:
        view = mend(view)
        found.append(title(view))
    assert found == [
        "🔴 Not connected to Discord's gateway",
        "🔴 9000 alerts wait to be stored",
        "🟠 3 cards cannot be shown",
        "🟠 9 cards on the way, too slowly",
        "🟠 Somebody cannot be woken",
        "⏳ 9 cards on the way",
        "👋 Nobody sends alerts yet",
    ]


def test_a_slow_gateway_says_so() -> None:
    slow = with_vitals(line=msgspec.structs.replace(LINE, latency=3 * SECOND, starts=4))
    assert "gateway 3000 ms (slow)" in render(slow).embeds[0].description
    assert "4 connections since" in render(slow).embeds[0].description


def test_what_does_not_fit_is_counted() -> None:
    many = tuple(SourceLine(f"source number {index}", "generic") for index in range(99))
    lines = fields(msgspec.structs.replace(CALM, sources=many))["Sources"].split("\n")
    assert lines[-1] == f"… and {99 - len(lines) + 1} more"


spans = st.timedeltas(timedelta(0), timedelta(days=9))
quantiles = st.none() | st.builds(Quantiles, st.integers(1), spans, spans)
process_health = st.builds(
    ProcessHealth,
    line=st.builds(
        GatewayStatus, trouble=st.none() | hostile, latency=st.none() | spans, heard_at=st.none() | moments
    ),
    hints=st.lists(hostile, max_size=30).map(tuple),
    pauses=st.lists(st.builds(RateLimitPause, hostile, st.none() | st.integers(1), spans), max_size=60).map(
        tuple
    ),
    limited=st.integers(0),
    unstored=st.integers(0),
    turned_away=st.integers(0),
    started_at=st.none() | moments,
)
views = st.builds(
    StatusView,
    now=moments,
    lanes=st.lists(st.builds(LaneStatus, hostile, st.integers(0, 99)), max_size=8).map(tuple),
    parked=st.lists(st.builds(Parked, st.integers(1), hostile, st.integers(1)), max_size=30).map(tuple),
    sources=st.lists(st.builds(SourceLine, hostile, hostile, st.none() | moments), max_size=30).map(tuple),
    oldest_due=st.none() | moments,
    pace=st.builds(Pace, quantiles, quantiles),
    process_health=process_health,
    versions=st.lists(st.tuples(hostile, hostile), max_size=9).map(tuple),
    database=hostile,
)


@settings(deadline=None, max_examples=60)
@given(views)
def test_discord_takes_any_status(view: StatusView) -> None:
    assert refusals(render(view).to_payload()) == []


def test_a_storm_is_called_one_although_its_cards_have_waited_for_long() -> None:
    lanes = (LaneStatus("new criticals", 390),)
    storm = msgspec.structs.replace(CALM, lanes=lanes, oldest_due=NOON - 600 * SECOND, storms={77: 390})
    embed = render(storm).embeds[0]
    assert embed.title == "⛈️ An alert storm"
    assert "390 alerts are on the board in <#77>; act on them there." in embed.description
    assert "Discord fails" not in embed.description
