"""An incident's thread begins with what is known, and an agent of the team says what it thinks of that."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.outgoing.agent import SECRET, running_agent, say
from tests.tour.house import House
from tests.waiting import until

ERRORS = {"title": "HighErrorRate", "severity": "critical", "service": "checkout", "dedupe_key": "errors"}
QUEUE = {"title": "QueueFull", "severity": "warning", "service": "checkout", "dedupe_key": "queue"}
Json = dict[str, Any]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough for a story that the use cases tell on both."""
    return sqlite_url


async def test_a_brief_and_an_agents_answer_stand_in_the_thread(empty_house: House, tmp_path: Path) -> None:
    house = empty_house
    async with running_agent(say("Looks like **the deploy**, @everyone.")) as agent:
        settings = f'[triage]\nprivate_hosts = ["127.0.0.1"]\nwebhook = "{agent.url}"\nsecret = "{SECRET}"'
        (tmp_path / "tocsin.toml").write_text(f'{settings}\nagent = "sherlock"\n', encoding="utf-8")
        await house.start_bot()
        await house.post(ERRORS, QUEUE)
        await house.react("responder", await house.card("HighErrorRate", "🔴"), "🚨")

        async def look() -> list[Json] | None:
            threads = [each["thread"]["id"] for each in await house.messages() if each.get("thread")]
            found = [each for each in await house.messages(threads[0]) if each["embeds"]] if threads else []
            titled = [each for each in found if each["content"].startswith(("🧭", "🤖"))]
            return titled if len(titled) == 2 else None

        brief, answer = await until(look, "a brief and an answer")
    assert brief["content"] == "🧭 Brief · A-1 HighErrorRate"
    assert "**QueueFull**" in brief["embeds"][0]["fields"][0]["value"]
    assert brief["attachments"] == []  # a picture of one firing tells nothing
    assert answer["content"] == "🤖 sherlock"
    assert answer["embeds"][0]["description"] == "Looks like **the deploy**, @\u200beveryone."
    (asked,) = agent.asked
    assert json.loads(asked.body)["data"]["fired_with"][0]["name"] == "QueueFull"
