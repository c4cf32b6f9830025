"""The head of an incident is understood in two seconds, and Discord takes it whatever it holds."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.ids import Verb, parse
from bot.cards.incident import form as forms
from bot.cards.incident import incident as incident_card
from bot.cards.incident.incident import IncidentView, find_marker, forum_tags, headline, render, thread_name
from bot.domain.alert.signal import Severity
from bot.domain.incident.duration import Times
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentState, Role
from tests.cards.crisis import ANN, BEN, SAFE, incident, incidents, presses, view
from tests.cards.rules import meanings, refusals
from tests.cards.world import NOON, TAG, alert, alerts, hostile


def test_a_head_answers_the_questions_in_their_order() -> None:
    card = render(view(roles={Role.COMMANDER: ANN}, open_actions=2))
    (embed,) = card.embeds
    assert not embed.title
    assert card.content == "🔴 I-7 · P1 · OPEN · Checkout is down"
    assert embed.description.split("\n") == [
        "customers cannot pay",
        "🕐 Since <t:1791201600:R>",
        "⏰ Next update due <t:1791203400:R>",
        "🧭 Commander: <@77> · 📝 Scribe: — · 📢 Communications: —",
        "☑️ 2 open action items",
    ]
    assert embed.fields[0].name == "Alerts: 1 of 1 open"
    assert embed.fields[0].value == "🔴 A-1042 **HighErrorRate** · critical · <t:1791201600:R>"
    assert embed.footer == "I-7 · k7f3 · opened by ann"


def test_the_last_update_stands_first_and_what_is_over_says_how_long_it_took() -> None:
    over = Times(detected_at=NOON, mitigated_at=NOON, resolved_at=NOON + timedelta(minutes=80))
    card = render(
        view(
            state=IncidentState.RESOLVED,
            update="rolled back",
            updated_by=BEN,
            updated_at=NOON,
            times=over,
            update_due_at=None,
        )
    )
    assert card.content.startswith("✅ I-7 · P1 · RESOLVED")
    assert card.embeds[0].description.split("\n")[:2] == [
        "📣 rolled back — <@78>, <t:1791201600:R>",
        "🕐 Lasted 1 h 20 min, over <t:1791206400:R>",
    ]


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (
            IncidentState.OPEN,
            {"MITIGATE", "RESOLVE", "UPDATE", "NOTE", "ROLE", "SEVERITY", "TIMELINE", "SNOOZE"},
        ),
        (
            IncidentState.MITIGATING,
            {"REOPEN", "RESOLVE", "UPDATE", "NOTE", "ROLE", "SEVERITY", "TIMELINE", "SNOOZE"},
        ),
        (IncidentState.RESOLVED, {"CLOSE", "REOPEN", "NOTE", "TIMELINE", "POSTMORTEM"}),
        (IncidentState.CLOSED, {"REOPEN", "NOTE", "TIMELINE", "POSTMORTEM"}),
    ],
)
def test_only_what_makes_sense_can_be_pressed(state: IncidentState, verbs: set[str]) -> None:
    due = NOON if state.open else None
    assert {
        name.removeprefix("INCIDENT_") for name in presses(render(view(state=state, update_due_at=due)))
    } == verbs


def test_what_went_elsewhere_only_leads_there() -> None:
    card = render(view(state=IncidentState.CLOSED, merged_into_id=9, merged_into="<#22>", update_due_at=None))
    assert set(presses(card)) == {"INCIDENT_TIMELINE", "INCIDENT_POSTMORTEM"}
    assert "➡️ Went into <#22>" in card.embeds[0].description


def test_when_all_its_alerts_are_over_it_offers_to_resolve() -> None:
    offering = view(open_alerts=0)
    assert offering.offers_resolve
    assert "Is it over?" in render(offering).embeds[0].description
    assert not view(open_alerts=0, state=IncidentState.RESOLVED).offers_resolve
    assert not view(open_alerts=0, total=0, alerts=()).offers_resolve


def test_only_severities_within_the_cap_are_offered_and_roles_name_their_holder() -> None:
    card = render(view(cap=IncidentLevel.P1, severity=IncidentLevel.P2, roles={Role.SCRIBE: BEN}))
    rows = {
        parse(row["components"][0]["custom_id"]).verb: row["components"][0]
        for row in card.to_payload()["components"]
    }
    offered = [option["value"] for option in rows[Verb.INCIDENT_SEVERITY]["options"]]
    assert offered == ["P1", "P2", "P3", "P4"]
    roles = {option["value"]: option["description"] for option in rows[Verb.INCIDENT_ROLE]["options"]}
    assert roles == {"commander": "free", "scribe": "held by ben", "communications": "free"}


def test_ten_alerts_are_named_and_the_rest_counted() -> None:
    many = tuple(alert(id=number, name="x" * 300) for number in range(1, 11))
    value = render(view(alerts=many, total=31)).embeds[0].fields[0].value
    assert value.endswith("… 31 in all")


def test_a_lost_head_is_found_by_its_marker() -> None:
    payload = render(view()).to_payload()
    assert find_marker(payload) == (TAG, 7)
    assert find_marker({}) is None
    assert thread_name(incident(title="@everyone " + "x" * 200)).startswith("I-7 @\u200beveryone")
    assert forum_tags(incident()) == ("P1", "open")


@settings(deadline=None, max_examples=60)
@given(incidents, st.lists(alerts, max_size=3), st.integers(0, 40), st.sampled_from(IncidentLevel))
def test_discord_takes_any_head(which: Incident, some: list[Any], total: int, cap: IncidentLevel) -> None:
    card = render(
        IncidentView(
            incident=which, alerts=tuple(some * 4)[:10], total=total, cap=cap, open_actions=total, tag=TAG
        )
    )
    payload = card.to_payload()
    assert refusals(payload) == []
    assert {kind for kind, _ in meanings(payload["embeds"][0]["description"])} <= SAFE
    assert not meanings(payload["content"])
    assert len(thread_name(which)) <= 100
    assert find_marker(payload) == (TAG, which.id)
    assert len(headline(which)) <= 256


def test_forms_are_filled_in_beforehand_and_lead_back() -> None:
    opening = forms.open_modal(
        TAG, alert_id=5, title="Pay · shop", severity=IncidentLevel.P2, cap=IncidentLevel.P1
    ).to_payload()
    fields = [part["component"] for part in opening["components"]]
    assert parse(opening["custom_id"]).number == 5
    assert [(field["custom_id"], field.get("value")) for field in fields] == [
        (forms.TITLE_INPUT, "Pay · shop"),
        (forms.SEVERITY_INPUT, None),
        (forms.TAKES_INPUT, None),
        (forms.NOTE_INPUT, None),
    ]
    offered = {option["value"]: option.get("default", False) for option in fields[1]["options"]}
    assert offered == {"P1": False, "P2": True, "P3": False, "P4": False}
    assert opening["components"][1]["description"] == "Its alerts allow at most P1"
    bare = forms.open_modal(TAG, alert_id=None, title="", severity=IncidentLevel.P2)
    assert parse(bare.custom_id).subject == forms.NEW
    for modal, verb in (
        (forms.update_modal(incident(), TAG), Verb.INCIDENT_UPDATE),
        (forms.note_modal(incident(), TAG), Verb.INCIDENT_NOTE),
    ):
        assert (parse(modal.custom_id).verb, parse(modal.custom_id).number) == (verb, 7)


@given(hostile)
def test_whatever_the_alert_is_called_the_form_opens(title: str) -> None:
    payload = forms.open_modal(TAG, alert_id=5, title=title, severity=IncidentLevel.P2).to_payload()
    value = payload["components"][0]["component"].get("value", "")
    assert len(value) <= forms.MAX_TITLE
    assert all(len(part["label"]) <= 45 for part in payload["components"])


def test_a_warning_and_a_mild_incident_look_calm() -> None:
    worst = render(view(severity=IncidentLevel.P0)).embeds[0].color
    mild = render(view(severity=IncidentLevel.P4, alerts=(alert(severity=Severity.INFO),))).embeds[0].color
    assert worst != mild
    assert incident_card.marker(TAG, 7) == "I-7 · k7f3"
