"""A door to knock at: an ingress on a real socket, and short ways to send to it."""

import asyncio
import hashlib
import hmac
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from bot.domain import actor as actors
from bot.ingress.server import Ingress
from bot.usecases.admin import source as sources
from bot.usecases.admin.source import Issued
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake

SETUP = actors.job("test")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass
class Door:
    desk: Desk
    intake: Intake
    ingress: Ingress
    url: str
    session: aiohttp.ClientSession

    async def add(self, name: str = "prom", provider: str = "alertmanager") -> Issued:
        """A source that may send at once."""
        issued = await sources.add(self.desk, name, provider, actor=SETUP)
        self.ingress.invalidate()
        return issued

    async def post(
        self,
        body: object,
        token: str | None = None,
        *,
        provider: str = "alertmanager",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Post bytes as they are, anything else as JSON."""
        if isinstance(body, bytes) or hasattr(body, "__aiter__"):
            data: Any = body
        else:
            data = msgspec.json.encode(body)
        given = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        return await self.ask("POST", f"/v1/hooks/{provider}", data=data, headers=given)

    async def ask(self, method: str, path: str, **more: Any) -> Answer:
        """Any request."""
        async with self.session.request(method, self.url + path, **more) as response:
            return Answer(response.status, dict(response.headers), await response.read())

    async def exchange(self, raw: bytes) -> bytes:
        """Send bytes that may be no HTTP at all; the first answer, empty when the server just hangs up."""
        parts = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            writer.write(raw)
            async with asyncio.timeout(10):
                head = await reader.readuntil(b"\r\n\r\n")
                length = None if raw.startswith(b"HEAD ") else re.search(rb"(?i)content-length: (\d+)", head)
                return head + await reader.readexactly(int(length[1]) if length else 0)
        except (ConnectionError, asyncio.IncompleteReadError):
            return b""
        finally:
            writer.close()

    async def rows(self, table: str) -> int:
        """How many rows ``table`` holds, seen from outside."""
        return await count(self.desk, table)

    async def texts(self, *tables: str) -> str:
        """All that stands in ``tables``, seen from outside."""
        return await dump(self.desk, *tables)


async def dump(desk: Desk, *tables_named: str) -> str:
    """All that stands in these tables, as one text; what is kept compressed, too."""
    from storage.packing import unpack
    from storage.table.core import metadata

    def shown(name: str, row: Any) -> str:
        packed = row.packed if name == "envelope" else None
        return str(tuple(row)) if packed is None else f"{tuple(row)} {unpack(packed)}"

    def work(tx: Any) -> str:
        rows = ((name, tx._connection.execute(metadata.tables[name].select())) for name in tables_named)
        return "\n".join(shown(name, row) for name, found in rows for row in found)

    return await desk.storage.read(work)


async def count(desk: Desk, table: str) -> int:
    from storage.table import core as tables  # the tables' names are the point here

    found = getattr(tables, table)

    def work(tx: Any) -> int:
        return len(tx._connection.execute(found.select()).all())

    return await desk.storage.read(work)


@contextmanager
def held(url: str) -> Iterator[None]:
    """Keep everybody else from writing to the embedded file."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


def alert(name: str = "HighErrorRate", status: str = "firing", **labels: str) -> dict[str, object]:
    """One alert as Alertmanager writes it."""
    return {
        "status": status,
        "labels": {"alertname": name, "severity": "warning", **labels},
        "annotations": {"summary": f"{name} is on"},
        "startsAt": "2026-11-21T01:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": hashlib.sha256(repr((name, labels)).encode()).hexdigest()[:16],
    }


def group(*alerts: object) -> dict[str, object]:
    """A webhook of Alertmanager."""
    return {"version": "4", "groupKey": "{}:{}", "status": "firing", "alerts": list(alerts)}


def signed(secret: str, body: bytes, timestamp: int, **more: str) -> dict[str, str]:
    """The headers of Tocsin's own signature."""
    mac = hmac.new(secret.encode(), b"%d." % timestamp + body, "sha256").hexdigest()
    return {"X-Tocsin-Timestamp": str(timestamp), "X-Tocsin-Signature": f"sha256={mac}", **more}


def signed_by_grafana(secret: str, body: bytes, timestamp: int) -> dict[str, str]:
    """The headers of Grafana's signature with a timestamp."""
    mac = hmac.new(secret.encode(), b"%d:" % timestamp + body, "sha256").hexdigest()
    return {"X-Grafana-Alerting-Timestamp": str(timestamp), "X-Grafana-Alerting-Signature": mac}
