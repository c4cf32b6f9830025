"""Integrity: rows that no transaction leaves behind, looked for in windows of ids so that no read is long.

Nothing here locks or writes but the report.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, exists, func, not_, or_, select

from bot.domain.alert.alert import format_ref
from bot.domain.incident.incident import format_ref as format_incident
from bot.domain.integrity import IntegrityFinding, IntegrityReport
from storage.admin.eventless import eventless
from storage.codec import encode, micros
from storage.dialect import is_one_of, upsert
from storage.kind import HEAD, IS_WITHOUT_SUBJECT
from storage.table.audit import integrity
from storage.table.core import alert, card, event, project
from storage.table.incident import IS_OPEN, incident
from storage.table.recurrence import recurrence

COUNTED: Final = ("opened", "folded", "raised", "reopened")
"""The verdicts of events that an alert counts as its occurrences."""

_TABLES: Final = {table.name: table for table in (alert, recurrence, event, card)}
OWNED: Final = tuple(_TABLES)
"""Tables whose rows name a project without a foreign key that says that it is there."""


class IntegrityRows:
    """Of one project, but for rows that belong to none."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_id(self, name: str) -> int:
        """The highest id of one of the tables in `OWNED`, 0 when it is empty."""
        return int(self._connection.execute(select(func.max(_TABLES[name].c.id))).scalar() or 0)

    def cards_without_subject(self, project_id: int, window: range) -> list[str]:
        """Cards about something that is not there."""
        statement = select(card.c.id, card.c.kind, card.c.subject_id).where(
            card.c.project_id == project_id, *_within(card, window), IS_WITHOUT_SUBJECT
        )
        return [f"card {row.id} of {row.kind} {row.subject_id}" for row in self._rows(statement)]

    def counts(self, project_id: int, window: range, alerts: range) -> dict[int, int]:
        """How many occurrences the events of a window tell of each alert in a range; 0 for other events."""
        counted = func.sum(case((event.c.verdict.in_(COUNTED), 1), else_=0))
        statement = (
            select(event.c.alert_id, counted.label("counted"))
            .where(
                event.c.project_id == project_id,
                *_within(event, window),
                event.c.alert_id >= alerts.start,
                event.c.alert_id < alerts.stop,
            )
            .group_by(event.c.alert_id)
        )
        return {row.alert_id: int(row.counted) for row in self._rows(statement)}

    def occurrences(self, project_id: int, window: range, *, since: datetime | None) -> dict[int, int]:
        """What the alerts of a window that began after ``since`` count."""
        statement = select(alert.c.id, alert.c.occurrences).where(
            alert.c.project_id == project_id, *_within(alert, window)
        )
        if since is not None:
            statement = statement.where(alert.c.opened_at >= micros(since))
        return {row.id: row.occurrences for row in self._rows(statement)}

    def recount(self, alert_ids: Collection[int]) -> dict[int, tuple[int, int, int]]:
        """Of each of these, in one look: what it counts, the events that it counts, and all its events."""
        of_alert = and_(event.c.recurrence_id == alert.c.recurrence_id, event.c.alert_id == alert.c.id)
        everything = select(func.count()).where(of_alert).scalar_subquery()
        counted = select(func.count()).where(of_alert, event.c.verdict.in_(COUNTED)).scalar_subquery()
        statement = select(
            alert.c.id, alert.c.occurrences, counted.label("counted"), everything.label("everything")
        ).where(is_one_of(self._connection, alert.c.id, list(alert_ids)))
        return {row.id: (row.occurrences, row.counted, row.everything) for row in self._rows(statement)}

    def leases_long_gone(self, project_id: int, *, before: datetime, limit: int) -> list[str]:
        """Claimed alerts whose lease ended before ``before``."""
        statement = select(alert.c.id).where(
            alert.c.project_id == project_id,
            alert.c.state == "processing",
            alert.c.lease_expires_at.is_not(None),
            alert.c.lease_expires_at < micros(before),
        )
        return [format_ref(row.id) for row in self._rows(statement.order_by(alert.c.id).limit(limit))]

    def incidents_without_thread(self, project_id: int, *, before: datetime, limit: int) -> list[str]:
        """Open incidents without a thread that may have one, whose head was sent before ``before``."""
        waits = exists().where(HEAD, or_(card.c.message_id.is_(None), card.c.sent_at >= micros(before)))
        statement = select(incident.c.id).where(
            incident.c.project_id == project_id,
            IS_OPEN,
            incident.c.thread_id.is_(None),
            not_(incident.c.threadless),
            incident.c.opened_at < micros(before),
            not_(waits),
        )
        return [format_incident(row.id) for row in self._rows(statement.order_by(incident.c.id).limit(limit))]

    def of_unknown_projects(self, name: str, window: range) -> list[str]:
        """Rows of one of the tables in `OWNED` whose project is not there."""
        table, known = _TABLES[name], select(project.c.id)
        statement = select(table.c.id, table.c.project_id).where(
            *_within(table, window), table.c.project_id.not_in(known)
        )
        return [f"{name} {row.id} of project {row.project_id}" for row in self._rows(statement)]

    def orphaned_envelopes(self, part: int, *, before: datetime) -> list[str]:
        """Requests from before ``before`` of which no event is left, in one of `PARTS` parts of all."""
        found = eventless(self._connection, part, before=before)
        return [f"envelope {digest[:12]}" for digest in found]

    def keep(self, project_id: int, report: IntegrityReport) -> None:
        """The newest report stands for the older ones."""
        statement = upsert(self._connection, integrity).values(
            project_id=project_id, at=micros(report.at), report=encode(report)
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["project_id"],
                set_={"at": statement.excluded.at, "report": statement.excluded.report},
            )
        )

    def kept(self, project_id: int) -> IntegrityReport | None:
        """The newest report, None when nobody has looked yet."""
        text = self._connection.execute(
            select(integrity.c.report).where(integrity.c.project_id == project_id)
        ).scalar_one_or_none()
        return None if text is None else msgspec.json.decode(text, type=IntegrityReport)

    def findings(self) -> list[IntegrityFinding]:
        """What the newest reports of all projects found."""
        texts = self._connection.execute(
            select(integrity.c.report).order_by(integrity.c.project_id)
        ).scalars()
        reports = [msgspec.json.decode(text, type=IntegrityReport) for text in texts]
        return [each for report in reports for each in report.findings]

    def _rows(self, statement: Select[Any]) -> Iterable[Any]:
        return self._connection.execute(statement).all()


def _within(table: Table, window: range) -> tuple[ColumnElement[bool], ...]:
    return (table.c.id >= window.start, table.c.id < window.stop)
