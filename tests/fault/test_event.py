"""Events that never come, come twice, or come late."""

import pytest

from bot.domain.alert.signal import Severity
from tests.fault.house import House

EVENTS = ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_REACTION_ADD", "INTERACTION_CREATE")


async def live(house: House, event: str) -> bool:
    """A card comes, is answered by emoji or button, is deleted; returns whether a press was answered."""
    answered = True
    await house.fire("Disk", Severity.CRITICAL)
    await house.true()
    if event == "MESSAGE_REACTION_ADD":
        await house.react("Disk")
    elif event == "MESSAGE_DELETE":
        house.sandbox.person("operator").delete((await house.message("Disk"))["id"])
    else:
        answered = (await house.press("Disk"))["answered"]
    await house.struck()
    return answered


@pytest.mark.parametrize("event", EVENTS)
async def test_a_dropped_event(house: House, event: str) -> None:
    async with house.faulty({"effect": "drop_event", "route": event, "times": 1}):
        answered = await live(house, event)
    assert answered == (event != "INTERACTION_CREATE")
    if not answered:
        assert (await house.press("Disk"))["answered"]
    house.disturb(effect="invalid_session")
    await house.looked_around(2)
    if event != "MESSAGE_DELETE":
        await house.acked("Disk")
        assert len(await house.deeds("Disk")) == 1
    await house.true()


@pytest.mark.parametrize("event", EVENTS)
async def test_a_doubled_event(house: House, event: str) -> None:
    async with house.faulty({"effect": "double_event", "route": event}):
        assert await live(house, event)
        if event != "MESSAGE_DELETE":
            await house.acked("Disk")
            assert len(await house.deeds("Disk")) == 1
        await house.true()


@pytest.mark.parametrize("event", EVENTS)
async def test_a_late_event(house: House, event: str) -> None:
    delay = 2.3 if event == "INTERACTION_CREATE" else 0.5
    async with house.faulty({"effect": "late_event", "route": event, "delay": delay}):
        answered = await live(house, event)
        assert answered == (event != "INTERACTION_CREATE"), "that is later than Discord waits"
        if event != "MESSAGE_DELETE":
            await house.acked("Disk")
            assert len(await house.deeds("Disk")) == 1
        await house.true()
