"""An Alertmanager with its recipe, and one that is told of PagerDuty, Opsgenie, Slack and Discord."""

import shutil
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import msgspec

from bot.clock import SystemClock
from bot.domain.alert.alert import State
from bot.domain.alert.search import AlertFilter
from bot.providers.registry import SENDERS
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from tests.ingress.door import Door
from tests.peers.program import needs, running
from tests.waiting import until

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager") or ""
KINDS = ("alertmanager", "pagerduty", "opsgenie", "slack", "discord")


async def configuration(door: Door) -> str:
    """The recipe for Alertmanager's own webhook, and beside it what it has for other products."""
    issued = {kind: await door.add(kind, kind) for kind in KINDS}
    urls = {
        kind: SENDERS[kind].address(door.url, each.source.id, each.token) for kind, each in issued.items()
    }
    others = {
        "pagerduty_configs": [
            {"url": f"{urls['pagerduty']}/v2/enqueue", "routing_key": issued["pagerduty"].token}
        ],
        "opsgenie_configs": [{"api_url": f"{urls['opsgenie']}/", "api_key": issued["opsgenie"].token}],
        "slack_configs": [{"api_url": urls["slack"], "channel": "#x", "send_resolved": True}],
        "discord_configs": [{"webhook_url": urls["discord"]}],
    }
    recipe = SENDERS["alertmanager"].receiver(urls["alertmanager"], issued["alertmanager"].token)
    hasty = "route:\n  group_by: [alertname]\n  group_wait: 0s\n  group_interval: 1s\n"
    more = "".join(f"    {name}: {msgspec.json.encode(value).decode()}\n" for name, value in others.items())
    return recipe.replace("route:\n", hasty) + more


async def states(desk: Desk) -> dict[str, State]:
    page = await alert_query.listing(desk, AlertFilter())
    sources = await desk.storage.read(lambda tx: tx.sources.listing(desk.project.id))
    names = {each.id: each.name for each in sources}
    return {names[line.alert.source_id]: line.alert.state for line in page.lines}


@needs(Path(PROGRAM).name or "prometheus-alertmanager", "prometheus-alertmanager")
async def test_a_firing_and_its_resolve_meet_by_webhook_and_through_every_face(
    desk: Desk, door: Door, tmp_path: Path
) -> None:
    desk.clock = SystemClock()
    (tmp_path / "alertmanager.yml").write_text(await configuration(door))
    async with aiohttp.ClientSession() as session:
        port = _free_port()
        words = [
            PROGRAM,
            f"--config.file={tmp_path / 'alertmanager.yml'}",
            f"--storage.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]
        api = f"http://127.0.0.1:{port}/api/v2/"

        async def up() -> bool:
            try:
                async with session.get(api + "status") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

        async def say(ends_at: datetime) -> None:
            labels = {"alertname": "HighErrorRate", "severity": "critical", "service": "cart"}
            alert = {"labels": labels, "annotations": {"summary": "9%"}, "endsAt": ends_at.isoformat()}
            async with session.post(api + "alerts", json=[alert]) as answer:
                assert answer.status == 200

        async def all_are(state: State) -> bool:
            found = await states(desk)
            return set(found) == set(KINDS) and set(found.values()) == {state}

        async with running(tmp_path / "alertmanager.log", *words):
            await until(up)
            now = datetime.now(UTC)  # noqa: TID251 -- the program looks at the machine's own clock
            await say(now + timedelta(minutes=5))
            await until(lambda: all_are(State.NEW))
            await say(now - timedelta(seconds=1))
            await until(lambda: all_are(State.RESOLVED))
    assert len(await states(desk)) == len(KINDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
