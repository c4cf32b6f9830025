"""Storm: people who act on what a storm's board holds, all of it or one cause, and take that back.

Which alerts a board held at that moment only the desk can say, by the act that it keeps for taking it back.
Those have to be changed then, as many as the person was told, and no other.
"""

import re
from random import Random
from typing import Any, Final, NamedTuple

from tests.chaos import deed as deeds
from tests.chaos.book import Story
from tests.chaos.deed import Deed
from tests.chaos.episode import Episode, UntrueError
from tests.chaos.scene import Heard, Scene
from tests.chaos.several import Act, conclude, to_all, undo
from tests.chaos.told import Told, read, words
from tests.chaos.window import PEOPLE, buttons, choices

_OFTEN: Final = 0.1  # of all that people do, while a board stands
_LASTS: Final = 240.0  # seconds in which an act can be taken back for certain
MOVED_ON: Final = "moved on since"  # what cannot be taken back, though it is neither late nor another's
_COUNT: Final = re.compile(r"✅ (\d+) alerts? ")


class _Done(NamedTuple):
    """What this person did and may take back; ``at`` is a time of the book."""

    act: int
    name: str
    wish: dict[str, Any]
    at: float


class Storms:
    """What one person does to a board; the chances are apart from those of what else they do."""

    def __init__(self, scene: Scene, dice: Random) -> None:
        self._scene = scene
        self._dice = dice
        self._done: _Done | None = None

    async def act(self) -> bool:
        """Sometimes press something on the board, while nobody else does anything; whether that was it."""
        board = self._scene.window.board
        if not buttons(board) or not self._scene.house.delivers or self._dice.random() > _OFTEN:
            return False
        async with self._scene.book.alone() as free:
            if free:
                await self._act_on(board)
        return free

    async def _act_on(self, board: dict[str, Any]) -> None:
        way, name = self._dice.choice(("all", "cause", "back")), self._dice.choice(PEOPLE)
        if way == "back" and self._done is not None:
            done, self._done = self._done, None
            await self._take_back(done)
        elif way == "cause":
            await self._open_cause(board, name)
        else:
            await self._press(board, name)

    async def _press(self, message: dict[str, Any], name: str) -> None:
        """One of the buttons that change something; whoever is asked first says yes."""
        offered = [each for each in buttons(message) if each.startswith(("board-ack:", "board-resolve:"))]
        if not offered:
            return
        way = self._dice.choice(offered)
        wish = {"message_id": message["id"], "custom_id": way}
        if way.startswith("board-ack:"):
            await self._change(name, wish, deeds.ack(self._scene.who(name)))
        elif ":all." in way:
            question = (await self._scene.ask(name, wish)).found.get("message") or {}
            sure = [each for each in buttons(question) if ":sure." in each]
            if sure:
                wish = {"message_id": question["id"], "custom_id": sure[0]}
                await self._change(name, wish, deeds.finish)
        else:
            await self._change(name, wish, deeds.finish)

    async def _open_cause(self, board: dict[str, Any], name: str) -> None:
        for custom_id, values in choices(board).items():
            if custom_id.startswith("board-cause:"):
                wish = {
                    "message_id": board["id"],
                    "custom_id": custom_id,
                    "values": [self._dice.choice(values)],
                }
                cause = (await self._scene.ask(name, wish)).found.get("message") or {}
                await self._press(cause, name)

    async def _change(self, name: str, wish: dict[str, Any], deed: Deed) -> None:
        act = to_all(self._scene.book.number_act(), deed)
        last = max(await self._scene.reader.acts(), default=0)
        heard = await self._scene.ask(name, wish)
        stories = [each for each in self._scene.book.stories if each.current is not None]
        kept = await self._scene.reader.acts()
        with self._scene.book.judging(stories[0]):
            told = read(heard.status, heard.found)
            tell(stories, f"{name} {wish['custom_id']} #{act.number}: {told} {words(heard.found)}")
            made = _act_id(heard) or max(kept, default=0)
            if told is Told.DONE and made not in kept:
                raise UntrueError(f"{words(heard.found)}: no such act is kept", "lost")
            if made > last:
                _conclude(act, kept[made], stories, _count(heard))
            elif told is Told.NOTHING and not heard.over:
                self._doubt(act, stories)
        self._remember(act, name, told, heard.found.get("message") or {})

    def _doubt(self, act: Act, stories: list[Story]) -> None:
        """It may still happen, to whatever is on the board then: each of them is in doubt for itself."""
        for story in stories:
            if story.current is not None:
                story.current.in_doubt(self._scene.book.number_act(), act.change, over=False)

    async def _take_back(self, done: _Done) -> None:
        if self._scene.book.seconds - done.at > _LASTS:
            return
        act = undo(self._scene.book.number_act(), done.act)
        heard = await self._scene.ask(done.name, done.wish)
        stories = [each for each in self._scene.book.stories if each.current is not None]
        with self._scene.book.judging(stories[0]):
            told = read(heard.status, heard.found)
            tell(stories, f"{done.name} {done.wish['custom_id']} #{act.number}: {told} {words(heard.found)}")
            if told is Told.IMPOSSIBLE and MOVED_ON not in words(heard.found):
                raise UntrueError(f"a person was told: {words(heard.found)}")
            conclude(act, told, _current(stories), count=_count(heard), over=heard.over)

    def _remember(self, act: Act, name: str, told: Told, message: dict[str, Any]) -> None:
        back = _undo(message)
        if told is Told.DONE and back:
            wish = {"message_id": message["id"], "custom_id": back}
            self._done = _Done(act.number, name, wish, self._scene.book.seconds)


def tell(stories: list[Story], text: str) -> None:
    """A line in the history of each."""
    for story in stories:
        story.tell(text)


def _conclude(act: Act, made: list[int], stories: list[Story], count: int | None) -> None:
    """It happened, to those whom the desk names."""
    if count is not None and count != len(made):
        raise UntrueError(f"{count} were changed, but {made} are kept")
    known = {each.number: each for each in _current(stories)}
    for alert_id in made:
        if alert_id not in known:
            raise UntrueError(f"A-{alert_id} was changed and is over")
        known[alert_id].narrow_to(act.change, changes=True)
        known[alert_id].changed(act.change)


def _current(stories: list[Story]) -> list[Episode]:
    return [each.current for each in stories if each.current is not None]


def _undo(message: dict[str, Any]) -> str:
    return next((each for each in buttons(message) if each.startswith("undo:")), "")


def _act_id(heard: Heard) -> int:
    """By which number it is taken back; 0 where that is not offered."""
    return int(_undo(heard.found.get("message") or {}).rpartition(":")[2] or 0)


def _count(heard: Heard) -> int | None:
    match = _COUNT.match(words(heard.found))
    return None if match is None else int(match[1])
