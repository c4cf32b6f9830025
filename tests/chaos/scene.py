"""Scene: what everybody who acts has before them: the house, the book, and what is seen of the channel."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

from tests.chaos.book import Book, Story
from tests.chaos.house import House
from tests.chaos.pulse import Beat, Pulse
from tests.chaos.record import Reader
from tests.chaos.window import Window


class Heard(NamedTuple):
    """What came of an interaction; ``over`` says that the process which was asked is dead."""

    status: int
    found: dict[str, Any]
    over: bool


class Scene(NamedTuple):
    """The same for all of a crew; ``reader`` tells what only the desk can say: what belongs together."""

    house: House
    book: Book
    pulse: Pulse
    window: Window
    reader: Reader

    def who(self, name: str) -> str:
        """A person as the owner of an alert."""
        return f"person:{self.house.people[name]}"

    async def ask(self, name: str, wish: dict[str, Any]) -> Heard:
        """An interaction: send it and wait for its answer."""
        life = self.house.life
        self.book.deeds += 1
        self.pulse.beat(Beat.PRESSED)
        verb = "click" if "custom_id" in wish else "command"
        status, found = await self.house.act(name, verb, **wish)
        return Heard(status, found, life != self.house.life)


@asynccontextmanager
async def taken(stories: Sequence[Story]) -> AsyncIterator[bool]:
    """Take all of these stories, or say that somebody has one of them."""
    async with AsyncExitStack() as stack:
        for story in stories:
            if not await story.take():
                yield False
                return
            stack.callback(story.lock.release)
        yield True
