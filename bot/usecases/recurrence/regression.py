"""Regression: what was said to be mended is not.

That a recurrence came back is written by intake, with the alert that says so. Its action items are opened
again a moment later, by whichever process looks first; each once, for an open item is not found again.
"""

from datetime import datetime
from functools import partial

from msgspec.structs import replace

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.alert.alert import format_ref as alert_ref
from bot.domain.incident import action as actions
from bot.domain.recurrence.recurrence import Recurrence
from bot.usecases.desk import Desk
from bot.usecases.incident.action import held_action, write_down
from storage.transaction import Transaction


def finish(
    tx: Transaction, desk: Desk, mended: Recurrence, action_id: int | None, *, actor: Actor, now: datetime
) -> None:
    """What was meant to mend it is done: the item that is named now, and those named earlier.

    Raises:
        NotFoundError: this desk does not have the named one.
    """
    named = [] if action_id is None else [action_id]
    for each in dict.fromkeys([*named, *tx.actions.mending(mended.id)]):
        incident, before = held_action(tx, desk, each)
        after = replace(before, recurrence_id=mended.id)
        if after.done_at is None:
            after = actions.finish(after, actor, now)
        if after != before:
            tx.actions.save(after)
            write_down(tx, incident, before, after, actor, "action.finish", now, why=f"mends {mended.ref}")


async def reopen(desk: Desk) -> int:
    """Open the action items again whose recurrence came back; their owners are reminded at once."""
    now = desk.clock.now()
    disproved = await desk.storage.read(lambda tx: tx.actions.disproved(desk.project.id))
    opened = 0
    for action_id in disproved:
        opened += await desk.storage.write(partial(_reopen, desk=desk, action_id=action_id, now=now))
    return opened


def _reopen(tx: Transaction, *, desk: Desk, action_id: int, now: datetime) -> bool:
    """False when another process was faster."""
    incident, before = held_action(tx, desk, action_id)
    broken = tx.recurrences.get(desk.project.id, before.recurrence_id or 0)
    fix = None if broken is None else broken.fix
    if before.done_at is None or broken is None or fix is None or fix.regressed_alert_id is None:
        return False
    after = actions.come_back(before, fix.owner, now)
    tx.actions.save(after)
    why = f"{broken.ref} came back with {alert_ref(fix.regressed_alert_id)}"
    write_down(tx, incident, before, after, actors.job("regression"), "action.reopen", now, why=why)
    return True
