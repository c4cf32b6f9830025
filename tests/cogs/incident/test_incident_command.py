"""``/incident``: every command does what it says, needs no ref in the thread, and says what it cannot."""

from datetime import timedelta

import pytest

from bot.domain.incident.incident import IncidentLevel, IncidentState, Role
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.incident import action as actions
from bot.usecases.triage.escalation import open_incident
from bot.usecases.triage.open_request import OpenRequest
from tests.cogs.crisis import Crisis
from tests.cogs.stage import Stage
from tests.senders import ANNA


@pytest.fixture
async def crisis(stage: Stage) -> Crisis:
    return await Crisis.begin(stage)


async def test_commands_conduct_the_incident_whose_thread_they_are_given_in(crisis: Crisis) -> None:
    await alerts.resolve(crisis.stage.desk, crisis.alert_id, actor=ANNA)  # else it asks first
    for command, more, said in (
        ("severity", {"severity": "P2"}, "I-1 is P2 now"),
        ("status", {"state": "mitigating"}, "I-1 is mitigating"),
        ("status", {"state": "open"}, "I-1 is open"),
        ("update", {"text": "half of it is back"}, "Your update on I-1 is told"),
        ("title", {"title": "Nobody can pay"}, "I-1 is open: Nobody can pay"),
        ("snooze", {}, "I-1 reminds nobody until"),
        ("resolve", {"note": "more memory"}, "I-1 is resolved"),
        ("reopen", {}, "I-1 is open"),
        ("status", {"state": "resolved"}, "I-1 is resolved"),
    ):
        answer = await crisis.say(command, **more)
        assert answer["content"].startswith(f"✅ {said}"), answer["content"]
        assert answer["content"].endswith(f"➡️ <#{crisis.thread_id}>")
    incident = await crisis.look()
    assert (incident.severity, incident.title, incident.update) == (
        IncidentLevel.P2,
        "Nobody can pay",
        "half of it is back",
    )


async def test_elsewhere_the_only_open_one_is_meant_and_of_several_the_ref_is_needed(crisis: Crisis) -> None:
    assert (await crisis.say_elsewhere("severity", severity="P2"))["content"].startswith("✅ I-1 is P2 now")
    await open_incident(crisis.stage.desk, OpenRequest(title="Mail is late"), actor=ANNA)
    answer = await crisis.say_elsewhere("severity", severity="P3")
    assert answer["content"] == "❓ incident: say which one, or ask in its thread"
    assert (await crisis.say_elsewhere("severity", severity="P3", incident="i1"))["content"].startswith("✅")
    wrong = await crisis.say_elsewhere("show", incident="Checkout")
    assert "incidents look like I-7" in wrong["content"]
    missing = await crisis.say_elsewhere("show", incident="I-99")
    assert missing["content"].startswith("❓ There is no incident I-99")


async def test_closing_merging_and_withdrawing_take_who_may_manage(crisis: Crisis) -> None:
    await crisis.say("note", text="wrong")
    entry = f"E{(await crisis.line('wrong')).id}"
    await alerts.resolve(crisis.stage.desk, crisis.alert_id, actor=ANNA)  # else it asks first
    await crisis.say("resolve")
    for command, more in (
        ("close", {}),
        ("status", {"state": "closed"}),
        ("merge", {"into": "I-1"}),
        ("withdraw", {"entry": entry}),
    ):
        assert (await crisis.say(command, **more))["content"].startswith("🔒"), command
    withdrawn = await crisis.say("withdraw", "operator", entry=entry)
    assert withdrawn["content"] == f"✅ {entry} was withdrawn; the timeline says so."
    assert (await crisis.line("wrong")).deleted
    assert (await crisis.say("close", "operator"))["content"].startswith("✅ I-1 is closed")


async def test_a_role_is_taken_given_and_laid_down(crisis: Crisis) -> None:
    taken = await crisis.say("role", role="commander")
    responder = crisis.stage.person("responder").member.user.id
    assert f"Commander of I-1 is <@{responder}> now." in taken["content"]
    given = await crisis.say("role", role="scribe", to="operator")
    operator = crisis.stage.person("operator").member.user.id
    assert f"Scribe of I-1 is <@{operator}> now." in given["content"]
    await crisis.say("role", role="commander")
    assert set((await crisis.look()).roles) == {Role.SCRIBE}


async def test_its_times_are_corrected_in_order_only(crisis: Crisis) -> None:
    fixed = await crisis.say("times", moment="impact_started_at", at="20 min ago")
    assert "✅ I-1: impact started 2" in fixed["content"]
    times = (await crisis.look()).times
    assert times.impact_started_at is not None
    assert times.detected_at - times.impact_started_at > timedelta(minutes=19)
    late = await crisis.say("times", moment="detected_at", at="2 h ago")
    assert late["content"].startswith("❓ detected_at: would be before impact started")
    future = await crisis.say("times", moment="detected_at", at="2999-01-01 00:00")
    assert "lies in the future" in future["content"]
    odd = await crisis.say("times", moment="detected_at", at="soon")
    assert "'soon' is no time" in odd["content"]
    early = await crisis.say("times", moment="mitigated_at", at="now")
    assert early["content"].startswith("✋ I-1 is not mitigated yet")


async def test_corrections_of_the_timeline_show(crisis: Crisis) -> None:
    await crisis.say("note", text="02:00 deployed", at="30 min ago")
    entry = f"E{(await crisis.line('02:00 deployed')).id}"
    offered = await crisis.stage.person("responder").complete(
        "incident correct", "entry", {"entry": "deploy", "incident": "I-1"}
    )
    assert offered["choices"] == [{"name": f"{entry} Responder: 02:00 deployed", "value": entry}]
    fixed = await crisis.say("correct", entry=entry, text="01:40 deployed", at="50 min ago")
    assert fixed["content"].startswith(f"✅ {entry} reads now, at ")
    shown = await crisis.say("timeline", "visitor")
    told = shown["message"]["embeds"][0]["description"]
    assert "noted: 01:40 deployed · corrected by <@" in told
    own = (await crisis.lines())[-2].id
    refused = await crisis.say("correct", entry=f"E{own}", text="x")
    assert "written by the desk itself" in refused["content"]
    assert "is no entry" in (await crisis.say("correct", entry="twelve", text="x"))["content"]
    assert "say what it should read" in (await crisis.say("correct", entry=entry))["content"]


async def test_alerts_are_linked_and_unlinked(crisis: Crisis) -> None:
    alert_id = await crisis.stage.fire("QueueFull")
    linked = await crisis.say("link", alert=f"A-{alert_id}")
    assert f"✅ A-{alert_id} is part of I-1 now." in linked["content"]
    again = await crisis.say("link", alert=f"A-{alert_id}")
    assert again["content"] == f"✋ A-{alert_id} belongs to I-1 already."
    offered = await crisis.stage.person("responder").complete(
        "incident unlink", "alert", {"alert": "queue"}, channel_id=crisis.thread_id
    )
    assert [each["value"] for each in offered["choices"]] == [f"A-{alert_id}"]
    left = await crisis.say("unlink", alert=f"A-{alert_id}")
    assert f"A-{alert_id} is not part of I-1 any more." in left["content"]


async def test_an_incident_is_merged_into_another(crisis: Crisis) -> None:
    await open_incident(crisis.stage.desk, OpenRequest(title="Login is down"), actor=ANNA)
    answer = await crisis.say("merge", "operator", into="I-2")
    assert answer["content"] == "✅ I-1 went into I-2: Login is down"
    assert (await crisis.look()).state is IncidentState.CLOSED
    itself = await crisis.say("merge", "operator", into="I-2", incident="I-2")
    assert itself["content"] == "✋ I-2 cannot be merged into itself."


async def test_action_items_are_promised_handed_on_and_done(crisis: Crisis) -> None:
    added = await crisis.say("action add", text="alert on the queue", due="3 days")
    responder = crisis.stage.person("responder").member.user.id
    assert added["content"] == f"✅ T-1 is on <@{responder}>'s list: alert on the queue"
    handed = await crisis.say("action assign", action="T-1", owner="operator")
    assert "T-1 is on <@" in handed["content"]
    (item,) = await actions.of_incident(crisis.stage.desk, crisis.id)
    assert item.owner is not None
    assert item.owner.name == "Operator"
    assert item.due_at is not None
    listed = await crisis.say("action list", "visitor")
    assert listed["message"]["embeds"][0]["title"] == "Action items of I-1"
    everywhere = await crisis.say_elsewhere("action list", "visitor")
    assert "☐ T-1 **alert on the queue** · <@" in everywhere["message"]["embeds"][0]["description"]
    offered = await crisis.stage.person("responder").complete(
        "incident action done", "action", {"action": "queue"}
    )
    assert [each["value"] for each in offered["choices"]] == ["T-1"]
    assert (await crisis.say("action done", action="T-1"))["content"].startswith("✅ T-1 is done")
    assert (await crisis.say("action done", action="T-1"))["content"].startswith("✋ T-1 was already done")
    assert (await crisis.say("action reopen", action="t1"))["content"].startswith("✅ T-1 is open again")
    over = await crisis.say("action add", text="late", due="2020-01-01")
    assert over["content"] == "❓ due: is over already"


async def test_a_visitor_is_refused_what_writes(stage: Stage) -> None:
    await stage.fire()
    await open_incident(stage.desk, OpenRequest(title="Login is down"), actor=ANNA)
    for command, more in (
        ("severity", {"severity": "P2"}),
        ("status", {"state": "resolved"}),
        ("update", {"text": "x"}),
        ("role", {"role": "scribe"}),
        ("note", {"text": "x"}),
        ("link", {"alert": "A-1"}),
        ("merge", {"into": "I-1"}),
        ("action add", {"text": "x"}),
    ):
        answer = await stage.person("visitor").command(f"incident {command}", {**more, "incident": "I-1"})
        assert answer["content"].startswith("🔒 To "), command


async def test_completion_offers_what_the_command_is_good_for(crisis: Crisis) -> None:
    await alerts.resolve(crisis.stage.desk, crisis.alert_id, actor=ANNA)  # else it asks first
    await open_incident(crisis.stage.desk, OpenRequest(title="Login is down"), actor=ANNA)
    await crisis.say("resolve")

    async def offered(command: str, typed: str = "", person: str = "visitor") -> list[str]:
        found = await crisis.stage.person(person).complete(command, "incident", {"incident": typed})
        return [choice["value"] for choice in found["choices"]]

    assert await offered("incident severity") == ["I-2"]
    assert await offered("incident close") == ["I-1"]
    assert await offered("incident show") == ["I-2", "I-1"]
    assert await offered("incident show", "login") == ["I-2"]
    assert await offered("incident show", "i-1") == ["I-1"]


async def test_the_whole_command_fits_what_discord_takes(stage: Stage) -> None:
    (command,) = [
        each.to_dict(stage.bot.tree) for each in stage.bot.tree.get_commands() if each.name == "incident"
    ]
    assert len(command["options"]) <= 25
    assert _length(command) <= 8_000


def _length(part: dict[str, object]) -> int:
    """What Discord counts: names, descriptions and values, all the way down."""
    own = sum(len(str(part.get(name) or "")) for name in ("name", "description", "value"))
    below = [*part.get("options", ()), *part.get("choices", ())]  # type: ignore[misc]  # lists of the same
    return own + sum(map(_length, below))
