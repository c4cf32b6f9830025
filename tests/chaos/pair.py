"""Pair: two desks on one PostgreSQL database, one of which waits, and an ingress of its own before them."""

import re
from collections import Counter
from typing import Final

from tests.chaos.house import House, Said
from tests.chaos.process import Process

_NAME: Final = re.compile(r"alert-[0-9]+(?:-[0-9]+)?")


class Pair:
    """The house with an ingress of its own and two desks, one of which waits."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.made = 0
        self.accepted: list[str] = []
        self.active = self.start("desk")

    def start(self, role: str) -> Process:
        """One more process."""
        self.made += 1
        words = ("bot", "run", "--role", role)
        return Process(self.house.folder, f"{role}-{self.made}", *words, settings=self.house.environ)

    async def fire(self, count: int) -> None:
        """Some more alerts, each accepted."""
        for _ in range(count):
            name = f"alert-{len(self.accepted)}"
            answer = await self.house.post([{"name": name, "severity": "critical"}])
            assert answer.said is Said.PROMISED
            self.accepted.append(name)

    async def shown(self) -> Counter[str]:
        """How often each alert stands in the channel, cards that share one included."""
        wanted = set(self.accepted)
        cards = [each for each in await self.house.messages() if each["embeds"]]
        found = (set(_NAME.findall(f"{each['content']} {each['embeds']}")) for each in cards)
        return Counter(name for names in found for name in names & wanted)

    async def all_shown(self) -> bool:
        """Whether nothing is missing."""
        return set(await self.shown()) == set(self.accepted)
