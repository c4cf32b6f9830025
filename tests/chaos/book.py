"""Book: the first of three truths, what was promised and answered, kept outside of the house.

A story is one thing that fires and resolves; who acts on it, sender or person, does so alone (``lock``), so
that its history is a line.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, Final

import msgspec

from bot.clock import SystemClock
from tests.chaos import deed as deeds
from tests.chaos.deed import Look
from tests.chaos.episode import Episode, UntrueError

_CLOCK: Final = SystemClock()
_TOLD: Final = 60  # lines of a history in a report
_GLANCE: Final = 0.05  # seconds in which a free story is handed over
_SOON: Final = 1.0  # seconds in which whoever acts is done, while the bot answers


class Violation(msgspec.Struct, frozen=True):
    """``kind`` is lost, duplicate, wrong, count or chain."""

    kind: str
    story: str
    text: str


class Saying(msgspec.Struct, frozen=True):
    """What a sender says of a story; ``severity`` is empty for a resolve."""

    severity: str = ""

    @property
    def deed(self) -> deeds.Deed:
        """What it does to an alert."""
        return deeds.fire(self.severity) if self.severity else deeds.resolve

    def alert(self, name: str, cause: str) -> dict[str, Any]:
        """The alert as it is sent."""
        said = {"title": name, "dedupe_key": name, "service": "chaos", "summary": f"about {name}"}
        said |= {"status": "firing", "severity": self.severity} if self.severity else {"status": "resolved"}
        return said | ({"group_key": cause} if cause else {})


class Story:
    """One signature from its sender's and the people's side; with a ``cause`` it shares a card."""

    def __init__(self, name: str, book: "Book", cause: str = "") -> None:
        self.name = name
        self.cause = cause
        self.lock = asyncio.Lock()
        self.episodes: dict[str, Episode] = {}
        self.current: Episode | None = None
        self.firing = False
        self.fires_promised = 0
        self.fires_in_doubt = 0
        self.lines: list[str] = []
        self.blamed = False
        self._doubts: list[Saying] = []
        self._book = book

    def tell(self, text: str) -> None:
        """A line of its history."""
        self.lines.append(f"{self._book.seconds:8.3f} {text}")

    async def take(self) -> bool:
        """Take its lock, if nobody has it: a sender who waits for the bot may have it for long."""
        return self._book.gate.is_set() and await self.acquire(0 if self.lock.locked() else _GLANCE)

    async def acquire(self, patience: float) -> bool:
        """Take its lock within so many seconds."""
        try:
            async with asyncio.timeout(patience):
                await self.lock.acquire()
        except TimeoutError:
            return False
        return True

    def doubt(self, saying: Saying) -> None:
        """A request without an answer: it was taken in or not, but will not be later."""
        self.fires_in_doubt += bool(saying.severity)
        self._doubts.append(saying)
        if self.current is not None:
            self.current.maybe(saying.deed)

    def promise(self, saying: Saying, outcome: dict[str, Any]) -> None:
        """A 2xx named what became of it."""
        ref = outcome["ref"]
        self.fires_promised += bool(saying.severity)
        self.firing = bool(saying.severity)
        if not ref:
            if saying.severity or self.fires_promised:
                raise UntrueError(f"{self.name} was promised before and is unknown now: {outcome}", "lost")
        elif self.current is not None and ref == self.current.ref:
            self.current.done(saying.deed)
        else:
            self._begin(ref, saying)
        if self.current is not None:
            self.current.promised += bool(saying.severity)
            self.current.told(outcome["state"])
            if saying.severity and outcome["occurrences"] < self.current.promised:
                raise UntrueError(
                    f"{ref} counts {outcome['occurrences']} of {self.current.promised}", "count"
                )
        self._doubts.clear()

    def history(self) -> str:
        """Its newest lines, for a report."""
        return "\n".join(f"    {line}" for line in self.lines[-_TOLD:])

    def _begin(self, ref: str, saying: Saying) -> None:
        """The next episode: the one before must be over."""
        if ref in self.episodes:
            raise UntrueError(
                f"{self.name}: {ref} was over, yet {self.current and self.current.ref} came after"
            )
        if self.current is not None:
            self.current.told("resolved")
        if saying.severity:
            looks = {Look("new", saying.severity, "")}
        else:
            looks = {Look("resolved", each.severity, "") for each in self._doubts if each.severity}
        if not looks:
            raise UntrueError(f"{self.name}: a resolve names {ref}, which nothing opened")
        self.current = self.episodes[ref] = Episode(ref, looks)


class Book:
    """All stories, and what turned out untrue on the way.

    A refusal says that nothing was stored. Only when a line to the database breaks, during a commit perhaps,
    nobody can know that (``refusals_are_doubts``).
    """

    def __init__(self, size: int, flock: int = 0, *, refusals_are_doubts: bool = False) -> None:
        self.refusals_are_doubts = refusals_are_doubts
        self._began = _CLOCK.monotonic()
        self.single = [Story(f"Chaos{number:02}", self) for number in range(size)]
        self.flock = [Story(f"Flock{number:02}", self, f"cause {number % 2}") for number in range(flock)]
        self.violations: list[Violation] = []
        self.accepted = 0
        self.refused = 0
        self.requests = 0
        self.deeds = 0
        self.incidents: dict[int, Story] = {}
        self.joining = asyncio.Lock()  # who holds it lets no alert join an incident
        self.gate = asyncio.Event()  # closed while somebody does what may be about any alert
        self.gate.set()
        self._acts = 0

    @property
    def stories(self) -> list[Story]:
        """All of them."""
        return [*self.single, *self.flock]

    @property
    def seconds(self) -> float:
        """Since it was opened."""
        return _CLOCK.monotonic() - self._began

    def number_act(self) -> int:
        """The next number of an act on many alerts."""
        self._acts += 1
        return self._acts

    @property
    def everything(self) -> list[Story]:
        """The stories of alerts and of incidents."""
        return [*self.stories, *self.incidents.values()]

    def incident(self, number: int) -> Story:
        """The story of an incident, which was open when it was first heard of."""
        if number not in self.incidents:
            story = self.incidents[number] = Story(f"I-{number}", self)
            story.current = story.episodes[story.name] = Episode(story.name, {Look("open", "", "")})
        return self.incidents[number]

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Let nobody else send or act, or say that this is not to be had soon."""
        async with AsyncExitStack() as stack:
            free = self.gate.is_set()
            if free:
                self.gate.clear()
                stack.callback(self.gate.set)
            for story in sorted(self.stories, key=lambda each: each.name) if free else ():
                free = await story.acquire(_SOON)
                if not free:
                    break
                stack.callback(story.lock.release)
            yield free

    def settle(self, looks: Mapping[str, Look]) -> None:
        """All is quiet and nothing is wrong: so all stands as the database says, by ref."""
        for story in self.everything:
            for episode in story.episodes.values():
                episode.settled(looks[episode.ref])

    def died(self) -> None:
        """The bot was killed."""
        for story in self.everything:
            story.tell("-- killed --")
            for episode in story.episodes.values():
                episode.died()

    @contextmanager
    def judging(self, story: Story) -> Iterator[None]:
        """Write down what turns out untrue inside; afterwards nothing more is concluded about the story."""
        try:
            yield
        except UntrueError as error:
            story.tell(f"!! {error}")
            if not story.blamed:
                self.violations.append(Violation(error.kind, story.name, f"{error}\n{story.history()}"))
            story.blamed = True
