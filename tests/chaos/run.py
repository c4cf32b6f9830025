"""Run: rounds of load, faults and kills; after each comes quiet, and the verdict."""

from typing import Final

from bot.domain.alert.group import CardShape
from tests.chaos.aftermath import aftermath, quiet
from tests.chaos.book import Violation
from tests.chaos.crew import Crew, at_work
from tests.chaos.house import FLOCK, House
from tests.chaos.reaper import Reaper
from tests.chaos.record import Reader
from tests.chaos.result import Result
from tests.chaos.several import torn
from tests.chaos.weather import Weather

_ROUND: Final = 8  # kills: what one life gets wrong the next ones may mend, unseen
_FLOCK: Final = 6  # stories that share cards
_GENTLE: Final = 0.4  # of all rounds end without a kill: a life has to mend its own wrongs


class Run:
    """One use; ``seed`` decides everything but the machine's own timing."""

    def __init__(self, house: House, *, seed: int, kills: int) -> None:
        self._house = house
        self._seed = seed
        self._kills = kills
        self._crew = Crew(house, seed=seed, flock=_FLOCK)
        self._weather = Weather(house, self._crew.dice("weather"))
        self._reaper = Reaper(house, self._crew.book, self._crew.pulse, self._crew.dice("reaper"))
        self._dice = self._crew.dice("rounds")
        self._alerts = self._incidents = 0

    async def go(self) -> Result:
        """Everything, or as much as nothing was wrong with."""
        violations: list[Violation] = []
        rounds = 0
        await self._house.add_source(FLOCK, CardShape.GROUP)
        async with self._crew:
            while self._kills and not violations:
                kills = min(self._kills, _ROUND)
                self._kills -= kills
                rounds += 1
                violations = await self._round(kills)
        return self._result(rounds, violations)

    async def _round(self, kills: int) -> list[Violation]:
        crew, gentle = self._crew, self._dice.random() < _GENTLE
        async with at_work(crew.senders):
            async with at_work(crew.people):
                for _ in range(kills if gentle else kills - 2):
                    await self._weather.change()
                    self._house.start()
                    await self._reaper.reap()
                    await self._reaper.pause()
                if gentle:
                    await self._begin_last_life()
                    await self._reaper.spare()
            if not gentle:
                await self._begin_last_life()
        # Every sender has its promise now, and hardly any card is true yet.
        await self._end_last_life(gentle=gentle)
        noise = [] if gentle else await self._pass_a_night()
        record, violations = await aftermath(self._house, crew.book)
        violations += noise + torn(crew.book, record.looks)
        if not violations:
            crew.book.settle(record.looks)
        self._alerts, self._incidents = len(record.alerts), len(record.incidents)
        return violations

    async def _begin_last_life(self) -> None:
        await self._weather.change()
        await self._house.start_ready()

    async def _end_last_life(self, *, gentle: bool) -> None:
        """Good weather; whoever was not killed only has to listen anew."""
        if not gentle:
            self._reaper.kill("last")
        await self._weather.clear()
        if gentle:
            self._house.end_sessions()
        else:
            await self._house.start_ready()

    async def _pass_a_night(self) -> list[Violation]:
        """Everything is true; people come by while the bot is dead, and nothing else leads to their cards."""
        reader = Reader(self._house.database_url)
        try:
            noise = await quiet(self._house, reader)
        finally:
            await reader.close()
        self._reaper.kill("night")
        for person in self._crew.people:
            await person.visit()
        await self._house.start_ready()
        return noise

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
            incidents=self._incidents,
            hits=dict(self._weather.hits),
            seconds=book.seconds,
            violations=violations,
        )
