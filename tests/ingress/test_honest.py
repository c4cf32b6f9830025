"""What may succeed later never makes a sender give up, and what was not stored is never a success."""

from typing import Any

import msgspec
import pytest

from bot.domain.errors import NotDurableError
from bot.providers.registry import PROVIDERS, SENDERS
from tests.conftest import START
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import Answer, Door

pytestmark = pytest.mark.usefixtures("hasty")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


async def send(door: Door, name: str, source_id: int, token: str) -> Answer:
    """The example of a sender, as its client would send it."""
    sender = SENDERS[name]
    url = sender.endpoint(sender.address(door.url, source_id, token))
    body = msgspec.json.encode(sender.with_key(sender.example(START), token))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return await door.ask("POST", url.removeprefix(door.url), data=body, headers=headers)


async def test_a_full_disk_is_a_503_for_everybody(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = {name: await door.add(name, name) for name in SENDERS}
    for name, each in issued.items():  # everybody is known from now on
        assert (await send(door, name, each.source.id, each.token)).status < 300
    events = await door.rows("event")

    async def full(*_: Any, **__: Any) -> None:
        raise NotDurableError("No space left on device.")

    with monkeypatch.context() as patch:
        patch.setattr(door.desk.storage, "write", full)
        for name, each in issued.items():
            answer = await send(door, name, each.source.id, each.token)
            assert (name, answer.status) == (name, 503)
            assert int(answer.headers["Retry-After"]) > 0
            assert each.token.encode() not in answer.body
    assert await door.rows("event") == events
    for name, each in issued.items():
        assert (await send(door, name, each.source.id, each.token)).status < 300


async def test_who_sends_too_much_gets_the_status_after_which_it_comes_back(open_door: OpenDoor) -> None:
    door = await open_door(source_rate=1, source_burst=1)
    for name in SENDERS:
        each = await door.add(name, name)
        for _ in range(2):
            answer = await send(door, name, each.source.id, each.token)
        for _ in range(3):
            answer = await send(door, name, each.source.id, each.token)
        gives_up = name in PROVIDERS and not PROVIDERS[name].retries_429
        assert (name, answer.status) == (name, 503 if gives_up else 429)
        assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "PATCH"])
async def test_other_methods_are_told_which_is_right(door: Door, method: str) -> None:
    for name, provider in PROVIDERS.items():
        answer = await door.ask(method, f"/v1/hooks/{name}", headers={"WebHook-Request-Origin": "x.example"})
        if method in provider.methods:
            assert answer.status == 200
            continue
        assert (name, answer.status) == (name, 405)
        assert set(answer.headers["Allow"].split(", ")) == provider.methods
