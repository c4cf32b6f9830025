"""Flap: what was held quiet is calm again after a window without a flap."""

from datetime import datetime
from functools import partial
from typing import Final

from bot.domain import actor as actors
from bot.domain.alert import transition
from bot.domain.alert import verb as verbs
from bot.domain.alert.verdict import Lane
from bot.domain.errors import ConflictError
from bot.usecases.alert.move import Move, carry_out
from bot.usecases.desk import Desk
from storage.codec import micros
from storage.transaction import Transaction

SWEEP: Final = 100


async def calm_down(desk: Desk) -> int:
    """Alerts whose quiet is over may call people again; returns how many."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.alerts.quiet(now_us=micros(now), limit=SWEEP))
    calmed = 0
    for project_id, alert_id in due:
        move = Move(
            alert_id=alert_id,
            actor=actors.job("flap"),
            verb=verbs.CALM,
            make=transition.calm_down,
            lane=Lane.INFO,
        )
        calm = partial(_apply, desk=desk, project_id=project_id, move=move, now=now)
        calmed += await desk.storage.write(calm)
    if calmed:
        desk.bell.ring()
    return calmed


def _apply(tx: Transaction, *, desk: Desk, project_id: int, move: Move, now: datetime) -> bool:
    """One that flaps again meanwhile is left alone."""
    try:
        carry_out(tx, desk, move, now, project_id=project_id)
    except ConflictError:
        return False
    return True
