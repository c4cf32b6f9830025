"""Killed between the moment a call is due and its message, or between that and its row: each rings once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.tour.house import House, line_of
from tests.waiting import until

DISK = {"title": "DiskFull", "severity": "critical", "service": "nas", "dedupe_key": "disk"}
POST = "POST /channels/{c}/messages"


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    """A house whose criticals wake somebody."""
    opened = House(tmp_path, database_url, TOCSIN_PING_CRITICAL="on-call")
    await opened.open()
    await opened.start_bot()
    yield opened
    await opened.close()


async def rung(house: House) -> list[str]:
    """What rang, as a phone shows it."""
    found = await house.messages()
    return [line_of(each).split("\n")[0] for each in found if each["sandbox"]["pinged"]["roles"]]


@pytest.mark.parametrize(
    "fault",
    [{"effect": "status", "status": 503}, {"nth": 1, "effect": "lost_answer_hang"}],
    ids=["before the post", "before its row"],
)
async def test_a_call_rings_once_wherever_the_process_is_killed(house: House, fault: dict[str, Any]) -> None:
    (alert,) = (await house.post(DISK))["alerts"]
    await house.card("DiskFull", "🔴")
    await house.act("responder", "command", command="alert ack", options={"alert": alert["ref"]})
    await house.card("DiskFull", "🟨")
    await house.fault({"route": POST, **fault})
    await house.act("responder", "command", command="alert unack", options={"alert": alert["ref"]})

    async def struck() -> bool:
        return await house.hits() > 0

    await until(struck, "the call to be on its way")
    house.kill_bot()
    await house.fault()
    await house.start_bot()

    async def told() -> bool:
        return any("given back" in each for each in await rung(house))

    await until(told, "the call")
    await house.post({**DISK, "title": "Later", "severity": "warning", "dedupe_key": "later"})
    await house.card("Later", "🟠")
    assert await rung(house) == [
        "🔴 CRITICAL DiskFull · nas",
        "🔴 CRITICAL DiskFull · nas: nobody has it: it was given back",
    ]
