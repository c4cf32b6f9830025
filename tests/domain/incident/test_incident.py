"""The law of incidents: the table is the whole truth, and severity is capped by what fires."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.domain.actor import job, person
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError, InvalidInputError
from bot.domain.incident import transition as incident_transition
from bot.domain.incident.duration import Moment, Times
from bot.domain.incident.incident import (
    CAPS,
    TRANSITIONS,
    IllegalIncidentTransitionError,
    Incident,
    IncidentLevel,
    IncidentRules,
    IncidentState,
    IncidentTrigger,
    Role,
    allowed,
    ceiling,
    format_ref,
    next_state,
    parse_level,
    parse_ref,
    worse,
)

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
ANNA, BEN = person(1, "Anna"), person(2, "Ben")
RULES = IncidentRules()
LEGAL = {
    "open": {"mitigate": "mitigating", "resolve": "resolved", "merge": "closed"},
    "mitigating": {"resolve": "resolved", "reopen": "open", "merge": "closed"},
    "resolved": {"reopen": "open", "close": "closed", "merge": "closed"},
    "closed": {"reopen": "open"},
}


def incident(state: IncidentState = IncidentState.OPEN, **changes: object) -> Incident:
    ordinary: dict[str, object] = {
        "id": 7,
        "project_id": 1,
        "state": state,
        "severity": IncidentLevel.P2,
        "title": "Checkout is down",
        "opened_by": ANNA,
        "opened_at": NOW,
        "touched_at": NOW,
        "times": Times(detected_at=NOW),
    }
    return Incident(**{**ordinary, **changes})  # type: ignore[arg-type]  # fields by name


CHANGES: dict[IncidentTrigger, Callable[[Incident], Incident]] = {
    IncidentTrigger.MITIGATE: lambda each: incident_transition.mitigate(each, NOW),
    IncidentTrigger.RESOLVE: lambda each: incident_transition.resolve(each, NOW),
    IncidentTrigger.REOPEN: lambda each: incident_transition.reopen(each, NOW, RULES),
    IncidentTrigger.CLOSE: lambda each: incident_transition.close(each, NOW),
    IncidentTrigger.MERGE: lambda each: incident_transition.merge_into(each, incident(id=9), NOW),
}


@pytest.mark.parametrize(("state", "trigger"), list(product(IncidentState, IncidentTrigger)))
def test_every_pair_is_legal_or_raises(state: IncidentState, trigger: IncidentTrigger) -> None:
    before = incident(state)
    expected = LEGAL[state].get(trigger)
    if expected is None:
        for attempt in (lambda: next_state(before, trigger), lambda: CHANGES[trigger](before)):
            with pytest.raises(IllegalIncidentTransitionError, match="I-7 is") as caught:
                attempt()
            assert caught.value.trigger is trigger
    else:
        assert next_state(before, trigger) == CHANGES[trigger](before).state == expected


def test_the_table_holds_nothing_else() -> None:
    assert {(state, trigger) for state, moves in LEGAL.items() for trigger in moves} == {
        (state.value, trigger.value) for state, trigger in TRANSITIONS
    }


@pytest.mark.parametrize(
    ("state", "trigger", "words"),
    [
        (IncidentState.OPEN, IncidentTrigger.CLOSE, "I-7 is open; resolve it before you close it."),
        (IncidentState.OPEN, IncidentTrigger.REOPEN, "I-7 is open already."),
        (IncidentState.MITIGATING, IncidentTrigger.MITIGATE, "I-7 is mitigating already."),
        (IncidentState.RESOLVED, IncidentTrigger.RESOLVE, "I-7 is resolved already."),
        (
            IncidentState.RESOLVED,
            IncidentTrigger.MITIGATE,
            "I-7 is resolved; reopen it before you mitigate it.",
        ),
        (IncidentState.CLOSED, IncidentTrigger.RESOLVE, "I-7 is closed; reopen it before you resolve it."),
        (IncidentState.CLOSED, IncidentTrigger.CLOSE, "I-7 is closed already."),
    ],
)
def test_an_illegal_step_says_what_to_do_instead(
    state: IncidentState, trigger: IncidentTrigger, words: str
) -> None:
    with pytest.raises(IllegalIncidentTransitionError) as caught:
        next_state(incident(state), trigger)
    assert str(caught.value) == words


@pytest.mark.parametrize(("severity", "cap"), list(CAPS.items()))
def test_alerts_cap_the_severity_and_the_error_names_the_cap(severity: Severity, cap: IncidentLevel) -> None:
    assert ceiling([Severity.INFO, severity]) is cap
    for level in IncidentLevel:
        if level.rank >= cap.rank:
            assert allowed(level, cap) is level
        else:
            with pytest.raises(InvalidInputError, match=f"alerts allow {cap}"):
                allowed(level, cap)


def test_a_warning_cannot_become_a_p0_and_without_alerts_people_decide() -> None:
    assert CAPS[Severity.WARNING] is IncidentLevel.P1
    assert CAPS[Severity.INFO] is IncidentLevel.P3
    assert ceiling([]) is IncidentLevel.P0


@given(st.sampled_from(IncidentLevel), st.sampled_from(IncidentLevel))
def test_the_worse_of_two_is_one_of_them(one: IncidentLevel, other: IncidentLevel) -> None:
    assert worse(one, other) is worse(other, one)
    assert worse(one, other).rank == min(one.rank, other.rank)


def test_resolving_ends_reminders_and_reopening_begins_them_anew() -> None:
    told = incident_transition.tell(incident(), ANNA, "looking", NOW, RULES)
    assert told.update_due_at == NOW + timedelta(minutes=60)
    resolved = incident_transition.resolve(told, NOW + timedelta(minutes=5))
    assert (resolved.update_due_at, resolved.times.resolved_at) == (None, NOW + timedelta(minutes=5))
    again = incident_transition.reopen(resolved, NOW + timedelta(minutes=6), RULES)
    assert again.update_due_at == NOW + timedelta(minutes=66)
    assert (again.times.resolved_at, again.times.mitigated_at) == (None, None)


def test_reminders_follow_the_severity() -> None:
    raised = incident_transition.grade(incident(), IncidentLevel.P0, IncidentLevel.P0, NOW, RULES)
    assert raised.update_due_at == NOW + timedelta(minutes=15)
    calm = incident_transition.grade(raised, IncidentLevel.P4, IncidentLevel.P0, NOW, RULES)
    assert calm.update_due_at is None
    with pytest.raises(ConflictError, match="nothing to snooze"):
        incident_transition.snooze(calm, NOW, timedelta(minutes=30))
    with pytest.raises(ConflictError, match="P4 already"):
        incident_transition.grade(calm, IncidentLevel.P4, IncidentLevel.P0, NOW, RULES)
    clamped = incident_transition.grade(calm, IncidentLevel.P0, IncidentLevel.P1, NOW, RULES)
    assert clamped.severity is IncidentLevel.P1
    with pytest.raises(ConflictError, match="P1 is the worst that is allowed"):
        incident_transition.grade(clamped, IncidentLevel.P0, IncidentLevel.P1, NOW, RULES)


def test_a_snooze_never_brings_a_reminder_forward() -> None:
    due = incident_transition.tell(incident(), ANNA, "x", NOW, RULES)
    assert incident_transition.snooze(due, NOW, timedelta(minutes=5)).update_due_at == due.update_due_at
    assert incident_transition.snooze(due, NOW, timedelta(hours=2)).update_due_at == NOW + timedelta(hours=2)


def test_a_reminder_is_given_when_it_is_due_and_once() -> None:
    due = incident_transition.tell(incident(), ANNA, "x", NOW, RULES)
    with pytest.raises(ConflictError):
        incident_transition.remind(due, NOW + timedelta(minutes=59), RULES)
    late = NOW + timedelta(hours=5)
    reminded = incident_transition.remind(due, late, RULES)
    assert reminded.update_due_at == late + timedelta(hours=1)
    with pytest.raises(ConflictError):
        incident_transition.remind(reminded, late, RULES)


def test_a_role_has_one_holder_who_alone_lays_it_down() -> None:
    taken = incident_transition.take(incident(), Role.COMMANDER, ANNA)
    with pytest.raises(ConflictError, match="Commander of I-7 is <@1> already"):
        incident_transition.take(taken, Role.COMMANDER, BEN)
    with pytest.raises(ConflictError, match="is you already"):
        incident_transition.take(taken, Role.COMMANDER, ANNA)
    with pytest.raises(ConflictError, match="is <@1>, not you"):
        incident_transition.give_up(taken, Role.COMMANDER, BEN)
    assert incident_transition.assign(taken, Role.COMMANDER, BEN).roles == {Role.COMMANDER: BEN}
    assert incident_transition.give_up(taken, Role.COMMANDER, ANNA).roles == {}
    assert (
        incident_transition.toggle(
            incident_transition.toggle(incident(), Role.SCRIBE, BEN), Role.SCRIBE, BEN
        ).roles
        == {}
    )


def test_the_first_person_acknowledges_and_jobs_leave_no_trace() -> None:
    later = NOW + timedelta(minutes=3)
    assert incident_transition.touch(incident(), job("reminder"), later).times.acked_at is None
    touched = incident_transition.touch(incident(), BEN, later)
    assert (touched.times.acked_at, touched.touched_at) == (later, later)
    assert incident_transition.touch(touched, ANNA, later + timedelta(minutes=1)).times.acked_at == later


def test_a_merge_needs_two_and_a_living_target() -> None:
    with pytest.raises(ConflictError, match="into itself"):
        incident_transition.merge_into(incident(), incident(), NOW)
    with pytest.raises(ConflictError, match="I-9 is closed"):
        incident_transition.merge_into(incident(), incident(IncidentState.CLOSED, id=9), NOW)
    gone = incident_transition.merge_into(incident(), incident(id=9), NOW)
    with pytest.raises(ConflictError, match="merged into I-9; reopen that one"):
        incident_transition.reopen(gone, NOW, RULES)


def test_who_absorbs_keeps_the_worse_and_the_earlier() -> None:
    early = Times(detected_at=NOW - timedelta(hours=1), acked_at=NOW - timedelta(minutes=50))
    source = incident(id=9, severity=IncidentLevel.P0, times=early)
    grown = incident_transition.absorb(incident(), source, NOW, RULES)
    assert (grown.severity, grown.times.detected_at, grown.times.acked_at) == (
        IncidentLevel.P0,
        early.detected_at,
        early.acked_at,
    )
    assert grown.update_due_at == NOW + timedelta(minutes=15)
    mild = replace(source, severity=IncidentLevel.P4)
    assert incident_transition.absorb(incident(), mild, NOW, RULES).severity is IncidentLevel.P2


def test_what_has_not_happened_has_no_time() -> None:
    with pytest.raises(ConflictError, match="not mitigated yet"):
        incident_transition.retime(incident(), Moment.MITIGATED, NOW, NOW)
    with pytest.raises(ConflictError, match="not resolved yet"):
        incident_transition.retime(incident(), Moment.RESOLVED, NOW, NOW)
    mitigated = incident_transition.retime(incident(IncidentState.MITIGATING), Moment.MITIGATED, NOW, NOW)
    assert mitigated.times.mitigated_at == NOW


@pytest.mark.parametrize("text", ["I-42", "i42", "#42", "42", " I-42 "])
def test_refs_are_read_as_people_write_them(text: str) -> None:
    assert parse_ref(text) == 42
    assert format_ref(42) == "I-42"


@pytest.mark.parametrize("text", ["", "I-", "A-5", "-1", "1.5", "٣", "9" * 19])
def test_other_refs_are_refused_with_the_right_shape(text: str) -> None:
    with pytest.raises(InvalidInputError, match="I-7"):
        parse_ref(text)


@pytest.mark.parametrize("text", ["P1", "p1", "1", "sev1", "SEV-1"])
def test_severities_are_read_as_people_write_them(text: str) -> None:
    assert parse_level(text) is IncidentLevel.P1


@pytest.mark.parametrize("text", ["", "P5", "high", "P", "11"])
def test_other_severities_are_refused_with_the_list(text: str) -> None:
    with pytest.raises(InvalidInputError, match="P0"):
        parse_level(text)
