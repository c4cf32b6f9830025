"""Crowd: people who act on cards in every way there is, and remember what they were told.

A person who gets an answer believes it. Who gets none does not know, and does not ask again. While the bot
is down they hardly press anything, for that takes them 3 seconds each, but still set emoji and delete cards.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from random import Random
from types import MappingProxyType
from typing import Any, Final

from bot.clock import SystemClock
from tests.chaos import deed as deeds
from tests.chaos.book import Book, Story
from tests.chaos.deed import ACK, CLAIM, SIREN, Deed
from tests.chaos.episode import Episode
from tests.chaos.house import House
from tests.chaos.many import Many
from tests.chaos.pulse import Beat, Pulse
from tests.chaos.told import Told, read, words
from tests.chaos.window import PEOPLE, Window, buttons

_CLOCK: Final = SystemClock()
_BUTTONS: Final[Mapping[str, str]] = MappingProxyType({"ack": "ack", "unack": "unack", "resolve": "finish"})
_COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {"ack": "ack", "unack": "unack", "claim": "claim", "release": "release", "resolve": "finish"}
)
_WEIGHTS: Final = (6, 2, 2, 1, 1)
_WAYS: Final = 2 * ("button", "button", "command", "menu", "emoji", "emoji") + ("bin",)
_EMOJI: Final = (ACK, ACK, ACK, CLAIM, CLAIM, SIREN)
_HOPEFUL: Final = 0.1  # of acts while nobody can answer
_TIDY: Final = 0.2  # of the others delete a card
_TIDY_AT_NIGHT: Final = 0.5


class Person:
    """One of several who act at the same time."""

    def __init__(
        self,
        house: House,
        book: Book,
        pulse: Pulse,
        window: Window,
        dice: Random,
        *,
        many: Many,
        pause: float = 0.3,
    ) -> None:
        self._house = house
        self._book = book
        self._pulse = pulse
        self._window = window
        self._dice = dice
        self._many = many
        self._pause = pause

    async def run(self, over: asyncio.Event) -> None:
        """Act until ``over``."""
        while not over.is_set():
            await _CLOCK.sleep(self._dice.uniform(0, self._pause))
            story = self._dice.choice(self._book.stories)
            if story.current is not None and await story.take():
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
        name = self._dice.choice(PEOPLE)
        if way == "command":
            await self._command(story, episode, name)
        elif story.cause:
            await self._many.act(story, episode, name)
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
            await self._react(story, episode, self._dice.choice(PEOPLE), card)

    async def _press(self, story: Story, episode: Episode, name: str, card: dict[str, Any]) -> None:
        offered = [each for each in buttons(card) if each.partition(":")[0] in _BUTTONS]
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
            told = read(status, found)
            story.tell(f"{name} {wish.get('custom_id') or wish['command']}: {told} {words(found)}")
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
