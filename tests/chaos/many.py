"""Many: people who act on all that stands on one card at once, and take it back.

Nobody else acts on those alerts meanwhile: who acts has the stories of all that may stand there.
"""

import re
from random import Random
from typing import Any, Final, NamedTuple

from bot.clock import SystemClock
from tests.chaos import deed as deeds
from tests.chaos.book import Story
from tests.chaos.episode import Episode, UntrueError
from tests.chaos.scene import Scene, taken
from tests.chaos.several import Act, conclude, to_all, to_each, undo
from tests.chaos.storm import MOVED_ON
from tests.chaos.told import Told, read, words
from tests.chaos.window import buttons, choices

_CLOCK: Final = SystemClock()
_LOOK: Final = 0.05  # seconds between two looks for an answer beside the card
_PATIENCE: Final = 2.0
_LASTS: Final = 240.0  # seconds in which an act can be taken back for certain
_COUNT: Final = re.compile(r"✅ (\d+) alerts? ")


class Undoable(NamedTuple):
    """What this person did to many and may take back by a button; ``at`` is a time of the book."""

    act: int
    name: str
    message_id: str
    custom_id: str
    at: float


class Many:
    """What one person does to many alerts; the chances are apart from those of what else they do."""

    def __init__(self, scene: Scene, dice: Random) -> None:
        self._scene = scene
        self._book = scene.book
        self._window = scene.window
        self._reader = scene.reader
        self._dice = dice
        self._undoable: dict[int, Undoable] = {}

    async def act(self, story: Story, episode: Episode, name: str) -> None:
        """Something that can be done to all on the card that this alert shares; its story is taken."""
        group = (await self._reader.groups()).get(episode.number)
        card = None if group is None else self._window.groups.get(group)
        others = [each for each in self._book.flock if each.cause == story.cause and each is not story]
        if group is None or card is None:
            return
        async with taken(others) as free:
            if free:
                await self._act_on(group, card, [story, *others], name)

    async def _act_on(self, group: int, card: dict[str, Any], stories: list[Story], name: str) -> None:
        back = self._undoable.get(group)
        offered = [each for each in buttons(card) if each.startswith(("group-ack:", "group-resolve:"))]
        snoozes = [each for each in choices(card) if each.startswith("group-snooze:")]
        ways = [*offered, "menu", *snoozes, *(["undo"] if back is not None else [])]
        way = self._dice.choice(ways)
        if way == "undo" and back is not None:
            del self._undoable[group]
            await self._take_back(group, stories, back)
        elif way in snoozes:
            act = to_each(self._book.number_act(), deeds.snooze(self._scene.who(name)))
            wish = {"message_id": card["id"], "custom_id": way, "values": ["2h"]}
            await self._ask(group, stories, act, name, wish)
        elif way.startswith("group-resolve:"):
            await self._resolve(group, stories, name, card["id"], way)
        else:
            await self._acknowledge(group, stories, name, card["id"], way)

    async def _acknowledge(
        self, group: int, stories: list[Story], name: str, message_id: str, way: str
    ) -> None:
        act = to_all(self._book.number_act(), deeds.ack(self._scene.who(name)))
        if way == "menu":
            wish = {"command": "Acknowledge alert", "target_id": message_id}
            told, found = await self._ask(group, stories, act, name, wish)
            self._remember(group, act, name, told, found.get("message"))
            return
        wish = {"message_id": message_id, "custom_id": way}
        told, found = await self._ask(group, stories, act, name, wish, is_beside=True)
        self._remember(group, act, name, told, found.get("message"))

    async def _resolve(
        self, group: int, stories: list[Story], name: str, message_id: str, custom_id: str
    ) -> None:
        """It asks first, whoever answers nothing has done nothing."""
        _, found = await self._scene.house.act(name, "click", message_id=message_id, custom_id=custom_id)
        question = found.get("message")
        sure = [each for each in buttons(question or {}) if each.endswith(":sure")]
        if question is None or not sure:
            return
        act = to_all(self._book.number_act(), deeds.finish)
        wish = {"message_id": question["id"], "custom_id": sure[0]}
        told, found = await self._ask(group, stories, act, name, wish)
        self._remember(group, act, name, told, found.get("message"))

    async def _take_back(self, group: int, stories: list[Story], back: Undoable) -> None:
        if self._book.seconds - back.at < _LASTS:
            act = undo(self._book.number_act(), back.act)
            wish = {"message_id": back.message_id, "custom_id": back.custom_id}
            await self._ask(group, stories, act, back.name, wish, is_certain=True)

    async def _ask(
        self,
        group: int,
        stories: list[Story],
        act: Act,
        name: str,
        wish: dict[str, Any],
        *,
        is_certain: bool = False,
        is_beside: bool = False,
    ) -> tuple[Told, dict[str, Any]]:
        """Press, wait for the answer, believe it; what ``is_certain`` is refused only where all has changed.

        Where the card changes under the finger, how many it were is said ``is_beside`` it.
        """
        known = self._window.undos(name, group)
        status, found, over = await self._scene.ask(name, wish)
        told = Told.VOID
        with self._book.judging(stories[0]):
            told = read(status, found)
            if is_certain and told is Told.IMPOSSIBLE and MOVED_ON not in words(found):
                raise UntrueError(f"a person was told: {words(found)}")
        if is_beside and told is Told.DONE:
            message = await self._beside(group, name, known)
            found = {"message": message, "content": message and message["content"]}
        elif told is Told.NOTHING:
            self._window.muddled.add((name, group))  # its answer may come beside a later press
        what = f"{name} {wish.get('custom_id') or wish['command']} #{act.number}: {told} {words(found)}"
        for story in stories:
            story.tell(what)
        members = await self._members(group, stories)
        with self._book.judging(stories[0]):
            count = _count(found) if told is Told.DONE else None
            conclude(act, told, members, count=count, over=over)
        return told, found

    async def _members(self, group: int, stories: list[Story]) -> list[Episode]:
        groups = await self._reader.groups()
        current = [each.current for each in stories if each.current is not None]
        return [each for each in current if groups.get(each.number) == group]

    async def _beside(self, group: int, name: str, known: set[str]) -> dict[str, Any] | None:
        """The answer that comes beside the changed card; one that is late leaves later ones in doubt too."""
        if (name, group) in self._window.muddled:
            return None
        until = _CLOCK.monotonic() + _PATIENCE
        while not (found := self._window.undos(name, group) - known):
            if _CLOCK.monotonic() > until:
                self._window.muddled.add((name, group))
                return None
            await _CLOCK.sleep(_LOOK)
        if len(found) > 1:
            self._window.muddled.add((name, group))
            return None
        return self._window.whispers[found.pop()]

    def _remember(self, group: int, act: Act, name: str, told: Told, message: dict[str, Any] | None) -> None:
        back = [each for each in buttons(message or {}) if each.startswith("undo:")]
        if told is Told.DONE and message is not None and back:
            self._window.hear(name, message)
            self._undoable[group] = Undoable(act.number, name, message["id"], back[0], self._book.seconds)


def _count(found: dict[str, Any]) -> int | None:
    match = _COUNT.match(words(found))
    return None if match is None else int(match[1])
