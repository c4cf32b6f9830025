"""Window: the channel as people see it, live, and what only one of them sees."""

import asyncio
import re
from collections import defaultdict
from typing import Any, Final

import aiohttp
import msgspec

from bot.cards.alert.alert import find_marker
from bot.cards.incident import incident
from tests.chaos.house import House
from tests.chaos.pulse import Beat, Pulse

PEOPLE: Final = ("responder", "operator")
_GROUP: Final = re.compile(r"G-(\d+) · ")
_BOARD: Final = "B-"
_OF_GROUP: Final = re.compile(r"✅ \d+ alerts? of G-(\d+) ")


class Window:
    """The newest look of all cards by alert, group and incident, and what was said to one person.

    ``board`` is that of a storm, empty before the first. ``whispers`` are those answers, by message id, that
    can be taken back. ``muddled`` are person and group where nobody can tell which answer belongs to which
    press.
    """

    def __init__(self, house: House, pulse: Pulse) -> None:
        self._house = house
        self._pulse = pulse
        self.cards: dict[int, dict[str, Any]] = {}
        self.groups: dict[int, dict[str, Any]] = {}
        self.heads: dict[int, dict[str, Any]] = {}
        self.board: dict[str, Any] = {}
        self.whispers: dict[str, dict[str, Any]] = {}
        self.muddled: set[tuple[str, int]] = set()
        self._undos: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Begin to look."""
        for person in PEOPLE:
            line = await self._house.session.ws_connect(self._house.sandbox_url(f"stream?person={person}"))
            self._tasks.append(asyncio.create_task(self._look(person, line)))

    async def close(self) -> None:
        """Look no more."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def undos(self, person: str, group: int) -> set[str]:
        """The messages by which a person may take back what was done to a group."""
        return set(self._undos[person, group])

    async def _look(self, person: str, line: aiohttp.ClientWebSocketResponse) -> None:
        async with line:
            async for frame in line:
                event = msgspec.json.decode(frame.data)
                if event["t"] not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}:
                    continue
                if event["d"]["sandbox"]["ephemeral_for"]:
                    self.hear(person, event["d"])
                elif person == PEOPLE[-1]:
                    self._see(event["t"], event["d"])

    def _see(self, event: str, message: dict[str, Any]) -> None:
        """What stands in the channel is the same for all."""
        marker, group = find_marker(message), _GROUP.match(footer(message))
        if marker is not None:
            self.cards[marker[1]] = message
            self._pulse.beat(Beat.POSTED if event == "MESSAGE_CREATE" else Beat.EDITED)
        elif group is not None:
            self.groups[int(group[1])] = message
        elif (head := incident.find_marker(message)) is not None:
            self.heads[head[1]] = message
        elif footer(message).startswith(_BOARD):
            self.board = message

    def hear(self, person: str, message: dict[str, Any]) -> None:
        """What only this person sees."""
        group = _OF_GROUP.match(message["content"])
        if group is not None:
            self.whispers[message["id"]] = message
            self._undos[person, int(group[1])].add(message["id"])


def buttons(message: dict[str, Any]) -> list[str]:
    """The custom_ids of what can be pressed on it."""
    rows = message.get("components", [])
    parts = [each for row in rows for each in row["components"]]
    return [each["custom_id"] for each in parts if "custom_id" in each and not each.get("disabled")]


def choices(message: dict[str, Any]) -> dict[str, list[str]]:
    """The values of its selects, by custom_id."""
    rows = message.get("components", [])
    parts = [each for row in rows for each in row["components"] if each.get("options")]
    return {each["custom_id"]: [option["value"] for option in each["options"]] for each in parts}


def footer(message: dict[str, Any]) -> str:
    """What stands at its foot, by which it is known."""
    footers = [each.get("footer") or {} for each in message["embeds"]]
    return next((str(each.get("text", "")) for each in footers), "")
