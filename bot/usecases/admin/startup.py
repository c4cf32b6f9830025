"""Startup: the desk at the start of the day."""

from bot.clock import Clock
from bot.domain.access.project import DEFAULT, Project
from bot.domain.audit import audit_key
from bot.usecases.desk import Desk, Rules
from bot.usecases.registry import FOLLOWERS
from storage.engine import Storage
from storage.transaction import Transaction


async def open_desk(
    storage: Storage, clock: Clock, *, rules: Rules | None = None, signing_key: bytes = b""
) -> Desk:
    """The default project's desk on a migrated database; the project is made on first use.

    It knows the desks of all other projects.
    """
    now = clock.now()
    storage.audit_key = audit_key(signing_key)

    def find(tx: Transaction) -> Project | None:
        return tx.projects.named(DEFAULT)

    project = await storage.read(find)
    if project is None:
        project = await storage.write(
            lambda tx: tx.projects.named(DEFAULT) or tx.projects.create(DEFAULT, now=now)
        )
    desk = Desk(storage, clock, project, rules or Rules(), signing_key=signing_key, followers=FOLLOWERS)
    desk.meet(await storage.read(lambda tx: tx.projects.listing()))
    return desk
