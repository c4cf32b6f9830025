"""Secrets that senders made, and tokens in other places than a header of ours."""

import base64
import hmac
from datetime import timedelta

import msgspec
import pytest

from bot.usecases.admin import source as sources
from bot.usecases.admin.source import Issued
from tests.conftest import START
from tests.ingress.door import SETUP, Answer, Door, alert, group

pytestmark = pytest.mark.usefixtures("hasty")

BODY = msgspec.json.encode(group(alert()))
NOW = int(START.timestamp())


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: the keys are read by storage's own, tested on both."""
    return sqlite_url


async def add(door: Door, provider: str, secret: str | None, name: str = "mine") -> Issued:
    issued = await sources.add(door.desk, name, provider, actor=SETUP, secret=secret)
    door.ingress.invalidate()
    return issued


def mac(secret: bytes, body: bytes) -> str:
    return hmac.new(secret, body, "sha256").hexdigest()


def standard(secret: str, body: bytes, *, now: int = NOW, word: str = "webhook") -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.digest(key, b"msg_1.%d." % now + body, "sha256")).decode()
    return {
        f"{word}-id": "msg_1",
        f"{word}-timestamp": str(now),
        f"{word}-signature": f"v1,AAAA v1a,x v1,{right}",
    }


async def knock(door: Door, provider: str, headers: dict[str, str], body: bytes = BODY) -> Answer:
    return await door.post(body, headers=headers, provider=provider)


async def test_grafana_signs_without_a_time_under_a_secret_of_its_own(door: Door) -> None:
    derived = (await add(door, "grafana", "topsecret")).signing_secret
    header = "X-Grafana-Alerting-Signature"
    assert (await knock(door, "grafana", {header: mac(b"topsecret", BODY)})).status == 202
    assert (await knock(door, "grafana", {header: mac(b"other", BODY)})).status == 401
    assert (await knock(door, "grafana", {header: mac(derived.encode(), BODY)})).status == 401
    timed = {header: mac(b"topsecret", b"%d:" % NOW + BODY), "X-Grafana-Alerting-Timestamp": str(NOW)}
    assert (await knock(door, "grafana", timed)).status == 202


@pytest.mark.parametrize("word", ["webhook", "svix"])
async def test_standard_webhooks_sign_id_and_time(door: Door, word: str) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    await add(door, "alertmanager", secret)
    good = standard(secret, BODY, word=word)
    assert (await knock(door, "alertmanager", good)).status == 202
    assert (await knock(door, "alertmanager", {**good, f"{word}-id": "msg_2"})).status == 401
    assert (await knock(door, "alertmanager", {**good, f"{word}-signature": "v1a,AAAA"})).status == 401
    old = standard(secret, BODY, now=NOW - 301, word=word)
    assert "5 minutes" in (await knock(door, "alertmanager", old)).json["detail"]


async def test_a_signature_of_a_sender_opens_no_other_kind_of_source(door: Door) -> None:
    await add(door, "alertmanager", "topsecret")
    for header in ("X-Hub-Signature-256", "Sentry-Hook-Signature"):
        assert (await knock(door, "alertmanager", {header: mac(b"topsecret", BODY)})).status == 401


async def test_a_secret_goes_on_with_a_rotation_and_another_takes_its_place(door: Door) -> None:
    await add(door, "grafana", "first")
    header = "X-Grafana-Alerting-Signature"
    await sources.rotate(door.desk, "mine", actor=SETUP, overlap=timedelta(0))
    door.ingress.invalidate()
    assert (await knock(door, "grafana", {header: mac(b"first", BODY)})).status == 202
    await sources.rotate(door.desk, "mine", actor=SETUP, overlap=timedelta(0), secret="second")
    door.ingress.invalidate()
    assert (await knock(door, "grafana", {header: mac(b"first", BODY)})).status == 401
    assert (await knock(door, "grafana", {header: mac(b"second", BODY)})).status == 202


async def test_a_token_opens_whatever_else_a_source_signs_with(door: Door) -> None:
    issued = await add(door, "grafana", "topsecret")
    for scheme in ("Bearer", "GenieKey"):
        headers = {"Authorization": f"{scheme} {issued.token}", "X-Grafana-Alerting-Signature": "nonsense"}
        assert (await knock(door, "grafana", headers)).status == 202
