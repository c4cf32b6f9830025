"""The control API's second half: faults, outages, limits, and the log of what the bot asked for."""

from typing import Any

import msgspec
from aiohttp import web

from bot.sandbox.control.form import answer, read_wish
from bot.sandbox.fault.fault import CONNECTION_EFFECTS, Faults, Rule
from bot.sandbox.line.gateway import Gateway
from bot.sandbox.model.error import ControlError
from bot.sandbox.model.settings import Limits
from bot.sandbox.model.world import World
from bot.sandbox.rest.door import Door

Json = dict[str, Any]


class RulesInput(msgspec.Struct):
    """All faults; the list may also come bare."""

    rules: list[Rule]


class OutageInput(msgspec.Struct):
    """``status`` none cuts connections, a number answers with it."""

    on: bool
    status: int | None = None


class Mischief:
    """What goes wrong on purpose, from Python and over HTTP."""

    def __init__(self, world: World, door: Door, gateway: Gateway, faults: Faults) -> None:
        self._world = world
        self._door = door
        self._gateway = gateway
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """All routes, to be served behind the `boundary`."""
        return [
            web.get("/sandbox/requests", self._read_requests),
            web.delete("/sandbox/requests", self._clear_requests),
            web.get("/sandbox/faults", self._read_faults),
            web.put("/sandbox/faults", self._arm_faults),
            web.post("/sandbox/faults", self._add_fault),
            web.delete("/sandbox/faults", self._disarm_faults),
            web.post("/sandbox/gateway", self._disturb_gateway),
            web.put("/sandbox/outage", self._set_outage),
            web.get("/sandbox/limits", self._read_limits),
            web.put("/sandbox/limits", self._set_limits),
        ]

    def arm(self, *rules: Rule) -> None:
        """Replace all faults; a clock's skew holds at once."""
        self._faults.arm(list(rules))
        self._world.clock.set_skew(self._faults.skew_seconds())

    def add(self, rule: Rule) -> None:
        """Arm a fault beside the others."""
        self._faults.add(rule)
        self._world.clock.set_skew(self._faults.skew_seconds())

    def hits(self) -> dict[str, int]:
        """How often each fault struck, by its id."""
        return {armed.rule.id: armed.hits for armed in self._faults.rules}

    def disturb(self, rule: Rule) -> int:
        """Put every gateway connection through a fault now; how many there were.

        Raises:
            ControlError: 400 for an effect that is none of a connection.
        """
        if rule.effect not in CONNECTION_EFFECTS:
            names = ", ".join(sorted(CONNECTION_EFFECTS))
            raise ControlError(f"A gateway takes these effects at once: {names}")
        return self._gateway.suffer(rule)

    async def set_outage(self, *, on: bool, status: int | None = None) -> None:
        """Take the whole of Discord away, or bring it back."""
        self._faults.is_out, self._faults.outage_status = on, status
        if on:
            await self._gateway.cut()

    def set_limits(self, **changes: object) -> None:
        """Change rate limits by family, e.g. ``enabled=False``; all windows start anew.

        Raises:
            ControlError: 400 for an unknown family or a budget that is none.
        """
        current: Json = msgspec.to_builtins(self._door.buckets.limits)
        try:
            limits = msgspec.convert(current | msgspec.to_builtins(changes), Limits)
        except msgspec.ValidationError as error:
            raise ControlError(f"The limits are not as expected: {error}") from error
        self._door.buckets.reset(limits)
        self._world.settings.limits = limits

    def requests(self) -> list[Json]:
        """Every kept REST request of the bot, oldest first."""
        return [msgspec.json.decode(line) for line in self._door.log.lines().splitlines()]

    async def _read_requests(self, _: web.Request) -> web.Response:
        headers = {"Content-Type": "application/x-ndjson"}
        return web.Response(body=self._door.log.lines(), headers=headers)

    async def _clear_requests(self, _: web.Request) -> web.Response:
        self._door.log.clear()
        return web.Response(status=204)

    async def _read_faults(self, _: web.Request) -> web.Response:
        found = {
            "rules": [armed.wire() for armed in self._faults.rules],
            "outage": self._faults.is_out,
            "limits": {"enabled": self._door.buckets.limits.enabled},
        }
        return answer(found)

    async def _arm_faults(self, request: web.Request) -> web.Response:
        self.arm(*(await read_wish(request, RulesInput, wrap="rules")).rules)
        return await self._read_faults(request)

    async def _add_fault(self, request: web.Request) -> web.Response:
        self.add(await read_wish(request, Rule))
        return await self._read_faults(request)

    async def _disarm_faults(self, _: web.Request) -> web.Response:
        self.arm()
        return web.Response(status=204)

    async def _disturb_gateway(self, request: web.Request) -> web.Response:
        return answer({"connections": self.disturb(await read_wish(request, Rule))})

    async def _set_outage(self, request: web.Request) -> web.Response:
        wish = await read_wish(request, OutageInput)
        await self.set_outage(on=wish.on, status=wish.status)
        return answer({"on": wish.on})

    async def _read_limits(self, _: web.Request) -> web.Response:
        found: Json = msgspec.to_builtins(self._door.buckets.limits)
        return answer(found | {"invalid_count": self._door.buckets.invalid_count})

    async def _set_limits(self, request: web.Request) -> web.Response:
        self.set_limits(**await read_wish(request, dict[str, Any]))
        return await self._read_limits(request)
