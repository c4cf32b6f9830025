"""Ack: an acknowledgement that was given for a time ends with it; then people are rung as for any other."""

from typing import Final

from bot.domain import actor as actors
from bot.domain.alert import transition
from bot.domain.alert import verb as verbs
from bot.domain.alert.verdict import Lane
from bot.usecases.alert.move import Move, sweep
from bot.usecases.desk import Desk

SWEEP: Final = 100


async def end_due(desk: Desk) -> int:
    """Acknowledgements whose time is over; returns how many."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.alerts.acks_over(desk.project.id, now=now, limit=SWEEP))
    moves = [
        Move(
            alert_id=alert_id,
            actor=actors.job("ack"),
            verb=verbs.ACK_OVER,
            make=transition.end_ack,
            lane=Lane.RESOLVE,  # nobody takes it up: what a board holds gets no card by that
        )
        for alert_id in due
    ]
    return await sweep(desk, ((desk.project.id, move) for move in moves))
