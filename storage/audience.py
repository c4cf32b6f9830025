"""Audience: in which channels a subject is shown; conditions for lists, and the channels of one subject.

An alert is where its card is, or its group's, and its row says where. An incident is where its head is, or
the channel that its post stands in. A recurrence is where its last alert is, and its row says where that
is; without any it is where its source speaks. An action item is where its incident is. Channel 0 stands for
the desk's own, whichever that is.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from bot.domain.sight import EVERYTHING, Sight, Subject, SubjectRef
from storage.dialect import Numbers, among, apart, elements
from storage.kind import HEAD, IS_SHARED
from storage.table.core import alert, card, source
from storage.table.group import alert_group
from storage.table.incident import action_item, incident
from storage.table.recurrence import recurrence


def sees_alert(sight: Sight) -> ColumnElement[bool]:
    """Whether the alert at hand may be looked at."""
    return true() if sight == EVERYTHING else _within(alert.c.channel_id, sight)


def sees_recurrence(sight: Sight) -> ColumnElement[bool]:
    """Whether the recurrence at hand may be looked at."""
    if sight == EVERYTHING:
        return true()
    spoken = and_(recurrence.c.channel_id.is_(None), _sees_source(recurrence.c.source_id, sight))
    channels = elements(_channels(sight))
    return or_(recurrence.c.channel_id.bool_op("NOT IN" if sight.beyond else "IN")(channels), spoken)


def sees_incident(sight: Sight) -> ColumnElement[bool]:
    """Whether the incident at hand may be looked at."""
    if sight == EVERYTHING:
        return true()
    # A sum, for an index of cards has their channel too: SQLite would look there once for each one seen.
    shown_in = card.c.channel_id + 0
    return or_(_card(HEAD).where(_within(shown_in, sight)).exists(), _within(incident.c.home_id, sight))


def sees_action(sight: Sight) -> ColumnElement[bool]:
    """Whether the action item at hand may be looked at."""
    if sight == EVERYTHING:
        return true()
    theirs = select(incident.c.id).where(incident.c.id == action_item.c.incident_id, sees_incident(sight))
    return theirs.exists()


class Audiences:
    """Single subjects and their channels."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def channels(self, project_id: int, asked: SubjectRef) -> set[int]:
        """Where it is shown; nowhere when there is no such thing."""
        if asked.subject is Subject.CHANNEL:
            return {int(asked.which)}
        statement = _CHANNELS[asked.subject](project_id, asked.which)
        return {row[0] for row in self._connection.execute(statement)}

    def project_of(self, asked: SubjectRef) -> int | None:
        """The project that it belongs to, None for what is not there or has a name of its own in each."""
        table = _NUMBERED.get(asked.subject)
        if table is None:
            return None
        found = select(table.c.project_id).where(table.c.id == asked.which)
        return self._connection.execute(found).scalar_one_or_none()

    def sees(self, project_id: int, sight: Sight, asked: SubjectRef) -> bool:
        """Whether it is there, and for these eyes."""
        return sight == EVERYTHING or sight.sees_any(self.channels(project_id, asked))


_NUMBERED: Final[Mapping[Subject, Any]] = MappingProxyType(
    {
        Subject.ALERT: alert,
        Subject.GROUP: alert_group,
        Subject.INCIDENT: incident,
        Subject.RECURRENCE: recurrence,
        Subject.ACTION: action_item,
    }
)


def _sees_source(source_id: ColumnElement[Any], sight: Sight) -> ColumnElement[bool]:
    spoken = func.coalesce(source.c.channel_id, 0)
    return source_id.in_(select(source.c.id).where(_within(spoken, sight)))


def _card(which: ColumnElement[bool]) -> Select[Any]:
    return select(card.c.id).where(which)


def _within(column: ColumnElement[Any], sight: Sight) -> ColumnElement[bool]:
    return apart(column, _channels(sight)) if sight.beyond else among(column, _channels(sight))


def _channels(sight: Sight) -> ColumnElement[Any]:
    return literal(sorted(sight.channels), Numbers)


def _of_alert(project_id: int, which: Any) -> Any:
    return select(alert.c.channel_id).where(alert.c.project_id == project_id, alert.c.id == which)


def _of_group(project_id: int, which: Any) -> Any:
    return (
        select(card.c.channel_id)
        .join(alert_group, alert_group.c.id == card.c.subject_id)
        .where(IS_SHARED, alert_group.c.id == which, alert_group.c.project_id == project_id)
    )


def _of_incident(project_id: int, which: Any) -> Any:
    one = and_(incident.c.id == which, incident.c.project_id == project_id)
    head = select(card.c.channel_id).join(incident, HEAD)
    home = select(incident.c.home_id).where(one, incident.c.home_id.is_not(None))
    return union_all(head.where(one), home)


def _of_recurrence(project_id: int, which: Any) -> Any:
    one = and_(recurrence.c.id == which, recurrence.c.project_id == project_id)
    last = select(recurrence.c.last_alert_id).where(one).scalar_subquery()
    spoken = (
        select(func.coalesce(source.c.channel_id, 0))
        .join(recurrence, recurrence.c.source_id == source.c.id)
        .where(one, recurrence.c.last_alert_id.is_(None))
    )
    return union_all(select(alert.c.channel_id).where(alert.c.id == last), spoken)


def _of_action(project_id: int, which: Any) -> Any:
    theirs = select(action_item.c.incident_id).where(
        action_item.c.id == which, action_item.c.project_id == project_id
    )
    return _of_incident(project_id, theirs.scalar_subquery())


def _of_source(project_id: int, which: Any) -> Any:
    named = source.c.name == which if isinstance(which, str) else source.c.id == which
    return select(func.coalesce(source.c.channel_id, 0)).where(
        source.c.project_id == project_id, named, source.c.removed_at.is_(None)
    )


_CHANNELS: Final[Mapping[Subject, Callable[[int, Any], Any]]] = MappingProxyType(
    {
        Subject.ALERT: _of_alert,
        Subject.GROUP: _of_group,
        Subject.INCIDENT: _of_incident,
        Subject.RECURRENCE: _of_recurrence,
        Subject.ACTION: _of_action,
        Subject.SOURCE: _of_source,
    }
)
