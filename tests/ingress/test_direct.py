"""What is answered directly is answered as the long way answers, in order, and whatever the client does."""

import asyncio
from datetime import timedelta
from typing import cast
from urllib.parse import urlsplit

import msgspec
import pytest

from bot.ingress import connection
from bot.ingress.direct import Direct
from bot.usecases.intake.queue import Intake
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import Door, alert, group, held
from tests.waiting import until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each request whether it was taken directly."""
    found: list[bool] = []
    plain, plain_again = Direct.take, Direct.take_again

    def take(*given: object) -> bool:
        found.append(plain(*given))  # type: ignore[arg-type]
        return found[-1]

    def take_again(*given: object) -> bool:
        if is_taken := plain_again(*given):  # type: ignore[arg-type]
            found.append(True)
        return is_taken

    monkeypatch.setattr(Direct, "take", take)
    monkeypatch.setattr(Direct, "take_again", take_again)
    return found


def posted(token: str, body: object, path: str = "/v1/hooks/alertmanager") -> bytes:
    content = msgspec.json.encode(body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(content)}"
    )
    return head.encode() + b"\r\nContent-Type: application/json\r\n\r\n" + content


async def known(door: Door) -> str:
    """A token that has been shown once, so that it is known from now on."""
    token = (await door.add()).token
    await door.post(group(), token)
    return token


async def statuses(door: Door, raw: bytes, count: int) -> list[bytes]:
    """The first words of the answers to ``raw``, which is sent at once."""
    parts = urlsplit(door.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(raw)
    found = []
    async with asyncio.timeout(10):
        for _ in range(count):
            head = await reader.readuntil(b"\r\n\r\n")
            found.append(head.split(b" ", 2)[1])
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
    writer.close()
    return found


async def test_both_ways_answer_alike(door: Door, taken: list[bool]) -> None:
    token = await known(door)
    direct = await door.post(group(alert("Disk")), token)
    long = await door.post(group(alert("Disk")), token, headers={"Idempotency-Key": "k"})
    assert taken[-2:] == [True, False]
    assert (direct.status, list(direct.headers)) == (long.status, list(long.headers))
    assert direct.json["accepted"] == long.json["accepted"] == 1
    assert direct.json["alerts"][0]["ref"] == long.json["alerts"][0]["ref"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Encoding": "br"}, 415),
        ({"Authorization": "Bearer nobody"}, 401),
    ],
)
async def test_what_is_not_usual_goes_the_long_way(
    door: Door, taken: list[bool], headers: dict[str, str], status: int
) -> None:
    token = await known(door)
    given = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
    body = msgspec.json.encode(group(alert()))
    answer = await door.ask("POST", "/v1/hooks/alertmanager", data=body, headers=given)
    assert (answer.status, taken[-1]) == (status, False)


async def test_a_token_opens_its_own_address_alone(door: Door, taken: list[bool]) -> None:
    token = await known(door)
    assert (await door.post(group(alert()), token, provider="grafana")).status == 401
    assert not taken[-1]


async def test_requests_in_one_segment_are_answered_in_their_order(door: Door, taken: list[bool]) -> None:
    token = await known(door)
    usual = posted(token, group(alert("Disk")))
    page = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    bad = posted(token, {"alerts": 1})
    assert await statuses(door, usual * 40 + page, 41) == [*[b"202"] * 40, b"200"]
    assert sum(taken) == 40
    found = await statuses(door, usual + page + usual + bad + usual * 40 + page, 45)
    assert found == [b"202", b"200", b"202", b"400", *[b"202"] * 40, b"200"]


async def test_who_hangs_up_meanwhile_has_its_alert_kept(
    door: Door, database_url: str, taken: list[bool]
) -> None:
    token = await known(door)
    parts = urlsplit(door.url)
    with held(database_url):
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(posted(token, group(alert("Disk"))))
        await until(lambda: door.intake.waiting == 1)
        writer.transport.abort()
        await until(lambda: len(door.ingress._crowd) == 1)
    await until(lambda: door.intake.waiting == 0)
    assert taken[-1]
    assert await door.rows("alert") == 1
    assert (await door.post(group(alert("Disk")), token)).status == 202
    assert door.ingress._hook.admission.known.taken == 0


async def test_a_slow_commit_is_no_silence(
    open_door: OpenDoor, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.05)
    door = await open_door()
    token = await known(door)
    with held(database_url):
        pending = asyncio.create_task(door.post(group(alert()), token))
        await until(lambda: door.intake.waiting == 1)
        assert not (await asyncio.wait({pending}, timeout=0.2))[0]
    assert (await pending).status == 202


async def test_a_bug_costs_its_own_request_only(
    door: Door, taken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await known(door)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(Intake, "put", broken)
        answer = await door.post(group(alert()), token)
    assert (answer.status, answer.json["type"]) == (500, "urn:tocsin:problem:broken")
    assert (await door.post(group(alert()), token)).status == 202
    assert taken[-2:] == [True, True]


@pytest.mark.parametrize(("grace", "direct"), [(5.0, [True]), (0.0, [])])
async def test_a_body_in_pieces_is_taken_directly_if_they_come_at_once(
    door: Door, taken: list[bool], monkeypatch: pytest.MonkeyPatch, grace: float, direct: list[bool]
) -> None:
    token = await known(door)
    del taken[:]
    monkeypatch.setattr(connection, "GRACE_SECONDS", grace)
    parts = urlsplit(door.url)
    raw = posted(token, group(alert("Disk")))
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(raw[:-200])
    crowd = door.ingress._crowd
    arrived = lambda: any(cast("connection.Connection", each)._grace for each in crowd._strangers)  # noqa: E731
    await until(arrived if direct else lambda: bool(crowd._busy))
    writer.write(raw[-200:])
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 202 ")
    assert taken == direct
    writer.close()


async def test_a_body_that_never_ends_is_waited_for_no_longer_than_before(
    open_door: OpenDoor, taken: list[bool]
) -> None:
    door = await open_door(patience=timedelta(milliseconds=50))
    token = await known(door)
    before = len(taken)
    answer = await door.exchange(posted(token, group(alert("Disk")))[:-1])
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert taken[before:] == []
