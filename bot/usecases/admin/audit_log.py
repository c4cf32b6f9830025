"""Audit log: reading it, anchoring it, and finding out whether it is still what it was."""

from collections.abc import AsyncIterator
from typing import Final

from bot.domain import anchor as anchors
from bot.domain.anchor import Anchor, ChainVerdict
from bot.domain.audit import AuditSearch, Sealed
from bot.usecases.desk import Desk
from storage.transaction import Transaction

BATCH: Final = 1_000


async def page(desk: Desk, search: AuditSearch, *, before: int | None, limit: int) -> list[Sealed]:
    """The entries of the desk's project that match, newest first, from the entry ``before`` on."""
    return await desk.storage.read(
        lambda tx: tx.audit.page(desk.project.id, search, before=before, limit=limit)
    )


async def walk(desk: Desk) -> AsyncIterator[list[Sealed]]:
    """The whole log, oldest first, a bounded part at a time; what is appended meanwhile comes too."""
    last = 0
    while True:
        reached = last
        part = await desk.storage.read(
            lambda tx: tx.audit.after(desk.project.id, reached, limit=BATCH)  # noqa: B023 -- awaited here
        )
        if not part:
            return
        yield part
        last = part[-1].id


async def anchor(desk: Desk) -> Anchor | None:
    """Where the chain stands now, signed; None while there is nothing, or no key to sign with."""
    now = desk.clock.now()

    def read_anchor(tx: Transaction) -> Anchor | None:
        newest = tx.audit.newest(desk.project.id)
        if newest is None:
            return None
        return Anchor(project=desk.project.tag, entry_id=newest.id, digest=newest.digest, at=now)

    found = await desk.storage.read(read_anchor)
    return None if found is None or not desk.signing_key else anchors.sign(found, desk.signing_key)


async def verify(desk: Desk, known: list[Anchor]) -> ChainVerdict:
    """Whether the chain holds and is the one that was anchored."""
    own = [each for each in known if each.project == desk.project.tag]
    chain = await desk.storage.read(lambda tx: tx.audit.chain(desk.project.id))
    return anchors.verify(chain, own, desk.signing_key, project_id=desk.project.id)
