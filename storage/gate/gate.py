"""Gate: the last report of each service level, and who passed a block by."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select

from bot.domain.actor import Actor
from bot.domain.gate.gate import Bypass, Level
from storage.codec import micros, moment
from storage.dialect import upsert
from storage.table.gate import gate_bypass, service_level


class Gates:
    """The rows of gates."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def report(self, project_id: int, level: Level) -> None:
        """Keep it in place of the last report of this service in this environment."""
        told = {
            "latency_p95_ms": level.latency_p95_ms,
            "error_rate": level.error_rate,
            "max_latency_p95_ms": level.max_latency_p95_ms,
            "max_error_rate": level.max_error_rate,
            "at": micros(level.at),
        }
        key = {"project_id": project_id, "service": level.service, "env": level.env}
        statement = upsert(self._connection, service_level).values(**key, **told)
        self._connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=told))

    def levels(self, project_id: int, service: str, env: str) -> list[Level]:
        """The last reports; "" means any service, and reports without an environment are about each."""
        statement = select(service_level).where(service_level.c.project_id == project_id)
        if service:
            statement = statement.where(service_level.c.service == service)
        if env:
            statement = statement.where(service_level.c.env.in_([env, ""]))
        rows = self._connection.execute(statement.order_by(service_level.c.service, service_level.c.env))
        return [_level(row) for row in rows]

    def pass_by(self, project_id: int, bypass: Bypass) -> None:
        """Write down who let pass what, and why."""
        self._connection.execute(
            insert(gate_bypass).values(
                project_id=project_id,
                service=bypass.service,
                env=bypass.env,
                reason=bypass.reason,
                actor=str(bypass.actor),
                actor_name=bypass.actor.name,
                at=micros(bypass.at),
                until=micros(bypass.until),
            )
        )

    def bypass(self, project_id: int, service: str, env: str, *, now: datetime) -> Bypass | None:
        """The newest that still holds for this service in this environment."""
        row = self._connection.execute(
            select(gate_bypass)
            .where(
                gate_bypass.c.project_id == project_id,
                gate_bypass.c.until > micros(now),
                or_(gate_bypass.c.service == service, gate_bypass.c.service == ""),
                or_(gate_bypass.c.env == env, gate_bypass.c.env == ""),
            )
            .order_by(gate_bypass.c.id.desc())
            .limit(1)
        ).first()
        return None if row is None else _bypass(row)


def _level(row: Row[Any]) -> Level:
    return Level(
        service=row.service,
        env=row.env,
        latency_p95_ms=row.latency_p95_ms,
        error_rate=row.error_rate,
        max_latency_p95_ms=row.max_latency_p95_ms,
        max_error_rate=row.max_error_rate,
        at=moment(row.at),
    )


def _bypass(row: Row[Any]) -> Bypass:
    return Bypass(
        service=row.service,
        env=row.env,
        reason=row.reason,
        actor=Actor.parse(row.actor, row.actor_name),
        at=moment(row.at),
        until=moment(row.until),
    )
