"""Silence: made, changed and ended by people, and by programs that take Tocsin for an Alertmanager."""

import uuid
from datetime import datetime

import msgspec

from bot.domain.access.people import without_secrets
from bot.domain.actor import Actor
from bot.domain.audit import Entry
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.silence.matcher import Matcher, demand_some
from bot.domain.silence.silence import LIMIT, Phase, Silence, demand_usable
from bot.domain.snowflake import is_snowflake
from bot.usecases.desk import Desk
from bot.usecases.silence import settlement
from storage.codec import encode
from storage.transaction import Transaction


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for; ``id`` names the silence to change, "" makes a new one."""

    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str = ""
    comment: str = ""
    source_id: int | None = None
    id: str = ""


async def put(desk: Desk, wish: Wish, *, actor: Actor) -> Silence:
    """Make a silence, or change one; where it became another one, the old one ends and a new one begins.

    Raises:
        InvalidInputError: it is over already, is about everything, or a part of it cannot be used.
        NotFoundError: there is no silence of that id that ``wish.source_id`` may change.
        ConflictError: there are too many.
    """
    now = desk.clock.now()
    demand_some(wish.matchers)
    wanted = _wanted(desk, wish, actor, now)
    demand_usable(wanted, now)

    def put_silence(tx: Transaction) -> Silence:
        before = _held(tx, desk, wish.id, wish.source_id) if wish.id else None
        if before is not None and before.can_become(wanted, now):
            changed = msgspec.structs.replace(
                wanted, id=before.id, number=before.number, starts_at=_start(before, wanted, now)
            )
            tx.silences.change(changed)
            _record(tx, desk, actor, "silence.change", changed, now)
            return changed
        if before is not None and before.phase(now) is not Phase.EXPIRED:
            _expire(tx, desk, before, actor, now)
        if tx.silences.count_lasting(desk.project.id, now=now) >= LIMIT:
            raise ConflictError(f"There are {LIMIT} silences already; end some first.")
        created = tx.silences.add(msgspec.structs.replace(wanted, starts_at=max(wanted.starts_at, now)))
        _record(tx, desk, actor, "silence.add", created, now)
        return created

    made = await desk.storage.write(put_silence)
    await settlement.settle(desk)
    return made


async def expire(desk: Desk, ident: str, *, actor: Actor, source_id: int | None = None) -> Silence:
    """End a silence now.

    Raises:
        NotFoundError: there is none of that id (or number, ``S-4``) that ``source_id`` may end.
        ConflictError: it is over already.
    """
    now = desk.clock.now()

    def expire_silence(tx: Transaction) -> Silence:
        found = _held(tx, desk, ident, source_id)
        if found.phase(now) is Phase.EXPIRED:
            raise ConflictError(f"The silence {ident} is over already.")
        return _expire(tx, desk, found, actor, now)

    ended = await desk.storage.write(expire_silence)
    await settlement.settle(desk)
    return ended


async def find(desk: Desk, ident: str, *, source_id: int | None = None) -> Silence:
    """One silence.

    Raises:
        NotFoundError: there is none of that id that ``source_id`` may see.
    """

    def read_silence(tx: Transaction) -> Silence:
        found = tx.silences.get(desk.project.id, ident)
        if found is None or (source_id is not None and found.source_id not in (None, source_id)):
            raise NotFoundError("silence", ident[:64])
        return found

    return await desk.storage.read(read_silence)


async def lasting(desk: Desk) -> list[Silence]:
    """The silences that are not over, the first to end first."""
    now = desk.clock.now()
    return await desk.storage.read(lambda tx: tx.silences.lasting(desk.project.id, now=now))


async def listing(desk: Desk, *, source_id: int | None = None) -> list[Silence]:
    """The silences that last, then the newest that are over; of one source, with those about everything."""
    now = desk.clock.now()

    def read_silences(tx: Transaction) -> list[Silence]:
        both = tx.silences.lasting(desk.project.id, now=now) + tx.silences.over(desk.project.id, now=now)
        return [each for each in both if source_id is None or each.source_id in (None, source_id)]

    return await desk.storage.read(read_silences)


def _wanted(desk: Desk, wish: Wish, actor: Actor, now: datetime) -> Silence:
    return Silence(
        id=str(uuid.uuid4()),
        project_id=desk.project.id,
        source_id=wish.source_id,
        matchers=wish.matchers,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        updated_at=now,
        actor=actor,
        created_by=wish.created_by or actor.name,
        comment=without_secrets(wish.comment),
    )


def _start(before: Silence, wanted: Silence, now: datetime) -> datetime:
    """What has begun keeps its beginning to the microsecond."""
    return before.starts_at if before.phase(now) is Phase.ACTIVE else wanted.starts_at


def _held(tx: Transaction, desk: Desk, ident: str, source_id: int | None) -> Silence:
    found = tx.silences.held(desk.project.id, _uuid_of(tx, desk, ident))
    if found is None or (source_id is not None and found.source_id != source_id):
        raise NotFoundError("silence", ident[:64])
    return found


def _uuid_of(tx: Transaction, desk: Desk, ident: str) -> str:
    """The UUID, where a person wrote ``S-4``."""
    digits = ident.strip().lower().removeprefix("s-")
    if not is_snowflake(digits):
        return ident
    found = tx.silences.numbered(desk.project.id, int(digits))
    return found.id if found is not None else ident


def _expire(tx: Transaction, desk: Desk, silence: Silence, actor: Actor, now: datetime) -> Silence:
    starts_at = min(silence.starts_at, now)
    ended = msgspec.structs.replace(silence, starts_at=starts_at, ends_at=now, updated_at=now)
    tx.silences.change(ended)
    _record(tx, desk, actor, "silence.expire", ended, now)
    return ended


def _record(tx: Transaction, desk: Desk, actor: Actor, action: str, silence: Silence, now: datetime) -> None:
    told = {
        "matchers": [str(each) for each in silence.matchers],
        "starts_at": silence.starts_at.isoformat(),
        "ends_at": silence.ends_at.isoformat(),
        "source_id": silence.source_id,
    }
    entry = Entry(
        at=now,
        actor=actor,
        action=action,
        subject=f"silence:{silence.number}",
        after=encode(told),
        note=silence.comment,
    )
    tx.audit.append(desk.project.id, entry)
