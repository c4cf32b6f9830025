"""Timeline: people's own words about an incident: notes, messages that were pinned, and their corrections.

Whatever a correction or a deletion changes, the versions before it stay in the database.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, TypeAlias

import msgspec
from msgspec.structs import replace

from bot.domain import actor as actors
from bot.domain.access.people import without_secrets
from bot.domain.actor import Actor
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.incident.incident import Incident
from bot.domain.incident.timeline import CORRECTABLE, Kind, TimelineDraft, TimelineEntry
from bot.domain.sight import Subject, SubjectRef
from bot.domain.text import cut, harmless
from bot.usecases.desk import Desk
from bot.usecases.incident.mutation import MAX_TEXT, IncidentMutation, apply, held, read_text
from bot.usecases.owner import owner
from storage.transaction import Transaction

Change: TypeAlias = Callable[[TimelineEntry], tuple[str | None, bool]]
"""Of the newest version of an entry: its next text (None: the same), and whether it is deleted."""


class Pinned(msgspec.Struct, frozen=True, kw_only=True):
    """A message of Discord, written ``at``; ``text`` is empty where the bot may not read it."""

    channel_id: int
    message_id: int
    author: Actor
    text: str
    at: datetime


async def note(desk: Desk, incident_id: int, *, actor: Actor, text: str, at: datetime | None = None) -> None:
    """Write what happened, now or at ``at``.

    Raises:
        NotFoundError: this desk does not have the incident.
        InvalidInputError: the text is empty or too long, or the time lies in the future.
        NotDurableError: the database cannot be written.
    """
    words = read_text("note", text)
    now = desk.clock.now()
    draft = TimelineDraft(kind=Kind.NOTE, at=_past(at, now), actor=actor, text=words)

    def note_timeline(tx: Transaction) -> None:
        incident = held(tx, desk, incident_id)
        tx.timelines.append([(incident_id, draft)], now=now)
        _tell(tx, desk, incident, actor, "note", words, after=draft)

    await desk.storage.write(note_timeline)


async def pin(desk: Desk, incident_id: int, message: Pinned, *, actor: Actor) -> bool:
    """Take a message into the timeline; False when it stands there already.

    Words that could not be read before, or that its author changed, are taken over; a correction stays.

    Raises:
        NotFoundError: this desk does not have the incident.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()
    return await desk.storage.write(
        lambda tx: take_message(tx, desk, incident_id, message, actor=actor, now=now)
    )


def take_message(
    tx: Transaction, desk: Desk, incident_id: int, message: Pinned, *, actor: Actor, now: datetime
) -> bool:
    """`pin` inside a transaction."""
    draft = TimelineDraft(
        kind=Kind.MESSAGE,
        at=min(message.at, now),
        actor=message.author,
        text=_shortened(message.text),
        channel_id=message.channel_id,
        message_id=message.message_id,
    )
    incident = held(tx, desk, incident_id)
    if not tx.timelines.pin(incident_id, draft, now=now):
        of_message = tx.timelines.first_of_message(message.message_id)
        latest = _latest(tx, next(each for each in of_message if each.incident_id == incident_id))
        known = draft.text in {"", latest.draft.text} or str(latest.draft.actor) != str(message.author)
        if not latest.deleted and known:
            return False
        writer = actor if latest.deleted else message.author
        tx.timelines.add_version(latest, replace(draft, actor=writer), deleted=False, now=now)
        _tell(tx, desk, incident, actor, "pin", draft.text, before=latest, after=draft)
        return True
    _tell(tx, desk, incident, actor, "pin", draft.text, after=draft)
    return True


async def unpin(desk: Desk, message_id: int, *, actor: Actor) -> int:
    """The message does not belong into timelines after all; returns out of how many it went."""
    now = desk.clock.now()
    return await desk.storage.write(lambda tx: drop_message(tx, desk, message_id, actor=actor, now=now))


def drop_message(tx: Transaction, desk: Desk, message_id: int, *, actor: Actor, now: datetime) -> int:
    """`unpin` inside a transaction."""
    found = tx.timelines.first_of_message(message_id)
    return _rewrite(tx, desk, found, actor, "unpin", lambda _: (None, True), now)


async def follow_edit(desk: Desk, message_id: int, *, author: Actor, text: str) -> int:
    """A message was edited: its entries read as it does now; returns how many changed.

    An empty text says that it may not be read, and changes nothing.
    """
    words = _shortened(text)
    if not words:
        return 0
    return await _follow(desk, message_id, author, "edit", lambda latest: (words, latest.deleted))


async def follow_deletion(desk: Desk, message_id: int) -> int:
    """A message was deleted: its entries are marked so; returns how many."""
    return await _follow(desk, message_id, actors.job("deletion"), "delete", lambda _: (None, True))


async def correct(
    desk: Desk,
    incident_id: int,
    entry_id: int,
    *,
    actor: Actor,
    text: str | None = None,
    at: datetime | None = None,
) -> TimelineEntry:
    """Set another text or time for what people wrote; the correction shows.

    Raises:
        NotFoundError: the incident has no such entry.
        ConflictError: it was deleted, or the desk wrote it by itself.
        InvalidInputError: nothing to correct, an empty or endless text, a time in the future.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()
    if text is None and at is None:
        raise InvalidInputError("text", "say what it should read, or when it was")
    words = None if text is None else read_text("text", text)

    def correct_timeline(tx: Transaction) -> TimelineEntry:
        incident = held(tx, desk, incident_id)
        latest = _own(tx, incident, entry_id)
        draft = replace(
            latest.draft,
            actor=actor,
            text=latest.draft.text if words is None else words,
            at=latest.draft.at if at is None else _past(at, now),
        )
        tx.timelines.add_version(latest, draft, deleted=False, now=now)
        _tell(tx, desk, incident, actor, "correct", draft.text, before=latest, after=draft)
        return replace(latest, draft=draft, version=latest.version + 1, written_at=now)

    return await desk.storage.write(correct_timeline)


async def withdraw(desk: Desk, incident_id: int, entry_id: int, *, actor: Actor) -> None:
    """Take back what people wrote; that there was something stays visible.

    Raises:
        NotFoundError: the incident has no such entry.
        ConflictError: it was deleted, or the desk wrote it by itself.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()

    def withdraw_timeline(tx: Transaction) -> None:
        incident = held(tx, desk, incident_id)
        latest = _own(tx, incident, entry_id)
        tx.timelines.add_version(latest, replace(latest.draft, actor=actor), deleted=True, now=now)
        _tell(tx, desk, incident, actor, "withdraw", latest.draft.text, before=latest)

    await desk.storage.write(withdraw_timeline)


async def owner_of(desk: Desk, message_id: int) -> Desk:
    """The desk of the project in whose timelines a message stands; this one where it stands in none."""

    def do_owner_of(tx: Transaction) -> Desk:
        first = next(iter(tx.timelines.first_of_message(message_id)), None)
        return desk if first is None else _owner(tx, desk, first.incident_id)

    return await desk.storage.read(do_owner_of)


def _owner(tx: Transaction, desk: Desk, incident_id: int) -> Desk:
    project_id = tx.audiences.project_of(SubjectRef(Subject.INCIDENT, incident_id))
    return desk if project_id is None else owner(tx, desk, project_id)


async def _follow(desk: Desk, message_id: int, actor: Actor, action: str, change: Change) -> int:
    """A further version of every entry of a message that ``change`` makes differ; mostly there is none."""
    found = await desk.storage.read(lambda tx: tx.timelines.first_of_message(message_id))
    if not found:
        return 0
    now = desk.clock.now()
    return await desk.storage.write(lambda tx: _rewrite(tx, desk, found, actor, action, change, now))


def _rewrite(
    tx: Transaction,
    desk: Desk,
    found: Iterable[TimelineEntry],
    actor: Actor,
    action: str,
    change: Change,
    now: datetime,
) -> int:
    changed = 0
    for first in sorted(found, key=lambda each: each.incident_id):
        desk = _owner(tx, desk, first.incident_id)
        incident = held(tx, desk, first.incident_id)
        latest = _latest(tx, first)
        text, deleted = change(latest)
        draft = replace(latest.draft, actor=actor, text=latest.draft.text if text is None else text)
        if (draft.text, deleted) == (latest.draft.text, latest.deleted):
            continue
        tx.timelines.add_version(latest, draft, deleted=deleted, now=now)
        became = None if deleted else draft
        _tell(tx, desk, incident, actor, action, draft.text, before=latest, after=became)
        changed += 1
    return changed


def _tell(
    tx: Transaction,
    desk: Desk,
    incident: Incident,
    actor: Actor,
    action: str,
    words: str,
    *,
    before: TimelineEntry | None = None,
    after: TimelineDraft | None = None,
) -> None:
    """Somebody wrote something: the incident is fresh, its head looks the same, the log has all of it.

    ``before`` is what stood there, ``after`` what stands there now.
    """
    step = IncidentMutation(
        incident_id=incident.id,
        actor=actor,
        action=action,
        make=lambda each, _: each,
        note=words,
        shows=False,
        before=_mark(None if before is None or before.deleted else before.draft),
        after=_mark(after),
    )
    apply(tx, desk, incident, step, desk.clock.now())


def _mark(draft: TimelineDraft | None) -> dict[str, object]:
    return {} if draft is None else {"text": draft.text, "at": draft.at.isoformat(), "by": str(draft.actor)}


def _own(tx: Transaction, incident: Incident, entry_id: int) -> TimelineEntry:
    """The newest version of something that people wrote."""
    latest = tx.timelines.latest(incident.id, entry_id)
    if latest is None:
        raise NotFoundError("entry", f"E{entry_id} in {incident.ref}")
    if latest.draft.kind not in CORRECTABLE:
        raise ConflictError(f"E{entry_id} was written by the desk itself; write a note instead.")
    if latest.deleted:
        raise ConflictError(f"E{entry_id} was deleted.")
    return latest


def _latest(tx: Transaction, first: TimelineEntry) -> TimelineEntry:
    return tx.timelines.latest(first.incident_id, first.id) or first


def _past(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at > now:
        raise InvalidInputError("at", "lies in the future")
    return at


LONGEST_READ: Final = 8_000
"""Characters of a message that are looked into; Discord's longest has half as many."""


def _shortened(text: str) -> str:
    """A message may be longer than an entry: its middle gives way."""
    return cut(without_secrets(cut(harmless(text).strip(), LONGEST_READ)), MAX_TEXT)
