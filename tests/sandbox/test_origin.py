"""No web page drives the sandbox but its own."""

import aiohttp
import pytest

from bot.sandbox.server import Sandbox

EVIL = "http://evil.example"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://127.0.0.1:8081"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": EVIL}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:8081"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "localhost:1"}, 200),
    ],
)
@pytest.mark.parametrize("path", ["/", "/sandbox/requests"])
async def test_pages_of_others_are_sent_away(
    sandbox: Sandbox, path: str, headers: dict[str, str], status: int
) -> None:
    async with aiohttp.ClientSession() as session, session.get(sandbox.url + path, headers=headers) as answer:
        assert answer.status == status


async def test_a_form_that_any_page_can_send_changes_nothing(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/sandbox/outage"
    async with aiohttp.ClientSession() as session:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            asked = session.put(url, data=b'{"on": true}', headers={"Content-Type": kind})
            async with asked as answer:
                assert answer.status == 415, kind
        assert not sandbox.faults.is_out


async def test_no_foreign_page_listens_to_the_gateway(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{sandbox.url}/gateway?v=10&encoding=json", headers={"Origin": EVIL})
    assert refused.value.status == 403
