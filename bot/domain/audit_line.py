"""Audit line: an entry of the audit log as a line of an exported file, with all that its digest covers.

Law: what is read back is what was written, to the byte, so that a file can be verified without the database.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from bot.domain.actor import Actor, Method
from bot.domain.audit import GENESIS, Entry, Sealed, audit_key, first_forged, seal
from bot.domain.errors import TocsinError


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """``before`` and ``after`` are JSON texts, for their digest is made of the very letters.

    ``mac`` is its signature with the desk's key, null of entries from before they were signed.
    """

    id: int
    at: datetime
    actor: str
    actor_name: str
    method: Method | None
    action: str
    subject: str
    before: str
    after: str
    note: str
    previous: str
    digest: str
    project_id: int = 0
    mac: str | None = None


class FileVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds: so many ``entries`` up to ``last``; ``fault`` is "" when all of them fit."""

    fault: str
    entries: int
    last: Sealed | None = None


def write_line(sealed: Sealed, project_id: int) -> bytes:
    """One line of a project's log, with its end."""
    entry = sealed.entry
    line = AuditLine(
        id=sealed.id,
        at=entry.at,
        actor=str(entry.actor),
        actor_name=entry.actor.name,
        method=entry.method,
        action=entry.action,
        subject=entry.subject,
        before=entry.before,
        after=entry.after,
        note=entry.note,
        previous=sealed.previous,
        digest=sealed.digest,
        project_id=project_id,
        mac=sealed.mac,
    )
    return msgspec.json.encode(line) + b"\n"


def read_line(text: bytes) -> tuple[Sealed, int]:
    """The entry of a line, and the number of its project.

    Raises:
        TocsinError: it is none.
    """
    try:
        line = msgspec.json.decode(text, type=AuditLine)
        actor = Actor.parse(line.actor, line.actor_name)
    except (msgspec.MsgspecError, ValueError) as error:
        raise TocsinError(f"is no entry of an audit log: {error}") from None
    entry = Entry(
        at=line.at,
        actor=actor,
        action=line.action,
        subject=line.subject,
        before=line.before,
        after=line.after,
        note=line.note,
        method=line.method,
    )
    sealed = Sealed(id=line.id, entry=entry, previous=line.previous, digest=line.digest, mac=line.mac)
    return sealed, line.project_id


def verify_lines(lines: Iterable[bytes], signing_key: bytes = b"") -> FileVerdict:
    """Whether the lines are a whole log from its beginning; the first that does not fit is named.

    With the desk's ``signing_key`` its signatures have to hold as well.
    """
    key, count = audit_key(signing_key), 0
    last: Sealed | None = None
    for number, text in _filled(lines):
        try:
            sealed, project_id = read_line(text)
        except TocsinError as error:
            return FileVerdict(fault=f"line {number} {error}", entries=count, last=last)
        fault = _fault(last, sealed) or (
            first_forged([each for each in (last, sealed) if each], project_id, key) if key else ""
        )
        if fault:
            return FileVerdict(fault=f"{name(sealed)} (line {number}): {fault}", entries=count, last=last)
        count, last = count + 1, sealed
    return FileVerdict(fault="", entries=count, last=last)


def _fault(last: Sealed | None, sealed: Sealed) -> str:
    previous = GENESIS if last is None else last.digest
    if sealed.previous != previous:
        return "it does not follow from the one before it"
    return "" if sealed.digest == seal(previous, sealed.entry) else "it is not what was written"


def name(sealed: Sealed) -> str:
    """An entry in words: its number, and what it says."""
    entry = sealed.entry
    what = f"{entry.action} of {entry.subject} by {entry.actor}"
    return f"entry {sealed.id}, {what} at {entry.at:%Y-%m-%d %H:%M:%S} UTC"


def _filled(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    return ((number, text) for number, text in enumerate(lines, start=1) if text.strip())
