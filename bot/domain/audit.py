"""Audit: an entry is one line of the log, chained to the one before it by SHA-256.

The digest covers every column and the digest of the previous entry of the same project, so that a row
changed, removed or slipped in breaks the chain at that place.
"""

import hashlib
import hmac
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
        """The entry, saying how its actor was known."""
        return self if self.method else msgspec.structs.replace(self, method=self.actor.method)


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is stored; ``mac`` is None of those from before entries were signed."""

    id: int
    entry: Entry
    previous: str
    digest: str
    mac: str | None = None


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
    framed = b"".join([b"%d:%b" % (len(raw), raw) for raw in map(str.encode, fields)])
    return hashlib.sha256(framed).hexdigest()


def audit_key(signing_key: bytes) -> bytes:
    """What entries are signed with: made of the desk's own key, which is kept outside of the database."""
    return hmac.digest(signing_key, b"audit entries", "sha256") if signing_key else b""


def sign(key: bytes, project_id: int, digest: str) -> str:
    """The signature of the entry with ``digest``, which covers all before it in its project's chain."""
    return hmac.digest(key, b"%d:%b" % (project_id, digest.encode()), "sha256").hex()


def first_forged(chain: Iterable[Sealed], project_id: int, key: bytes) -> str:
    """What is wrong with the signatures of a chain (oldest first), "" when nothing is.

    Entries without one can only stand before the first that has one.
    """
    signed = False
    for sealed in chain:
        if sealed.mac is None:
            if signed:
                return f"entry {sealed.id} has no signature, unlike those before it"
            continue
        signed = True
        if not hmac.compare_digest(sealed.mac, sign(key, project_id, sealed.digest)):
            return f"entry {sealed.id} was not signed with this desk's key"
    return ""


def first_broken(chain: Iterable[Sealed], previous: str = GENESIS) -> int | None:
    """The id of the first entry that does not fit, None when the whole chain (oldest first) holds.

    ``previous`` is the digest of the entry before the first one given.
    """
    for sealed in chain:
        if sealed.previous != previous or sealed.digest != seal(previous, sealed.entry):
            return sealed.id
        previous = sealed.digest
    return None


class AuditSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries; an empty field means any. ``actor`` is such as ``person:1234``."""

    subject: str = ""
    actor: str = ""
    action: str = ""
