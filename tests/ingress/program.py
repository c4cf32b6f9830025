"""Programs with tokens, and short ways for them to ask."""

from dataclasses import dataclass
from typing import Any

import msgspec

from bot.domain.alert.signal import Signal
from bot.usecases.admin import project as projects
from bot.usecases.admin import token as tokens
from bot.usecases.intake.queue import take_in
from tests.ingress.door import SETUP, Answer, Door
from tests.senders import add_source, submission


@dataclass
class Program:
    door: Door
    secret: str

    async def get(self, path: str, **query: str | int) -> Answer:
        """GET with a query."""
        return await self.ask("GET", path, params={name: str(value) for name, value in query.items()})

    async def post(self, path: str, body: object = None, *, headers: dict[str, str] | None = None) -> Answer:
        """POST bytes as they are, nothing, anything else as JSON."""
        data = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        return await self.ask("POST", path, data=data, headers=headers)

    async def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Answer:
        """Any request, with the token."""
        given = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        return await self.door.ask(method, path, headers={**given, **(headers or {})}, **more)


async def admit(door: Door, *scopes: str, name: str = "ci", project: str | None = None) -> Program:
    """A program with a token of its own, in a project that is made for it."""
    if project is not None and await door.desk.storage.read(lambda tx: tx.projects.named(project)) is None:
        await projects.add(door.desk, project, actor=SETUP)
    granted = await tokens.add(door.desk, name, scopes, actor=SETUP, project=project)
    return Program(door, granted.secret)


async def send(door: Door, *signals: Signal) -> None:
    """Alerts, without HTTP."""
    source = await door.desk.storage.read(lambda tx: tx.sources.named(door.desk.project.id, "prod"))
    await take_in(door.desk, [submission(source or await add_source(door.desk), *signals)])
