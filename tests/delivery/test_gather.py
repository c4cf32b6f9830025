"""An incident gathers people: whose device rings, who is in its thread, and who is told outside."""

from typing import Any

from msgspec.structs import replace

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import IncidentLevel, Role
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.incident import action as actions
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import reminder
from bot.usecases.incident.mutation import perform
from tests.delivery.conftest import Stage
from tests.delivery.scene import at_work, calls_and_nudges, heads, threads
from tests.senders import ANNA, firing
from tests.usecases.crisis import escalate, look

CRITICAL = firing("disk", Severity.CRITICAL)


async def opened(stage: Stage) -> None:
    """Somebody opens a P1."""
    await stage.send(CRITICAL)
    await escalate(stage.desk)
    await stage.work()


def member(stage: Stage, name: str) -> Actor:
    """Somebody who is on the server."""
    return actors.person(stage.sandbox.world.people[name].user.id, name)


async def messages(stage: Stage) -> list[dict[str, Any]]:
    """What stands in the thread by now."""
    thread_id = (await look(stage.desk)).thread_id
    assert thread_id is not None
    await at_work(stage, thread_id)
    return calls_and_nudges(stage, thread_id)


def rung(message: dict[str, Any]) -> tuple[int, list[str]]:
    """How many roles a message has rung, and which users."""
    pinged = message["sandbox"]["pinged"]
    return len(pinged["roles"]), [str(each) for each in pinged["users"]]


async def test_a_bad_incident_rings_the_responders_and_an_edit_keeps_the_line(stage: Stage) -> None:
    await opened(stage)
    (call,) = await messages(stage)
    assert rung(call) == (1, [])
    assert heads(stage)[0]["content"] == "🔴 I-1 · P1 · OPEN · disk"
    assert call["content"].partition("> ")[2] == "🔴 I-1 P1 · OPEN (opened): disk"


async def test_a_rise_rings_again_and_a_fall_does_not(stage: Stage) -> None:
    await stage.send(CRITICAL)
    await escalate(stage.desk, severity=IncidentLevel.P2)
    await stage.work()
    assert await messages(stage) == []
    for level in (IncidentLevel.P1, IncidentLevel.P0, IncidentLevel.P1):
        await perform(stage.desk, incidents.grade(1, actor=ANNA, severity=level))
        await messages(stage)
    assert [rung(each)[0] for each in await messages(stage)] == [1, 1, 0]
    assert "P1 → P0" in (await messages(stage))[1]["content"]


async def test_what_is_over_rings_nobody_and_what_comes_back_does(stage: Stage) -> None:
    await stage.send(CRITICAL)
    await escalate(stage.desk)
    await perform(stage.desk, incidents.resolve(1, actor=ANNA))
    await stage.work()
    assert [rung(each)[0] for each in await messages(stage)] == [0, 0]
    await perform(stage.desk, incidents.reopen(1, actor=ANNA))
    assert rung((await messages(stage))[-1])[0] == 1


async def test_the_opener_and_who_holds_a_role_are_in_the_thread(stage: Stage) -> None:
    opener, holder = member(stage, "responder"), member(stage, "visitor")
    await stage.send(CRITICAL)
    await escalate(stage.desk, actor=opener)
    await stage.work()
    (thread,) = threads(stage)
    assert opener.person_id in thread.joined_at
    assert holder.person_id not in thread.joined_at
    await perform(stage.desk, incidents.assign(1, actor=opener, role=Role.COMMANDER, holder=holder))
    (_, given) = await messages(stage)
    assert rung(given) == (0, [holder.ident])
    assert holder.person_id in thread.joined_at
    await perform(stage.desk, incidents.take(1, actor=opener, role=Role.SCRIBE))
    assert rung((await messages(stage))[-1]) == (0, [])


async def test_who_acknowledges_an_alert_of_it_later_is_brought_in_and_not_rung(stage: Stage) -> None:
    helper = member(stage, "responder")
    await opened(stage)
    (thread,) = threads(stage)
    assert helper.person_id not in thread.joined_at
    await alerts.acknowledge(stage.desk, 1, actor=helper)
    (_, told) = await messages(stage)
    assert rung(told) == (0, [])
    assert told["content"] == "👤 I-1 has somebody new, who acknowledged A-1 disk"
    assert helper.person_id in thread.joined_at
    await alerts.unacknowledge(stage.desk, 1, actor=helper)
    await alerts.acknowledge(stage.desk, 1, actor=helper)
    assert len(await messages(stage)) == 2


async def test_who_gets_an_action_item_from_others_is_mentioned_once(stage: Stage) -> None:
    opener, owner = member(stage, "responder"), member(stage, "visitor")
    await opened(stage)
    made = await actions.add(stage.desk, 1, actor=opener, text="add a limit", owner=owner)
    await actions.reassign(stage.desk, made.id, actor=opener, owner=owner)
    (_, given) = await messages(stage)
    assert rung(given) == (0, [owner.ident])
    assert given["content"].endswith("T-1 is yours: add a limit")


async def test_a_reminder_without_a_commander_rings_the_role(stage: Stage) -> None:
    await opened(stage)
    await messages(stage)
    stage.clock.advance(stage.desk.rules.incidents.reminders[IncidentLevel.P1])
    assert await reminder.due_reminders(stage.desk) == 1
    (_, reminded) = await messages(stage)
    assert rung(reminded) == (1, [])


async def test_the_status_channel_hears_updates_and_the_end(stage: Stage) -> None:
    rules = replace(stage.desk.rules.incidents, status_channel_id=stage.channel_id)
    stage.desk.rules = replace(stage.desk.rules, incidents=rules)
    await opened(stage)
    await perform(stage.desk, incidents.tell(1, actor=ANNA, text="half of it is back"))
    await perform(stage.desk, incidents.resolve(1, actor=ANNA))
    await stage.work()
    said = [each["content"] for each in calls_and_nudges(stage, stage.channel_id)]
    assert said == [
        "📣 I-1 P1 · RESOLVED disk: half of it is back",
        "📣 I-1 P1 · RESOLVED disk: open → resolved",
    ]
    assert len(await messages(stage)) == 3
