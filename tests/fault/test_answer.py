"""Answers that never come, or come wrong, although Discord has done what was asked."""

from typing import Any

import pytest

from bot.domain.alert.signal import Severity
from tests.fault.house import CALLBACK, EDIT, POST, House

CALLS = pytest.mark.parametrize("call", ["card", "edit", "press"])


async def lose(house: House, call: str, effect: str) -> None:
    """Lose the answer to a call, and go on as senders and people do.

    Of a new card the gateway does not tell either: nobody knows that it stands.
    """
    route = {"card": POST, "edit": EDIT, "press": CALLBACK}[call]
    silence = [{"effect": "drop_event", "route": "MESSAGE_CREATE", "times": 1}] if call == "card" else []
    if call != "card":
        await house.fire("Disk", Severity.CRITICAL)
        await house.true()
    async with house.faulty({"effect": effect, "route": route, "times": 1}, *silence):
        if call == "card":
            await house.fire("Disk", Severity.CRITICAL)
        elif call == "edit":
            await house.resolve("Disk")
        else:
            assert (await house.press("Disk"))["answered"]
        await house.struck(1 + len(silence))
        await house.true()
    await house.fire("Memory")
    assert (await house.press("Memory"))["answered"]
    await house.true()
    if call == "press":
        assert len(await house.deeds("Disk")) == 1


@CALLS
async def test_an_answer_lost_after_commit_by_a_5xx(house: House, call: str) -> None:
    await lose(house, call, "lost_answer_500")


@CALLS
async def test_an_answer_lost_after_commit_by_a_reset(house: House, call: str) -> None:
    await lose(house, call, "lost_answer_reset")


@CALLS
@pytest.mark.parametrize("wire_patience", [0.5], ids=["half a second"])
async def test_an_answer_lost_after_commit_by_a_hang(house: House, call: str) -> None:
    await lose(house, call, "lost_answer_hang")


async def test_a_503_on_a_callback_after_accept(house: House) -> None:
    await house.fire("Disk")
    await house.true()
    async with house.faulty({"effect": "callback_503_after_accept", "times": 1}):
        seen: dict[str, Any] = await house.press("Disk")
        assert (seen["answered"], seen["kind"]) == (True, "update")
        await house.true()
    assert len(await house.deeds("Disk")) == 1
    assert (await house.press("Disk", "More"))["answered"]


async def test_latency_of_every_call(house: House) -> None:
    async with house.faulty({"effect": "latency", "seconds": 0.3}):
        await house.fire("Disk", Severity.CRITICAL)
        assert (await house.press("Disk"))["answered"]
        await house.resolve("Disk")
        await house.true()


async def test_latency_beyond_all_patience(house: House) -> None:
    async with house.faulty({"effect": "latency", "route": POST, "seconds": 2.5, "times": 1}):
        await house.fire("Disk", Severity.CRITICAL)
        await house.struck()
        await house.true()
