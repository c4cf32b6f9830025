"""Hostile texts and the values that carry them."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.cards.alert.alert import AlertView
from bot.cards.card import Ping
from bot.domain.actor import Actor, ActorKind, job, person, source
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.flap import Flapping
from bot.domain.alert.signal import Link, Severity
from bot.domain.recurrence.recurrence import Memory, Regression, Remedy
from bot.domain.recurrence.rhythm import Rhythm

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
TAG = "k7f3"

_TRICKS = [
    *(
        "@everyone",
        "@here",
        "@Everyone",
        "@",
        "<@1>",
        "<@!1>",
        "<@&1>",
        "<#1>",
        "<t:1:R>",
        "</a b:1>",
        "<:e:1>",
    ),
    *(
        "<a:e:1>",
        "<id:customize>",
        "<https://e.vil>",
        "<",
        ">",
        "https://e.vil/_a_",
        "https://ok.example/a_b_c",
    ),
    *("https://discord.com@e.vil", "http://[::1]/", "xhttps://e.vil", "discord://x", "[a](https://e.vil)"),
    *("[", "]", "](https://e.vil)", "(", ")", "`", "``", "```", "```\n", "\\", "\\\\", "**", "*", "__", "_"),
    *("a_b", "_a", "a_", "~~", "~", "||", "|", "# ", "## ", "-# ", "- ", "* ", "+ ", "1. ", "> ", ">>> "),
    *("\n", "\r\n", "\n\n", " ", "\t", "\x00", "\x1b[31m", "\u202e", "\u200b", "\u200d", "\ufeff", "\u3164"),
    *(
        "\u2028",
        "\ud800",
        "\udfff",
        "\U0001f600",
        "👩\u200d👩\u200d👧",
        "🇩🇪",
        "é",
        "e\u0301",
        "z" + "\u0301" * 30,
    ),
    *("שלום", "مرحبا", "漢字", "\U0001f1e6" * 3, " · ", "A-1 · abcd", "x" * 300, "word " * 60, "\\`" * 50),
]

tricky = st.lists(st.sampled_from(_TRICKS), max_size=12).map("".join)
raw = st.text(st.characters(codec=None), max_size=30)
huge = st.builds(lambda text, times: (text * times)[:12_000], st.one_of(tricky, raw), st.integers(1, 400))
hostile = st.one_of(tricky, raw, tricky, huge)

urls = st.one_of(
    st.sampled_from(
        [
            *(
                "http://prometheus:9090/graph?g0.expr=up",
                "https://wiki.example.com/run(1)_x",
                "javascript:alert(1)",
            ),
            *(
                "http://localhost",
                "https://e.vil/" + "x" * 1990,
                'https://a.example/[x]`|\\ "<>*',
                "http://",
                "",
            ),
            *("https://10.0.0.1/", "https://a.example:99999/", "https://ünï.example/ü"),
        ]
    ),
    hostile.map("https://a.example/".__add__),
)
moments = st.integers(-86_400, 86_400 * 40).map(lambda seconds: NOON + timedelta(seconds=seconds))
actors = st.one_of(
    st.builds(person, st.integers(1, 2**63), hostile),
    st.builds(lambda name: Actor(ActorKind.PROGRAM, name, name), hostile),
    st.sampled_from([source("prod-am"), job("silence")]),
)
links = st.lists(st.builds(Link, hostile, urls), max_size=8).map(tuple)

alerts = st.builds(
    Alert,
    id=st.integers(1, 10**18 - 1),
    project_id=st.just(1),
    source_id=st.just(1),
    recurrence_id=st.just(1),
    signature=st.just("5f" * 32),
    state=st.sampled_from(State),
    severity=st.sampled_from(Severity),
    name=hostile,
    severity_word=hostile,
    summary=hostile,
    description=hostile,
    labels=st.dictionaries(hostile, hostile, max_size=12),
    links=links,
    namespace=hostile,
    service=hostile,
    target=hostile,
    group_key=hostile,
    occurrences=st.integers(1, 10**9),
    flaps=st.integers(0, 10**6),
    flapping=st.builds(Flapping, st.lists(moments, max_size=4).map(tuple), st.none() | moments),
    opened_at=moments,
    last_seen_at=moments,
    acked_at=st.none() | moments,
    resolved_at=st.none() | moments,
    resolved_by=st.none() | actors,
    owner=st.none() | actors,
    lease_expires_at=st.none() | moments,
    silent_after=st.none() | moments,
    escalated_from=st.none() | st.sampled_from(Severity),
    note=hostile,
    note_by=st.none() | actors,
)
spans = st.integers(0, 10**7).map(lambda seconds: timedelta(seconds=seconds))
memories = st.builds(
    Memory,
    episodes=st.integers(1, 500),
    more=st.booleans(),
    previous_at=st.none() | moments,
    gap=st.none() | spans,
    ended=st.integers(0, 500),
    self_resolved=st.integers(0, 500),
    self_resolved_within=st.none() | spans,
    rhythm=st.none() | st.builds(Rhythm, st.integers(0, 6), st.integers(0, 23)),
    remedy=st.none()
    | st.builds(
        Remedy,
        alert_id=st.integers(1, 9),
        at=moments,
        who=actors,
        note=hostile,
        by_hand=st.booleans(),
        jump_url=urls,
    ),
    regression=st.none() | st.builds(Regression, fixed_at=moments, owner=actors, note=hostile),
)
pings = st.builds(
    Ping,
    st.lists(st.integers(1, 2**63), max_size=130).map(tuple),
    st.lists(st.integers(1, 2**63), max_size=130).map(tuple),
    st.booleans(),
)
views = st.builds(
    AlertView,
    alert=alerts,
    memory=st.none() | memories,
    source_name=hostile,
    tag=st.just(TAG),
    ping=st.none() | pings,
    incident=st.one_of(st.just("<#77>"), hostile),
)


def alert(**changes: object) -> Alert:
    """An ordinary alert, with whatever differs."""
    ordinary: dict[str, object] = {
        "id": 1042,
        "project_id": 1,
        "source_id": 1,
        "recurrence_id": 1,
        "signature": "5f" * 32,
        "state": State.NEW,
        "severity": Severity.CRITICAL,
        "name": "HighErrorRate",
        "summary": "cart error_ratio is 9% (threshold 5%)",
        "service": "checkout",
        "namespace": "prod",
        "target": "cart-7d9f",
        "links": (
            Link("Runbook", "https://wiki.example.com/cart (errors)"),
            Link("Source", "https://prometheus.example.com/graph?g0.expr=up"),
        ),
        "labels": {"alertname": "HighErrorRate", "pod": "cart-7d9f"},
        "opened_at": NOON,
        "last_seen_at": NOON,
    }
    return Alert(**{**ordinary, **changes})  # type: ignore[arg-type]  # fields by name


def view(ping: Ping | None = None, memory: Memory | None = None, **changes: object) -> AlertView:
    """A view of an ordinary alert."""
    return AlertView(alert=alert(**changes), source_name="prod-am", tag=TAG, ping=ping, memory=memory)
