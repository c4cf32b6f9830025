"""A real Alertmanager is asked for what its webhooks missed."""

import asyncio
import shutil
import socket
from datetime import timedelta
from pathlib import Path

import aiohttp

from bot.clock import ManualClock
from bot.domain.access.poll import PollCredential
from bot.domain.alert.alert import State
from bot.domain.alert.search import AlertFilter
from bot.outgoing.poll import PollClient
from bot.usecases.admin import source as sources
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.intake import poll
from tests.peers.program import needs, running
from tests.senders import ANNA
from tests.waiting import until

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager") or ""
MINUTE = timedelta(minutes=1)
LOGIN = {"Authorization": aiohttp.encode_basic_auth("tocsin", "geheim")}
HASH = "$2b$04$abcdefghijklmnopqrstuuPWRtT5yx7FBi4dcf6ROhboeNunUrLQ."  # bcrypt of it


@needs(Path(PROGRAM).name or "prometheus-alertmanager", "prometheus-alertmanager")
async def test_two_looks_set_right_what_never_came(desk: Desk, clock: ManualClock, tmp_path: Path) -> None:
    (tmp_path / "alertmanager.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    await sources.add(desk, "prod", "alertmanager", actor=ANNA, poll_url=url)
    (tmp_path / "secret").write_text("geheim\n")
    (tmp_path / "web.yml").write_text(f"basic_auth_users: {{tocsin: '{HASH}'}}\n")
    credential = PollCredential(username="tocsin", file=tmp_path / "secret")
    fetch = PollClient({"prod": credential}).fetch
    words = (
        PROGRAM,
        f"--config.file={tmp_path / 'alertmanager.yml'}",
        f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        f"--web.config.file={tmp_path / 'web.yml'}",
        "--cluster.listen-address=",
    )

    async def states() -> list[State]:
        return [line.alert.state for line in (await alert_query.listing(desk, AlertFilter())).lines]

    async with running(tmp_path / "alertmanager.log", *words), aiohttp.ClientSession() as session:

        async def up() -> bool:
            return await asyncio.wait_for(fetch("prod", url), 5) == []

        async def say(**times: str) -> None:
            alert = {"labels": {"alertname": "HighErrorRate", "severity": "warning"}, **times}
            async with session.post(f"{url}/api/v2/alerts", json=[alert], headers=LOGIN) as answer:
                assert answer.status == 200

        await until(up)
        assert await PollClient().fetch("prod", url) is None
        await say()
        for expected in ([], [State.NEW]):
            clock.advance(MINUTE)
            await poll.look_at_all(desk, fetch)
            assert await states() == expected
        await say(startsAt="2020-01-01T00:00:00Z", endsAt="2020-01-01T00:00:01Z")
        for expected in ([State.NEW], [State.RESOLVED]):
            clock.advance(MINUTE)
            await poll.look_at_all(desk, fetch)
            assert await states() == expected
