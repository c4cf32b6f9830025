"""Prometheus and vmalert push straight here, and amtool finds an Alertmanager."""

import json
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp.web
import pytest

from bot.clock import SystemClock
from bot.domain.alert.alert import State
from bot.domain.alert.search import AlertFilter
from bot.providers.registry import SENDERS
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from tests.ingress.door import Door
from tests.peers.program import call, needs, running
from tests.waiting import until

RULES = """
groups:
  - name: shop
    interval: 1s
    rules:
      - alert: HighErrorRate
        expr: vector(1) > 0
        labels: {severity: critical, instance: web-1}
        annotations: {summary: "cart error ratio is 9%"}
"""


async def open_names(desk: Desk) -> list[str]:
    page = await alert_query.listing(desk, AlertFilter())
    return [line.alert.name for line in page.lines if line.alert.state is not State.RESOLVED]


@pytest.fixture
def desk_now(desk: Desk) -> Desk:
    """On the machine's own clock, for the programs live by it."""
    desk.clock = SystemClock()
    return desk


@needs("prometheus", "prometheus")
async def test_prometheus_pushes_straight_here(desk_now: Desk, door: Door, tmp_path: Path) -> None:
    issued = await door.add("prom", "alertmanager-api")
    recipe = SENDERS["alertmanager-api"].receiver(door.url, issued.token)
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [rules.yml]\n" + recipe
    )
    words = [
        shutil.which("prometheus") or "",
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        "--web.listen-address=127.0.0.1:0",
        "--rules.alert.resend-delay=1s",
    ]
    async with running(tmp_path / "prometheus.log", *words):

        async def repeated() -> bool:
            rows = await desk_now.storage.read(lambda tx: tx.run_raw("SELECT count(*) FROM event").all())
            return bool(rows[0][0] > 1)

        await until(repeated)
    (line,) = (await alert_query.listing(desk_now, AlertFilter())).lines
    assert (line.alert.name, line.alert.severity.value, line.alert.target) == (
        "HighErrorRate",
        "critical",
        "web-1",
    )


@needs("vmalert", "victoria-metrics")
async def test_vmalert_pushes_straight_here(desk_now: Desk, door: Door, tmp_path: Path) -> None:
    issued = await door.add("vm", "alertmanager-api")
    (tmp_path / "rules.yml").write_text(RULES)

    async def answer(_: aiohttp.web.BaseRequest) -> aiohttp.web.Response:
        sample = {"metric": {}, "value": [0, "1"]}
        return aiohttp.web.json_response(
            {"status": "success", "data": {"resultType": "vector", "result": [sample]}}
        )

    metrics = aiohttp.web.ServerRunner(aiohttp.web.Server(answer))
    await metrics.setup()
    await aiohttp.web.TCPSite(metrics, "127.0.0.1", 0).start()
    words = [
        shutil.which("vmalert") or "",
        f"-rule={tmp_path / 'rules.yml'}",
        f"-datasource.url=http://127.0.0.1:{metrics.addresses[0][1]}",
        f"-notifier.url={door.url}",
        "-notifier.basicAuth.username=tocsin",
        f"-notifier.basicAuth.password={issued.token}",
        "-httpListenAddr=127.0.0.1:0",
        "-evaluationInterval=1s",
    ]
    async with running(tmp_path / "vmalert.log", *words):

        async def arrived() -> bool:
            return await open_names(desk_now) == ["HighErrorRate"]

        await until(arrived)
    await metrics.cleanup()


Amtool = Callable[..., Awaitable[str]]


@pytest.fixture
async def amtool(desk_now: Desk, door: Door, tmp_path: Path) -> Amtool:
    del desk_now
    issued = await door.add("prom", "alertmanager-api")
    config = tmp_path / "http.yml"
    config.write_text(f"authorization:\n  type: Bearer\n  credentials: {json.dumps(issued.token)}\n")

    async def use(*words: str) -> str:
        program = shutil.which("amtool") or ""
        return await call(program, f"--alertmanager.url={door.url}", f"--http.config.file={config}", *words)

    return use


@needs("amtool", "prometheus-alertmanager")
async def test_amtool_raises_and_reads_alerts(amtool: Amtool, desk_now: Desk) -> None:
    await amtool("alert", "add", "alertname=Posed", "severity=warning", "--annotation=summary=hello")
    assert await open_names(desk_now) == ["Posed"]
    assert "Posed" in await amtool("alert", "query")
    assert "Posed" not in await amtool("alert", "query", "alertname=Other")
    found = json.loads(await amtool("--output=json", "alert", "query"))
    assert found[0]["annotations"]["summary"] == "hello"


@needs("amtool", "prometheus-alertmanager")
async def test_amtool_silences(amtool: Amtool) -> None:
    await amtool("alert", "add", "alertname=Posed", "severity=warning")
    made = await amtool("silence", "add", "--comment=deploy", "--duration=1h", 'alertname=~"Pos.d"')
    ident = made.strip().splitlines()[-1]
    assert re.fullmatch(r"[0-9a-f-]{36}", ident)
    assert ident in await amtool("silence", "query")
    assert "Posed" not in await amtool("alert", "query")
    assert "Posed" in await amtool("alert", "query", "--silenced")
    await amtool("silence", "update", "--duration=2h", ident)
    await amtool("silence", "expire", ident)
    assert ident not in await amtool("silence", "query")
    assert "Posed" in await amtool("alert", "query")


@needs("amtool", "prometheus-alertmanager")
async def test_amtool_reads_the_configuration(amtool: Amtool) -> None:
    assert "receiver" in await amtool("config", "show")
