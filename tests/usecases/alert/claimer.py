"""A worker in a process of its own: claims until nothing waits, and tells what it got, one alert a line.

``python -m tests.usecases.alert.claimer URL OWNER BATCH``; it ends when its input does.
"""

import asyncio
import sys

from bot.clock import ManualClock
from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.claim import make_token, worker_of
from bot.domain.alert.search import AlertCriteria
from bot.usecases.admin.startup import open_desk
from bot.usecases.alert import claim
from storage.engine import Storage
from tests.conftest import SIGNING_KEY, START

PROGRAM = Actor(ActorKind.PROGRAM, "ci", "ci (API token)")


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def work(url: str, owner: str, batch: int) -> None:
    storage = Storage.open(url)
    desk = await open_desk(storage, ManualClock(START), signing_key=SIGNING_KEY)
    worker = worker_of(PROGRAM, owner)
    tell("ready")
    sys.stdin.readline()
    while found := await claim.claim_next(desk, AlertCriteria(), actor=worker, limit=batch):
        for seen in found:
            tell(f"{seen.alert.id} {make_token(SIGNING_KEY, seen.alert)}")
    tell("done")
    sys.stdin.read()
    await storage.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], int(sys.argv[3])))
