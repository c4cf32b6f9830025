"""Who gets in: bearer tokens, passwords, signatures; and what strangers may cost."""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain.actor import Method
from bot.providers.registry import PROVIDERS
from bot.usecases.admin import source as sources
from bot.usecases.admin.source import Issued
from tests.conftest import START
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import SETUP, Answer, Door, alert, group, signed, signed_by_grafana

GOOD = msgspec.json.encode(group(alert()))
NOW = int(START.timestamp())
Sign = Callable[[str, bytes, int], dict[str, str]]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: the keys are read by storage's own, tested on both."""
    return sqlite_url


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


async def knock(
    door: Door, headers: dict[str, str], body: bytes = GOOD, provider: str = "alertmanager"
) -> Answer:
    return await door.post(body, headers=headers, provider=provider)


def is_refused(answer: Answer) -> bool:
    return (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="tocsin"')


@pytest.mark.parametrize("scheme", ["Bearer {}", "bearer   {}", "BEARER {}"])
async def test_a_token_opens_its_providers_door(door: Door, scheme: str) -> None:
    token = (await door.add()).token
    assert (await knock(door, {"Authorization": scheme.format(token)})).status == 202


@pytest.mark.parametrize("user", ["", "anybody", "Jürgen"])
async def test_a_token_is_a_password_for_those_who_know_nothing_else(door: Door, user: str) -> None:
    token = (await door.add()).token
    assert (await knock(door, {"Authorization": basic(user, token)})).status == 202


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer toc_" + "x" * 43,
        "Bearer " + "x" * 5_000,
        "Token toc_x",
        "Basic !!!",
        "Basic dG9jX3g=",
        "Bearer toc_é",
        "toc_x",
    ],
    ids=lambda value: value[:16],
)
async def test_what_is_no_token_opens_nothing(door: Door, value: str) -> None:
    await door.add()
    answer = await knock(door, {"Authorization": value})
    assert is_refused(answer)
    assert "toc_x" not in answer.body.decode()


async def test_nothing_shown_opens_nothing(door: Door) -> None:
    await door.add()
    answer = await knock(door, {})
    assert is_refused(answer)
    assert "Bearer" in answer.json["detail"]


@pytest.mark.usefixtures("hasty")
async def test_a_token_for_another_provider_is_refused_in_the_words_for_unknown_ones(door: Door) -> None:
    token = (await door.add("dash", "grafana")).token
    other, unknown = await door.post(GOOD, token), await door.post(GOOD, "toc_unknown")
    assert is_refused(other)
    assert other.json == unknown.json
    assert other.json["detail"] == (
        "This token does not open /v1/hooks/alertmanager. "
        "Each opens the address of its own source's provider alone: "
        "tocsin source list names that, tocsin source rotate makes a new token."
    )


async def test_two_authorizations_at_once_are_none(door: Door) -> None:
    token = (await door.add()).token
    raw = (
        b"POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
        b"Authorization: Bearer %b\r\nAuthorization: Bearer %b\r\n\r\n{}" % (token.encode(), token.encode())
    )
    assert (await door.exchange(raw)).split()[1] in {b"400", b"401"}


async def test_rotation_leaves_the_old_token_its_overlap(door: Door, clock: ManualClock) -> None:
    old = await door.add()
    new = await sources.rotate(door.desk, "prom", actor=SETUP, overlap=timedelta(hours=1))
    door.ingress.invalidate()
    for issued in (old, new):
        assert (await door.post(GOOD, issued.token)).status == 202
        assert (await knock(door, signed(issued.signing_secret, GOOD, NOW))).status == 202
    clock.advance(timedelta(minutes=61))
    later = NOW + 61 * 60
    assert is_refused(await door.post(GOOD, old.token))
    assert is_refused(await knock(door, signed(old.signing_secret, GOOD, later)))
    assert (await door.post(GOOD, new.token)).status == 202
    assert (await knock(door, signed(new.signing_secret, GOOD, later))).status == 202


async def test_a_key_ends_at_its_moment_though_nobody_reads_the_keys_anew(
    door: Door, clock: ManualClock
) -> None:
    old = await door.add()
    await sources.rotate(door.desk, "prom", actor=SETUP, overlap=timedelta(seconds=3))
    door.ingress.invalidate()
    assert (await door.post(GOOD, old.token)).status == 202
    clock.advance(timedelta(seconds=3))
    assert is_refused(await door.post(GOOD, old.token))


async def test_a_removed_source_is_shut_out_within_five_seconds(door: Door, clock: ManualClock) -> None:
    token = (await door.add()).token
    assert (await door.post(GOOD, token)).status == 202
    await sources.remove(door.desk, "prom", actor=SETUP)
    clock.advance(timedelta(seconds=5.1))
    assert is_refused(await door.post(GOOD, token))


async def test_a_source_added_elsewhere_gets_in_without_being_announced(door: Door) -> None:
    first = (await door.add("first")).token
    assert (await door.post(GOOD, first)).status == 202
    second = await sources.add(door.desk, "second", "alertmanager", actor=SETUP)
    assert (await door.post(GOOD, second.token)).status == 202


async def test_strangers_make_the_keys_be_read_once_a_second_at_most(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await door.add()).token
    assert (await door.post(GOOD, token)).status == 202
    readings = 0
    read = sources.credentials

    async def counted(*args: Any) -> Any:
        nonlocal readings
        readings += 1
        return await read(*args)

    monkeypatch.setattr(sources, "credentials", counted)
    strangers = [asyncio.create_task(door.post(GOOD, f"toc_{n}")) for n in range(30)]
    assert (await door.post(GOOD, token)).status == 202
    assert all(map(is_refused, await asyncio.gather(*strangers)))
    assert readings <= 2


async def test_more_strangers_than_there_is_room_for_are_sent_away(open_door: OpenDoor) -> None:
    door = await open_door(most_waiting=3)
    token = (await door.add()).token
    assert (await door.post(GOOD, token)).status == 202
    answers = await asyncio.gather(*(door.post(GOOD, f"toc_{n}") for n in range(12)))
    assert {answer.status for answer in answers} == {401, 503}
    assert (await door.post(GOOD, token)).status == 202


@pytest.mark.parametrize("sign", [signed, signed_by_grafana])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_signature_opens_like_a_token(door: Door, provider: str, sign: Sign) -> None:
    secret = (await door.add("mine", provider)).signing_secret
    body = msgspec.json.encode(PROVIDERS[provider].example(START))
    good = PROVIDERS[provider].success
    assert (await knock(door, sign(secret, body, NOW), body, provider)).status == good
    assert (await knock(door, sign(secret, body, NOW + 299), body, provider)).status == good
    entry = await door.desk.storage.read(lambda tx: tx.audit.newest(door.desk.project.id))
    assert entry is not None
    assert entry.entry.method is Method.HMAC


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("sign", [signed, signed_by_grafana])
async def test_a_signature_covers_body_and_time(door: Door, sign: Sign) -> None:
    secret = (await door.add()).signing_secret
    headers = sign(secret, GOOD, NOW)
    assert is_refused(await knock(door, headers, GOOD + b" "))
    assert is_refused(await knock(door, sign(secret + "x", GOOD, NOW)))
    name = next(name for name in headers if name.endswith("Timestamp"))
    assert is_refused(await knock(door, {**headers, name: str(NOW + 1)}))


@pytest.mark.parametrize("sign", [signed, signed_by_grafana])
@pytest.mark.parametrize("off", [-301, 301])
async def test_a_signature_older_or_newer_than_five_minutes_is_refused(
    door: Door, sign: Sign, off: int
) -> None:
    secret = (await door.add()).signing_secret
    answer = await knock(door, sign(secret, GOOD, NOW + off))
    assert (is_refused(answer), "5 minutes" in answer.json["detail"]) == (True, True)


@pytest.mark.parametrize("timestamp", ["", "now", "1e9", "-5", "٣", "9" * 30, "1_000"])
async def test_a_time_that_is_none_is_refused(door: Door, timestamp: str) -> None:
    secret = (await door.add()).signing_secret
    headers = {**signed(secret, GOOD, NOW), "X-Tocsin-Timestamp": timestamp}
    assert is_refused(await knock(door, headers))


@pytest.mark.parametrize("signature", ["", "sha256=", "sha1=" + "a" * 64, "sha256=" + "é" * 64, "a" * 64])
async def test_a_signature_that_is_none_is_refused(door: Door, signature: str) -> None:
    await door.add()
    headers = {"X-Tocsin-Timestamp": str(NOW), "X-Tocsin-Signature": signature}
    assert is_refused(await knock(door, headers))


async def test_a_signature_of_grafana_without_a_time_is_told_where_to_put_one(door: Door) -> None:
    secret = (await door.add()).signing_secret
    headers = signed_by_grafana(secret, GOOD, NOW)
    del headers["X-Grafana-Alerting-Timestamp"]
    answer = await knock(door, headers)
    assert (is_refused(answer), answer.json["field"]) == (True, "X-Grafana-Alerting-Timestamp")


@pytest.mark.usefixtures("hasty")
async def test_a_signature_may_name_its_source_and_then_only_that_one_counts(door: Door) -> None:
    one, other = await door.add("one"), await door.add("other")
    for issued, name, status in (
        (one, "one", 202),
        (other, "other", 202),
        (one, "other", 401),
        (one, "no", 401),
    ):
        headers = signed(issued.signing_secret, GOOD, NOW, **{"X-Tocsin-Source": name})
        assert (await knock(door, headers)).status == status


@pytest.mark.usefixtures("hasty")
async def test_without_a_key_of_its_own_the_desk_trusts_no_signature(open_door: OpenDoor) -> None:
    door = await open_door()
    door.desk.signing_key = b""
    issued: Issued = await door.add()
    assert is_refused(await knock(door, signed(issued.signing_secret, GOOD, NOW)))


async def test_no_secret_is_told_or_logged(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    issued = await door.add()
    answers = [
        await door.post(b"{", issued.token),
        await door.post(GOOD, issued.token, provider="grafana"),
        await knock(door, signed(issued.signing_secret, GOOD, NOW - 900)),
    ]
    told = b"".join(answer.body for answer in answers).decode() + "".join(capfd.readouterr())
    assert [answer.status for answer in answers] == [400, 401, 401]
    assert issued.token not in told
    assert issued.signing_secret not in told
