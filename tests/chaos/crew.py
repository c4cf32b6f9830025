"""Crew: those who send and those who act, with the book they share."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Final, Protocol, Self

from tests.chaos.book import Book
from tests.chaos.crowd import Person
from tests.chaos.head import Heads
from tests.chaos.house import House
from tests.chaos.many import Many
from tests.chaos.pulse import Pulse
from tests.chaos.record import Reader
from tests.chaos.scene import Scene
from tests.chaos.sender import Sender
from tests.chaos.storm import Storms
from tests.chaos.window import Window

STORIES: Final = 24
_SENDERS: Final = 4
_PEOPLE: Final = 5


class Worker(Protocol):
    """Anybody who goes on until told."""

    async def run(self, over: asyncio.Event) -> None:
        """Work until ``over``, then finish what was begun."""
        ...


class Crew:
    """Open while they look at the channel; ``seed`` decides what each does."""

    def __init__(
        self,
        house: House,
        *,
        seed: int,
        stories: int = STORIES,
        flock: int = 0,
        refusals_are_doubts: bool = False,
    ) -> None:
        self._seed = seed
        self.book = Book(stories, flock, refusals_are_doubts=refusals_are_doubts)
        self.pulse = Pulse()
        self._window = Window(house, self.pulse)
        self.senders = [
            Sender(house, self.book, self.pulse, self.dice(f"sender {number}")) for number in range(_SENDERS)
        ]
        self._reader = Reader(house.database_url)
        self._scene = Scene(house, self.book, self.pulse, self._window, self._reader)
        self.people = [self._person(number) for number in range(_PEOPLE)]

    def _person(self, number: int) -> Person:
        scene = self._scene
        return Person(
            scene,
            self.dice(f"person {number}"),
            many=Many(scene, self.dice(f"many {number}")),
            heads=Heads(scene, self.dice(f"heads {number}")),
            storms=Storms(scene, self.dice(f"storms {number}")),
        )

    async def __aenter__(self) -> Self:
        await self._window.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._window.close()
        await self._reader.close()

    def dice(self, what: str) -> Random:
        """Chances of their own for every part, so that one part's luck does not change another's."""
        return Random(f"{self._seed} {what}")  # noqa: S311 -- seeded on purpose, nothing secret


@asynccontextmanager
async def at_work(workers: Sequence[Worker]) -> AsyncIterator[None]:
    """They work while the block lasts; it ends when each has finished what it began."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.run(over))
        try:
            yield
        finally:
            over.set()
