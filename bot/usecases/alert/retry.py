"""Retry: what was tried and did not work is tried again later, up to a limit, and then waits for a person.

Law: an alert that was given up comes back by itself at most ``Rules.max_attempts`` - 1 times in a row;
whoever asks for a retry by hand lets the count begin anew.
"""

from datetime import datetime, timedelta
from typing import Final

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.alert import transition
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert
from bot.domain.text import cut
from bot.usecases.alert.move import SWEEP, Move, bounded, perform, sweep
from bot.usecases.desk import Desk
from storage.codec import micros

MAX_ERROR: Final = 1_000


async def fail(
    desk: Desk,
    alert_id: int,
    *,
    actor: Actor,
    note: str = "",
    error: str = "",
    retry_after: timedelta | None = None,
) -> Alert:
    """The owner of a claim gives up, with a reason (`ConflictError` for anybody else)."""
    return await perform(
        desk,
        failing(
            alert_id,
            actor,
            bounded(note),
            error=error,
            retry_after=retry_after,
            max_attempts=desk.rules.max_attempts,
        ),
    )


async def retry(desk: Desk, alert_id: int, *, actor: Actor) -> Alert:
    """A failed alert is new again."""
    return await perform(desk, retrying(alert_id, actor))


async def retry_due(desk: Desk) -> int:
    """What failed and is to be tried again now is new again; returns how many."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.alerts.retries_due(now_us=micros(now), limit=SWEEP))
    return await sweep(desk, ((project_id, coming_due(alert_id)) for project_id, alert_id in due))


def failing(
    alert_id: int,
    actor: Actor,
    note: str = "",
    *,
    error: str = "",
    retry_after: timedelta | None = None,
    max_attempts: int,
) -> Move:
    """The move of `fail`; without ``retry_after``, or after the last attempt, it waits for somebody."""
    reason = cut(error.strip(), MAX_ERROR)

    def make(alert: Alert, now: datetime) -> Alert:
        is_last = alert.attempts + 1 >= max_attempts
        retry_at = None if retry_after is None or is_last else now + retry_after
        return transition.fail(alert, actor, note, error=reason, retry_at=retry_at)

    return Move(alert_id=alert_id, actor=actor, verb=verbs.FAIL, make=make, note=note)


def retrying(alert_id: int, actor: Actor) -> Move:
    """The move of `retry`."""
    return Move(
        alert_id=alert_id,
        actor=actor,
        verb=verbs.RETRY,
        make=lambda alert, _: transition.retry(alert),
    )


def coming_due(alert_id: int) -> Move:
    """The move of `retry_due`."""
    return Move(
        alert_id=alert_id,
        actor=actors.job("retry"),
        verb=verbs.RETRY,
        make=transition.retry_due,
    )
