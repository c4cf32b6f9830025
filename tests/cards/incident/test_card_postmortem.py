"""The post-mortem: all that is known, honest about the rest, and nothing a stranger wrote has power."""

import re
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.incident.postmortem import MAX_LINES, filename, render
from bot.domain.actor import job, person
from bot.domain.incident.action import Action
from bot.domain.incident.duration import Times, durations
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentState, Role
from bot.domain.incident.postmortem import Involved, Postmortem
from bot.domain.incident.timeline import Kind, TimelineDraft, TimelineEntry, TimelineLine
from bot.domain.recurrence.recurrence import Memory, Remedy
from tests.cards.rules import calls
from tests.cards.world import NOON, alert, alerts, hostile

ANN, BEN = person(77, "ann"), person(78, "ben_b")
MINUTE = timedelta(minutes=1)
SPECIAL = re.compile(r"(?<!\\)(?:\\\\)*[`*\[\]<>|~&$]")


def line(
    kind: Kind, minute: int, text: str = "", actor: Any = ANN, fixed: bool = False, deleted: bool = False
) -> TimelineLine:
    def entry(version: int) -> TimelineEntry:
        draft = TimelineDraft(
            kind=kind, at=NOON + minute * MINUTE, actor=BEN if version > 1 else actor, text=text
        )
        return TimelineEntry(
            id=minute * 10 + version,
            incident_id=7,
            entry_id=minute * 10 + 1,
            version=version,
            draft=draft,
            deleted=deleted and version > 1,
            written_at=NOON,
        )

    return TimelineLine(first=entry(1), latest=entry(2 if fixed or deleted else 1))


def postmortem(**changes: Any) -> Postmortem:
    times = Times(
        impact_started_at=NOON - 5 * MINUTE,
        detected_at=NOON,
        acked_at=NOON + MINUTE,
        resolved_at=NOON + 55 * MINUTE,
    )
    incident = Incident(
        id=7,
        project_id=1,
        state=IncidentState.RESOLVED,
        severity=IncidentLevel.P1,
        title="Checkout is down",
        summary="customers cannot pay",
        service="checkout",
        roles={Role.COMMANDER: BEN},
        opened_by=ANN,
        opened_at=NOON,
        touched_at=NOON,
        times=times,
        update="rolled back",
    )
    memory = Memory(
        episodes=3,
        previous_at=NOON - timedelta(days=2),
        gap=timedelta(days=1),
        ended=2,
        self_resolved=1,
        remedy=Remedy(alert_id=9, at=NOON, who=ANN, note="restarted"),
    )
    ordinary: dict[str, Any] = {
        "incident": incident,
        "durations": durations(times),
        "lines": (
            line(Kind.OPENED, 0, "P1: Checkout is down"),
            line(Kind.NOTE, 3, "deployed", fixed=True),
            line(Kind.MESSAGE, 4, "oops", deleted=True),
            line(Kind.ALERT_RESOLVED, 50, "A-1 x", actor=job("silence")),
            line(Kind.STATE, 55, "open → resolved"),
        ),
        "involved": (Involved(alert(occurrences=4, resolved_at=NOON + 50 * MINUTE), memory),),
        "actions": (
            Action(
                id=1,
                project_id=1,
                incident_id=7,
                text="add a limit",
                owner=BEN,
                due_at=NOON,
                created_by=ANN,
                created_at=NOON,
            ),
            Action(
                id=2, project_id=1, incident_id=7, text="done", created_by=ANN, created_at=NOON, done_at=NOON
            ),
        ),
    }
    return Postmortem(**{**ordinary, **changes})


def test_it_tells_the_whole_story() -> None:
    assert render(postmortem()) == (
        """\
# I-7: Checkout is down

Severity P1 · state resolved · opened 2026-10-05 12:00:00 UTC

## Summary

Known at the opening: customers cannot pay

Last told: rolled back

_(to be written: what happened, in three sentences for somebody who was not there)_

## Impact

Service: checkout

_(to be written: who noticed what, how many, and what it cost)_

## Durations

| | |
|---|---|
| impact started | 2026-10-05 11:55:00 UTC |
| detected | 2026-10-05 12:00:00 UTC |
| mitigated | unknown |
| resolved | 2026-10-05 12:55:00 UTC |
| time to acknowledge (TTA) | 1 min |
| time to mitigate (TTM) | unknown |
| time to resolve (TTR) | 1 h |

## Timeline

- 2026-10-05 12:00:00 UTC — ann opened it: P1: Checkout is down
- 2026-10-05 12:03:00 UTC — ann noted: deployed (corrected by ben\\_b)
- 2026-10-05 12:04:00 UTC — ann wrote: (deleted)
- 2026-10-05 12:50:00 UTC — silence resolved: A-1 x
- 2026-10-05 12:55:00 UTC — ann state: open → resolved

## Alerts

- A-1042 **HighErrorRate** (critical): fired 2026-10-05 12:00:00 UTC, 4 times, \
resolved 2026-10-05 12:50:00 UTC
  - 3rd time in 30 days, before that 2026-10-03 12:00:00 UTC, median gap 1 d, \
1 of 2 resolved by themselves, last handled by ann: restarted.

## People

- Commander: ben\\_b
- Scribe: —
- Communications: —
- Took part: ann, ben\\_b

## What changed

- 2026-10-05 12:55:00 UTC — ann state: open → resolved

_(to be written: deployments, configuration and traffic before it began)_

## Why it happened

_(to be written: causes, and what let them through)_

## What went well, what did not

_(to be written: luck included)_

## Action items

- [ ] T-1 add a limit (ben\\_b, due 2026-10-05)
- [x] T-2 done (nobody yet)
- [ ] _(to be written: what keeps it from happening again; who, until when)_
"""
    )  # fmt: skip


def test_the_same_incident_gives_the_same_text() -> None:
    assert render(postmortem()) == render(postmortem())
    assert filename(postmortem().incident) == "I-7-post-mortem.md"


def test_what_is_not_there_is_said() -> None:
    text = render(postmortem(involved=(), actions=(), lines=()))
    assert "No alert belongs to it." in text
    assert "- [ ] _(to be written" in text


def test_what_went_into_it_is_named() -> None:
    other = postmortem().incident
    assert "- I-7 went into it: Checkout is down" in render(postmortem(merged=(other,)))


def test_an_endless_timeline_says_how_much_is_missing() -> None:
    long = tuple(line(Kind.NOTE, number, "x") for number in range(MAX_LINES + 5))
    assert "\n- … and 5 more\n" in render(postmortem(lines=long))


def test_alerts_beyond_the_listed_ones_are_counted() -> None:
    assert "\n- … and 250 more\n" in render(postmortem(unlisted=250))
    assert "more\n" not in render(postmortem())


@settings(deadline=None, max_examples=60)
@given(hostile, alerts)
def test_nothing_a_stranger_wrote_has_power_in_it(text: str, some: Any) -> None:
    stranger = person(5, text)
    incident = Incident(
        id=7,
        project_id=1,
        state=IncidentState.OPEN,
        severity=IncidentLevel.P2,
        title=text,
        summary=text,
        service=text,
        roles={Role.SCRIBE: stranger},
        opened_by=stranger,
        opened_at=NOON,
        touched_at=NOON,
        times=Times(detected_at=NOON),
        update=text,
    )
    memory = Memory(episodes=1, previous_at=NOON, remedy=Remedy(alert_id=1, at=NOON, who=stranger, note=text))
    action = Action(
        id=1, project_id=1, incident_id=7, text=text, owner=stranger, created_by=stranger, created_at=NOON
    )
    calm = postmortem(
        incident=incident,
        lines=(line(Kind.NOTE, 1, text, stranger, fixed=True),),
        involved=(Involved(some, memory),),
        actions=(action,),
    )
    written = render(calm)
    assert not calls(written)
    assert len([each for each in written.split("\n") if each.startswith("#")]) == 11
    for each in written.split("\n"):
        if not each.startswith(("|", "- [", "_(")):  # those bear marks of our own
            assert not SPECIAL.search(each.replace("**", "")), each


@given(st.sampled_from(["@everyone", "<@1>", "`x`", "a_b", "[x](https://e.vil)", "<!-- x -->", "$x$"]))
def test_tricks_are_shown_as_they_were_written(text: str) -> None:
    shown = render(postmortem(lines=(line(Kind.NOTE, 1, text),)))
    (told,) = [each for each in shown.split("\n") if "noted" in each]
    plain = re.sub(r"\\(.)", r"\1", told).replace("\u200b", "")
    assert plain.endswith(f"noted: {text}")
