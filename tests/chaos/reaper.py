"""Reaper: chooses the moment at which the bot dies, and how long it stays dead."""

from collections import Counter
from random import Random
from typing import Final

from bot.clock import SystemClock
from storage.engine import Storage
from storage.transaction import Transaction
from tests.chaos.book import Book
from tests.chaos.house import House
from tests.chaos.pulse import Beat, Pulse

_CLOCK: Final = SystemClock()
_PATIENCE: Final = 3.0  # seconds to wait for a moment that may not come
_WITHIN: Final = 0.02  # seconds between the moment and the kill, at most
_LONG: Final = 0.1  # of all deaths
_AGE: Final = (
    "UPDATE card SET posting_since = posting_since - 600000000, dirty_since = dirty_since - 600000000"
    " WHERE wanted > shown"
)


class Reaper:
    """Kills, and counts by moment."""

    def __init__(self, house: House, book: Book, pulse: Pulse, dice: Random) -> None:
        self._house = house
        self._book = book
        self._pulse = pulse
        self._dice = dice
        self.kills: Counter[str] = Counter()

    async def reap(self) -> None:
        """Wait for a moment and kill; the process has just been started."""
        moment = self._dice.choice(("start", "any", "later", *Beat))
        if moment == "start":
            await _CLOCK.sleep(self._dice.uniform(0.2, 3.5))
        else:
            assert self._house.bot is not None
            await self._house.bot.ready()
            await self._wait(moment)
        self.kill(moment)

    async def spare(self) -> None:
        """Let a life go on for as long as it would have had."""
        await self._wait(self._dice.choice(("any", *Beat)))

    def kill(self, moment: str) -> None:
        """Now."""
        self._house.kill()
        self._book.died()
        self.kills[moment] += 1

    async def pause(self) -> None:
        """How long nobody restarts it; some nights are longer than Discord's memory of nonces."""
        if self._dice.random() < _LONG:
            await age(self._house)
        await _CLOCK.sleep(self._dice.choice((0.0, 0.0, 0.3, 1.0)))

    async def _wait(self, moment: str) -> None:
        if moment == "any":
            await _CLOCK.sleep(self._dice.uniform(0.0, 2.0))
        elif moment == "later":
            await _CLOCK.sleep(self._dice.uniform(2.0, 6.0))
        else:
            for _ in range(self._dice.randint(1, 5)):
                await self._pulse.next(Beat(moment), _PATIENCE)
            await _CLOCK.sleep(self._dice.uniform(0.0, _WITHIN))


async def age(house: House) -> None:
    """Ten minutes pass for what is on its way, and Discord forgets the nonces; the bot must be dead."""

    def work(tx: Transaction) -> None:
        tx.run_raw(_AGE)

    storage = Storage.open(house.database_url)
    try:
        await storage.write(work)
    finally:
        await storage.close()
    house.forget_nonces()
