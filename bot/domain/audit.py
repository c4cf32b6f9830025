"""Entry: one line of the audit log, chained to the one before it by SHA-256.

The digest covers every column and the digest of the previous entry of the same project, so that a row
changed, removed or slipped in breaks the chain at that place.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from bot.domain.actor import Actor, Method

GENESIS: Final = "0" * 64


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """``before`` and ``after`` are small JSON texts; ``subject`` is such as ``alert:1042``.

    ``method`` is how the actor was known; None is how such an actor usually is (before it is stored), and of
    old entries, that it was not kept.
    """

    at: datetime
    actor: Actor
    action: str
    subject: str
    before: str = "{}"
    after: str = "{}"
    note: str = ""
    method: Method | None = None

    def proven(self) -> "Entry":
        """The same, saying how its actor was known."""
        return self if self.method else msgspec.structs.replace(self, method=self.actor.method)


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is stored."""

    id: int
    entry: Entry
    previous: str
    digest: str


def seal(previous: str, entry: Entry) -> str:
    """The digest of ``entry`` after ``previous``; fields are length-prefixed so that none can lean over."""
    fields = [
        previous,
        entry.at.isoformat(),
        str(entry.actor),
        entry.actor.name,
        entry.action,
        entry.subject,
        entry.before,
        entry.after,
        entry.note,
    ]
    if entry.method is not None:  # entries from before it was kept have no such field
        fields.append(entry.method)
    hasher = hashlib.sha256()
    for field in fields:
        raw = field.encode()
        hasher.update(b"%d:" % len(raw))
        hasher.update(raw)
    return hasher.hexdigest()


def first_broken(chain: Iterable[Sealed], previous: str = GENESIS) -> int | None:
    """The id of the first entry that does not fit, None when the whole chain (oldest first) holds.

    ``previous`` is the digest of the entry before the first one given.
    """
    for sealed in chain:
        if sealed.previous != previous or sealed.digest != seal(previous, sealed.entry):
            return sealed.id
        previous = sealed.digest
    return None
