"""A nudge wakes who has to act, and nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.cards.incident import nudge as nudge_card
from bot.cards.incident.nudge import NudgeView
from bot.domain.actor import job
from bot.domain.incident.action import Action
from bot.domain.incident.incident import Incident, IncidentState, Role
from bot.domain.incident.nudge import Nudge, NudgeKind
from tests.cards.crisis import ANN, BEN, SAFE, incident, incidents, presses
from tests.cards.rules import meanings, refusals
from tests.cards.world import NOON, TAG, actors, hostile


def nudge(kind: NudgeKind, **changes: Any) -> NudgeView:
    made = Nudge(
        id=3, incident_id=7, kind=kind, text="disk *full*", actor=ANN, created_at=NOON + timedelta(minutes=30)
    )
    action = Action(
        id=5,
        project_id=1,
        incident_id=7,
        text="add a limit",
        owner=BEN,
        due_at=NOON,
        created_by=ANN,
        created_at=NOON,
    )
    return NudgeView(nudge=made, incident=incident(**changes), action=action, tag=TAG)


def test_a_reminder_wakes_who_has_to_say_something() -> None:
    card = nudge_card.render(nudge(NudgeKind.UPDATE_DUE, roles={Role.COMMANDER: ANN}))
    assert (card.ping.users, card.content) == ((77,), "<@77> ⏰ I-7 waits for an update: Checkout is down")
    assert card.embeds[0].description == "⏰ No update for 30 min. What should the others know?"
    assert set(presses(card)) == {"INCIDENT_UPDATE", "INCIDENT_SNOOZE"}
    speaking = nudge_card.render(
        nudge(NudgeKind.UPDATE_DUE, roles={Role.COMMANDER: ANN, Role.COMMUNICATIONS: BEN})
    )
    assert speaking.ping.users == (78,)
    assert not nudge_card.render(nudge(NudgeKind.UPDATE_DUE)).ping
    assert nudge_card.render(nudge(NudgeKind.UPDATE_DUE, state=IncidentState.RESOLVED)).rows == ()
    machine = nudge_card.render(nudge(NudgeKind.UPDATE_DUE, roles={Role.COMMANDER: job("bot")}))
    assert not machine.ping


def test_a_promise_wakes_its_owner_until_it_is_kept() -> None:
    due = nudge(NudgeKind.ACTION_DUE)
    card = nudge_card.render(due)
    assert (card.content, presses(card)) == ("<@78> ☑️ T-5 is due: add a limit", {"ACTION_DONE": "Done"})
    assert due.action is not None
    assert nudge_card.render(replace(due, action=replace(due.action, done_at=NOON))).rows == ()
    assert nudge_card.find_marker(card.to_payload()) == (TAG, 3)
    assert "add a limit" not in card.embeds[0].description


@pytest.mark.parametrize("kind", [NudgeKind.UPDATE, NudgeKind.STATUS])
def test_an_update_is_said_once(kind: NudgeKind) -> None:
    view = nudge(kind)
    short = nudge_card.render(replace(view, nudge=replace(view.nudge, text="rolled back, errors fall")))
    assert short.content.endswith("rolled back, errors fall")
    assert short.embeds[0].description == "— <@77>"
    text = "first line\nsecond line " + "x" * 900
    long = nudge_card.render(replace(view, nudge=replace(view.nudge, text=text)))
    assert "x" * 200 not in long.content
    assert "second line" in long.embeds[0].description


@pytest.mark.parametrize("kind", NudgeKind)
def test_what_people_wrote_means_nothing_but_itself(kind: NudgeKind) -> None:
    payload = nudge_card.render(nudge(kind)).to_payload()
    assert refusals(payload) == []
    assert {each for each, _ in meanings(payload["embeds"][0]["description"])} <= SAFE - {"emphasis"}


@settings(deadline=None, max_examples=40)
@given(incidents, st.sampled_from(NudgeKind), hostile, actors)
def test_discord_takes_any_nudge(which: Incident, kind: NudgeKind, text: str, actor: Any) -> None:
    made = Nudge(id=3, incident_id=7, kind=kind, text=text, actor=actor, created_at=NOON)
    action = Action(
        id=5, project_id=1, incident_id=7, text=text, owner=actor, created_by=actor, created_at=NOON
    )
    payload = nudge_card.render(NudgeView(nudge=made, incident=which, action=action, tag=TAG)).to_payload()
    assert refusals(payload) == []
    assert {each for each, _ in meanings(payload["embeds"][0]["description"])} <= SAFE
