"""A real Prometheus Alertmanager posts to Tocsin: it fires, it resolves, and the one card turns green."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from bot.clock import SystemClock
from bot.providers.alertmanager import Alertmanager
from tests.tour.house import House
from tests.waiting import until

PROGRAM: Final = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
ROUTE: Final = "route:\n  receiver: tocsin\n"
IMPATIENT: Final = (
    f"{ROUTE}  group_by: [alertname]\n  group_wait: 0s\n  group_interval: 1s\n  repeat_interval: 1h\n"
)

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="needs Alertmanager: apt-get install prometheus-alertmanager"
)


class Sender:
    """The Alertmanager as Prometheus sees it."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def answers(self) -> bool:
        """Whether it is up."""
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return (await client.get(f"{self._url}/-/ready")).is_success
            except httpx.TransportError:
                return False

    async def post(self, name: str, *, ends_at: datetime, **labels: str) -> None:
        """Post one alert to its API v2, as Prometheus does."""
        alert: dict[str, Any] = {
            "labels": {"alertname": name, "severity": "critical", "service": "cart", **labels},
            "annotations": {"summary": "cart error ratio is 9%"},
            "endsAt": ends_at.isoformat(),
            "generatorURL": "http://prom.example.org:9090/graph",
        }
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{self._url}/api/v2/alerts", json=[alert])
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def sender(house: House, tmp_path: Path) -> AsyncIterator[Sender]:
    """Configured with the very snippet that Tocsin gives people to copy."""
    issued = await asyncio.to_thread(house.add_source, "prod", "alertmanager")
    receiver = Alertmanager().receiver(f"{house.ingress_url}/v1/hooks/alertmanager", issued["token"])
    config = tmp_path / "alertmanager.yml"
    assert ROUTE in receiver
    config.write_text(receiver.replace(ROUTE, IMPATIENT), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (tmp_path / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: ASYNC220 -- starting it takes a moment only
            [
                str(PROGRAM),
                f"--config.file={config}",
                f"--storage.path={tmp_path / 'alertmanager'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
            ],
            stdout=log,
            stderr=log,
        )
    sender = Sender(f"http://127.0.0.1:{port}")
    try:
        await until(sender.answers, "Alertmanager to be ready")
        yield sender
    finally:
        process.terminate()
        process.wait(timeout=10)


def now() -> datetime:
    return SystemClock().now().astimezone(UTC)


async def test_it_fires_is_acknowledged_and_resolves_on_one_card(house: House, sender: Sender) -> None:
    later = now() + timedelta(minutes=5)
    await sender.post("HighErrorRate", ends_at=later, instance="a")
    card = await house.card("HighErrorRate", "🔴")
    await house.click("responder", card, "Acknowledge")
    await house.card("HighErrorRate", "🟨")
    await sender.post("HighErrorRate", ends_at=now() - timedelta(seconds=1), instance="a")
    green = await house.card("HighErrorRate", "✅")
    assert green["id"] == card["id"]
    assert green["edited_timestamp"] is not None


async def test_each_alert_of_a_group_has_its_own_card(house: House, sender: Sender) -> None:
    later = now() + timedelta(minutes=5)
    await sender.post("HighErrorRate", ends_at=later, instance="a")
    await sender.post("HighErrorRate", ends_at=later, instance="b")

    async def both() -> bool:
        return len(await house.cards("HighErrorRate")) == 2

    await until(both, "two cards")
