"""Audit log: anchoring it, and finding out whether it is still what it was; nothing is written here."""

from bot.domain import anchor as anchors
from bot.domain.anchor import Anchor, ChainVerdict
from bot.usecases.desk import Desk
from storage.transaction import Transaction


async def anchor(desk: Desk) -> Anchor | None:
    """Where the chain stands now, signed; None while there is nothing, or no key to sign with."""
    now = desk.clock.now()

    def work(tx: Transaction) -> Anchor | None:
        newest = tx.audit.newest(desk.project.id)
        if newest is None:
            return None
        return Anchor(project=desk.project.tag, entry_id=newest.id, digest=newest.digest, at=now)

    found = await desk.storage.read(work)
    return None if found is None or not desk.signing_key else anchors.sign(found, desk.signing_key)


async def verify(desk: Desk, known: list[Anchor]) -> ChainVerdict:
    """Whether the chain holds and is the one that was anchored."""
    own = [each for each in known if each.project == desk.project.tag]
    chain = await desk.storage.read(lambda tx: tx.audit.chain(desk.project.id))
    return anchors.verify(chain, own, desk.signing_key)
