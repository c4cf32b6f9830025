"""Load: many keep-alive connections that post distinct Alertmanager groups as fast or as evenly as asked.

Run as a process of its own, so that its work is not counted as the server's: the order comes as JSON on
standard input, the findings go out as JSON.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Iterator
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit

import msgspec
import uvloop

TICK = 0.001


class Order(msgspec.Struct, frozen=True):
    """``rate`` is requests a second, 0 for as many as the server takes; ``first`` numbers the first alert.

    With ``repeated`` every request brings the same alerts. With ``raw`` they go to Alertmanager's own door,
    as Prometheus sends them.
    """

    url: str
    token: str
    alerts: int
    requests: int
    connections: int = 64
    rate: float = 0.0
    first: int = 0
    repeated: bool = False
    raw: bool = False


class Findings(msgspec.Struct, frozen=True):
    """``seconds`` from the first request to the last answer, and every request's latency in them."""

    seconds: float
    latencies: list[float]
    refused: int


_ALERT = (
    b'{"status":"firing","labels":{"alertname":"HighErrorRate","cluster":"eu-homelab-1","env":"prod",'
    b'"instance":"node-%(n)07d.example.org:9100","job":"shop","namespace":"shop","service":"checkout",'
    b'"severity":"warning","team":"payments"},"annotations":{'
    b'"dashboard_url":"https://grafana.example.org/d/abc?var-node=%(n)07d",'
    b'"description":"5xx ratio on node-%(n)07d (env prod) above 5%% for 2m. Value 0.2.",'
    b'"runbook_url":"https://runbooks.example.org/HighErrorRate",'
    b'"summary":"checkout error ratio on node-%(n)07d is 20%%"},'
    b'"startsAt":"2026-11-21T04:32:24.16Z","endsAt":"0001-01-01T00:00:00Z",'
    b'"generatorURL":"http://prom.example.org:9090/graph?g0.expr=shop_error_ratio+%%3E+0.05\\u0026g0.tab=1",'
    b'"fingerprint":"%(n)016x"}'
)
_GROUP = (
    b'{"receiver":"hook","status":"firing","alerts":[%b],"groupLabels":{"alertname":"HighErrorRate",'
    b'"namespace":"shop"},"commonLabels":{"alertname":"HighErrorRate","cluster":"eu-homelab-1","env":"prod",'
    b'"job":"shop","namespace":"shop","severity":"warning","team":"payments"},"commonAnnotations":{'
    b'"runbook_url":"https://runbooks.example.org/HighErrorRate"},"externalURL":"http://vm:19093","version":"4",'
    b'"groupKey":"{}:{alertname=\\"HighErrorRate\\", namespace=\\"shop\\"}","truncatedAlerts":0}\n'
)


def body(first: int, count: int) -> bytes:
    """A group of ``count`` firing alerts that nobody sent before, numbered from ``first``."""
    return _GROUP % b",".join(_ALERT % {b"n": number} for number in range(first, first + count))


def raw_body(first: int, count: int) -> bytes:
    """The same alerts as Prometheus sends them to Alertmanager."""
    group = msgspec.json.decode(body(first, count))
    names = ("labels", "annotations", "startsAt", "generatorURL")
    return msgspec.json.encode([{name: each[name] for name in names} for each in group["alerts"]])


def raw_request(host: str, content: bytes) -> bytes:
    """The bytes that Prometheus would send."""
    return (
        b"POST /api/v2/alerts HTTP/1.1\r\nHost: %b\r\nUser-Agent: Prometheus/2.42.0\r\n"
        b"Content-Length: %d\r\nContent-Type: application/json\r\n\r\n%b"
        % (host.encode(), len(content), content)
    )


def request(order: Order, host: str, content: bytes) -> bytes:
    """The bytes that Alertmanager would send."""
    return (
        b"POST /v1/hooks/alertmanager HTTP/1.1\r\n"
        b"Host: %b\r\nUser-Agent: Alertmanager/0.25.0\r\nContent-Length: %d\r\n"
        b"Authorization: Bearer %b\r\nContent-Type: application/json\r\n\r\n%b"
        % (host.encode(), len(content), order.token.encode(), content)
    )


class Connection(asyncio.Protocol):
    """One request at a time; answers must carry a Content-Length."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._received = b""
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def send(self, content: bytes, due: float) -> None:
        self._due = due
        self.transport.write(content)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if len(rest) < length:
            return
        self._received = b""
        self._run.answered(
            self, head.startswith((b"HTTP/1.1 202", b"HTTP/1.1 200")), perf_counter() - self._due
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.lost(exc)


class Run:
    """One order under way."""

    def __init__(self, order: Order) -> None:
        self._order = order
        parts = urlsplit(order.url)
        self._address = parts.hostname or "", parts.port or 0
        step = 0 if order.repeated else order.alerts
        self._bodies: Iterator[bytes] = iter(
            [
                raw_request(parts.netloc, raw_body(order.first + place * step, order.alerts))
                if order.raw
                else request(order, parts.netloc, body(order.first + place * step, order.alerts))
                for place in range(order.requests)
            ]
        )
        self._idle: deque[Connection] = deque()
        self._late: deque[tuple[bytes, float]] = deque()
        self._latencies: list[float] = []
        self._refused = 0
        self._done = asyncio.get_running_loop().create_future()

    async def perform(self) -> Findings:
        loop = asyncio.get_running_loop()
        for _ in range(self._order.connections):
            _, connection = await loop.create_connection(lambda: Connection(self), *self._address)
            self._idle.append(connection)
        began = perf_counter()
        if self._order.rate:
            self._tick(began, 0)
        else:
            while self._idle:
                self._next(self._idle.popleft())
        await self._done
        return Findings(perf_counter() - began, self._latencies, self._refused)

    def answered(self, connection: Connection, accepted: bool, latency: float) -> None:
        self._latencies.append(latency)
        self._refused += not accepted
        if len(self._latencies) == self._order.requests:
            self._done.set_result(None)
        elif not self._order.rate:
            self._next(connection)
        elif self._late:
            connection.send(*self._late.popleft())
        else:
            self._idle.append(connection)

    def lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionResetError("the server hung up"))

    def _next(self, connection: Connection) -> None:
        content = next(self._bodies, None)
        if content is not None:
            connection.send(content, perf_counter())

    def _tick(self, began: float, sent: int) -> None:
        """Send what is due; a request that finds no idle connection waits, and its waiting counts."""
        now = perf_counter()
        while sent < self._order.requests and began + sent / self._order.rate <= now:
            due = began + sent / self._order.rate
            content = next(self._bodies)
            if self._idle:
                self._idle.popleft().send(content, due)
            else:
                self._late.append((content, due))
            sent += 1
        if sent < self._order.requests:
            asyncio.get_running_loop().call_later(TICK, self._tick, began, sent)


async def perform(order: Order) -> Findings:
    """Do as ordered."""
    return await Run(order).perform()


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        findings = runner.run(perform(order))
    sys.stdout.buffer.write(msgspec.json.encode(findings))


if __name__ == "__main__":
    main()
