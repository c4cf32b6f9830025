"""Reactions: which emoji of which person on which message were already turned into action.

The row is what makes a reaction count once, whether it came by the gateway or was found when looking.
"""

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.domain.alert.reaction import Reaction
from storage.codec import micros
from storage.dialect import upsert
from storage.table.reaction import reaction


class ReactionRows:
    """The rows of reactions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def turn(self, which: Reaction, *, present: bool, now: datetime) -> bool:
        """Record that it is there or gone; False when that was known already."""
        if not present:
            return self._take_away(which, now)
        statement = upsert(self._connection, reaction).values(
            message_id=which.message_id,
            user_id=which.user_id,
            emoji=which.emoji,
            present=True,
            changed_at=micros(now),
        )
        changed = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["message_id", "user_id", "emoji"],
                set_={"present": True, "changed_at": micros(now)},
                where=reaction.c.present.is_(False),
            ).returning(reaction.c.message_id)
        )
        return changed.one_or_none() is not None

    def present_on(self, message_id: int) -> list[Reaction]:
        """The reactions last known to be there."""
        rows = self._connection.execute(
            select(reaction.c.user_id, reaction.c.emoji).where(
                reaction.c.message_id == message_id, reaction.c.present
            )
        )
        return [Reaction(message_id, row.user_id, row.emoji) for row in rows]

    def _take_away(self, which: Reaction, now: datetime) -> bool:
        changed = self._connection.execute(
            update(reaction)
            .where(
                reaction.c.message_id == which.message_id,
                reaction.c.user_id == which.user_id,
                reaction.c.emoji == which.emoji,
                reaction.c.present,
            )
            .values(present=False, changed_at=micros(now))
            .returning(reaction.c.message_id)
        )
        return changed.one_or_none() is not None
