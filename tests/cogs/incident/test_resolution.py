"""``/alert resolve`` and ``/incident resolve`` ask like the buttons do when something is open under it."""

import pytest

from bot.domain.alert.alert import State
from bot.domain.incident.incident import IncidentState
from tests.cogs.crisis import Crisis
from tests.cogs.stage import Stage, find


async def test_the_last_open_alert_of_an_incident_is_asked_about(stage: Stage) -> None:
    crisis = await Crisis.begin(stage)
    responder = stage.person("responder")
    asked = await responder.command("alert resolve", {"alert": "A-1", "note": "it was the disk"})
    assert asked["ephemeral"]
    assert "Your note stands on the card." in asked["content"]
    assert "A-1 is its last open alert. Resolve the incident too?" in asked["content"]
    assert (await stage.alert(1)).state.open
    assert (await stage.alert(1)).note == "it was the disk"
    await responder.click(asked["message"]["id"], find(asked["message"], "resolve-both"))
    assert (await stage.alert(1)).state is State.RESOLVED
    assert (await crisis.look()).state is IncidentState.RESOLVED


async def test_of_several_the_one_that_has_to_be_asked_about_stays_open(stage: Stage) -> None:
    await Crisis.begin(stage)
    await stage.fire("Disk")
    answer = await stage.person("responder").command("alert resolve", {"alert": "A-1,A-2"})
    assert answer["content"] == "✋ 1 of 2 resolved."
    assert "is the last open alert of" in answer["message"]["embeds"][0]["description"]
    assert [(await stage.alert(each)).state.open for each in (1, 2)] == [True, False]


@pytest.mark.parametrize(
    ("command", "options"),
    [("incident resolve", {"note": "it was the disk"}), ("incident status", {"state": "resolved"})],
)
async def test_an_incident_with_open_alerts_is_asked_about(
    stage: Stage, command: str, options: dict[str, str]
) -> None:
    crisis = await Crisis.begin(stage)
    responder = stage.person("responder")
    asked = await responder.command(command, {"incident": "I-1"} | options)
    assert "1 critical of I-1 is still open. Resolve it too, or only the incident?" in asked["content"]
    assert (await crisis.look()).state.open
    noted = any("it was the disk" in line.text for line in await crisis.lines())
    assert noted is ("note" in options)
    await responder.click(asked["message"]["id"], find(asked["message"], "incident-resolve-only"))
    assert (await crisis.look()).state is IncidentState.RESOLVED
    assert (await stage.alert(1)).state.open
