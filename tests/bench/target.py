"""The server under load: a desk on a fresh database with one source, and the door in front of it.

Run as a process of its own: ``python -m tests.bench.target sqlite:///path``. It prints one line of JSON with
``url`` and ``token``, and ends when its standard input does. With ``--profile FILE`` the loop's thread, or with
``--profile-writer FILE`` the thread that writes, is profiled.
"""

import argparse
import asyncio
import cProfile
import json
import sys
import threading
from typing import Any

import uvloop

from bot import log
from bot.clock import SystemClock
from bot.domain import actor
from bot.ingress.options import IngressOptions
from bot.ingress.server import Ingress
from bot.usecases import source as sources
from bot.usecases.desk import Rules
from bot.usecases.intake import Intake
from bot.usecases.open import open_desk
from storage import schema
from storage.engine import Storage
from storage.writer import Writer

SWITCH_SECONDS = 0.0005
"""How soon a waiting thread gets its turn; the default of 5 ms makes loop and writer wait for each other."""


async def serve(url: str) -> None:
    """Listen until standard input ends."""
    await schema.upgrade(url)
    storage = Storage.open(url)
    desk = await open_desk(storage, SystemClock(), rules=Rules(default_channel_id=1), signing_key=b"k" * 32)
    options = IngressOptions(port=0, source_rate=10**9, source_burst=10**9)
    ingress = Ingress(desk, Intake(desk), options=options)
    address = await ingress.start()
    issued = await sources.add(desk, "bench", "alertmanager", actor=actor.source("bench"))
    sys.stdout.write(json.dumps({"url": address, "token": issued.token}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await ingress.stop()
    await storage.close()


def profile_writer(path: str) -> None:
    """Have every writing thread profiled into ``path``."""
    plain = Writer._work

    def work(self: Writer) -> Any:
        profile = cProfile.Profile()
        try:
            profile.runcall(plain, self)
        finally:
            profile.dump_stats(path)

    Writer._work = work  # type: ignore[method-assign]  # only to look at it


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--profile")
    parser.add_argument("--profile-writer")
    args = parser.parse_args()
    log.set_up("warning", "json")
    sys.setswitchinterval(SWITCH_SECONDS)
    threading.current_thread().name = "loop"
    if args.profile_writer:
        profile_writer(args.profile_writer)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if args.profile:
            profile = cProfile.Profile()
            profile.runcall(runner.run, serve(args.database))
            profile.dump_stats(args.profile)
        else:
            runner.run(serve(args.database))


if __name__ == "__main__":
    main()
