"""The test alert of `/setup` takes the real way, for every kind of sender."""

import asyncio
import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from bot.__main__ import main
from bot.cards.alert.alert import push_line
from bot.clock import SystemClock
from bot.domain.alert.alert import State
from bot.domain.alert.search import AlertFilter
from bot.domain.errors import NotFoundError
from bot.ingress.options import IngressOptions
from bot.ingress.server import Ingress
from bot.outgoing.sample_alert import SampleAlert
from bot.providers.registry import SENDERS
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake
from tests.ingress.door import Door


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def door(desk: Desk) -> AsyncIterator[Door]:
    intake = Intake(desk)
    ingress = Ingress(desk, intake, options=IngressOptions(port=0, reading_pause=timedelta(0)))
    url = await ingress.start()
    async with aiohttp.ClientSession() as session:
        yield Door(desk, intake, ingress, url, session)
    await ingress.stop()


async def test_every_kind_of_sender_has_a_test_alert_that_comes_in_through_the_door(door: Door) -> None:
    sample = SampleAlert(door.desk)
    sample.url = door.url
    for number, name in enumerate(SENDERS, 1):
        await door.add(name, name)
        assert await sample.send(name) == f"A-{number}"
    page = await alert_query.listing(door.desk, AlertFilter(), limit=50)
    assert len(page.lines) == len(SENDERS)
    for line in page.lines:
        assert re.match(r"\S+ (CRITICAL|WARNING|INFO) TEST: \S", push_line(line.alert)), push_line(line.alert)
    with pytest.raises(NotFoundError):
        await sample.send("nobody")


async def test_a_signature_opens_a_face_once(door: Door) -> None:
    issued = await door.add("pd", "pagerduty")
    body = b'{"event_action": "trigger", "dedup_key": "x", "payload": {"summary": "s", "source": "h"}}'
    stamp = str(int(door.desk.clock.now().timestamp()))
    mac = hmac.new(issued.signing_secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Tocsin-Timestamp": stamp, "X-Tocsin-Signature": f"sha256={mac}"}
    wrong = {**headers, "X-Tocsin-Signature": f"sha256={mac[::-1]}"}
    statuses = [
        (await door.ask("POST", "/v2/enqueue", data=body, headers=given)).status
        for given in (wrong, headers, headers)
    ]
    assert statuses == [400, 202, 400]
    assert await door.rows("event") == 1


@pytest.mark.parametrize("kind", ["alertmanager-api", "pagerduty", "discord", "slack"])
async def test_the_command_line_is_a_client_of_a_face(door: Door, kind: str) -> None:
    door.desk.clock = SystemClock()
    issued = await door.add("it", kind)
    address = SENDERS[kind].address(door.url, issued.source.id, issued.token)
    words = ["source", "test", "--provider", kind, "--url", address, "--token", issued.token]
    for more, state in (([], State.NEW), (["--resolved"], State.RESOLVED)):
        assert await asyncio.to_thread(main, [*words, *more]) == 0
        page = await alert_query.listing(door.desk, AlertFilter())
        assert [line.alert.state for line in page.lines] == [state]
        assert "TEST: " in push_line(page.lines[0].alert)


async def test_a_test_is_no_real_alert_of_the_same_identity(door: Door) -> None:
    """The fast way and the long way; what the real one is called and whether it is open stays."""
    issued = await door.add("it", "generic")
    headers = {"Authorization": f"Bearer {issued.token}"}
    for body in ({"title": "High CPU"}, {"title": "High CPU", "dedupe_key": "cpu", "group": "cpu"}):
        for more in ({}, {"X-Tocsin-Test": "1"}):
            answer = await door.ask("POST", "/v1/hooks/generic", json=body, headers=headers | more)
            assert answer.status == 202
    over = {"title": "High CPU", "status": "resolved"}
    await door.ask("POST", "/v1/hooks/generic", json=over, headers={**headers, "X-Tocsin-Test": "1"})
    page = await alert_query.listing(door.desk, AlertFilter(), limit=50)
    found = {(line.alert.ref, line.alert.name, line.alert.state.open) for line in page.lines}
    assert found == {
        ("A-1", "High CPU", True),
        ("A-2", "TEST: High CPU", False),
        ("A-3", "High CPU", True),
        ("A-4", "TEST: High CPU", True),
    }
