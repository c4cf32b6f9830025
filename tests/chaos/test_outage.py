"""Discord is gone for a while: senders never notice, and the channel is true soon after it is back."""

from pathlib import Path

from tests.chaos.aftermath import aftermath
from tests.chaos.crew import Crew, at_work
from tests.chaos.house import House
from tests.chaos.result import in_words
from tests.chaos.trouble import progress

CALLS_A_CARD = 4  # a post whose answer was lost, its repetition, an edit, a call for people


async def calls(house: House) -> int:
    """What the bot sent or changed in the channel since the log was cleared."""
    requests = await house.requests()
    return sum(each["method"] in {"POST", "PATCH"} and "/messages" in each["path"] for each in requests)


async def test_after_an_outage_nothing_is_replayed_and_all_is_true(house: House) -> None:
    await house.start_ready()
    async with Crew(house, seed=4) as crew:
        async with at_work(crew.senders):
            async with at_work(crew.people):
                await progress(crew.book)
            await house.control("PUT", "outage", {"on": True})
            for _ in range(6):
                await progress(crew.book)
        assert not crew.book.refused
        await house.control("DELETE", "requests")
        await house.control("PUT", "outage", {"on": False})
        record, violations = await aftermath(house, crew.book)
        assert not violations, in_words(violations)
        assert await calls(house) <= CALLS_A_CARD * len(record.cards)


async def test_killed_and_started_during_an_outage(tmp_path: Path, sqlite_url: str) -> None:
    async with House(tmp_path, sqlite_url) as house:
        await house.start_ready()
        async with Crew(house, seed=5) as crew:
            async with at_work(crew.senders):
                await progress(crew.book)
                await house.control("PUT", "outage", {"on": True})
                await progress(crew.book)
                house.kill()
                crew.book.died()
                house.start()
                await progress(crew.book)
            await house.control("PUT", "outage", {"on": False})
            _, violations = await aftermath(house, crew.book)
    assert not violations, in_words(violations)
