"""Noise votes: who called which recurrence noise, on which alert's card.

Law: a recurrence has one vote of a person, however many of its cards bear that person's thumb, and as long as
one of them does.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from bot.domain.actor import Actor
from storage.codec import micros
from storage.dialect import upsert
from storage.table.recurrence import noise_vote, recurrence


class NoiseVotes:
    """The rows of noise votes, and the count on the recurrence."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def cast(self, recurrence_id: int, alert_id: int, voter: Actor, *, now: datetime) -> int:
        """Set a thumb; returns how many people have voted."""
        statement = upsert(self._connection, noise_vote).values(
            recurrence_id=recurrence_id,
            voter=str(voter),
            alert_id=alert_id,
            voter_name=voter.name,
            voted_at=micros(now),
        )
        self._connection.execute(statement.on_conflict_do_nothing())
        return self._recount(recurrence_id)

    def take_back(self, recurrence_id: int, alert_id: int, voter: Actor) -> int:
        """Remove a thumb; returns how many people have voted."""
        self._connection.execute(
            delete(noise_vote).where(
                noise_vote.c.recurrence_id == recurrence_id,
                noise_vote.c.voter == str(voter),
                noise_vote.c.alert_id == alert_id,
            )
        )
        return self._recount(recurrence_id)

    def voters(self, recurrence_id: int, *, limit: int) -> list[str]:
        """The names of some who voted."""
        return list(
            self._connection.execute(
                select(func.max(noise_vote.c.voter_name))
                .where(noise_vote.c.recurrence_id == recurrence_id)
                .group_by(noise_vote.c.voter)
                .order_by(func.min(noise_vote.c.voted_at))
                .limit(limit)
            ).scalars()
        )

    def _recount(self, recurrence_id: int) -> int:
        people = select(func.count(noise_vote.c.voter.distinct())).where(
            noise_vote.c.recurrence_id == recurrence_id
        )
        counted: int = self._connection.execute(
            update(recurrence)
            .where(recurrence.c.id == recurrence_id)
            .values(noise_votes=people.scalar_subquery())
            .returning(recurrence.c.noise_votes)
        ).scalar_one()
        return counted
