"""Incidents: their rows, as queries that read as sentences."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    case,
    cast,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.domain.actor import Actor
from bot.domain.incident.duration import Times
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentState, Role, ref_digits
from bot.domain.incident.search import OPEN_INCIDENTS, IncidentFilter
from bot.domain.sight import EVERYTHING
from storage.audience import sees_incident
from storage.codec import (
    actor_columns,
    actor_or_none,
    encode,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
)
from storage.dialect import hold_openings
from storage.table.core import IS_OPEN_ALERT, alert
from storage.table.incident import IS_ACTIVE, IS_OPEN, incident, incident_alert

_roles: Final = msgspec.json.Decoder(dict[Role, Actor])
_FAMILY: Final = 100  # merges in a row that are followed


class Incidents:
    """All incidents, open and over."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, project_id: int, incident_id: int) -> Incident | None:
        """One incident of this project."""
        return self._one(_of(project_id, incident_id))

    def held(self, project_id: int, incident_id: int) -> Incident | None:
        """One incident that nobody else changes until the commit. Hold its alerts before it."""
        return self._one(_of(project_id, incident_id).with_for_update(key_share=True))

    def hold_openings(self, project_id: int) -> None:
        """Nobody else opens an incident until the commit: who looks for one to open sees the last."""
        hold_openings(self._connection, project_id)

    def create(self, new: Incident) -> Incident:
        """Insert it; its id is the database's to give."""
        values = _columns(new) | {
            "project_id": new.project_id,
            "idempotency_key": new.idempotency_key,
            "opened_by": str(new.opened_by),
            "opened_by_name": new.opened_by.name,
            "opened_at": micros(new.opened_at),
        }
        created = self._connection.execute(insert(incident).values(**values).returning(incident.c.id))
        return msgspec.structs.replace(new, id=created.scalar_one())

    def save(self, changed: Incident) -> None:
        """Write all that can change."""
        self._connection.execute(
            update(incident).where(incident.c.id == changed.id).values(**_columns(changed))
        )

    def acknowledge(self, incident_ids: list[int], *, now: datetime) -> None:
        """A person did something about one of their alerts: those nobody had acted on are acknowledged."""
        self._connection.execute(
            update(incident)
            .where(incident.c.id.in_(incident_ids), incident.c.acked_at.is_(None))
            .values(acked_at=micros(now))
        )

    def alike(
        self, project_id: int, *, signature: str, service: str, namespace: str = "", since: datetime
    ) -> Incident | None:
        """The open incident, touched at ``since`` or later, that an alert like this belongs to.

        The same signature counts more than the same service, then the fresher incident; "" is like nothing.
        Services of one name in two namespaces are two.
        """
        theirs = (
            select(alert.c.id)
            .join(incident_alert, incident_alert.c.alert_id == alert.c.id)
            .where(incident_alert.c.incident_id == incident.c.id, IS_ACTIVE)
        )
        same = theirs.where(alert.c.signature == signature, alert.c.signature != "").exists()
        near = theirs.where(alert.c.service == service, alert.c.service != "")
        own = (incident.c.service == service) & (incident.c.service != "")
        if namespace:
            near = near.where(alert.c.namespace.in_(("", namespace)))
            elsewhere = theirs.where(alert.c.namespace.not_in(("", namespace)))
            own &= ~elsewhere.exists()
        statement = (
            select(incident)
            .where(
                incident.c.project_id == project_id,
                IS_OPEN,
                incident.c.touched_at >= micros(since),
                or_(same, near.exists(), own),
            )
            .order_by(same.desc(), incident.c.touched_at.desc(), incident.c.id)
            .limit(1)
        )
        return self._one(statement)

    def keyed(self, project_id: int, key: str) -> Incident | None:
        """The incident that was opened under this idempotency key."""
        return self._one(
            select(incident).where(incident.c.project_id == project_id, incident.c.idempotency_key == key)
        )

    def in_thread(self, thread_id: int) -> Incident | None:
        """The incident that lives there."""
        return self._one(select(incident).where(incident.c.thread_id == thread_id))

    def in_threads(self, incident_ids: Iterable[int]) -> list[Incident]:
        """The incidents among these that have a thread."""
        statement = select(incident).where(
            incident.c.id.in_(list(incident_ids)), incident.c.thread_id.is_not(None)
        )
        return [_read(row) for row in self._connection.execute(statement.order_by(incident.c.id))]

    def due(self, project_id: int, *, now: datetime, limit: int = 100) -> list[int]:
        """The incidents whose next update is due."""
        statement = select(incident.c.id).where(
            incident.c.project_id == project_id,
            incident.c.update_due_at.is_not(None),
            incident.c.update_due_at <= micros(now),
        )
        return list(
            self._connection.execute(statement.order_by(incident.c.update_due_at).limit(limit)).scalars()
        )

    def recovered(self, project_id: int, *, limit: int) -> list[int]:
        """Open incidents with alerts, none of which is open any more."""
        theirs = (
            select(alert.c.id)
            .join(incident_alert, incident_alert.c.alert_id == alert.c.id)
            .where(incident_alert.c.incident_id == incident.c.id, IS_ACTIVE)
        )
        statement = select(incident.c.id).where(
            incident.c.project_id == project_id,
            IS_OPEN,
            theirs.exists(),
            ~theirs.where(IS_OPEN_ALERT).exists(),
        )
        return list(self._connection.execute(statement.order_by(incident.c.id).limit(limit)).scalars())

    def merged_into(self, project_id: int, incident_id: int) -> list[Incident]:
        """All that went into it, also by way of others."""
        found: dict[int, Incident] = {}
        asked = [incident_id]
        while asked and len(found) < _FAMILY:
            statement = select(incident).where(
                incident.c.project_id == project_id, incident.c.merged_into_id.in_(asked)
            )
            rows = self._connection.execute(statement.order_by(incident.c.id)).all()
            fresh = {row.id: _read(row) for row in rows if row.id not in found}
            found |= fresh
            asked = list(fresh)
        return list(found.values())

    def listing(
        self, project_id: int, which: IncidentFilter, *, offset: int = 0, limit: int = 10
    ) -> list[Incident]:
        """Matching incidents: worst first, then newest first."""
        statement = _matching(project_id, which).order_by(incident.c.severity, incident.c.id.desc())
        return [_read(row) for row in self._connection.execute(statement.offset(offset).limit(limit))]

    def fitting(self, project_id: int, which: IncidentFilter, *, limit: int) -> list[Incident]:
        """Matching incidents for who types: what begins like the text first, then open, worst and newest."""
        is_open = case(
            (incident.c.state.in_([each.value for each in IncidentState if each.open]), 1), else_=0
        )
        order = (_begins(which.text).desc(), is_open.desc(), incident.c.severity, incident.c.id.desc())
        statement = _matching(project_id, which, typing=True).order_by(*order)
        return [_read(row) for row in self._connection.execute(statement.limit(limit))]

    def count(self, project_id: int, which: IncidentFilter) -> int:
        """How many match."""
        matching = _matching(project_id, which).with_only_columns(func.count())
        return self._connection.execute(matching).scalar_one()

    def _one(self, statement: Select[Any]) -> Incident | None:
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _read(row)


def _of(project_id: int, incident_id: int) -> Select[Any]:
    return select(incident).where(incident.c.id == incident_id, incident.c.project_id == project_id)


def _matching(project_id: int, which: IncidentFilter, *, typing: bool = False) -> Select[Any]:
    statement = select(incident).where(incident.c.project_id == project_id)
    if which.states == OPEN_INCIDENTS.states:
        statement = statement.where(IS_OPEN)
    elif which.states is not None:
        statement = statement.where(incident.c.state.in_([state.value for state in which.states]))
    if which.sight != EVERYTHING:
        statement = statement.where(sees_incident(which.sight))
    if which.severities:
        statement = statement.where(incident.c.severity.in_([each.value for each in which.severities]))
    if which.text:
        columns = (incident.c.title, incident.c.service)
        wanted = which.text.lower()
        found = or_(*(func.lower(column).contains(wanted, autoescape=True) for column in columns))
        statement = statement.where(or_(found, _begins(which.text) > 0) if typing else found)
    return statement


def _begins(text: str) -> ColumnElement[int]:
    """2 for the incident whose ref was typed, 1 where title or ref begin with the text."""
    digits = ref_digits(text)
    exact = incident.c.id == int(digits or 0)
    begun = cast(incident.c.id, String).startswith(digits) if digits else false()
    named = func.lower(incident.c.title).startswith(text.lower(), autoescape=True)
    return case((exact, 2), (or_(begun, named), 1), else_=0)


def _columns(changed: Incident) -> dict[str, Any]:
    updated_by, updated_by_name = actor_columns(changed.updated_by)
    times = changed.times
    return {
        "state": changed.state.value,
        "severity": changed.severity.value,
        "title": changed.title,
        "summary": changed.summary,
        "service": changed.service,
        "roles": encode(changed.roles),
        "home_id": changed.home_id,
        "thread_id": changed.thread_id,
        "threadless": changed.threadless,
        "touched_at": micros(changed.touched_at),
        "impact_started_at": micros_or_none(times.impact_started_at),
        "detected_at": micros(times.detected_at),
        "acked_at": micros_or_none(times.acked_at),
        "mitigated_at": micros_or_none(times.mitigated_at),
        "resolved_at": micros_or_none(times.resolved_at),
        "closed_at": micros_or_none(changed.closed_at),
        "update_text": changed.update,
        "updated_at": micros_or_none(changed.updated_at),
        "updated_by": updated_by,
        "updated_by_name": updated_by_name,
        "update_due_at": micros_or_none(changed.update_due_at),
        "merged_into_id": changed.merged_into_id,
    }


def _read(row: Row[Any]) -> Incident:
    return Incident(
        id=row.id,
        project_id=row.project_id,
        state=IncidentState(row.state),
        severity=IncidentLevel(row.severity),
        title=row.title,
        summary=row.summary,
        service=row.service,
        roles=_roles.decode(row.roles),
        idempotency_key=row.idempotency_key,
        home_id=row.home_id,
        thread_id=row.thread_id,
        threadless=row.threadless,
        opened_by=Actor.parse(row.opened_by, row.opened_by_name),
        opened_at=moment(row.opened_at),
        touched_at=moment(row.touched_at),
        times=Times(
            detected_at=moment(row.detected_at),
            impact_started_at=moment_or_none(row.impact_started_at),
            acked_at=moment_or_none(row.acked_at),
            mitigated_at=moment_or_none(row.mitigated_at),
            resolved_at=moment_or_none(row.resolved_at),
        ),
        closed_at=moment_or_none(row.closed_at),
        update=row.update_text,
        updated_at=moment_or_none(row.updated_at),
        updated_by=actor_or_none(row.updated_by, row.updated_by_name),
        update_due_at=moment_or_none(row.update_due_at),
        merged_into_id=row.merged_into_id,
    )
