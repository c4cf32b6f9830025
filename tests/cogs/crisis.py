"""Incidents on the stage: one with its head, its alert's card and its thread."""

import discord

from bot.domain.incident.incident import Incident
from bot.domain.incident.timeline import TimelineLine, fold
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident import thread as threads
from bot.usecases.outbox import card as outbox
from bot.usecases.triage.escalation import open_incident
from bot.usecases.triage.open_request import OpenRequest
from tests.cogs.stage import Json, Stage, find
from tests.senders import ANNA
from tests.waiting import until


class Crisis:
    """An incident and where it stands; ``head`` and ``alert_card`` are messages."""

    def __init__(self, stage: Stage, incident_id: int, alert_id: int, head: int, alert_card: int) -> None:
        self.stage = stage
        self.id = incident_id
        self.alert_id = alert_id
        self.head = head
        self.alert_card = alert_card
        self.thread_id = head

    @classmethod
    async def begin(cls, stage: Stage, *, settled: bool = True) -> "Crisis":
        """An alert fires, Anna escalates it, and delivery opens a thread, which it may yet have to note."""
        alert_id, alert_card = await stage.raise_card()
        opened = await open_incident(stage.desk, OpenRequest(alert_id=alert_id), actor=ANNA)
        shown = await stage.post_all()
        head = shown[f"incident:{opened.incident.id}"]
        await stage.message(head).create_thread(name=opened.incident.ref)
        crisis = cls(stage, opened.incident.id, alert_id, head, alert_card)
        if settled:
            await crisis.settle()
        return crisis

    async def settle(self) -> None:
        """The thread is known from now on."""
        await threads.settle(self.stage.desk, self.id, thread_id=self.thread_id)
        await self.stage.post_all()

    @property
    def thread(self) -> discord.Thread:
        """Where it lives."""
        found = self.stage.bot.get_channel(self.thread_id)
        assert isinstance(found, discord.Thread)
        return found

    async def look(self) -> Incident:
        """As it is in the database."""
        return (await incident_inspection.find(self.stage.desk, self.id)).incident

    async def lines(self) -> tuple[TimelineLine, ...]:
        """Its timeline."""
        return await self.stage.desk.storage.read(lambda tx: fold(tx.timelines.of([self.id])))

    async def line(self, text: str) -> TimelineLine:
        """The line that reads so, once it is there."""

        async def look() -> list[TimelineLine]:
            return [line for line in await self.lines() if line.text == text]

        return (await until(look, f"the timeline to say {text}"))[-1]

    async def shown(self) -> None:
        """Return once the newest head is shown."""

        async def look() -> bool:
            place = await outbox.showing(self.stage.desk, self.head)
            return place is not None and place.shown >= place.wanted

        await until(look, "the newest head")

    def button(self, verb: str, extra: str = "") -> str:
        """A custom_id about it."""
        return self.stage.button(verb, self.id, extra)

    async def click(self, verb: str, *values: str, person: str = "responder", on: int | None = None) -> Json:
        """Press something on its head, or on another message."""
        message_id = on or self.head
        answer: Json = await self.stage.person(person).click(
            message_id, self._found(message_id, verb), list(values) or None
        )
        return answer

    async def resolve(self) -> None:
        """The incident alone: its alert goes on."""
        asked = await self.click("incident-resolve")
        only = find(asked["message"], "incident-resolve-only")
        await self.stage.person("responder").click(asked["message"]["id"], only)
        await self.stage.post_all()

    def _found(self, message_id: int, verb: str) -> str:
        """As it stands on a message, wherever that is."""
        components = self.stage.sandbox.world.messages[message_id].components
        return find({"components": components}, verb)

    async def say(self, command: str, person: str = "responder", **more: str) -> Json:
        """Use ``/incident`` in its thread."""
        who = self.stage.person(person)
        answer: Json = await who.command(f"incident {command}", more, channel_id=self.thread_id)
        return answer

    async def say_elsewhere(self, command: str, person: str = "responder", **more: str) -> Json:
        """Use it in the alerts' channel."""
        answer: Json = await self.stage.person(person).command(f"incident {command}", more)
        return answer

    @property
    def title(self) -> str:
        """The first line of its head."""
        return self.stage.title(self.head)
