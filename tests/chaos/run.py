"""Run: rounds of load, faults and kills; after each comes quiet, and the verdict."""

from typing import Final

from tests.chaos.aftermath import aftermath
from tests.chaos.book import Violation
from tests.chaos.crew import Crew, at_work
from tests.chaos.house import House
from tests.chaos.reaper import Reaper
from tests.chaos.result import Result
from tests.chaos.weather import Weather

_ROUND: Final = 8  # kills: what one life gets wrong the next ones may mend, unseen


class Run:
    """One use; ``seed`` decides everything but the machine's own timing."""

    def __init__(self, house: House, *, seed: int, kills: int) -> None:
        self._house = house
        self._seed = seed
        self._kills = kills
        self._crew = Crew(house, seed=seed)
        self._weather = Weather(house, self._crew.dice("weather"))
        self._reaper = Reaper(house, self._crew.book, self._crew.pulse, self._crew.dice("reaper"))
        self._alerts = 0

    async def go(self) -> Result:
        """Everything, or as much as nothing was wrong with."""
        violations: list[Violation] = []
        rounds = 0
        async with self._crew:
            while self._kills and not violations:
                kills = min(self._kills, _ROUND)
                self._kills -= kills
                rounds += 1
                violations = await self._round(kills)
        return self._result(rounds, violations)

    async def _round(self, kills: int) -> list[Violation]:
        crew = self._crew
        async with at_work(crew.senders):
            async with at_work(crew.people):
                for _ in range(kills - 1):
                    await self._weather.change()
                    self._house.start()
                    await self._reaper.reap()
                    await self._reaper.pause()
            await self._weather.change()
            await self._house.start_ready()
        # Every sender has its promise now, and hardly any card is true yet.
        self._reaper.kill("last")
        await self._weather.clear()
        await self._house.start_ready()
        record, violations = await aftermath(self._house, crew.book)
        self._alerts = len(record.alerts)
        assert await self._house.stop() == 0, self._house.folder
        return violations

    def _result(self, rounds: int, violations: list[Violation]) -> Result:
        book = self._crew.book
        return Result(
            engine=self._house.database_url.partition(":")[0].partition("+")[0],
            seed=self._seed,
            kills=dict(self._reaper.kills),
            rounds=rounds,
            requests=book.requests,
            accepted=book.accepted,
            deeds=book.deeds,
            alerts=self._alerts,
            hits=dict(self._weather.hits),
            seconds=book.seconds,
            violations=violations,
        )
