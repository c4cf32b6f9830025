"""Calls to the agent: the queue of runs that wait for an answer."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, or_, select, update

from bot.domain.triage.agent_request import LEASE, AgentCall
from storage.codec import micros
from storage.table.triage import agent_call

_OPEN: Final = agent_call.c.due_at.is_not(None)


class Calls:
    """The rows of agent requests; what is over stays, without a time at which it is due."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, project_id: int, run_id: int, brief_id: int, *, now: datetime) -> None:
        """To be made at once."""
        self._connection.execute(
            insert(agent_call).values(
                run_id=run_id, project_id=project_id, brief_id=brief_id, attempts=0, due_at=micros(now)
            )
        )

    def claim(self, project_id: int, *, worker: str, now: datetime) -> AgentCall | None:
        """Take the call that is due longest; the attempt counts whatever becomes of the process."""
        us = micros(now)
        candidate = (
            select(agent_call.c.run_id)
            .where(
                agent_call.c.project_id == project_id,
                _OPEN,
                agent_call.c.due_at <= us,
                or_(agent_call.c.claimed_by.is_(None), agent_call.c.claim_expires_at <= us),
            )
            .order_by(agent_call.c.due_at, agent_call.c.run_id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        row = self._connection.execute(
            update(agent_call)
            .where(agent_call.c.run_id == candidate)
            .values(
                attempts=agent_call.c.attempts + 1, claimed_by=worker, claim_expires_at=micros(now + LEASE)
            )
            .returning(agent_call.c.run_id, agent_call.c.brief_id, agent_call.c.attempts)
        ).one_or_none()
        return (
            None
            if row is None
            else AgentCall(run_id=row.run_id, request_id=row.brief_id, attempts=row.attempts)
        )

    def put_off(self, run_id: int, *, worker: str, until: datetime) -> bool:
        """Make it again at ``until``; False when the claim has gone to somebody else."""
        return self._give_back(run_id, worker, micros(until))

    def finish(self, run_id: int, *, worker: str) -> bool:
        """Finish a request; False when the claim has gone to somebody else."""
        return self._give_back(run_id, worker, None)

    def _give_back(self, run_id: int, worker: str, due_at: int | None) -> bool:
        given = self._connection.execute(
            update(agent_call)
            .where(agent_call.c.run_id == run_id, agent_call.c.claimed_by == worker)
            .values(due_at=due_at, claimed_by=None, claim_expires_at=None)
        )
        return given.rowcount > 0
