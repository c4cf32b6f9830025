"""A door with few open files, in a process of its own: ``python -m tests.ingress.few_files DATABASE FILES``.

It writes its address and a token, answers until its standard input ends, then writes what it counted.
"""

import asyncio
import json
import resource
import sys

from bot import log, metrics
from bot.clock import SystemClock
from bot.ingress.options import IngressOptions
from bot.ingress.server import Ingress
from bot.usecases.admin import source as sources
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Rules
from bot.usecases.intake.queue import Intake
from bot.verbs.loop import run
from storage import schema
from storage.engine import Storage
from tests.ingress.door import SETUP


def tell(**what: object) -> None:
    """A line for whoever started this."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def answer(url: str) -> None:
    """Be there until nobody wants it any more."""
    await schema.upgrade(url)
    storage = Storage.open(url)
    desk = await open_desk(storage, SystemClock(), rules=Rules(default_channel_id=1), signing_key=b"k" * 32)
    ingress = Ingress(desk, Intake(desk), options=IngressOptions(port=0))
    address = await ingress.start()
    issued = await sources.add(desk, "prom", "alertmanager", actor=SETUP)
    ingress.invalidate()
    tell(url=address, token=issued.token)
    await asyncio.to_thread(sys.stdin.read)
    tell(closed=metrics.total(metrics.CONNECTIONS_CLOSED))
    await ingress.stop()
    await storage.close()


if __name__ == "__main__":
    files = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    log.set_up("info", "json")
    run(answer(sys.argv[1]))
