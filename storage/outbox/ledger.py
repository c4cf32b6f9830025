"""Ledger: the last revisions of every card, with the times at which they were accepted, sent and seen."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Select, and_, bindparam, delete, func, select, update
from sqlalchemy.sql.expression import ClauseElement

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.ledger import KEPT, Sent, Wait
from bot.domain.outbox.outbox import Outgoing
from storage.codec import micros, moment, moment_or_none, span
from storage.dialect import one_of, upsert_in, values_of
from storage.prepared import Prepared
from storage.table.core import card
from storage.table.ledger import ledger

_NEW: Final = 0  # the version of a message that was never edited


class Ledger:
    """The rows of the ledger; writing one costs a statement, there are never more than `KEPT` a card."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sent(self, sent: Outgoing, *, version: datetime | None, now: datetime) -> None:
        """A claimed card's revision went out, as a new message or as the edit ``version``."""
        self._write(
            card_id=sent.id,
            project_id=sent.project_id,
            revision=sent.wanted,
            lane=sent.lane.value,
            posted=sent.message_id is None,
            version=_version(version),
            accepted_at=micros(sent.dirty_since),
            sent_at=micros(now),
        )

    def answered(self, card_id: int, *, revision: int, version: datetime, now: datetime) -> None:
        """The answer to a click showed a revision, if the card's row agrees."""
        row = self._connection.execute(
            select(card.c.project_id, card.c.dirty_since).where(
                card.c.id == card_id, card.c.shown == revision
            )
        ).one_or_none()
        if row is not None:
            self._write(
                card_id=card_id,
                project_id=row.project_id,
                revision=revision,
                lane=Lane.PERSON.value,
                posted=False,
                version=_version(version),
                accepted_at=row.dirty_since,
                sent_at=micros(now),
            )

    def unseen(self, message_ids: Iterable[int]) -> list[Sent]:
        """The revisions of these messages that the gateway has not told of."""
        listed = values_of(self._connection, message_ids)
        return [_read(row) for row in _UNSEEN.rows(self._connection, messages=listed)]

    def of_card(self, card_id: int) -> list[Sent]:
        """What is remembered of a card that has a message, oldest first."""
        rows = self._connection.execute(
            _revisions().where(card.c.id == card_id).order_by(ledger.c.sent_at, ledger.c.revision)
        )
        return [_read(row) for row in rows]

    def see(self, seen: Sent, *, at: datetime) -> bool:
        """The gateway told of this revision; False when that was known."""
        found = _SEE.run(
            self._connection,
            card=seen.card_id,
            place=seen.revision % KEPT,
            shown=seen.revision,
            at=micros(at),
        )
        return found > 0

    def waits(self, project_id: int, *, since: datetime, at_most: int) -> list[Wait]:
        """How long the latest revisions took that were sent after ``since`` and were seen."""
        rows = self._connection.execute(
            select(ledger.c.lane, ledger.c.posted, ledger.c.accepted_at, ledger.c.seen_at)
            .where(
                ledger.c.project_id == project_id,
                ledger.c.sent_at > micros(since),
                ledger.c.seen_at.is_not(None),
            )
            .order_by(ledger.c.sent_at.desc())
            .limit(at_most)
        )
        lanes = list(Lane)
        return [
            Wait(lanes[lane], bool(posted), span(max(seen_at - accepted_at, 0)))
            for lane, posted, accepted_at, seen_at in rows
        ]

    def forget(self, project_id: int, *, before: datetime, at_most: int) -> int:
        """Delete some of what was sent ``before``; returns how many."""
        old = (
            select(ledger.c.card_id, ledger.c.slot)
            .where(ledger.c.project_id == project_id, ledger.c.sent_at < micros(before))
            .order_by(ledger.c.sent_at)
            .limit(at_most)
            .subquery()
        )
        same = and_(ledger.c.card_id == old.c.card_id, ledger.c.slot == old.c.slot)
        return self._connection.execute(delete(ledger).where(select(old).where(same).exists())).rowcount

    def count(self, project_id: int, *, before: datetime) -> int:
        """How much was sent ``before``."""
        old = select(func.count()).where(ledger.c.project_id == project_id, ledger.c.sent_at < micros(before))
        return self._connection.execute(old).scalar_one()

    def _write(self, **values: Any) -> None:
        row = values | {"slot": values["revision"] % KEPT, "seen_at": None}
        _PUT.run(self._connection, **{f"{name}_": value for name, value in row.items()})


def _put(dialect: str) -> ClauseElement:
    new = upsert_in(dialect, ledger)
    own = {each.name: bindparam(f"{each.name}_", type_=each.type) for each in ledger.c}
    return new.values(own).on_conflict_do_update(
        index_elements=[ledger.c.card_id, ledger.c.slot],
        set_={each.name: new.excluded[each.name] for each in ledger.c if not each.primary_key},
    )


def _revisions() -> Select[Any]:
    return select(ledger, card.c.message_id).join(card, card.c.id == ledger.c.card_id)


_PUT: Final = Prepared(_put)
_UNSEEN: Final = Prepared(
    lambda dialect: _revisions().where(
        one_of(dialect, card.c.message_id, "messages"), ledger.c.seen_at.is_(None)
    )
)
_SEE: Final = Prepared(
    update(ledger)
    .where(
        ledger.c.card_id == bindparam("card", type_=BigInteger),
        ledger.c.slot == bindparam("place", type_=ledger.c.slot.type),
        ledger.c.revision == bindparam("shown", type_=ledger.c.revision.type),
        ledger.c.seen_at.is_(None),
    )
    .values(seen_at=bindparam("at", type_=BigInteger))
)


def _version(version: datetime | None) -> int:
    return _NEW if version is None else micros(version)


def _read(row: Any) -> Sent:
    return Sent(
        card_id=row.card_id,
        revision=row.revision,
        message_id=row.message_id,
        version=None if row.version == _NEW else moment(row.version),
        lane=Lane(row.lane),
        posted=row.posted,
        accepted_at=moment(row.accepted_at),
        sent_at=moment(row.sent_at),
        seen_at=moment_or_none(row.seen_at),
    )
