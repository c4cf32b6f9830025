"""Anchor: a signed note of where the audit chain stood, kept outside the database.

A chain of plain digests tells of a row that was changed, but whoever may write the whole file can make all of
it anew. They cannot make the anchors anew: those are signed with the desk's own key. A chain that was rebuilt
does not have the digests that its anchors name, and one that was cut off lacks their entries.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from bot.domain.audit import Sealed, first_broken

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

    ``entries`` stand in it, ``anchors`` prove it, ``loose`` entries came after the last anchor.
    """

    fault: str
    entries: int
    anchors: int
    loose: int


def sign(anchor: Anchor, key: bytes) -> Anchor:
    """The same with its signature."""
    return msgspec.structs.replace(anchor, mac=_mac(anchor, key))


def verify(chain: list[Sealed], anchors: Iterable[Anchor], key: bytes) -> ChainVerdict:
    """Whether the whole chain (oldest first) holds, and is the one that was anchored."""
    known = list(anchors)
    broken = first_broken(chain)
    digests = {sealed.id: sealed.digest for sealed in chain}
    last = max((each.entry_id for each in known), default=0)
    fault = "" if broken is None else f"entry {broken} does not follow from the one before it"
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
        fault=fault, entries=len(chain), anchors=len(known), loose=sum(each > last for each in digests)
    )


def _mac(anchor: Anchor, key: bytes) -> str:
    said = f"anchor:{anchor.project}:{anchor.entry_id}:{anchor.digest}:{anchor.at.isoformat()}"
    return hmac.digest(key, said.encode(), "sha256").hex()
