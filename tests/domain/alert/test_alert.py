"""The law of transitions: the table is the whole truth."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot.domain.actor import Actor, person
from bot.domain.alert import transition
from bot.domain.alert.alert import (
    TRANSITIONS,
    Alert,
    IllegalTransitionError,
    State,
    Trigger,
    format_ref,
    next_state,
    parse_ref,
)
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError, InvalidInputError

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
ANNA, BEN = person(1, "Anna"), person(2, "Ben")
LEGAL = {
    "new": {"claim": "processing", "ack": "acked", "resolve": "resolved"},
    "processing": {
        "release": "new",
        "lease_expire": "new",
        "fail": "failed",
        "ack": "acked",
        "resolve": "resolved",
    },
    "acked": {"unack": "new", "resolve": "resolved"},
    "failed": {"retry": "new", "ack": "acked", "resolve": "resolved"},
    "resolved": {"refire": "new", "reopen": "new", "restore": "acked"},
}
CHANGES: dict[Trigger, Callable[[Alert], Alert]] = {
    Trigger.CLAIM: lambda alert: transition.claim(alert, ANNA, NOW, timedelta(minutes=5)),
    Trigger.RELEASE: lambda alert: transition.release(alert, ANNA),
    Trigger.FAIL: lambda alert: transition.fail(alert, ANNA, "no idea"),
    Trigger.RETRY: transition.retry,
    Trigger.ACK: lambda alert: transition.acknowledge(alert, ANNA, NOW, "mine"),
    Trigger.UNACK: transition.unacknowledge,
    Trigger.RESOLVE: lambda alert: transition.resolve(alert, ANNA, NOW),
    Trigger.LEASE_EXPIRE: lambda alert: transition.expire_lease(alert, NOW),
}


def alert_in(state: State, owner: Actor | None = ANNA) -> Alert:
    return Alert(
        id=7,
        project_id=1,
        source_id=1,
        recurrence_id=1,
        signature="s",
        state=state,
        severity=Severity.WARNING,
        name="HighErrorRate",
        opened_at=NOW,
        last_seen_at=NOW,
        owner=owner,
        lease_expires_at=NOW if state is State.PROCESSING else None,
    )


@pytest.mark.parametrize(("state", "trigger"), list(product(State, Trigger)))
def test_every_pair_is_legal_or_raises(state: State, trigger: Trigger) -> None:
    alert = alert_in(state)
    expected = LEGAL[state].get(trigger)
    if expected is None:
        with pytest.raises(IllegalTransitionError) as caught:
            next_state(alert, trigger)
        assert caught.value.trigger is trigger
        assert alert.ref in str(caught.value)
    else:
        assert next_state(alert, trigger) == expected


def test_the_table_holds_nothing_else() -> None:
    assert {(state, trigger) for state, moves in LEGAL.items() for trigger in moves} == {
        (state.value, trigger.value) for state, trigger in TRANSITIONS
    }


@pytest.mark.parametrize(("state", "trigger"), list(product(State, CHANGES)))
def test_changes_follow_the_table(state: State, trigger: Trigger) -> None:
    alert = alert_in(state)
    if trigger in LEGAL[state]:
        assert CHANGES[trigger](alert).state == LEGAL[state][trigger]
    else:
        with pytest.raises(IllegalTransitionError):
            CHANGES[trigger](alert)


def test_the_loser_of_a_race_is_told_who_won() -> None:
    with pytest.raises(IllegalTransitionError, match="already acknowledged by <@1>"):
        transition.acknowledge(alert_in(State.ACKED), BEN, NOW)
    with pytest.raises(IllegalTransitionError, match="already claimed by <@1>"):
        transition.claim(alert_in(State.PROCESSING), BEN, NOW, timedelta(minutes=1))


@pytest.mark.parametrize("end", [transition.release, transition.fail])
def test_only_the_owner_ends_a_claim(end: object) -> None:
    with pytest.raises(ConflictError, match="held by <@1>"):
        end(alert_in(State.PROCESSING), BEN)  # type: ignore[operator]  # both take alert and actor


def test_a_lease_does_not_run_out_early() -> None:
    with pytest.raises(IllegalTransitionError):
        transition.expire_lease(alert_in(State.PROCESSING), NOW - timedelta(seconds=1))


@pytest.mark.parametrize("text", ["A-1042", "a1042", "#1042", "1042", " A-1042 "])
def test_refs_are_read_as_people_write_them(text: str) -> None:
    assert parse_ref(text) == 1042
    assert format_ref(1042) == "A-1042"


@pytest.mark.parametrize("text", ["", "A-", "incident 5", "-1", "1.5", "٣", "9" * 19])
def test_other_refs_are_refused_with_the_right_shape(text: str) -> None:
    with pytest.raises(InvalidInputError, match="A-1042"):
        parse_ref(text)
