"""Sender: what an Alertmanager does for a bounded set of alerts, keeping what it was promised.

It repeats a request until it gets its 2xx, as a sender does within a flush; sometimes, after a request
without an answer, the world has changed and it says the opposite.
"""

import asyncio
from http import HTTPStatus
from random import Random
from typing import Final

from bot.clock import SystemClock
from tests.chaos.book import Book, Saying, Story
from tests.chaos.house import CHAOS, FLOCK, Answer, House, Said
from tests.chaos.pulse import Beat, Pulse

_CLOCK: Final = SystemClock()
_MOST: Final = 4  # alerts in a request
_BACKOFF: Final = (0.02, 0.2)
_REPEATED: Final = 0.6  # of what is said of a firing alert
_CHANGED: Final = 0.25  # of requests without an answer
_FLOCK: Final = 0.2  # of all requests are about alerts that share cards
_SEVERITIES: Final = ("critical", "warning", "warning", "info")


class Sender:
    """One connection's worth of load; several may share a book."""

    def __init__(self, house: House, book: Book, pulse: Pulse, dice: Random, *, pause: float = 0.1) -> None:
        self._house = house
        self._book = book
        self._pulse = pulse
        self._dice = dice
        self._pause = pause

    async def run(self, over: asyncio.Event) -> None:
        """Send until ``over``; the last request is repeated until it is promised."""
        while not over.is_set():
            await self.send(self._choose())
            await _CLOCK.sleep(self._dice.uniform(0, self._pause))

    async def send(self, stories: list[Story]) -> None:
        """One request about ``stories``, until it is promised."""
        await self._book.gate.wait()
        for story in stories:
            await story.lock.acquire()
        try:
            sayings = [self._say(story) for story in stories]
            while not self._took(stories, sayings, await self._post(stories, sayings)):
                await _CLOCK.sleep(self._dice.uniform(*_BACKOFF))
        finally:
            for story in stories:
                story.lock.release()

    def _choose(self) -> list[Story]:
        """All of one source, in one order for all senders."""
        book, count = self._book, self._dice.randint(1, _MOST)
        stories = book.flock if book.flock and self._dice.random() < _FLOCK else book.single
        return sorted(self._dice.sample(stories, count), key=lambda story: story.name)

    def _say(self, story: Story) -> Saying:
        if story.firing and self._dice.random() > _REPEATED:
            return Saying()
        return Saying(self._dice.choice(_SEVERITIES))

    async def _post(self, stories: list[Story], sayings: list[Saying]) -> Answer:
        self._book.requests += 1
        pairs = zip(stories, sayings, strict=True)
        alerts = [saying.alert(story.name, story.cause) for story, saying in pairs]
        answer = await self._house.post(alerts, FLOCK if stories[0].cause else CHAOS)
        if answer.said is Said.PROMISED:
            self._pulse.beat(Beat.ACCEPTED)
        return answer

    def _took(self, stories: list[Story], sayings: list[Saying], answer: Answer) -> bool:
        """Keep what was said; True when it was a promise."""
        if answer.said is Said.REFUSED:
            assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE, answer
            assert answer.retry_after, f"it does not say when to come back: {answer}"
            self._book.refused += 1
            if not self._book.refusals_are_doubts:
                return False
        for place, (story, saying) in enumerate(zip(stories, sayings, strict=True)):
            what = f"fire {saying.severity}" if saying.severity else "resolve"
            if answer.said is Said.PROMISED:
                assert not answer.body["rejected"], answer
                outcome = answer.body["alerts"][place]
                story.tell(f"{what}: {outcome}")
                self._book.accepted += 1
                with self._book.judging(story):
                    story.promise(saying, outcome)
            elif answer.said is not Said.UNREACHABLE:
                story.tell(f"{what}: {answer.said}")
                with self._book.judging(story):
                    story.doubt(saying)
                if self._dice.random() < _CHANGED:
                    sayings[place] = Saying() if saying.severity else Saying(self._dice.choice(_SEVERITIES))
        return answer.said is Said.PROMISED
