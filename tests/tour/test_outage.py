"""A time without Discord is a line when it begins and one when it is over, whatever is tried meanwhile."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tour.house import House
from tests.waiting import until


def lines(log: Path) -> list[dict[str, Any]]:
    """What the log says from a warning on; whatever is no line of ours is a failure."""
    return [json.loads(line) for line in log.read_text().splitlines()]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_outage_is_told_in_two_lines_and_the_end_in_one(house: House, tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    await house.post({"title": "Before", "severity": "critical"})
    await house.card("Before", "🔴")
    known = len(lines(log))

    async def said(event: str) -> bool:
        return event in [line["message"] for line in lines(log)[known:]]

    await house.outage(on=True)
    await until(lambda: said("discord_away"), "the outage to be told")
    for number in range(3):
        await house.post({"title": f"During {number}", "severity": "warning"})

    async def tried() -> bool:
        return len(await house.calls("GET", "/gateway")) + len(await house.calls("POST", "/messages")) > 3

    await until(tried, "a few more tries")
    await house.outage(on=False)
    await until(lambda: said("discord_back"), "the end to be told")
    await house.card("During 2", "🟠")
    told = [line["message"] for line in lines(log)[known:] if line["level"] in {"warning", "error"}]
    assert told == ["discord_away"]
    assert house.stop_bot() == 0
    assert lines(log)[-1]["message"] == "stopped"
    assert "Traceback" not in log.read_text()
