"""Expiry: an alert whose sender said until when it fires, and sent no more, is over then.

Law: each expiry is used once: its row is taken in the same transaction that resolves the alert. A repeat that
comes before it moves the row on, and then nothing ends.
"""

from datetime import datetime
from functools import partial
from typing import Final

from bot.domain import actor as actors
from bot.domain.actor import Method
from bot.domain.alert.alert import IllegalTransitionError
from bot.domain.alert.verdict import Lane
from bot.domain.errors import NotFoundError
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert.move import Move, carry_out
from bot.usecases.desk import Desk
from storage.transaction import Transaction

SWEEP: Final = 200
SAID: Final = "its endsAt passed and it was not sent again"


async def end_expired(desk: Desk) -> int:
    """Resolve the alerts whose time has come; returns how many."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.expiries.due(now=now, limit=SWEEP))
    ended = 0
    for alert_id in due:
        ended += await desk.storage.write(partial(_end, desk=desk, alert_id=alert_id, now=now))
    if ended:
        desk.bell.ring()
    return ended


def _end(tx: Transaction, *, desk: Desk, alert_id: int, now: datetime) -> bool:
    """One that was sent again, or resolved, meanwhile is left alone."""
    if not tx.expiries.take_due(alert_id, now=now):
        return False
    project_id = tx.projects.of_alert(alert_id)
    alert = None if project_id is None else tx.alerts.get(project_id, alert_id)
    if alert is None:
        return False
    name = tx.sources.names({alert.source_id}).get(alert.source_id, "")
    move = alerts.resolving(alert_id, actors.source(name))
    try:
        carry_out(tx, desk, _said(move), now, project_id=alert.project_id)
    except (IllegalTransitionError, NotFoundError):
        return False
    return True


def _said(move: Move) -> Move:
    """In the words of the history."""
    return Move(
        alert_id=move.alert_id,
        actor=move.actor,
        verb=move.verb,
        make=move.make,
        note=SAID,
        lane=Lane.RESOLVE,
        method=Method.JOB,
    )
