"""Settlement: what the beginning, the change and the end of a silence mean for the alerts that are open.

Law: afterwards each open alert has the reason *silence* if and only if an active silence fits it. Where that
was the last reason the alert is loud again, and rings once: the edge is taken in the transaction that lifts
it.

Theory: alerts are looked through outside of a writing transaction and changed by some hundreds, each looked
at again. A silence counts as settled only when nothing is left to change; after a crash it is all done again,
which changes nothing twice.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

from msgspec.structs import replace

from bot.domain import actor as actors
from bot.domain.actor import Method
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert
from bot.domain.alert.quiet import Quiet, QuietKind
from bot.domain.alert.verdict import Lane
from bot.domain.errors import NotFoundError
from bot.domain.silence.silence import Phase, Silence, labels_of
from bot.usecases.alert.move import MAX_NOTE, Move, carry_out
from bot.usecases.desk import Desk
from bot.usecases.intake.silencing import reason_of
from storage.transaction import Transaction

SWEEP: Final = 50  # silences in a round
CHUNK: Final = 200  # alerts in a transaction


async def settle(desk: Desk) -> int:
    """Let open alerts know of silences that began, changed or ended; returns how many alerts changed."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.silences.to_settle(desk.project.id, now=now, limit=SWEEP))
    changed = 0
    for each in due:
        changed += await _settle_one(desk, each, now)
    if changed:
        desk.bell.ring()
    return changed


async def _settle_one(desk: Desk, silence: Silence, now: datetime) -> int:
    concerned = await desk.storage.read(lambda tx: _concerned(tx, desk, silence, now))
    changed = 0
    for start in range(0, len(concerned), CHUNK):
        chunk = concerned[start : start + CHUNK]
        work = partial(_apply, desk=desk, alert_ids=chunk, silence=silence, now=now)
        changed += await desk.storage.write(work)

    def conclude(tx: Transaction) -> None:
        held = tx.silences.held(desk.project.id, silence.id)
        if held is None or held.updated_at != silence.updated_at:
            return  # somebody changed it meanwhile: it is settled anew
        if silence.phase(now) is Phase.EXPIRED:
            tx.silences.end(silence.number, now=now)
        else:
            tx.silences.begin(silence.number, now=now)

    await desk.storage.write(conclude)
    return changed


def _concerned(tx: Transaction, desk: Desk, silence: Silence, now: datetime) -> list[int]:
    """The open alerts that have to change because of this silence."""
    active = tx.silences.active(desk.project.id, now=now)
    found = [
        each for each in tx.silenceable.open(desk.project.id) if silence.fits(each.source_id, each.labels)
    ]
    reasons = tx.quiet_reasons.of([each.alert_id for each in found if each.held])
    due = []
    for each in found:
        wanted = _wanted(active, each.source_id, each.labels, now)
        if not _agrees(_silence_in(reasons.get(each.alert_id, ())), wanted):
            due.append(each.alert_id)
    return due


def _apply(tx: Transaction, *, desk: Desk, alert_ids: Iterable[int], silence: Silence, now: datetime) -> int:
    active = tx.silences.active(desk.project.id, now=now)
    changed = 0
    for alert_id in alert_ids:
        alert = tx.alerts.get(desk.project.id, alert_id)
        if alert is None or not alert.state.open:
            continue
        wanted = _wanted(active, alert.source_id, _labels(alert), now)
        is_held = QuietKind.SILENCE in alert.quiet_kinds
        if wanted is not None:
            tx.quiet_reasons.put({alert_id: wanted})
        if is_held is (wanted is not None):
            tx.cards.touch_alerts([(alert_id, Lane.INFO)], now=now)
        else:
            changed += _move(tx, desk, alert_id, silence, held=wanted is not None, now=now)
    return changed


def _move(tx: Transaction, desk: Desk, alert_id: int, silence: Silence, *, held: bool, now: datetime) -> bool:
    if held:
        move = Move(
            alert_id=alert_id,
            actor=silence.actor,
            method=Method.JOB,  # in the name of whoever made the silence
            verb=verbs.SILENCE,
            make=lambda alert, _: replace(alert, quiet_kinds=alert.quiet_kinds | {QuietKind.SILENCE}),
            note=silence.comment[:MAX_NOTE],
            lane=Lane.INFO,
        )
    else:
        move = Move(
            alert_id=alert_id,
            actor=actors.job("silence"),
            verb=verbs.UNSILENCE,
            make=lambda alert, _: replace(alert, quiet_kinds=alert.quiet_kinds - {QuietKind.SILENCE}),
            note=silence.ref,
            lane=Lane.WARNING,
        )
    try:
        carry_out(tx, desk, move, now)
    except NotFoundError:
        return False
    return True


def _wanted(active: Iterable[Silence], source_id: int, labels: dict[str, str], now: datetime) -> Quiet | None:
    fitting = [each for each in active if each.fits(source_id, labels)]
    return reason_of(fitting, now) if fitting else None


def _silence_in(reasons: Iterable[Quiet]) -> Quiet | None:
    return next((each for each in reasons if each.kind is QuietKind.SILENCE), None)


def _agrees(held: Quiet | None, wanted: Quiet | None) -> bool:
    if held is None or wanted is None:
        return held is wanted
    return held.until == wanted.until


def _labels(alert: Alert) -> dict[str, str]:
    return labels_of(
        alert.name,
        alert.severity.value,
        namespace=alert.namespace,
        service=alert.service,
        target=alert.target,
        labels=alert.labels,
    )
