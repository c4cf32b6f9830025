"""Triage for programs: the brief of an alert, and whether it is theirs to look at it now.

Law: of any number of programs that ask within the cooldown of a signature one may; the others are told.
"""

from datetime import timedelta

import msgspec

from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert, format_ref
from bot.domain.audit import Entry
from bot.domain.errors import NotFoundError
from bot.domain.triage.brief import Brief, Once
from bot.usecases.desk import Desk
from bot.usecases.triage.brief import gather
from storage.codec import encode
from storage.transaction import Transaction


class Permission(msgspec.Struct, frozen=True):
    """``allowed`` means that it was taken; until ``cooldown`` is over nobody else is allowed."""

    allowed: bool
    cooldown: timedelta


async def brief(desk: Desk, alert_id: int) -> Brief:
    """What is known of an alert now; nothing is written.

    Raises:
        NotFoundError: this desk does not have the alert.
    """
    now = desk.clock.now()
    return await desk.storage.read(lambda tx: gather(tx, desk, _alert(tx, desk, alert_id), now))


async def permit(desk: Desk, alert_id: int, *, actor: Actor) -> Permission:
    """May I triage it? If so it is taken.

    Raises:
        NotFoundError: this desk does not have the alert.
    """
    now, rest = desk.clock.now(), desk.rules.triage.cooldown

    def permit_triage(tx: Transaction) -> Permission:
        alert = _alert(tx, desk, alert_id)
        allowed = tx.briefs.take(alert.recurrence_id, Once.ASK, now=now, rest=rest)
        if allowed:
            entry = Entry(
                at=now,
                actor=actor,
                action="triage",
                subject=f"alert:{alert_id}",
                after=encode({"outcome": "permitted"}),
            )
            tx.audit.append(desk.project.id, entry)
        return Permission(allowed, rest)

    return await desk.storage.write(permit_triage)


def _alert(tx: Transaction, desk: Desk, alert_id: int) -> Alert:
    alert = tx.alerts.get(desk.project.id, alert_id)
    if alert is None:
        raise NotFoundError("alert", format_ref(alert_id))
    return alert
