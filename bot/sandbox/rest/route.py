"""What a REST call is, what it answers, and the table that finds its action by method and path."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bot.sandbox.limit.form import Field, Form
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.event import Intent
from bot.sandbox.model.file_store import File
from bot.sandbox.model.guild import Member
from bot.sandbox.model.message import Message, conceal
from bot.sandbox.model.world import World

MAJORS = ("channel", "guild", "webhook")
MAX_ID_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call answers; a body of none is an empty one."""

    status: int = 200
    body: object | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


DONE = Reply(204)


@dataclass(slots=True)
class Call:
    """One REST call, authenticated and decoded."""

    world: World
    route: "Route"
    params: dict[str, str]
    query: Mapping[str, str]
    body: object = None
    files: dict[int, File] = field(default_factory=dict)

    @property
    def bot(self) -> Member:
        """Who calls."""
        return self.world.bot

    def id(self, name: str) -> int:
        """A path parameter as an id.

        Raises:
            ApiError: 50035 when it is none.
        """
        text = self.params[name]
        if not (text.isdecimal() and text.isascii() and len(text) <= MAX_ID_DIGITS):
            form = Form()
            form.refuse((f"{name}_id",), "NUMBER_TYPE_COERCE", f'Value "{text[:50]}" is not snowflake.')
            form.settle()
        return int(text)

    def field(self) -> Field:
        """A cursor at the root of the body."""
        return Field(Form(), {} if self.body is None else self.body)

    def channel(self) -> Channel:
        """The channel of the path.

        Raises:
            ApiError: 10003 when there is none.
        """
        return self.world.channel(self.id("channel"))

    def visible_channel(self) -> Channel:
        """The channel of the path, which the bot may view.

        Raises:
            ApiError: 10003 or 50001.
        """
        channel = self.channel()
        self.world.demand(self.bot, channel)
        return channel

    def view(self, message: Message) -> dict[str, Any]:
        """A message as the bot may read it."""
        user = self.bot.user
        wire = message.wire(user.id)
        if self.world.settings.privileged_intents & Intent.MESSAGE_CONTENT:
            return wire
        return conceal(wire, message, user)

    @property
    def major(self) -> str:
        """The top-level id that a rate limit is counted by."""
        found = [self.params[name] for name in (*MAJORS, "token") if name in self.params]
        return "+".join(found)


Action = Callable[[Call], Reply]
Families = Callable[[Call], list[str]]


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a template, what is done, and the rate limit families it counts in."""

    method: str
    template: str
    action: Action
    family: str | Families
    needs_token: bool = True

    def families(self, call: Call) -> list[str]:
        """The bucket's family and the sub-limits that apply to this very call."""
        return [self.family] if isinstance(self.family, str) else self.family(call)


class RouteTable:
    """All routes, found by the number and words of a path's segments."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._by_length: dict[int, list[tuple[list[str], Route]]] = {}
        for route in self.routes:
            segments = route.template.strip("/").split("/")
            self._by_length.setdefault(len(segments), []).append((segments, route))

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]]:
        """The route of a still percent-encoded path, and its parameters decoded.

        Raises:
            ApiError: 404 for a path nobody knows, 405 for a method it does not have.
        """
        segments = raw_path.strip("/").split("/")
        known_path = False
        for words, route in self._by_length.get(len(segments), []):
            params = _match(words, segments)
            if params is None:
                continue
            if route.method == method:
                return route, params
            known_path = True
        raise ApiError(Refusal.NO_METHOD if known_path else Refusal.NO_ROUTE)


def _match(words: list[str], segments: list[str]) -> dict[str, str] | None:
    params: dict[str, str] = {}
    for word, segment in zip(words, segments, strict=True):
        if word.startswith("{"):
            params[word[1:-1]] = unquote(segment)
        elif word != unquote(segment):
            return None
    return params
