"""What a page tells people to paste opens the door: each recipe is used as its reader would use it."""

import asyncio
import hmac
import json
import re
import shutil

import msgspec
import pytest

from bot.providers.registry import PROVIDERS
from bot.usecases.admin.source import Issued
from tests.conftest import START
from tests.ingress.door import Door

pytestmark = pytest.mark.usefixtures("hasty")

COMMANDS = ("generic", "ntfy", "gotify")
"""Recipes that are to be typed into a shell."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def address(door: Door, issued: Issued) -> str:
    return PROVIDERS[issued.source.provider].address(door.url, issued.source.id, issued.token)


def credentials(recipe: str, issued: Issued, url: str, body: bytes) -> dict[str, str]:
    """The header that somebody sets who does what the recipe says."""
    if issued.token in url:
        return {}
    if found := re.search(r'\{"Authorization":.*\}', recipe):
        given: dict[str, str] = json.loads(found[0])
        return given
    if issued.source.provider == "gitlab":
        return {"X-Gitlab-Token": issued.token}
    if "signing secret" in recipe:
        mac = hmac.new(issued.signing_secret.encode(), body, "sha256").hexdigest()
        return {"X-Hub-Signature-256": f"sha256={mac}"}
    assert issued.token in recipe
    return {"Authorization": f"Bearer {issued.token}"}


async def test_every_recipe_has_the_address_and_what_opens_it(door: Door) -> None:
    for name, provider in PROVIDERS.items():
        issued = await door.add(name, name)
        url = address(door, issued)
        recipe = provider.recipe(url, issued.token)
        assert recipe.where, name
        if name == "apprise":  # its own grammar, tried with Apprise itself
            continue
        assert url in recipe.text, name
        body = msgspec.json.encode(provider.example(START))
        headers = {"Content-Type": "application/json", **credentials(recipe.text, issued, url, body)}
        answer = await door.ask("POST", url.removeprefix(door.url), data=body, headers=headers)
        assert (name, answer.status, answer.json["accepted"]) == (name, provider.success, 1)


async def test_what_is_to_be_typed_into_a_shell_works_there(door: Door) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl: apt-get install curl")
    for count, name in enumerate(COMMANDS, 1):
        issued = await door.add(name, name)
        recipe = PROVIDERS[name].recipe(address(door, issued), issued.token)
        process = await asyncio.create_subprocess_exec(
            "sh", "-c", recipe.text, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said
        assert json.loads(said)["accepted"] == 1
        assert await door.rows("alert") == count
