"""Run: load, faults and kills for a while, then quiet, then the verdict."""

from tests.chaos.aftermath import aftermath
from tests.chaos.book import Violation
from tests.chaos.crew import Crew, at_work
from tests.chaos.house import House
from tests.chaos.reaper import Reaper
from tests.chaos.record import Record
from tests.chaos.result import Result
from tests.chaos.weather import Weather


class Run:
    """One use; ``seed`` decides everything but the machine's own timing."""

    def __init__(self, house: House, *, seed: int, kills: int) -> None:
        self._house = house
        self._seed = seed
        self._kills = kills
        self._crew = Crew(house, seed=seed)
        self._weather = Weather(house, self._crew.dice("weather"))
        self._reaper = Reaper(house, self._crew.book, self._crew.pulse, self._crew.dice("reaper"))

    async def go(self) -> Result:
        """Everything."""
        async with self._crew as crew:
            async with at_work(crew.senders):
                async with at_work(crew.people):
                    for _ in range(self._kills - 1):
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
        return self._result(record, violations)

    def _result(self, record: Record, violations: list[Violation]) -> Result:
        book = self._crew.book
        return Result(
            engine=self._house.database_url.partition(":")[0].partition("+")[0],
            seed=self._seed,
            kills=dict(self._reaper.kills),
            requests=book.requests,
            accepted=book.accepted,
            deeds=book.deeds,
            alerts=len(record.alerts),
            hits=dict(self._weather.hits),
            seconds=book.seconds,
            violations=violations,
        )
