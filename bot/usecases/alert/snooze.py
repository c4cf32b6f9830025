"""Snooze: nobody is rung for an alert for a while, though it stays what it is.

It ends by itself, by a rise in severity and by a resolve; then whoever must know is rung, once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.alert import transition
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert
from bot.domain.alert.group import format_ref
from bot.domain.alert.quiet import Quiet, QuietKind
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.usecases.alert import group as groups
from bot.usecases.alert import many
from bot.usecases.alert.group import PressedGroup
from bot.usecases.alert.move import Move, carry_out, perform
from bot.usecases.desk import Desk
from storage.transaction import Transaction

LONGEST: Final = timedelta(days=7)
SWEEP: Final = 100
BY_EMOJI: Final = timedelta(minutes=30)


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

    def do_snooze(tx: Transaction) -> Alert:
        return apply(tx, desk, alert_id, actor, until, now)

    changed = await desk.storage.write(do_snooze)
    desk.bell.ring()
    return changed


def apply(
    tx: Transaction, desk: Desk, alert_id: int, actor: Actor, until: datetime | None, now: datetime
) -> Alert:
    """Snooze inside a transaction."""
    changed = carry_out(tx, desk, snoozing(alert_id, actor, until), now)
    reason = Quiet(kind=QuietKind.SNOOZE, by=actor, since=now, until=until)
    tx.quiet_reasons.put({alert_id: reason})
    return changed


async def end(desk: Desk, alert_id: int, *, actor: Actor) -> Alert:
    """End a snooze; the alert rings if nobody has it.

    Raises:
        NotFoundError: this desk does not have the alert.
        ConflictError: it is not snoozed.
    """
    return await perform(desk, ending(alert_id, actor))


async def snooze_group(desk: Desk, group_id: int, *, actor: Actor, until: datetime | None) -> PressedGroup:
    """All open alerts of a group; no bell rings: who pressed is answered first.

    Raises:
        ConflictError: none is open.
    """
    now = desk.clock.now()

    def do_snooze_group(tx: Transaction) -> PressedGroup:
        changed = apply_to(tx, desk, tx.groups.ids(group_id, groups.OPEN), actor, until, now)
        if not changed:
            raise ConflictError(f"Nothing in {format_ref(group_id)} is left to snooze.")
        return groups.pressed(tx, desk, group_id, changed, now)

    return await desk.storage.write(do_snooze_group)


async def end_group(desk: Desk, group_id: int, *, actor: Actor) -> PressedGroup:
    """All of a group that is snoozed is heard again.

    Raises:
        ConflictError: nothing is snoozed.
    """
    now = desk.clock.now()

    def do_end_group(tx: Transaction) -> PressedGroup:
        ids = tx.groups.ids(group_id, groups.OPEN)
        changed = len(many.apply(tx, desk, ids, lambda each: ending(each, actor), now))
        if not changed:
            raise ConflictError(f"Nothing in {format_ref(group_id)} is snoozed.")
        return groups.pressed(tx, desk, group_id, changed, now)

    return await desk.storage.write(do_end_group)


def by_emoji(
    tx: Transaction, desk: Desk, alert_ids: Sequence[int], actor: Actor, now: datetime, *, present: bool
) -> int:
    """For `BY_EMOJI`, never for less than now; without the emoji what its setter snoozed ends."""
    until, held = now + BY_EMOJI, tx.quiet_reasons.of(alert_ids)
    found = {
        alert_id: reason
        for alert_id, reasons in held.items()
        for reason in reasons
        if reason.kind is QuietKind.SNOOZE
    }
    if present:
        longer = {each for each, reason in found.items() if reason.until is None or reason.until > until}
        return apply_to(tx, desk, [each for each in alert_ids if each not in longer], actor, until, now)
    own = [alert_id for alert_id, reason in found.items() if str(reason.by) == str(actor)]
    return len(many.apply(tx, desk, own, lambda each: ending(each, actor), now))


def apply_to(
    tx: Transaction,
    desk: Desk,
    alert_ids: Sequence[int],
    actor: Actor,
    until: datetime | None,
    now: datetime,
) -> int:
    """Snooze those of them that are open; returns how many."""
    moved = many.apply(tx, desk, alert_ids, lambda each: snoozing(each, actor, until), now)
    reason = Quiet(kind=QuietKind.SNOOZE, by=actor, since=now, until=until)
    tx.quiet_reasons.put({each.after.id: reason for each in moved})
    return len(moved)


def snoozing(alert_id: int, actor: Actor, until: datetime | None) -> Move:
    """The move of `snooze`; whoever does it writes down the reason too."""
    return Move(
        alert_id=alert_id,
        actor=actor,
        verb=verbs.SNOOZE,
        make=lambda alert, _: transition.snooze(alert),
        note="" if until is None else f"until {until:%Y-%m-%d %H:%M} UTC",
    )


def ending(alert_id: int, actor: Actor) -> Move:
    """The move of `end`."""
    return Move(alert_id=alert_id, actor=actor, verb=verbs.WAKE, make=lambda alert, _: transition.wake(alert))


async def wake_due(desk: Desk) -> int:
    """Snoozes that are over; returns how many."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.quiet_reasons.ended(QuietKind.SNOOZE, now=now, limit=SWEEP))
    return sum([await _wake(desk, alert_id, now) for alert_id in due])


async def _wake(desk: Desk, alert_id: int, now: datetime) -> bool:
    def wake_snooze(tx: Transaction) -> bool:
        found = tx.quiet_reasons.of([alert_id]).get(alert_id, ())
        reason = next((each for each in found if each.kind is QuietKind.SNOOZE), None)
        if reason is None or reason.until is None or reason.until > now:
            return False  # somebody was faster, or snoozed it for longer
        project_id = tx.projects.of_alert(alert_id)
        try:
            carry_out(tx, desk, move, now, project_id=project_id)
        except (ConflictError, NotFoundError):
            tx.quiet_reasons.lift([(alert_id, QuietKind.SNOOZE)])
            return False
        return True

    move = ending(alert_id, actors.job(verbs.SNOOZE.name))
    woken = await desk.storage.write(wake_snooze)
    desk.bell.ring()
    return woken
