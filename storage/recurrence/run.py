"""Runs: what programs did, as they told it themselves."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from bot.domain.recurrence.run import Run, RunState
from storage.codec import micros, micros_or_none, moment, moment_or_none
from storage.dialect import is_one_of, upsert
from storage.table.recurrence import run


class Runs:
    """The rows of runs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keyed(self, project_id: int, agent: str, key: str) -> Run | None:
        """The run that ``agent`` calls ``key``, held until the commit."""
        row = self._connection.execute(
            select(run)
            .where(run.c.project_id == project_id, run.c.agent == agent, run.c.key == key)
            .with_for_update()
        ).one_or_none()
        return None if row is None else _read(row)

    def get(self, run_id: int) -> Run | None:
        """One run."""
        row = self._connection.execute(select(run).where(run.c.id == run_id)).one_or_none()
        return None if row is None else _read(row)

    def held(self, run_id: int) -> Run | None:
        """One run that nobody else moves until the commit."""
        row = self._connection.execute(select(run).where(run.c.id == run_id).with_for_update()).one_or_none()
        return None if row is None else _read(row)

    def add(self, new: Run) -> Run | None:
        """Insert; the id that comes back is the real one. None when a run of that name is there already."""
        statement = upsert(self._connection, run).values(**_columns(new)).on_conflict_do_nothing()
        row = self._connection.execute(statement.returning(run)).one_or_none()
        return None if row is None else _read(row)

    def save(self, changed: Run) -> None:
        """Write what a report changes."""
        self._connection.execute(update(run).where(run.c.id == changed.id).values(**_columns(changed)))

    def of_recurrence(self, recurrence_id: int, *, limit: int) -> list[Run]:
        """The newest runs about one recurrence, newest first."""
        rows = self._connection.execute(
            select(run).where(run.c.recurrence_id == recurrence_id).order_by(run.c.id.desc()).limit(limit)
        )
        return [_read(row) for row in rows]

    def of_alert(self, alert_id: int, *, limit: int) -> list[Run]:
        """The newest runs about one alert, newest first."""
        rows = self._connection.execute(
            select(run).where(run.c.alert_id == alert_id).order_by(run.c.id.desc()).limit(limit)
        )
        return [_read(row) for row in rows]

    def page(
        self,
        project_id: int,
        *,
        before: int | None,
        limit: int,
        states: Iterable[RunState] = (),
        agent: str = "",
        alert_id: int | None = None,
    ) -> list[Run]:
        """Newest first, from the one before the run ``before`` on."""
        statement = select(run).where(run.c.project_id == project_id).order_by(run.c.id.desc()).limit(limit)
        wanted = [state.value for state in states]
        if wanted:
            statement = statement.where(run.c.state.in_(wanted))
        if agent:
            statement = statement.where(run.c.agent == agent)
        if alert_id is not None:
            statement = statement.where(run.c.alert_id == alert_id)
        if before is not None:
            statement = statement.where(run.c.id < before)
        return [_read(row) for row in self._connection.execute(statement)]

    def counts(self, recurrence_ids: Iterable[int]) -> dict[int, dict[RunState, int]]:
        """How many runs are in which state, by recurrence; states without any are left out."""
        rows = self._connection.execute(
            select(run.c.recurrence_id, run.c.state, func.count())
            .where(is_one_of(self._connection, run.c.recurrence_id, recurrence_ids))
            .group_by(run.c.recurrence_id, run.c.state)
        )
        found: dict[int, dict[RunState, int]] = {}
        for recurrence_id, state, count in rows:
            found.setdefault(recurrence_id, {})[RunState(state)] = count
        return found

    def totals(self, project_id: int) -> dict[RunState, int]:
        """How many runs of a project are in which state."""
        rows = self._connection.execute(
            select(run.c.state, func.count()).where(run.c.project_id == project_id).group_by(run.c.state)
        )
        return {RunState(state): count for state, count in rows}

    def newest(self, recurrence_ids: Iterable[int]) -> dict[int, Run]:
        """The newest run about each recurrence that has any."""
        newest = (
            select(func.max(run.c.id))
            .where(is_one_of(self._connection, run.c.recurrence_id, recurrence_ids))
            .group_by(run.c.recurrence_id)
        )
        rows = self._connection.execute(select(run).where(run.c.id.in_(newest)))
        return {row.recurrence_id: _read(row) for row in rows}


def _columns(value: Run) -> dict[str, Any]:
    return {
        "project_id": value.project_id,
        "agent": value.agent,
        "key": value.key,
        "state": value.state.value,
        "queued_at": micros(value.queued_at),
        "started_at": micros_or_none(value.started_at),
        "ended_at": micros_or_none(value.ended_at),
        "output": value.output,
        "event_id": value.event_id,
        "alert_id": value.alert_id,
        "recurrence_id": value.recurrence_id,
        "incident_id": value.incident_id,
    }


def _read(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        project_id=row.project_id,
        agent=row.agent,
        key=row.key,
        state=RunState(row.state),
        queued_at=moment(row.queued_at),
        started_at=moment_or_none(row.started_at),
        ended_at=moment_or_none(row.ended_at),
        output=row.output,
        event_id=row.event_id,
        alert_id=row.alert_id,
        recurrence_id=row.recurrence_id,
        incident_id=row.incident_id,
    )
