"""The control API's first half: what people do and see, and changes to the guild."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.sandbox.control import person, place
from bot.sandbox.control.actor import Actor, find_person
from bot.sandbox.control.form import answer, read_number, read_wish
from bot.sandbox.control.option import channel_of
from bot.sandbox.control.view import message_view, world_view
from bot.sandbox.line.stream import Stream
from bot.sandbox.model.error import ControlError
from bot.sandbox.model.guild import Member
from bot.sandbox.model.interaction import Interaction
from bot.sandbox.model.world import World

Json = dict[str, Any]
SUMMONS: dict[str, tuple[type, Callable[[World, Member, Any], Interaction]]] = {
    "command": (person.CommandInput, person.use_command),
    "autocomplete": (person.CommandInput, person.complete),
    "click": (person.ClickInput, person.click),
    "submit": (person.SubmitInput, person.submit),
}
DEEDS: dict[str, tuple[type, Callable[[World, Member, Any], Json]]] = {
    "react": (person.ReactInput, person.react),
    "say": (person.SayInput, person.say),
    "delete": (person.DeleteInput, person.delete),
}
PAGE_LENGTH = 50


class Stage:
    """People and places over HTTP."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """All routes, to be served behind the `boundary`."""
        people, channels = "/sandbox/people/{name}", "/sandbox/channels/{channel}"
        return [
            *(web.post(f"{people}/{verb}", self._summon) for verb in SUMMONS),
            *(web.post(f"{people}/{verb}", self._do) for verb in DEEDS),
            web.put(f"{people}/roles", self._give_roles),
            web.get("/sandbox/world", self._read_world),
            web.get(f"{channels}/messages", self._read_channel),
            web.get("/sandbox/messages/{message}", self._read_message),
            web.get("/sandbox/stream", self._stream),
            web.post("/sandbox/channels", self._add_channel),
            web.patch(channels, self._change_channel),
            web.delete(channels, self._delete_channel),
            web.put(f"{channels}/overwrites", self._overwrite),
            web.patch("/sandbox/roles/{role}", self._change_role),
        ]

    async def _summon(self, request: web.Request) -> web.Response:
        kind, begin = SUMMONS[request.path.rpartition("/")[2]]
        actor = Actor(self._world, request.match_info["name"])
        wish: object = await read_wish(request, kind)
        found = await actor.act(begin, wish, read_number(request, "timeout", float))
        return answer(found, HTTPStatus.OK if found["answered"] else HTTPStatus.GATEWAY_TIMEOUT)

    async def _do(self, request: web.Request) -> web.Response:
        kind, deed = DEEDS[request.path.rpartition("/")[2]]
        member = find_person(self._world, request.match_info["name"])
        wish: object = await read_wish(request, kind)
        return answer(deed(self._world, member, wish))

    async def _give_roles(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        member = self._world.bot if name == "bot" else find_person(self._world, name)
        return answer(place.give_roles(self._world, member, await read_wish(request, list[str])))

    async def _read_world(self, _: web.Request) -> web.Response:
        return answer(world_view(self._world))

    def _viewer(self, request: web.Request) -> Member | None:
        return find_person(self._world, request.query["person"]) if "person" in request.query else None

    async def _read_channel(self, request: web.Request) -> web.Response:
        channel, viewer = channel_of(self._world, request.match_info["channel"]), self._viewer(request)
        if viewer is not None and not self._world.may_view(viewer, channel):
            raise ControlError("This person cannot see the channel", status=HTTPStatus.FORBIDDEN, code=50001)
        limit = read_number(request, "limit", int) or PAGE_LENGTH
        before = read_number(request, "before", int)
        return answer(place.messages(self._world, channel, viewer, limit=limit, before=before))

    async def _read_message(self, request: web.Request) -> web.Response:
        viewer = self._viewer(request)
        message = person.find_message(self._world, viewer, request.match_info["message"])
        return answer(message_view(self._world, message, viewer))

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        viewer = find_person(self._world, request.query.get("person", ""))
        return await Stream(self._world, viewer).serve(request)

    async def _add_channel(self, request: web.Request) -> web.Response:
        return answer(place.add(self._world, await read_wish(request, place.ChannelInput)))

    async def _change_channel(self, request: web.Request) -> web.Response:
        wish = await read_wish(request, dict[str, Any])
        return answer(place.change(self._world, request.match_info["channel"], wish))

    async def _delete_channel(self, request: web.Request) -> web.Response:
        return answer(place.delete(self._world, request.match_info["channel"]))

    async def _overwrite(self, request: web.Request) -> web.Response:
        wishes = await read_wish(request, list[place.OverwriteInput])
        return answer(place.overwrite(self._world, request.match_info["channel"], wishes))

    async def _change_role(self, request: web.Request) -> web.Response:
        wish = await read_wish(request, place.RoleInput)
        return answer(place.change_role(self._world, request.match_info["role"], wish))
