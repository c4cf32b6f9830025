"""Old rows: what is past its time, found in the order of ids and deleted a little at a time.

Ids ascend with time, so a walk ends at the first page on which nothing is old. An event is kept while its
alert is open; an alert while it is the last of its recurrence, or an incident, a run or a brief refers to it.
An envelope goes when no event is left that came in it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, not_, or_, select

from bot.domain.outbox.kind import kinds_about
from bot.domain.sight import Subject
from storage.admin.eventless import eventless
from storage.codec import micros
from storage.dialect import is_one_of
from storage.kind import is_among
from storage.table.core import alert, card, envelope, event
from storage.table.expiry import expiry
from storage.table.incident import incident_alert
from storage.table.ledger import ledger
from storage.table.reaction import reaction
from storage.table.recurrence import recurrence, run
from storage.table.ring import quiet_reason
from storage.table.triage import brief


class OldRows:
    """Of one project."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def events(
        self, project_id: int, *, before: datetime, after: int, at_most: int
    ) -> tuple[int, list[tuple[int, str]]]:
        """The next page of events: its last id (0 when the walk is over), and (id, envelope) of the old."""
        page = (
            select(event.c.id, event.c.received_at, event.c.alert_id, event.c.envelope_digest)
            .where(event.c.id > after, event.c.project_id == project_id)
            .order_by(event.c.id)
            .limit(at_most)
            .subquery()
        )
        rows = self._connection.execute(
            select(page.c.id, page.c.received_at, page.c.envelope_digest, alert.c.state)
            .outerjoin(alert, alert.c.id == page.c.alert_id)
            .order_by(page.c.id)
        ).all()
        us = micros(before)
        old = [row for row in rows if row.received_at < us]
        going = [(row.id, row.envelope_digest) for row in old if row.state in {None, "resolved"}]
        return (rows[-1].id if old else 0), going

    def alerts(self, project_id: int, *, before: datetime, after: int, at_most: int) -> tuple[int, list[int]]:
        """The next page of alerts: its last id (0 when the walk is over), and those that may go."""
        page = (
            select(alert.c.id, alert.c.opened_at, _may_go(micros(before)).label("may_go"))
            .where(alert.c.id > after, alert.c.project_id == project_id)
            .order_by(alert.c.id)
            .limit(at_most)
        )
        rows = self._connection.execute(page).all()
        old = any(row.opened_at < micros(before) for row in rows)
        return (rows[-1].id if old else 0), [row.id for row in rows if row.may_go]

    def unused(self, part: int, *, before: datetime) -> tuple[int, list[str]]:
        """The newest event's id, and the old envelopes of one of `PARTS` parts that no event is left of."""
        newest = self._connection.execute(select(func.max(event.c.id))).scalar() or 0
        return newest, eventless(self._connection, part, before=before)

    def forget_events(self, ids: Sequence[int]) -> int:
        """Delete events."""
        return self._delete(event, is_one_of(self._connection, event.c.id, ids))

    def forget_envelopes(self, digests: Iterable[str], *, seen: int, before: datetime) -> int:
        """Delete envelopes, unless the same bytes came again in an event after ``seen``."""
        again = exists().where(event.c.id > seen, event.c.envelope_digest == envelope.c.digest)
        return self._delete(
            envelope,
            and_(
                is_one_of(self._connection, envelope.c.digest, list(digests)),
                envelope.c.received_at < micros(before),
                not_(again),
            ),
        )

    def forget_alerts(self, ids: Sequence[int], *, before: datetime) -> int:
        """Delete alerts that still may go, with what stands only for them."""
        wanted = select(alert.c.id).where(
            is_one_of(self._connection, alert.c.id, ids), _may_go(micros(before))
        )
        going = list(self._connection.execute(wanted).scalars())
        cards = self._connection.execute(
            select(card.c.id, card.c.message_id).where(
                is_among(*kinds_about(Subject.ALERT)), is_one_of(self._connection, card.c.subject_id, going)
            )
        ).all()
        self._delete(ledger, is_one_of(self._connection, ledger.c.card_id, [each.id for each in cards]))
        messages = [each.message_id for each in cards if each.message_id is not None]
        self._delete(reaction, is_one_of(self._connection, reaction.c.message_id, messages))
        self._delete(card, is_one_of(self._connection, card.c.id, [each.id for each in cards]))
        self._delete(expiry, is_one_of(self._connection, expiry.c.alert_id, going))
        self._delete(quiet_reason, is_one_of(self._connection, quiet_reason.c.alert_id, going))
        return self._delete(alert, is_one_of(self._connection, alert.c.id, going))

    def _delete(self, table: Any, which: ColumnElement[bool]) -> int:
        return self._connection.execute(delete(table).where(which)).rowcount


def _may_go(before: int) -> ColumnElement[bool]:
    named = or_(
        exists().where(recurrence.c.id == alert.c.recurrence_id, recurrence.c.last_alert_id == alert.c.id),
        exists().where(incident_alert.c.alert_id == alert.c.id),
        exists().where(run.c.alert_id == alert.c.id),
        exists().where(brief.c.recurrence_id == alert.c.recurrence_id, brief.c.alert_id == alert.c.id),
    )
    over = and_(alert.c.state == "resolved", alert.c.resolved_at < before)
    return and_(over, not_(named))
