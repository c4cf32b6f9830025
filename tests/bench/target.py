"""The server under load: a desk on a migrated database with one source, and the door in front of it.

Run as a process of its own: ``python -m tests.bench.target sqlite:///path``. It prints one line of JSON with
``url`` and ``token``, and ends when its standard input does. With ``--idle`` instead of a database it is a
bare aiohttp server, to know the machine by. ``--profile FILE`` writes what cProfile saw of
the event loop's thread, ``--profile-writer FILE`` of the thread that writes to an embedded file.
"""

import argparse
import asyncio
import cProfile
import os
import sys

import msgspec
import uvloop
from aiohttp import web

from bot import log
from bot.clock import SystemClock
from bot.domain import actor as actors
from bot.ingress.options import IngressOptions
from bot.ingress.server import Ingress
from bot.process import search_garbage_rarely
from bot.usecases.admin import source as sources
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Rules
from bot.usecases.intake.queue import Intake
from storage import schema
from storage.engine import Storage
from storage.writer import Writer

SWITCH_SECONDS = 0.0005
"""How soon a waiting thread gets its turn; with Python's 5 ms loop and writer wait for each other."""
UNBOUNDED = 10**9


class Address(msgspec.Struct, frozen=True):
    """Where to send, and the token to send with."""

    url: str
    token: str


async def serve(database: str) -> None:
    """Listen until standard input ends."""
    await schema.upgrade(database)
    storage = Storage.open(database)
    desk = await open_desk(storage, SystemClock(), rules=Rules(default_channel_id=1), signing_key=b"k" * 32)
    options = IngressOptions(port=0, source_rate=UNBOUNDED, source_burst=UNBOUNDED)
    ingress = Ingress(desk, Intake(desk), options=options)
    url = await ingress.start()
    issued = await sources.add(desk, f"bench-{os.getpid()}", "alertmanager", actor=actors.job("bench"))
    say(url, issued.token)
    await asyncio.to_thread(sys.stdin.read)
    await ingress.stop()
    await storage.close()


async def idle() -> None:
    """Answer 202 to everything and do nothing, until standard input ends."""

    async def answer(request: web.BaseRequest) -> web.Response:
        await request.read()
        return web.Response(status=202, body=b"{}", headers={"Content-Type": "application/json"})

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    say(f"http://127.0.0.1:{runner.addresses[0][1]}", "none")
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


def say(url: str, token: str) -> None:
    """Tell the parent where to send."""
    sys.stdout.buffer.write(msgspec.json.encode(Address(url, token)) + b"\n")
    sys.stdout.flush()


def profile_writer(path: str) -> None:
    """Have the writing thread profiled into ``path``."""
    plain = Writer._work

    def work(writer: Writer) -> None:
        profile = cProfile.Profile()
        profile.runcall(plain, writer)
        profile.dump_stats(path)

    setattr(Writer, "_work", work)  # noqa: B010 -- a patch, and meant to look like one


def main() -> None:
    """Parse, then serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.target", description=__doc__)
    parser.add_argument("database", nargs="?")
    parser.add_argument("--idle", action="store_true")
    parser.add_argument("--profile")
    parser.add_argument("--profile-writer")
    args = parser.parse_args()
    log.set_up("warning", "json")
    sys.setswitchinterval(SWITCH_SECONDS)
    search_garbage_rarely()
    if args.profile_writer:
        profile_writer(args.profile_writer)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if args.idle:
            runner.run(idle())
        elif args.profile:
            profile = cProfile.Profile()
            profile.runcall(runner.run, serve(args.database))
            profile.dump_stats(args.profile)
        else:
            runner.run(serve(args.database))


if __name__ == "__main__":
    main()
