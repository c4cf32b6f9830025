"""Crowd: people who act on cards in every way there is, and remember what they were told.

A person who gets an answer believes it. Who gets none does not know, and does not ask again. While the bot
is down they hardly press anything, for that takes them 3 seconds each, but still set emoji and delete cards.
"""

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext
from http import HTTPStatus
from random import Random
from types import MappingProxyType
from typing import Any, Final

from bot.clock import SystemClock
from tests.chaos import deed as deeds
from tests.chaos.book import Story
from tests.chaos.deed import ACK, BELL, CLAIM, SIREN, Deed
from tests.chaos.episode import Episode
from tests.chaos.head import Heads
from tests.chaos.many import Many
from tests.chaos.scene import Scene
from tests.chaos.storm import Storms
from tests.chaos.told import learn, read, words
from tests.chaos.window import PEOPLE, buttons

_CLOCK: Final = SystemClock()
_BUTTONS: Final[Mapping[str, str]] = MappingProxyType({"ack": "ack", "unack": "unack", "resolve": "finish"})
_COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ack": "ack",
        "unack": "unack",
        "claim": "claim",
        "release": "release",
        "resolve": "finish",
        "snooze": "snooze",
    }
)
_WEIGHTS: Final = (6, 2, 2, 1, 1, 2)
_WAYS: Final = 2 * ("button", "button", "command", "menu", "emoji", "emoji") + ("bin",)
_EMOJI: Final = (ACK, ACK, ACK, CLAIM, CLAIM, SIREN, BELL)
_HOPEFUL: Final = 0.1  # of acts while nobody can answer
_TIDY: Final = 0.2  # of the others delete a card
_TIDY_AT_NIGHT: Final = 0.5


class Person:
    """One of several who act at the same time."""

    def __init__(
        self, scene: Scene, dice: Random, *, many: Many, heads: Heads, storms: Storms, pause: float = 0.3
    ) -> None:
        self._scene = scene
        self._house = scene.house
        self._book = scene.book
        self._window = scene.window
        self._dice = dice
        self._many = many
        self._heads = heads
        self._storms = storms
        self._pause = pause

    async def run(self, over: asyncio.Event) -> None:
        """Act until ``over``."""
        while not over.is_set():
            await _CLOCK.sleep(self._dice.uniform(0, self._pause))
            if await self._storms.act() or await self._heads.act():
                continue
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
        options = {"alert": episode.ref} | ({"for": "2h"} if word == "snooze" else {})
        await self._ask(story, episode, name, _COMMANDS[word], command=f"alert {word}", options=options)

    async def _ask(self, story: Story, episode: Episode, name: str, what: str, **wish: Any) -> None:
        """An interaction: send it, wait for its answer, believe it."""
        status, found, over = await self._scene.ask(name, wish)
        with self._book.judging(story):
            told = read(status, found)
            story.tell(f"{name} {wish.get('custom_id') or wish['command']}: {told} {words(found)}")
            learn(episode, self._deed(what, name), told, over=over)
        if what == "finish" and words(found).startswith("❔"):
            await self._heads.answer(story, episode, name, found.get("message") or {})

    async def _react(self, story: Story, episode: Episode, name: str, card: dict[str, Any]) -> None:
        who, emoji = self._scene.who(name), self._dice.choice(_EMOJI)
        on = (who, emoji) not in episode.standing
        async with self._book.joining if emoji == SIREN and on else nullcontext():
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
        who = self._scene.who(name)
        known = {
            "ack": deeds.ack(who),
            "unack": deeds.unack,
            "claim": deeds.claim(who),
            "release": deeds.release(who),
            "finish": deeds.finish,
            "snooze": deeds.snooze(who),
        }
        return known[what]
