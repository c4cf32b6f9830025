"""Ring: what a change of alerts means for whom they ring, written in the transaction that changes them.

Here calls are only planned. When they are due `bot.usecases.outbox.ring` tells them, whatever process that
is, and asks again whether they are still meant.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import msgspec

from bot.domain.alert import ring as ring_rules
from bot.domain.alert.alert import Alert
from bot.domain.alert.alert_change import AlertChange
from bot.domain.alert.quiet import QuietKind
from bot.domain.alert.ring import Ring, RingReason, RingSubject
from bot.domain.alert.signal import Severity
from bot.domain.alert.verb import VERBS
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind
from bot.usecases.desk import Desk
from storage.transaction import Transaction


def plan_calls(_: Desk, tx: Transaction, changes: Sequence[AlertChange], now: datetime) -> None:
    """Plan to ring whoever must be rung now, and lift what held these alerts quiet and is over."""
    lifted: list[tuple[int, QuietKind]] = []
    planned: list[Ring] = []
    for change in changes:
        if change.moved is not None:
            before, after = change.moved
            lifted += [(after.id, kind) for kind in before.quiet_kinds - after.quiet_kinds]
            planned += _calls_for(before, after, change.action, now)
    if lifted:
        tx.quiet_reasons.lift(lifted)
    if planned:
        tx.rings.plan(planned)


def fold_calls(_: Desk, tx: Transaction, changes: Sequence[AlertChange], now: datetime) -> None:
    """Calls of these alerts that are void now say so; after the alerts' own cards were touched."""
    moved = [change.moved for change in changes if change.moved is not None]
    fold(tx, [after.id for before, after in moved if after.run != before.run], now)


def _calls_for(before: Alert, after: Alert, action: str, now: datetime) -> Iterator[Ring]:
    if ring_rules.rings_at_once(before, after):
        reason = VERBS[action].rings
        yield first(after.project_id, after.id, after.run, reason, now)
    if after.run != before.run and after.ack_until is not None:
        ending = first(after.project_id, after.id, after.run, RingReason.ACK_ENDING, now)
        due_at = max(after.ack_until - ring_rules.NOTICE, now + (after.ack_until - now) / 2)
        yield msgspec.structs.replace(ending, due_at=due_at)


def fold(tx: Transaction, alert_ids: Collection[int], now: datetime) -> None:
    """The messages that called for these alerts have to show how that ended."""
    leads = tx.rings.leads_of(RingSubject.ALERT, alert_ids) if alert_ids else []
    tx.cards.touch(CardKind.RING, [(lead_id, Lane.RESOLVE) for lead_id in leads], now=now)


def first(project_id: int, alert_id: int, run: int, reason: RingReason, now: datetime) -> Ring:
    """The first call of a run, due at once."""
    return Ring(
        project_id=project_id,
        subject=RingSubject.ALERT,
        subject_id=alert_id,
        run=run,
        reason=reason,
        due_at=now,
        created_at=now,
    )


def repeat(desk: Desk, ring: Ring, severity: Severity, since: datetime, now: datetime) -> Ring | None:
    """The call after ``ring``, which may be told early; None when its severity is not called for again."""
    if ring.reason in ring_rules.PERSONAL:
        return None
    due_at = desk.repeats(severity).next_after(since, max(now, ring.due_at))
    if due_at is None:
        return None
    return Ring(
        project_id=ring.project_id,
        subject=ring.subject,
        subject_id=ring.subject_id,
        run=ring.run,
        reason=RingReason.UNTAKEN,
        ordinal=ring.ordinal + 1,
        due_at=due_at,
        created_at=now,
    )
