"""Who acknowledges an alert of an incident comes into its thread; who is given something hears of it."""

import pytest

from bot.cards.incident.nudge import NudgeView
from bot.domain.incident.nudge import NudgeKind
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.incident import reminder
from tests.cogs.crisis import Crisis
from tests.cogs.stage import Json, Stage
from tests.senders import ANNA, BEN
from tests.waiting import until


async def joined(stage: Stage, crisis: Crisis) -> list[NudgeView]:
    """The messages that bring people into the thread because they acknowledged something."""
    told = await stage.desk.storage.read(lambda tx: tx.nudges.of(crisis.id))
    views = [await reminder.find(stage.desk, each.id) for each in told if each.kind is NudgeKind.JOINED]
    return [each for each in views if each is not None]


async def test_who_acknowledges_a_linked_alert_later_is_brought_in_once(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)  # Anna opened it
    await alerts.unacknowledge(stage.desk, crisis.alert_id, actor=ANNA)
    await alerts.acknowledge(stage.desk, crisis.alert_id, actor=BEN)
    (view,) = await joined(stage, crisis)
    assert view.people == (int(BEN.ident),)
    shown = await stage.post_all(crisis.thread)
    (message_id,) = [message for what, message in shown.items() if what == f"nudge:{view.nudge.id}"]
    message = stage.shown(message_id, crisis.thread_id)
    assert message["content"].startswith("👤 I-1 has somebody new, who acknowledged A-1 HighErrorRate")
    assert not message["sandbox"]["pinged"]["users"], "who acts need not be rung"
    await alerts.unacknowledge(stage.desk, crisis.alert_id, actor=BEN)
    await alerts.acknowledge(stage.desk, crisis.alert_id, actor=BEN)
    await alerts.unacknowledge(stage.desk, crisis.alert_id, actor=BEN)
    await alerts.acknowledge(stage.desk, crisis.alert_id, actor=ANNA)
    assert len(await joined(stage, crisis)) == 1, "Ben once, Anna is in it as its opener"


async def test_before_there_is_a_thread_nobody_has_to_be_brought_in(stage: Stage) -> None:
    crisis = await Crisis.begin(stage, settled=False)
    await alerts.unacknowledge(stage.desk, crisis.alert_id, actor=ANNA)
    await alerts.acknowledge(stage.desk, crisis.alert_id, actor=BEN)
    assert await joined(stage, crisis) == []


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("incident role", {"role": "commander", "to": "visitor", "incident": "I-1"}),
        ("incident action add", {"text": "buy", "owner": "visitor", "incident": "I-1"}),
        ("recurrence handoff", {"recurrence": "R-1", "kind": "manual", "to": "visitor"}),
        ("recurrence fixed", {"recurrence": "R-1", "owner": "visitor"}),
    ],
)
async def test_who_may_not_respond_is_given_nothing(
    stage: Stage, command: str, options: dict[str, str]
) -> None:
    await Crisis.begin(stage)
    answer = await stage.person("responder").command(command, options)
    assert "may not respond to incidents: a role that may is needed first" in answer["content"]


async def test_a_hand_over_rings_whoever_gets_it(stage: Stage) -> None:
    await stage.raise_card()
    options = {"recurrence": "R-1", "kind": "manual", "to": "operator", "note": "yours"}
    answer = await stage.person("responder").command("recurrence handoff", options)
    assert "error" not in answer or answer["error"] is None
    operator_id = str(stage.person("operator").member.user.id)

    def rung(user_id: str) -> list[Json]:
        said = stage.sandbox.messages(stage.channel_id)
        return [each for each in said if user_id in each["sandbox"]["pinged"]["users"]]

    (message,) = await until(lambda: rung(operator_id))
    assert message["content"] == f"<@{operator_id}> is given this:"
    own = {"recurrence": "R-1", "kind": "manual", "to": "responder"}
    await stage.person("responder").command("recurrence handoff", own)
    responder_id = str(stage.person("responder").member.user.id)
    await stage.bot.bot_context.empty(2)
    assert not rung(responder_id)
