"""A page of somebody else has no business here, whatever browser it is open in."""

import pytest

from bot.ingress.origin import is_local, is_named, is_welcome
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import Door, alert, group

PUBLIC = "https://alerts.example.com"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: nothing here is storage's."""
    return sqlite_url


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True),
        (PUBLIC, True),
        ("http://localhost:8080", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:9", True),
        ("http://alerts.example.com", False),
        ("https://alerts.example.com:444", False),
        ("https://alerts.example.com.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("null", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_only_our_own_pages_are_welcome(origin: str | None, welcome: bool) -> None:
    assert is_welcome({} if origin is None else {"Origin": origin}, PUBLIC) is welcome


def test_what_a_browser_sends_for_another_site_is_told_without_an_origin_too() -> None:
    assert not is_welcome({"Sec-Fetch-Site": "cross-site"}, PUBLIC)
    assert not is_welcome({"Sec-Fetch-Site": "same-site"}, PUBLIC)
    assert is_welcome({"Sec-Fetch-Site": "none"}, PUBLIC)


@pytest.mark.parametrize(
    ("host", "named"),
    [("127.0.0.1:8080", True), ("localhost", True), ("[::1]:80", True), ("evil.example", False), ("", False)],
)
def test_a_name_that_was_made_to_lead_here_is_none_of_ours(host: str, named: bool) -> None:
    assert is_named({"Host": host}) is named


def test_the_public_name_is_ours() -> None:
    assert is_named({"Host": "alerts.example.com"}, PUBLIC)
    assert not is_local("127.0.0.1.nip.io")


async def test_no_foreign_page_reaches_anything(door: Door) -> None:
    token = (await door.add()).token
    evil = {"Origin": "https://evil.example"}
    for path in ("/", "/metrics", "/healthz", "/v1/alerts"):
        assert (await door.ask("GET", path, headers=evil)).status == 403, path
    assert (await door.post(group(alert()), token, headers=evil)).status == 403
    assert await door.rows("event") == 0
    assert (await door.post(group(alert()), token, headers={"Content-Type": "text/plain"})).status in {
        202,
        415,
    }


async def test_the_metrics_are_free_only_where_nobody_else_can_seem_local(open_door: OpenDoor) -> None:
    door = await open_door()
    token = (await door.add()).token
    assert (await door.ask("GET", "/metrics")).status == 200
    assert (await door.ask("GET", "/metrics", headers={"Host": "evil.example"})).status == 401
    assert (await door.ask("GET", "/metrics", headers={"X-Forwarded-For": "8.8.8.8"})).status == 401
    behind = await open_door(local_metrics=False)
    assert (await behind.ask("GET", "/metrics")).status == 401
    shown = {"Authorization": f"Bearer {token}"}
    assert (await behind.ask("GET", "/metrics", headers=shown)).status == 200
