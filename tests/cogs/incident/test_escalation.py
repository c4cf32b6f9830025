"""How an alert becomes an incident: by button, siren, right-click and command."""

import pytest

from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentState
from bot.domain.incident.search import IncidentFilter
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident.mutation import perform
from bot.usecases.reaction.reaction import SIREN
from tests.cogs.crisis import Crisis
from tests.cogs.stage import Json, Stage, verbs
from tests.senders import ANNA, firing
from tests.waiting import until


async def all_incidents(stage: Stage) -> tuple[Incident, ...]:
    return (await incident_inspection.listing(stage.desk, IncidentFilter())).incidents


async def escalated(stage: Stage) -> Incident:
    """The one incident, once it is there."""
    (incident,) = await until(lambda: all_incidents(stage), "an incident")
    return incident


async def ask(stage: Stage, message_id: int, alert_id: int, person: str = "responder") -> Json:
    answer: Json = await stage.person(person).click(message_id, stage.button("escalate", alert_id))
    return answer


def typed(modal: Json) -> dict[str, str]:
    """What stands in the fields beforehand."""
    fields = [part["component"] for part in modal["components"]]
    return {field["custom_id"]: _standing(field) for field in fields if field["custom_id"] != "takes"}


def _standing(field: Json) -> str:
    chosen = [option["value"] for option in field.get("options", ()) if option.get("default")]
    return chosen[0] if chosen else str(field.get("value", ""))


async def test_the_button_opens_a_form_that_is_filled_in_beforehand(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    modal = (await ask(stage, message_id, alert_id))["modal"]
    assert typed(modal) == {"title": "HighErrorRate · checkout", "severity": "P1", "note": ""}
    fields = {"title": "Nobody can pay", "severity": "P0", "note": "since the deploy"}
    answer = await stage.person("responder").submit(modal["custom_id"], fields)
    assert answer["ephemeral"]
    assert answer["content"] == (
        f"🚨 Opened 🔥 I-1 **Nobody can pay**, P0.\n➡️ It comes up in <#{stage.channel_id}>"
    )
    incident = await escalated(stage)
    assert (incident.severity, incident.summary) == (IncidentLevel.P0, "since the deploy")
    assert incident.opened_by.name == "Responder"


async def test_only_severities_that_the_alert_allows_are_offered(stage: Stage) -> None:
    alert_id = await stage.send(firing("DiskSlow", Severity.WARNING))
    modal = (await ask(stage, await stage.post(), alert_id))["modal"]
    part = modal["components"][1]
    assert (part["label"], part["description"]) == ("How bad is it?", "Its alerts allow at most P1")
    assert [option["value"] for option in part["component"]["options"]] == ["P1", "P2", "P3", "P4"]


@pytest.mark.parametrize(("picked", "state"), [("mine", State.ACKED), ("nobody", State.NEW)])
async def test_whoever_escalates_has_the_alert_unless_they_say_otherwise(
    stage: Stage, picked: str, state: State
) -> None:
    alert_id, message_id = await stage.raise_card()
    modal = (await ask(stage, message_id, alert_id))["modal"]
    fields = {"title": "Down", "severity": "P1", "note": "", "takes": picked}
    await stage.person("responder").submit(modal["custom_id"], fields)
    alert = await stage.alert(alert_id)
    assert alert.state is state
    assert (alert.owner is not None) == (state is State.ACKED)


async def test_an_alert_of_the_same_service_is_taken_in_and_raises_the_severity(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    alert_id, message_id = await stage.raise_card("QueueFull")
    modal = (await ask(stage, message_id, alert_id))["modal"]
    fields = {"title": "Queue", "severity": "P0", "note": "same cause"}
    answer = await stage.person("responder").submit(modal["custom_id"], fields)
    assert answer["content"] == (
        "🧩 No second incident was opened: 🔥 I-1 **HighErrorRate · checkout**, P0, "
        f"took A-{alert_id} in.\n➡️ <#{crisis.thread_id}>"
    )
    again = await ask(stage, message_id, alert_id)
    assert again["content"] == (
        f"🧩 A-{alert_id} is part of <#{crisis.thread_id}> already; nothing was opened."
    )


async def test_a_card_of_an_open_incidents_alert_offers_no_escalation_until_that_is_over(
    stage: Stage,
) -> None:
    crisis = await Crisis.begin(stage)
    assert "escalate" not in verbs(stage.shown(crisis.alert_card))
    assert "🧵 Part of " in stage.shown(crisis.alert_card)["embeds"][0]["description"]
    details = await stage.person("responder").click(crisis.alert_card, stage.button("more", crisis.alert_id))
    assert "escalate" not in verbs(details["message"])
    await perform(stage.desk, incidents.resolve(crisis.id, actor=ANNA))
    anew = await stage.person("responder").click(crisis.alert_card, stage.button("more", crisis.alert_id))
    assert "escalate" in verbs(anew["message"])


async def test_a_siren_escalates_at_once_and_its_going_away_ends_nothing(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    responder = stage.person("responder")
    responder.react(message_id, SIREN)
    incident = await escalated(stage)
    assert (incident.title, incident.severity) == ("HighErrorRate · checkout", IncidentLevel.P1)
    assert incident.opened_by.ident == str(responder.member.user.id)
    responder.react(message_id, SIREN, on=False)
    responder.react(message_id, SIREN)
    await stage.bot.bot_context.empty(2)
    (still,) = await all_incidents(stage)
    assert still.state is IncidentState.OPEN
    assert (await incident_inspection.find(stage.desk, still.id)).view.alerts[0].id == alert_id


async def test_a_visitors_siren_opens_nothing_and_is_wiped_where_the_bot_may(stage: Stage) -> None:
    _, message_id = await stage.raise_card()
    await stage.allow_bot("MANAGE_MESSAGES")
    stage.person("visitor").react(message_id, SIREN)
    await until(lambda: not stage.shown(message_id)["reactions"])
    assert await all_incidents(stage) == ()


async def test_a_siren_of_the_time_without_bot_opens_one_incident(stage: Stage) -> None:
    _, message_id = await stage.raise_card()
    await stage.stop_bot()
    stage.person("responder").react(message_id, SIREN)
    await stage.start_bot()
    await escalated(stage)
    await perform(stage.desk, incidents.resolve(1, actor=ANNA))
    await stage.stop_bot()
    await stage.start_bot()
    await stage.reconciled()
    assert len(await all_incidents(stage)) == 1


async def test_a_right_click_on_a_card_asks_about_its_alert_and_on_words_about_them(stage: Stage) -> None:
    _, message_id = await stage.raise_card()
    responder = stage.person("responder")
    asked = await responder.menu("Escalate to incident", message_id)
    assert typed(asked["modal"])["title"] == "HighErrorRate · checkout"
    words = stage.person("visitor").say("nobody\ncan log in", stage.channel_id)
    anew = (await responder.menu("Escalate to incident", words["id"]))["modal"]
    assert typed(anew) == {"title": "nobody can log in", "severity": "P2", "note": ""}
    await responder.submit(anew["custom_id"], typed(anew))
    assert (await escalated(stage)).title == "nobody can log in"
    other = (await stage.channel.send("no card")).id
    assert "no alert's card" in (await responder.menu("Escalate to incident", other))["content"]


async def test_the_command_opens_at_once_or_asks_for_what_is_missing(stage: Stage) -> None:
    alert_id, _ = await stage.raise_card()
    responder = stage.person("responder")
    assert (await responder.command("incident open"))["modal"]["title"] == "Open an incident"
    about = await responder.command("incident open", {"alert": f"A-{alert_id}"})
    assert typed(about["modal"])["severity"] == "P1"
    opened = await responder.command("incident open", {"title": "Login is down", "service": "auth"})
    assert "I-1 **Login is down**, P2." in opened["content"]
    more = {"alert": f"A-{alert_id}", "severity": "P3", "note": "slow"}
    graded = await responder.command("incident open", more)
    assert "I-2 **HighErrorRate · checkout**, P3." in graded["content"]
    repeated = await responder.command("incident open", more)
    assert repeated["content"].endswith("Your note stands in its timeline.")


async def test_a_visitor_is_refused_every_way(stage: Stage) -> None:
    alert_id, message_id = await stage.raise_card()
    visitor = stage.person("visitor")
    for answer in (
        await ask(stage, message_id, alert_id, "visitor"),
        await visitor.menu("Escalate to incident", message_id),
        await visitor.command("incident open", {"title": "x"}),
    ):
        assert answer["content"].startswith("🔒 To open incidents you need the role")
    assert await all_incidents(stage) == ()


async def test_a_right_click_on_a_groups_card_asks_about_the_worst_of_it(stage: Stage) -> None:
    await stage.share_cards()
    await stage.send(firing("pod 1", Severity.WARNING, service="cart", group_key="pods"))
    await stage.send(firing("pod 2", Severity.CRITICAL, service="cart", group_key="pods"))
    shown = await stage.post_all()
    asked = await stage.person("responder").menu("Escalate to incident", shown["group:1"])
    assert typed(asked["modal"])["title"] == "pod 2 · cart"
