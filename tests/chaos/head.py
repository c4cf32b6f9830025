"""Head: people who work on incidents by what stands on their heads, and answer what a resolve asks.

A resolve with alerts still open asks first. Its answer may end incident and alerts in one transaction, so
whoever gives it has the stories of all of them, and nobody's siren brings in one more meanwhile.
"""

import re
from collections.abc import Mapping
from random import Random
from types import MappingProxyType
from typing import Any, Final

from tests.chaos import deed as deeds
from tests.chaos.book import Story
from tests.chaos.deed import Deed
from tests.chaos.episode import Episode
from tests.chaos.scene import Heard, Scene, taken
from tests.chaos.several import Act, conclude, to_all
from tests.chaos.told import Told, learn, read, words
from tests.chaos.window import PEOPLE, buttons

_OFTEN: Final = 0.15  # of all that people do, once there are incidents
_STEPS: Final[Mapping[str, Deed]] = MappingProxyType(
    {
        "incident-mitigate": deeds.mitigate,
        "incident-resolve": deeds.end,
        "incident-resolve-only": deeds.end,
        "incident-reopen": deeds.reopen,
    }
)
_ALERTS: Final = re.compile(r"and so are (\d+) of its alerts")


class Heads:
    """What one person does to incidents; the chances are apart from those of what else they do."""

    def __init__(self, scene: Scene, dice: Random) -> None:
        self._scene = scene
        self._dice = dice

    async def act(self) -> bool:
        """Sometimes press something on some head; whether that was it."""
        heads, book = self._scene.window.heads, self._scene.book
        if not heads or not self._scene.house.delivers or self._dice.random() > _OFTEN:
            return False
        number = self._dice.choice(sorted(heads))
        async with taken([book.incident(number)]) as free:
            if free:
                await self._press(number, heads[number])
        return free

    async def answer(self, story: Story, episode: Episode, name: str, question: dict[str, Any]) -> None:
        """The alert, whose story is taken, is the last open one of an incident: what is meant?"""
        ids = buttons(question)
        only = next((each for each in ids if each.startswith("resolve-only:")), "")
        both = next((each for each in ids if each.startswith("resolve-both:")), "")
        way = self._dice.choice([each for each in ("", only, both) if each] or [""])
        home = (await self._scene.reader.homes()).get(episode.number)
        if not way or home is None:
            return
        incident = self._scene.book.incident(home)
        wish = {"message_id": question["id"], "custom_id": way}
        if way == only:
            await self._step(story, name, wish, deeds.finish)
            return
        async with taken([incident]) as free:
            if free:
                await self._end(incident, [story], name, wish)

    async def _press(self, number: int, head: dict[str, Any]) -> None:
        story, name = self._scene.book.incident(number), self._dice.choice(PEOPLE)
        offered = [each for each in buttons(head) if each.partition(":")[0] in _STEPS]
        if not offered:
            return
        way = self._dice.choice(offered)
        found = await self._step(story, name, {"message_id": head["id"], "custom_id": way}, _step_of(way))
        question = found.get("message") or {}
        if not words(found).startswith("❔"):
            return
        answers = [each for each in buttons(question) if each.startswith("incident-resolve-")]
        if not answers:
            return
        way = self._dice.choice(sorted(answers))
        wish = {"message_id": question["id"], "custom_id": way}
        if way.startswith("incident-resolve-only:"):
            await self._step(story, name, wish, _step_of(way))
        else:
            await self._end_all(number, story, name, wish)

    async def _step(self, story: Story, name: str, wish: dict[str, Any], deed: Deed) -> dict[str, Any]:
        """One deed to one incident or alert, and its answer."""
        heard = await self._scene.ask(name, wish)
        with self._scene.book.judging(story):
            told = _told(story, name, wish, heard)
            assert story.current is not None
            learn(story.current, deed, told, over=heard.over)
        return heard.found

    async def _end_all(self, number: int, story: Story, name: str, wish: dict[str, Any]) -> None:
        """The incident and all its open alerts; not while a siren may bring in one that nobody knows of."""
        book, reader = self._scene.book, self._scene.reader
        async with book.joining:
            homes = await reader.homes()
            members = [
                each for each in book.single if each.current and homes.get(each.current.number) == number
            ]
            others = [each.current for each in book.single if each.current and each not in members]
            if any(each.has_siren and each.number not in homes for each in others):
                return
            async with taken(members) as free:
                if free and await reader.homes() == homes:
                    await self._end(story, members, name, wish)

    async def _end(self, incident: Story, alerts: list[Story], name: str, wish: dict[str, Any]) -> None:
        """End an incident and alerts of it in one transaction."""
        act = to_all(self._scene.book.number_act(), deeds.finish)
        heard = await self._scene.ask(name, wish)
        with self._scene.book.judging(incident):
            told = _told(incident, name, wish, heard, *alerts)
            episodes = [each.current for each in alerts if each.current is not None]
            assert incident.current is not None
            _learn(act, told, incident.current, episodes, heard)


def _learn(act: Act, told: Told, incident: Episode, alerts: list[Episode], heard: Heard) -> None:
    """What is known of both after the answer; one that is over already keeps its alerts as they are."""
    if told is Told.IMPOSSIBLE:
        incident.refused(deeds.finish)
        return
    match = _ALERTS.search(words(heard.found))
    conclude(act, told, alerts, count=None if match is None else int(match[1]), over=heard.over)
    if told is Told.DONE:
        incident.done(deeds.finish)
    elif told is Told.NOTHING:
        incident.in_doubt(act.number, act.change, over=heard.over)


def _told(story: Story, name: str, wish: dict[str, Any], heard: Heard, *others: Story) -> Told:
    told = read(heard.status, heard.found)
    for each in (story, *others):
        each.tell(f"{name} {wish['custom_id']}: {told} {words(heard.found)}")
    return told


def _step_of(custom_id: str) -> Deed:
    return _STEPS[custom_id.partition(":")[0]]
