"""Crowd: people who act on cards in every way there is, and remember what they were told.

A person who gets an answer believes it. Who gets none does not know, and does not ask again. While the bot
is down they hardly press anything, for that takes them 3 seconds each, but still set emoji and delete cards.
"""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from random import Random
from types import MappingProxyType
from typing import Any, Final

from bot.clock import SystemClock
from tests.chaos import deed as deeds
from tests.chaos.book import Book, Story
from tests.chaos.deed import ACK, CLAIM, SIREN, Deed
from tests.chaos.episode import Episode, UntrueError
from tests.chaos.house import House
from tests.chaos.pulse import Beat, Pulse
from tests.chaos.window import Window

_CLOCK: Final = SystemClock()
_PEOPLE: Final = ("responder", "operator")
_BUTTONS: Final[Mapping[str, str]] = MappingProxyType({"ack": "ack", "unack": "unack", "resolve": "finish"})
_COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {"ack": "ack", "unack": "unack", "claim": "claim", "release": "release", "resolve": "finish"}
)
_WEIGHTS: Final = (6, 2, 2, 1, 1)
_WAYS: Final = 2 * ("button", "button", "command", "menu", "emoji", "emoji") + ("bin",)
_EMOJI: Final = (ACK, ACK, ACK, CLAIM, CLAIM, SIREN)
_GLANCE: Final = 0.05  # seconds in which a free story is handed over
_HOPEFUL: Final = 0.1  # of acts while nobody can answer
_TIDY: Final = 0.2  # of the others delete a card
_TIDY_AT_NIGHT: Final = 0.5


class Told(StrEnum):
    """What a person knows after acting."""

    DONE = "done"
    IMPOSSIBLE = "impossible"
    NOTHING = "nothing"
    VOID = "void"


class Person:
    """One of several who act at the same time."""

    def __init__(
        self, house: House, book: Book, pulse: Pulse, window: Window, dice: Random, *, pause: float = 0.3
    ) -> None:
        self._house = house
        self._book = book
        self._pulse = pulse
        self._window = window
        self._dice = dice
        self._pause = pause

    async def run(self, over: asyncio.Event) -> None:
        """Act until ``over``."""
        while not over.is_set():
            await _CLOCK.sleep(self._dice.uniform(0, self._pause))
            story = self._dice.choice(self._book.stories)
            if story.current is not None and await _take(story):
                try:
                    await self._act(story, story.current)
                finally:
                    story.lock.release()

    async def visit(self) -> None:
        """Come by at night: nobody hears it, and nothing will happen to the alert before the bot is back."""
        for story in self._dice.sample(self._book.single, len(self._book.single)):
            episode = story.current
            if story.firing and episode is not None and episode.number in self._window.cards:
                await self._leave(story, episode, self._window.cards[episode.number], tidy=_TIDY_AT_NIGHT)
                return

    async def _act(self, story: Story, episode: Episode) -> None:
        card = self._window.cards.get(episode.number)
        if not self._house.delivers and self._dice.random() > _HOPEFUL:
            if card is not None:
                await self._leave(story, episode, card)
            return
        way = self._dice.choice(_WAYS)
        name = self._dice.choice(_PEOPLE)
        if way == "command":
            await self._command(story, episode, name)
        elif card is None:
            return
        elif way == "button":
            await self._press(story, episode, name, card)
        elif way == "menu":
            await self._ask(story, episode, name, "ack", command="Acknowledge alert", target_id=card["id"])
        elif way == "emoji":
            await self._react(story, episode, name, card)
        else:
            await self._delete(story, episode, card)

    async def _leave(
        self, story: Story, episode: Episode, card: dict[str, Any], *, tidy: float = _TIDY
    ) -> None:
        """Act so that it can be found later."""
        if self._dice.random() < tidy:
            await self._delete(story, episode, card)
        else:
            await self._react(story, episode, self._dice.choice(_PEOPLE), card)

    async def _press(self, story: Story, episode: Episode, name: str, card: dict[str, Any]) -> None:
        ids = [each["custom_id"] for row in card["components"] for each in row["components"]]
        offered = [each for each in ids if each.partition(":")[0] in _BUTTONS]
        if not offered:
            return
        custom_id = self._dice.choice(offered)
        what = _BUTTONS[custom_id.partition(":")[0]]
        await self._ask(story, episode, name, what, message_id=card["id"], custom_id=custom_id)

    async def _command(self, story: Story, episode: Episode, name: str) -> None:
        (word,) = self._dice.choices(list(_COMMANDS), _WEIGHTS)
        options = {"alert": episode.ref}
        await self._ask(story, episode, name, _COMMANDS[word], command=f"alert {word}", options=options)

    async def _ask(self, story: Story, episode: Episode, name: str, what: str, **wish: Any) -> None:
        """An interaction: send it, wait for its answer, believe it."""
        life = self._house.life
        self._book.deeds += 1
        self._pulse.beat(Beat.PRESSED)
        status, found = await self._house.act(name, "click" if "custom_id" in wish else "command", **wish)
        deed = self._deed(what, name)
        with self._book.judging(story):
            told = _read(status, found)
            story.tell(f"{name} {wish.get('custom_id') or wish['command']}: {told} {_words(found)}")
            if told is Told.DONE:
                episode.done(deed)
            elif told is Told.IMPOSSIBLE:
                episode.refused(deed)
            elif told is Told.NOTHING and life == self._house.life:
                episode.pending(deed)
            elif told is Told.NOTHING:
                episode.maybe(deed)

    async def _react(self, story: Story, episode: Episode, name: str, card: dict[str, Any]) -> None:
        who, emoji = self._who(name), self._dice.choice(_EMOJI)
        on = (who, emoji) not in episode.standing
        status, _ = await self._house.act(name, "react", message_id=card["id"], emoji=emoji, on=on)
        if status == HTTPStatus.OK:
            self._book.deeds += 1
            story.tell(f"{name} {'sets' if on else 'takes back'} {emoji}")
            episode.react((who, emoji), on=on)

    async def _delete(self, story: Story, episode: Episode, card: dict[str, Any]) -> None:
        status, _ = await self._house.act("operator", "delete", message_id=card["id"])
        if status == HTTPStatus.OK:
            self._book.deeds += 1
            story.tell(f"operator deletes message {card['id']}")
            episode.lose_card()

    def _deed(self, what: str, name: str) -> Deed:
        who = self._who(name)
        known = {
            "ack": deeds.ack(who),
            "unack": deeds.unack,
            "claim": deeds.claim(who),
            "release": deeds.release(who),
            "finish": deeds.finish,
        }
        return known[what]

    def _who(self, name: str) -> str:
        return f"person:{self._house.people[name]}"


async def _take(story: Story) -> bool:
    """Take the story, if nobody has it: a sender who waits for the bot may have it for long."""
    try:
        async with asyncio.timeout(0 if story.lock.locked() else _GLANCE):
            await story.lock.acquire()
    except TimeoutError:
        return False
    return True


def _read(status: int, found: dict[str, Any]) -> Told:  # noqa: PLR0911 -- one for each kind of answer
    """What a person makes of the answer.

    Raises:
        UntrueError: it denies what is certain: that the alert exists, or that this person may act.
    """
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        return Told.NOTHING
    if status != HTTPStatus.OK:
        return Told.VOID  # the card changed under the finger
    if found["kind"] == "update":
        return Told.NOTHING if found["deferred"] else Told.DONE
    words = found["content"] or ""
    if words.startswith("✅"):
        return Told.DONE
    if words.startswith(("❔", "🕰️", "✌️")) or "nothing was done" in words:
        # It asks first, the press was older than the card, or it was the second of two taps.
        return Told.VOID
    if words.startswith("✋"):
        return Told.IMPOSSIBLE
    if not words or words.startswith("💥"):
        return Told.NOTHING
    raise UntrueError(f"a person was told: {words}", "lost" if words.startswith("❓") else "wrong")


def _words(found: dict[str, Any]) -> str:
    return str(found.get("content") or found.get("error") or found.get("kind") or "")[:100]
