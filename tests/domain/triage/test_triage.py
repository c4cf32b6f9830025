"""What a brief is made of is decided here: order, endings, runbooks, windows; and when to ask again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.actor import person
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.signal import Link, Severity
from bot.domain.recurrence.profile import EpisodeSummary
from bot.domain.recurrence.recurrence import Episode, Memory, Remedy
from bot.domain.recurrence.run import MAX_KEY
from bot.domain.triage.agent_request import AgentReply, Fate, fresh_key, next_attempt
from bot.domain.triage.brief import ENDINGS, Brief, Feed, Neighbour, find_runbooks, last_ended, rank, settles
from bot.domain.triage.question import write_question

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MEMORY = Memory(episodes=1)
seconds = st.integers(-2_000, 2_000)


def alert(number: int = 1, after: int = 0, severity: Severity = Severity.WARNING, **more: Any) -> Alert:
    at = NOON + timedelta(seconds=after)
    fixed: dict[str, Any] = {
        "project_id": 1,
        "source_id": 1,
        "recurrence_id": number,
        "signature": "s",
        "name": f"a{number}",
    }
    return Alert(
        id=number, state=State.NEW, severity=severity, opened_at=at, last_seen_at=at, **fixed, **more
    )


@given(st.lists(st.tuples(st.integers(1, 30), seconds, st.sampled_from(Severity)), max_size=30))
def test_the_worst_come_first_then_the_nearest_and_never_it_itself(
    found: list[tuple[int, int, Severity]],
) -> None:
    own = alert(1)
    ranked = rank(own, [alert(number, after, severity) for number, after, severity in found])
    assert {each.id for each in ranked} == {number for number, _, _ in found} - {1}
    assert len(ranked) == len({each.id for each in ranked})
    keys = [(-each.severity.rank, abs(each.opened_at - own.opened_at)) for each in ranked]
    assert keys == sorted(keys)


@given(st.permutations(list(range(2, 9))))
def test_the_order_in_which_they_were_found_does_not_matter(numbers: list[int]) -> None:
    others = {number: alert(number, number % 3 * 60, list(Severity)[number % 3]) for number in range(2, 9)}
    assert rank(alert(), [others[number] for number in numbers]) == rank(alert(), others.values())


@given(st.lists(st.booleans(), max_size=20))
def test_only_what_is_over_has_an_ending(over: list[bool]) -> None:
    earlier = [
        Episode(alert_id=number, opened_at=NOON, resolved_at=NOON if ended else None)
        for number, ended in enumerate(over)
    ]
    found = last_ended(earlier)
    assert [each.alert_id for each in found] == [n for n, ended in enumerate(over) if ended][:ENDINGS]


def test_runbooks_come_from_links_and_labels_each_address_once() -> None:
    wiki, other = "https://wiki.example.com/a", "https://wiki.example.com/b"
    which = alert(
        links=(Link("Source", "https://prom.example.com"), Link("Runbook", wiki)),
        labels={"runbook_url": wiki, "team_runbook": f" {other} ", "runbook": "page 7", "pod": other},
    )
    assert find_runbooks(which) == (Link("Runbook", wiki), Link("Runbook", other))
    assert find_runbooks(alert()) == ()


@given(seconds, st.integers(0, 1_800))
def test_a_brief_settles_when_nothing_can_fire_with_it_any_more(after: int, window: int) -> None:
    now = NOON + timedelta(seconds=after)
    when = settles(alert(), timedelta(seconds=window), now)
    assert when == (NOON + timedelta(seconds=window) if after < window else None)


@given(st.integers(1, 1_000), st.integers(0, 10**6))
def test_each_attempt_waits_longer_and_none_for_ever(attempts: int, wait: int) -> None:
    reply = AgentReply(fate=Fate.PASSING, wait=timedelta(seconds=wait))
    first, second = (next_attempt(count, reply, NOON) - NOON for count in (attempts, attempts + 1))
    assert timedelta(seconds=10) <= first <= second <= 10 * MINUTE
    assert first >= min(reply.wait, 10 * MINUTE)


def test_the_first_pauses_double() -> None:
    passing = AgentReply(fate=Fate.PASSING)
    pauses = [(next_attempt(count, passing, NOON) - NOON).total_seconds() for count in range(1, 8)]
    assert pauses == [10, 20, 40, 80, 160, 320, 600]


def test_a_key_can_be_the_key_of_a_run_and_nobody_guesses_it() -> None:
    keys = {fresh_key() for _ in range(50)}
    assert len(keys) == 50
    assert {len(key) for key in keys} == {len("brief_") + 36}
    assert len(max(keys)) <= MAX_KEY


def brief(**more: Any) -> Brief:
    ann = person(77, "ann")
    remedy = Remedy(alert_id=3, at=NOON, who=ann, note="restarted it", by_hand=True)
    episode = EpisodeSummary(
        alert="A-3",
        alert_id=3,
        opened_at=NOON - 60 * MINUTE,
        resolved_at=NOON - 50 * MINUTE,
        acked_at=None,
        owner=ann,
        resolved_by=ann,
        note="restarted it",
        note_by=ann,
        self_resolved=False,
    )
    whole: dict[str, Any] = {
        "alert": alert(service="checkout", summary="9%", labels={"pod": "cart-7"}),
        "seen_at": NOON,
        "window": 15 * MINUTE,
        "incident": "I-7",
        "memory": Memory(episodes=9, gap=90 * MINUTE, remedy=remedy),
        "neighbours": (
            Neighbour(alert=alert(2, -120, Severity.CRITICAL), memory=MEMORY, jump_url="https://d/2"),
        ),
        "others": 3,
        "endings": (episode,),
        "jumps": {3: "https://d/3"},
        "runbooks": (Link("Runbook", "https://wiki.example.com/a"),),
        "feeds": (Feed(name="prod", heard_at=NOON),),
    }
    return Brief(**whole | more)


def test_the_question_says_all_that_the_brief_says() -> None:
    question = json.loads(msgspec.json.encode(write_question(brief(), "brief_k7f3_12")))
    assert (question["type"], question["timestamp"]) == ("triage.requested", "2026-10-05T12:00:00Z")
    data = question["data"]
    assert (data["run"], data["incident"], data["alert"]["ref"]) == ("brief_k7f3_12", "I-7", "A-1")
    assert (data["alert"]["labels"], data["alert"]["recurrence"]) == ({"pod": "cart-7"}, "R-1")
    assert (data["memory"]["episodes_in_30_days"], data["memory"]["median_gap"]) == (9, 5400.0)
    assert data["memory"]["last_fix"]["note"] == "restarted it"
    (near,) = data["fired_with"]
    assert (near["ref"], near["severity"], near["url"]) == ("A-2", "critical", "https://d/2")
    assert data["fired_with_others"] == 3
    (ending,) = data["last_endings"]
    assert (ending["ref"], ending["resolved_by"], ending["url"]) == ("A-3", "ann", "https://d/3")
    assert data["runbooks"] == ["https://wiki.example.com/a"]
    assert data["sources"] == [{"name": "prod", "last_event_at": "2026-10-05T12:00:00Z"}]


@pytest.mark.parametrize("field", ["summary", "description", "note"])
def test_a_secret_that_people_wrote_down_does_not_leave_the_house(field: str) -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    words: dict[str, Any] = {field: f"key {secret}"}
    said = msgspec.json.encode(write_question(brief(alert=alert(**words)), "k"))
    assert secret.encode() not in said
