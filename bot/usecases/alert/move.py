"""Move: one change of an episode by somebody, as a value, and the one way in which it is carried out.

The alert, what follows from it and the audit entry are written in one transaction.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Final

import msgspec

from bot.domain.access.people import without_secrets
from bot.domain.actor import Actor, Method
from bot.domain.alert import ring as ring_rules
from bot.domain.alert.alert import Alert, IllegalTransitionError, State, format_ref
from bot.domain.alert.alert_change import AlertChange, mark_of
from bot.domain.alert.verb import AlertVerb
from bot.domain.alert.verdict import Lane
from bot.domain.audit import Entry
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.domain.text import cut
from bot.usecases.desk import Desk
from storage.codec import encode
from storage.transaction import Transaction

MAX_NOTE: Final = 1_000
SWEEP: Final = 100


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Who does what to which alert; ``make`` is one of `bot.domain.alert.transition`.

    What ``renews`` counts anew each time, also where its actor has done it already. ``method`` is how the
    actor was known, None for how such actors usually are.
    """

    alert_id: int
    actor: Actor
    verb: AlertVerb
    make: Callable[[Alert, datetime], Alert]
    note: str = ""
    lane: Lane = Lane.PERSON
    renews: bool = False
    method: Method | None = None

    @property
    def action(self) -> str:
        """The word for it in the audit log."""
        return self.verb.name


def carry_out(
    tx: Transaction, desk: Desk, move: Move, now: datetime, *, project_id: int | None = None
) -> Alert:
    """One move inside a transaction: the alert, what follows from it, and the audit entry.

    The alert is the desk's project's, or that of ``project_id``.
    """
    project_id = desk.project.id if project_id is None else project_id
    tx.recurrences.hold_of(move.alert_id)
    alert = tx.alerts.held(project_id, move.alert_id)
    if alert is None:
        raise NotFoundError("alert", format_ref(move.alert_id))
    changed = ring_rules.advance(alert, move.make(alert, now), now)
    tx.alerts.save(changed)
    changes = (change_of(alert, changed, move),)
    desk = desk.of(project_id)
    desk.tell_rows(tx, changes, now)
    desk.tell_cards(tx, changes, now)
    tx.audit.append(project_id, entry_of(alert, changed, move, now))
    return changed


def change_of(before: Alert, after: Alert, move: Move) -> AlertChange:
    """What followers are told of a move."""
    return AlertChange(
        alert_id=after.id,
        name=after.name,
        before=mark_of(before),
        after=mark_of(after),
        actor=move.actor,
        action=move.action,
        note=move.note,
        lane=move.lane,
        moved=(before, after),
    )


def entry_of(before: Alert, after: Alert, move: Move, now: datetime) -> Entry:
    """The audit entry of a move."""
    return Entry(
        at=now,
        actor=move.actor,
        action=move.action,
        subject=f"alert:{move.alert_id}",
        before=encode(_mark(before, noted=before.note != after.note)),
        after=encode(_mark(after, noted=before.note != after.note)),
        note=move.note,
        method=move.method,
    )


def bounded(note: str) -> str:
    """A note as it is kept, without secrets.

    Raises:
        InvalidInputError: it is too long.
    """
    text = note.strip()
    if len(text) > MAX_NOTE:
        raise InvalidInputError("note", f"at most {MAX_NOTE} characters, this has {len(text)}")
    return cut(without_secrets(text), MAX_NOTE)


async def perform(desk: Desk, move: Move) -> Alert:
    """One move in a transaction of its own."""
    now = desk.clock.now()
    changed = await desk.storage.write(lambda tx: carry_out(tx, desk, move, now))
    desk.bell.ring()
    return changed


async def sweep(desk: Desk, moves: Iterable[tuple[int, Move]]) -> int:
    """Do what has come due, by project, and say how much it was; one that moved meanwhile is left alone."""
    changed, now = 0, desk.clock.now()
    for project_id, move in moves:
        try:
            await desk.storage.write(partial(carry_out, desk=desk, project_id=project_id, move=move, now=now))
        except IllegalTransitionError:
            continue
        changed += 1
    if changed:
        desk.bell.ring()
    return changed


def _mark(alert: Alert, *, noted: bool) -> dict[str, str]:
    """What an act may change; the note where it was another one."""
    mark = {
        "state": alert.state.value,
        "severity": alert.severity.value,
        "owner": str(alert.owner) if alert.owner else "",
    }
    if noted:
        mark["note"] = alert.note
    return mark | {"error": alert.last_error} if alert.state is State.FAILED else mark
