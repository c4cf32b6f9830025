"""The real house before a sandbox that goes wrong: what was promised, what is recorded, what is shown.

`bot.app` puts it together; only its patience is shorter than with the real Discord.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sized
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
import msgspec

from bot.app import RunningDesk
from bot.cards.alert.alert import find_marker, push_line
from bot.clock import SystemClock
from bot.domain.access.source import Source
from bot.domain.alert.alert import Alert
from bot.domain.alert.search import AlertFilter
from bot.domain.alert.signal import Severity, Signal
from bot.domain.outbox.outbox import ParkReason
from bot.sandbox.control.place import overwrite
from bot.sandbox.fault.fault import Rule
from bot.sandbox.server import Sandbox
from bot.usecases.admin import status
from bot.usecases.alert import query as alert_query
from bot.usecases.intake.queue import take_in
from tests.senders import firing, resolved, submission
from tests.waiting import until

Json = dict[str, Any]

DEADLINE: Final = 12.0  # seconds until a test is given up
POST: Final = "POST /channels/{c}/messages"
EDIT: Final = "PATCH /channels/{c}/messages/{m}"
CALLBACK: Final = "POST /interactions/{i}/{t}/callback"
ACK: Final = "✅"


class OffClock(SystemClock):
    """The machine's clock, as far off as it is told to be; what it measures stays right."""

    def __init__(self) -> None:
        self.off = timedelta()

    def now(self) -> datetime:
        return super().now() + self.off


class House:
    """A desk at work, its sandbox, and everything that was promised to senders."""

    def __init__(self, sandbox: Sandbox, place: RunningDesk, clock: OffClock, readies: Sized) -> None:
        self.sandbox = sandbox
        self._readies = readies
        self.desk = place.desk
        self.gateway = place.gateway
        self.clock = clock
        self._promised: set[str] = set()
        self._sources: dict[str, Source] = {}

    # What goes wrong

    @asynccontextmanager
    async def faulty(self, *rules: Json) -> AsyncIterator[None]:
        """Rules as from the page; each of them has to strike before the end."""
        url = f"{self.sandbox.url}/sandbox/faults"
        async with aiohttp.ClientSession() as session:
            async with session.put(url, json=list(rules)) as answer:
                assert answer.status == 200, await answer.text()
            yield
            async with session.get(url) as answer:
                found = (await answer.json())["rules"]
            async with session.delete(url) as answer:
                assert answer.status == 204
        spared = [rule for rule in found if not rule["hits"]]
        assert not spared, f"these faults never struck: {spared}"

    def disturb(self, **rule: Any) -> None:
        """Put the gateway's connection through a fault now, before anything else happens."""
        assert self.sandbox.mischief.disturb(msgspec.convert(rule, Rule)) == 1

    def hits(self) -> int:
        """How often the faults of the moment have struck."""
        return sum(self.sandbox.mischief.hits().values())

    async def struck(self, times: int = 1) -> None:
        """Return once the faults have struck so often."""

        async def look() -> bool:
            return self.hits() >= times

        await until(look, "the fault to strike")

    # What people and senders do

    async def fire(
        self, name: str, severity: Severity = Severity.WARNING, *, channel: str = "alerts"
    ) -> None:
        """A source says that it fires; that is accepted from here on."""
        await self._send(firing(name, severity), channel)
        self._promised.add(name)

    async def resolve(self, name: str) -> None:
        """The source says that it is over."""
        await self._send(resolved(name), "alerts")

    async def _send(self, signal: Signal, channel: str) -> None:
        if channel not in self._sources:
            channel_id = self.sandbox.channels[channel]
            moment = self.desk.clock.now()
            wish = Source(
                id=0,
                project_id=self.desk.project.id,
                name=channel,
                provider="generic",
                channel_id=channel_id,
                created_at=moment,
            )
            self._sources[channel] = await self.desk.storage.write(lambda tx: tx.sources.add(wish))
        await take_in(self.desk, [submission(self._sources[channel], signal)])

    async def press(self, name: str, label: str = "Acknowledge", *, person: str = "responder") -> Json:
        """Press a button of an alert's card by what it says; what the person gets to see of it."""
        message = await self.message(name)
        parts = [part for row in message["components"] for part in row["components"]]
        (custom_id,) = [part["custom_id"] for part in parts if part.get("label") == label]
        return await self.sandbox.person(person).click(message["id"], custom_id)

    async def react(self, name: str, emoji: str = ACK) -> None:
        """Set an emoji under an alert's card."""
        self.sandbox.person("responder").react((await self.message(name))["id"], emoji)

    # What is true

    async def alerts(self) -> dict[str, Alert]:
        """All that is recorded, by name."""
        page = await alert_query.listing(self.desk, AlertFilter(), limit=100)
        return {line.alert.name: line.alert for line in page.lines}

    async def acked(self, name: str) -> None:
        """Return once somebody has the alert."""

        async def look() -> bool:
            return (await self.alerts())[name].owner is not None

        await until(look, f"{name} to be acknowledged")

    async def deeds(self, name: str) -> list[str]:
        """What people did with an alert, as the audit tells it."""
        number = (await self.alerts())[name].id
        entries = await self.desk.storage.read(lambda tx: tx.audit.about(f"alert:{number}"))
        return [each.entry.action for each in entries if str(each.entry.actor).startswith("person:")]

    async def message(self, name: str) -> Json:
        """An alert's card, once it stands."""

        async def look() -> Json | None:
            alert = (await self.alerts())[name]
            return next(iter(self._shown().get(alert.id, ())), None)

        found: Json = await until(look, f"a card of {name}")
        return found

    def open(self, channel: str) -> None:
        """Something about a channel changes, so that everybody looks at it again."""
        overwrite(self.sandbox.world, str(self.sandbox.channels[channel]), [])

    async def ready(self) -> None:
        """Return once the client hears."""

        async def look() -> bool:
            return await self.gateway.gateway_ready() is None

        await until(look, "the gateway")

    async def looked_around(self, times: int) -> None:
        """Return once the client was ready for that many times, which makes it look around."""

        async def look() -> bool:
            return len(self._readies) >= times

        await until(look, "a new READY")

    async def parked(self) -> dict[str, ParkReason]:
        """The channels whose cards wait for a cause to change."""
        names = {channel_id: name for name, channel_id in self.sandbox.channels.items()}
        outbox = await status.outbox(self.desk)
        return {names[channel_id]: reason for channel_id, reason, _ in outbox.parked}

    async def true(self) -> None:
        """Return once every channel shows what is recorded, and nothing is left to do, not even later."""
        lies: list[str] = []

        async def look() -> bool:
            lies[:] = await self.lies()
            return not lies and not sum((await status.outbox(self.desk)).dirty.values())

        try:
            await until(look, "the truth")
        except AssertionError as error:
            raise AssertionError(f"{error}: {lies or 'cards are due for ever'}") from None

    async def lies(self) -> list[str]:
        """Everything that is lost, there twice, wrong, or rang twice."""
        recorded, shown = await self.alerts(), self._shown()
        found = [f"{name} was accepted and is lost" for name in self._promised - recorded.keys()]
        for alert in recorded.values():
            messages = shown.pop(alert.id, [])
            if len(messages) != 1:
                found.append(f"{alert.ref} has {len(messages)} cards")
                continue
            embed, owner = messages[0]["embeds"][0], alert.owner
            line, wanted = messages[0]["content"], push_line(alert, cause=True)
            if not line.endswith(wanted):
                found.append(f"{alert.ref} shows {line!r}, not {wanted!r}")
            if owner is not None and owner.mention not in embed["description"]:
                found.append(f"{alert.ref} does not name {owner}")
            if messages[0]["sandbox"]["pinged"]["roles"] and alert.severity is not Severity.CRITICAL:
                found.append(f"{alert.ref} rang")
        rung = sum(bool(each["sandbox"]["pinged"]["roles"]) for each in self._messages())
        criticals = sum(alert.severity is Severity.CRITICAL for alert in recorded.values())
        if rung > criticals:
            found.append(f"phones rang {rung} times for {criticals} criticals")
        return found + [f"A-{number} is shown and does not exist" for number in shown]

    def posts(self) -> list[Json]:
        """The bot's calls that make messages, oldest first."""
        calls = self.sandbox.mischief.requests()
        return [call for call in calls if call["method"] == "POST" and call["path"].endswith("/messages")]

    def _messages(self) -> list[Json]:
        channels = ("alerts", "ops")
        return [each for name in channels for each in self.sandbox.messages(self.sandbox.channels[name])]

    def _shown(self) -> dict[int, list[Json]]:
        found: defaultdict[int, list[Json]] = defaultdict(list)
        for message in self._messages():
            marker = find_marker(message)
            if marker is not None:
                found[marker[1]].append(message)
        return found


async def break_line(house: House, **rule: Any) -> None:
    """The line breaks; at that moment an alert fires and a person sets an emoji."""
    await house.fire("Disk")
    await house.true()
    message = await house.message("Disk")
    house.disturb(**rule)
    house.sandbox.person("responder").react(message["id"], ACK)
    await house.fire("Memory", Severity.CRITICAL)
    await house.acked("Disk")
    await house.ready()
    assert (await house.press("Memory"))["answered"]
    await house.true()
    assert (len(await house.deeds("Disk")), len(await house.deeds("Memory"))) == (1, 1)
