"""A disk that is really full: Tocsin says so at once, loses nothing it promised, and goes on by itself."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.tour.house import House
from tests.waiting import until

_SIZE = 12 * 2**20  # bytes


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(place)],  # noqa: S607
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a file system: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)  # noqa: S607


def fill(ballast: Path) -> None:
    """Take every free byte."""
    with ballast.open("ab", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


@pytest.fixture
async def house(tmp_path: Path, small_disk: Path) -> AsyncIterator[House]:
    made = House(tmp_path, f"sqlite:///{small_disk}/tocsin.db")
    await made.open()
    await made.start_bot()
    yield made
    await made.close()


async def test_a_full_disk_is_told_in_time_and_ends_by_itself(
    house: House, tmp_path: Path, small_disk: Path
) -> None:
    await house.post({"title": "Before", "severity": "critical"})
    card = await house.card("Before", "🔴")
    ballast = small_disk / "ballast"
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:

        async def send(name: str) -> int:
            answer = await client.post(
                f"{house.ingress_url}/v1/hooks/generic",
                json={"title": name, "severity": "warning", "summary": name * 500},
                headers={"Authorization": f"Bearer {house.token}"},
            )
            return answer.status_code

        fill(ballast)
        for number in range(100):
            if await send(f"During {number}") == 503:
                break
        else:
            pytest.fail("the disk never was full")
        async with asyncio.timeout(2):
            ready = await client.get(f"{house.ingress_url}/readyz")
        assert ready.status_code == 503
        assert "the disk of the database is full: make room" in ready.text
        status = await house.act("operator", "command", command="status", options={})
        (embed,) = status["message"]["embeds"]
        assert embed["title"] == "🔴 Nothing can be stored"
        assert "make room on it" in embed["description"]
        pressed = await house.click("responder", card, "Acknowledge")
        assert pressed["content"].startswith("💥 Nothing was changed: the disk of the database is full: make")
        for number in range(20):
            assert await send(f"More {number}") == 503
        ballast.unlink()

        async def is_ready() -> bool:
            return (await client.get(f"{house.ingress_url}/readyz")).status_code == 200

        await until(is_ready, "it to go on by itself")
        assert await send("After") == 202
    await house.card("After", "🟠")
    await house.click("responder", card, "Acknowledge")
    await house.card("Before", "🟨")
    lines = [json.loads(line) for line in (tmp_path / "bot.log").read_text().splitlines() if line[0] == "{"]
    said = [line["message"] for line in lines if line["level"] in {"warning", "error"}]
    assert said == ["criticals_wake_nobody", "database_unavailable"]
    assert "database_available_again" in [line["message"] for line in lines]
