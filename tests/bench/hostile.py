"""Hostile: connections of strangers that do what strangers do, until standard input ends.

Run as a process of its own: ``python -m tests.bench.hostile URL CONNECTIONS ADDRESS``. A fifth each says
nothing, does not finish its headers, signs at random and never ends its body, shows tokens that are none, and
posts whole bodies of 256 KiB with a signature of nobody. Whoever is hung up on comes again at once.
"""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import uvloop

from bot.clock import SystemClock

_BODY = 262_144
_REST = 0.02  # seconds between two attempts of one connection
_TRICKLE = 0.5

Line = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _head(path: str, length: int, *more: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        f"Content-Length: {length}",
    ]
    return "\r\n".join([*lines, *more, "", ""]).encode()


def _signed(length: int) -> bytes:
    stamp, mac = (
        f"X-Tocsin-Timestamp: {int(SystemClock().now().timestamp())}",
        f"X-Tocsin-Signature: sha256={secrets.token_hex(32)}",
    )
    return _head("/v1/hooks/alertmanager", length, stamp, mac)


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Say nothing."""
    await reader.read(1)


async def headless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin headers and never end them."""
    writer.write(b"POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nX-Pad: ")
    await _trickle(reader, writer)


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sign and send a body that never ends."""
    writer.write(_signed(1_000_000))
    await _trickle(reader, writer)


async def guessing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Show tokens, of sources and of programs by turns."""
    kinds = ("toc_", "/v1/hooks/alertmanager"), ("toc_api_", "/v1/alerts/claim")
    for prefix, path in kinds * 20:
        writer.write(_head(path, 2, f"Authorization: Bearer {prefix}{secrets.token_hex(20)}") + b"{}")
        if not await reader.readuntil(b"\r\n\r\n"):
            return


async def heavy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Post a whole large body under a signature of nobody."""
    writer.write(_signed(_BODY) + b'{"password":"a ' * (_BODY // 15) + b" " * (_BODY % 15))
    await reader.read(1)


async def _trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while not reader.at_eof():
        writer.write(b"x")
        try:
            async with asyncio.timeout(_TRICKLE):
                await reader.read(1)
        except TimeoutError:
            continue


KINDS: tuple[Line, ...] = (silent, headless, endless, guessing, heavy)


async def attack(url: str, connections: int, address: str) -> None:
    """All at once from ``address``, until standard input ends."""
    parts = urlsplit(url)

    async def keep_on(line: Line) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection(
                    parts.hostname, parts.port, local_addr=(address, 0)
                )
                try:
                    await line(reader, writer)
                finally:
                    writer.close()
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                pass
            await asyncio.sleep(_REST)  # noqa: TID251 -- an attacker lives in real time

    tasks = [asyncio.create_task(keep_on(KINDS[place % len(KINDS)])) for place in range(connections)]
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(attack(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
