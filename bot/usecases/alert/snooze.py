"""Snooze: nobody is rung for an alert for a while, though it stays what it is.

It ends by itself, by a rise in severity and by a resolve; then whoever must know is rung, once.
"""

from datetime import datetime, timedelta
from typing import Final

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.alert import transition
from bot.domain.alert.alert import Alert
from bot.domain.alert.quiet import Quiet, QuietKind
from bot.domain.errors import ConflictError, InvalidInputError
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert.lifecycle import Move
from bot.usecases.desk import Desk
from storage.transaction import Transaction

LONGEST: Final = timedelta(days=7)
SNOOZE: Final = "snooze"
OVER: Final = "snooze_over"
SWEEP: Final = 100


async def snooze(desk: Desk, alert_id: int, *, actor: Actor, until: datetime | None) -> Alert:
    """Nobody is rung ``until`` then, or (None) until it gets worse or is over.

    Raises:
        NotFoundError: this desk does not have the alert.
        ConflictError: it is over.
        InvalidInputError: that is over already, or longer than `LONGEST` away.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()
    if until is not None and not now < until <= now + LONGEST:
        raise InvalidInputError("for", f"a snooze ends within {LONGEST.days} days")

    def work(tx: Transaction) -> Alert:
        return apply(tx, desk, alert_id, actor, until, now)

    changed = await desk.storage.write(work)
    desk.bell.ring()
    return changed


def apply(
    tx: Transaction, desk: Desk, alert_id: int, actor: Actor, until: datetime | None, now: datetime
) -> Alert:
    """The same inside a transaction."""
    move = Move(
        alert_id=alert_id,
        actor=actor,
        action=SNOOZE,
        make=lambda alert, _: transition.snooze(alert),
        note="" if until is None else f"until {until:%Y-%m-%d %H:%M} UTC",
    )
    changed = alerts.apply(tx, desk.project.id, move, now)
    reason = Quiet(kind=QuietKind.SNOOZE, by=actor, since=now, until=until)
    tx.quiet_reasons.put({alert_id: reason})
    return changed


async def wake_due(desk: Desk) -> int:
    """Snoozes that are over; returns how many."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.quiet_reasons.ended(QuietKind.SNOOZE, now=now, limit=SWEEP))
    return sum([await _wake(desk, alert_id, now) for alert_id in due])


async def _wake(desk: Desk, alert_id: int, now: datetime) -> bool:
    def work(tx: Transaction) -> bool:
        found = tx.quiet_reasons.of([alert_id]).get(alert_id, ())
        reason = next((each for each in found if each.kind is QuietKind.SNOOZE), None)
        if reason is None or reason.until is None or reason.until > now:
            return False  # somebody was faster, or snoozed it for longer
        try:
            alerts.apply(tx, desk.project.id, move, now)
        except ConflictError:
            tx.quiet_reasons.lift([(alert_id, QuietKind.SNOOZE)])
            return False
        return True

    move = Move(
        alert_id=alert_id,
        actor=actors.job(SNOOZE),
        action=OVER,
        make=lambda alert, _: transition.wake(alert),
    )
    woken = await desk.storage.write(work)
    desk.bell.ring()
    return woken
