"""Anchor: a signed note of where the audit chain stood, kept outside the database.

A chain of plain digests tells of a row that was changed, but whoever may write the whole file can make all of
it anew. They can make neither its entries' signatures anew nor the anchors: both take the desk's own key. The
anchors also tell of what no signature can: an end that was cut off.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from bot.domain.audit import Sealed, audit_key, first_broken, first_forged

KEPT: Final = 5_000
"""Anchors that are kept; the first one always is."""


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """The chain of ``project`` had the entry ``entry_id`` with ``digest`` as its last at ``at``."""

    project: str
    entry_id: int
    digest: str
    at: datetime
    mac: str = ""


class ChainVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying found: ``fault`` is "" when the chain is what it was when it was anchored.

    ``entries`` stand in it, ``unsigned`` of them from before entries were signed, ``anchors`` prove it, and
    behind the last signed or anchored entry there are ``loose`` ones.
    """

    fault: str
    entries: int
    anchors: int
    loose: int
    unsigned: int = 0


def sign(anchor: Anchor, key: bytes) -> Anchor:
    """The anchor with its signature."""
    return msgspec.structs.replace(anchor, mac=_mac(anchor, key))


def verify(
    chain: list[Sealed], anchors: Iterable[Anchor], key: bytes, *, project_id: int = 1
) -> ChainVerdict:
    """Whether the whole chain (oldest first) holds, was made here, and is the one that was anchored."""
    known = list(anchors)
    broken = first_broken(chain)
    digests = {sealed.id: sealed.digest for sealed in chain}
    signed = [sealed.id for sealed in chain if sealed.mac is not None]
    last = max((*signed[-1:], *(each.entry_id for each in known)), default=0)
    fault = first_forged(chain, project_id, audit_key(key))
    if broken is not None:
        fault = f"entry {broken} does not follow from the one before it"
    for anchor in () if fault else known:
        if not hmac.compare_digest(anchor.mac, _mac(anchor, key)):
            fault = f"the anchor of {anchor.at:%Y-%m-%d %H:%M} was not signed with this desk's key"
        elif anchor.entry_id not in digests:
            fault = f"entry {anchor.entry_id} is gone, which was there at {anchor.at:%Y-%m-%d %H:%M}"
        elif digests[anchor.entry_id] != anchor.digest:
            fault = f"entry {anchor.entry_id} is not what it was at {anchor.at:%Y-%m-%d %H:%M}"
        if fault:
            break
    return ChainVerdict(
        fault=fault,
        entries=len(chain),
        anchors=len(known),
        loose=sum(each > last for each in digests),
        unsigned=len(chain) - len(signed),
    )


def _mac(anchor: Anchor, key: bytes) -> str:
    said = f"anchor:{anchor.project}:{anchor.entry_id}:{anchor.digest}:{anchor.at.isoformat()}"
    return hmac.digest(key, said.encode(), "sha256").hex()
