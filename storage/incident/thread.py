"""Threads: where the cards of an incident stand, its head and its nudges.

A head stands in a text channel, and its thread beside it; or it is the first message of a forum's post, and
stands in the post. So the head's card leads to the thread, or lives in it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from bot.domain.alert.verdict import Lane
from bot.domain.incident.nudge import NudgeKind
from bot.domain.incident.thread import ThreadStanding
from bot.domain.outbox.outbox import CardKind, ParkReason
from storage.codec import micros
from storage.kind import HEAD, card_of, is_kind
from storage.table.core import card
from storage.table.incident import IS_OPEN, incident, nudge
from storage.table.triage import brief


class IncidentThreads:
    """Changes to cards; a claim that somebody holds on one of them ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, subject_id: int, *, now: datetime, kind: CardKind = CardKind.NUDGE) -> None:
        """A new nudge, or brief, waits for the thread."""
        self._connection.execute(
            update(card)
            .where(card_of(kind, subject_id))
            .values(parked_reason=ParkReason.NO_THREAD.value, parked_at=micros(now))
        )

    def release(self, incident_id: int, channel_id: int) -> int:
        """What nobody has tried to send yet goes to this channel; the others stay, lest they come twice."""
        return self._connection.execute(
            update(card)
            .where(_messages(incident_id), card.c.posting_since.is_(None))
            .values(channel_id=channel_id, parked_reason=None, parked_at=None)
        ).rowcount

    def withdraw(self, incident_id: int, thread_id: int, channel_id: int, *, now: datetime) -> int:
        """The thread is gone: messages that nobody saw there wait for the next one."""
        return self._connection.execute(
            update(card)
            .where(_messages(incident_id), card.c.channel_id == thread_id, card.c.wanted > card.c.shown)
            .values(
                **_anew(channel_id),
                parked_reason=ParkReason.NO_THREAD.value,
                parked_at=micros(now),
            )
        ).rowcount

    def enter(self, incident_id: int, post_id: int) -> None:
        """The head is the first message of this post, and has its id."""
        self._connection.execute(
            update(card)
            .where(card_of(CardKind.INCIDENT, incident_id))
            .values(channel_id=post_id, message_id=post_id)
        )

    def leave(self, incident_id: int, post_id: int, home_id: int, *, now: datetime, again: bool) -> None:
        """The post is gone and its head with it; it is made ``again``, or nobody needs it any more."""
        self._connection.execute(
            update(card)
            .where(card_of(CardKind.INCIDENT, incident_id), card.c.channel_id == post_id)
            .values(
                **_anew(home_id),
                shown=0 if again else card.c.wanted,
                lane=Lane.PERSON.value,
                dirty_since=micros(now),
                parked_reason=None,
                parked_at=None,
            )
        )

    def standing(self, project_id: int, *, limit: int) -> list[ThreadStanding]:
        """The open incidents, the newest first."""
        statement = (
            select(
                incident.c.id,
                card.c.channel_id,
                card.c.message_id,
                incident.c.thread_id,
                incident.c.threadless,
                incident.c.project_id,
            )
            .join(card, HEAD)
            .where(incident.c.project_id == project_id, IS_OPEN)
            .order_by(incident.c.id.desc())
            .limit(limit)
        )
        return [ThreadStanding(*row) for row in self._connection.execute(statement)]


def _messages(incident_id: int) -> Any:
    """The cards that belong into its thread: nudges and briefs."""
    inside = nudge.c.kind != NudgeKind.STATUS.value
    nudges = select(nudge.c.id).where(nudge.c.incident_id == incident_id, inside)
    briefs = select(brief.c.id).where(brief.c.incident_id == incident_id)
    return or_(
        and_(is_kind(CardKind.NUDGE), card.c.subject_id.in_(nudges)),
        and_(is_kind(CardKind.BRIEF), card.c.subject_id.in_(briefs)),
    )


def _anew(channel_id: int) -> dict[str, Any]:
    """What a card begins with that is posted once more, in another place."""
    return {
        "channel_id": channel_id,
        "message_id": None,
        "generation": card.c.generation + 1,
        "nonce": None,
        "posting_since": None,
        "claimed_by": None,
        "claim_expires_at": None,
        "not_before": None,
        "failures": 0,
    }
