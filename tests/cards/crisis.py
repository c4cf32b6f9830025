"""Incidents and what belongs to them, ordinary or hostile."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from bot.cards.card import Card
from bot.cards.ids import parse
from bot.cards.incident.incident import IncidentView
from bot.domain.actor import person
from bot.domain.incident.duration import Times
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentState, Role
from bot.domain.incident.timeline import Kind, TimelineDraft, TimelineEntry, TimelineLine
from tests.cards.world import NOON, TAG, actors, alert, hostile, moments

ANN = person(77, "ann")
BEN = person(78, "ben")
SAFE = {"moment", "user", "channel", "strong", "address", "link", "emphasis", "code"}


def incident(**changes: Any) -> Incident:
    ordinary: dict[str, Any] = {
        "id": 7,
        "project_id": 1,
        "state": IncidentState.OPEN,
        "severity": IncidentLevel.P1,
        "title": "Checkout is down",
        "summary": "customers cannot pay",
        "opened_by": ANN,
        "opened_at": NOON,
        "touched_at": NOON,
        "times": Times(detected_at=NOON),
        "update_due_at": NOON + timedelta(minutes=30),
    }
    return Incident(**{**ordinary, **changes})


def view(**changes: Any) -> IncidentView:
    fields = {"alerts": (alert(),), "total": 1, "open_alerts": 1, "cap": IncidentLevel.P0, "tag": TAG}
    own = {name: changes.pop(name) for name in list(changes) if name in IncidentView.__struct_fields__}
    return IncidentView(incident=incident(**changes), **{**fields, **own})


def presses(card: Card) -> dict[str, str]:
    """Labels of buttons that are not greyed out, or placeholders of selects, by verb."""
    rows = card.to_payload()["components"]
    parts = [part for row in rows for part in row["components"] if not part.get("disabled")]
    return {parse(part["custom_id"]).verb.name: part.get("label", part.get("placeholder")) for part in parts}


times = st.builds(
    Times,
    detected_at=moments,
    impact_started_at=st.none() | moments,
    mitigated_at=st.none() | moments,
    resolved_at=st.none() | moments,
)
incidents = st.builds(
    Incident,
    id=st.integers(1, 10**18 - 1),
    project_id=st.just(1),
    state=st.sampled_from(IncidentState),
    severity=st.sampled_from(IncidentLevel),
    title=hostile,
    summary=hostile,
    service=hostile,
    roles=st.dictionaries(st.sampled_from(Role), actors),
    thread_id=st.none() | st.integers(1, 2**63),
    opened_by=actors,
    opened_at=moments,
    touched_at=moments,
    times=times,
    update=hostile,
    updated_at=st.none() | moments,
    updated_by=st.none() | actors,
    update_due_at=st.none() | moments,
    merged_into_id=st.none() | st.just(9),
)
kinds = st.sampled_from(Kind)


@st.composite
def lines(draw: st.DrawFn) -> TimelineLine:
    def entry(version: int, *, deleted: bool = False) -> TimelineEntry:
        draft = TimelineDraft(
            kind=kind,
            at=draw(moments),
            actor=draw(actors),
            text=draw(hostile),
            channel_id=channel_id,
            message_id=None if channel_id is None else 2**63,
        )
        return TimelineEntry(
            id=version,
            incident_id=7,
            entry_id=1,
            version=version,
            draft=draft,
            deleted=deleted,
            written_at=NOON,
        )

    kind, channel_id = draw(kinds), draw(st.none() | st.just(2**63))
    first = entry(1)
    latest = entry(2, deleted=draw(st.booleans())) if draw(st.booleans()) else first
    return TimelineLine(first=first, latest=latest)
