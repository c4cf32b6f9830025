"""Silence of a sender: an episode that was neither repeated nor resolved for its time to live expires.

Law: green means fixed. So what ends by silence is marked as expired until a person or its sender confirms it,
and a critical, what somebody has, what failed and what belongs to an open incident never ends so.
"""

from datetime import datetime
from functools import partial

from bot.domain.actor import SILENCE
from bot.domain.alert import transition
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import IllegalTransitionError
from bot.domain.alert.verdict import Lane
from bot.domain.errors import NotFoundError
from bot.usecases.alert.move import SWEEP, Move, carry_out
from bot.usecases.desk import Desk
from storage.codec import micros
from storage.transaction import Transaction


async def end_silent(desk: Desk) -> int:
    """End what has expired by now; returns how many."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.alerts.silent(now_us=micros(now), limit=SWEEP))
    ended = 0
    for project_id, alert_id in due:
        end = partial(_end, desk=desk, project_id=project_id, alert_id=alert_id, now=now)
        ended += await desk.storage.write(end)
    if ended:
        desk.bell.ring()
    return ended


def _end(tx: Transaction, *, desk: Desk, project_id: int, alert_id: int, now: datetime) -> bool:
    """One that was heard of, taken on or escalated meanwhile is left alone."""
    tx.recurrences.hold_of(alert_id)
    tx.alerts.held(project_id, alert_id)
    belongs = tx.links.of_alert(alert_id)
    if belongs is not None and belongs.open:
        return False
    move = Move(
        alert_id=alert_id,
        actor=SILENCE,
        verb=verbs.EXPIRE,
        make=transition.end_by_silence,
        lane=Lane.RESOLVE,
    )
    try:
        carry_out(tx, desk, move, now, project_id=project_id)
    except (IllegalTransitionError, NotFoundError):
        return False
    return True
