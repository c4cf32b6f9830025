"""End: a resolve with something open under it, which asks first and then does all of it or a part.

All that one answer does is one transaction.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import msgspec

from bot.domain.actor import Actor
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError
from bot.domain.incident.incident import Incident
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import many
from bot.usecases.desk import Desk
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident.mutation import Shown, entry_of, held, move, show
from storage.transaction import Transaction


class Ended(msgspec.Struct, frozen=True):
    """The incident as it is now, and how many alerts ended with it."""

    shown: Shown
    alerts: int


async def last_of(desk: Desk, alert_id: int) -> str:
    """The mention of the open incident whose last open alert this is; ``""`` when there is none."""

    def read_last(tx: Transaction) -> str:
        belongs = tx.links.of_alert(alert_id)
        if belongs is None or not belongs.open or tx.links.open_ids(belongs.incident_id) != [alert_id]:
            return ""
        return belongs.mention

    return await desk.storage.read(read_last)


async def open_under(desk: Desk, incident_id: int) -> tuple[Incident | None, Mapping[Severity, int]]:
    """The incident, and its open alerts, counted; a look before it is resolved."""

    def read_open_under(tx: Transaction) -> tuple[Incident | None, Mapping[Severity, int]]:
        found = (tx.alerts.get(desk.project.id, each) for each in tx.links.open_ids(incident_id))
        counts = Counter(alert.severity for alert in found if alert is not None)
        return tx.incidents.get(desk.project.id, incident_id), counts

    return await desk.storage.read(read_open_under)


async def resolve_with_alerts(desk: Desk, incident_id: int, *, actor: Actor) -> Ended:
    """The incident is over, and so are all its open alerts.

    Raises:
        NotFoundError: this desk does not have the incident.
        ConflictError: it is over already; nothing has changed.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()
    return await desk.storage.write(lambda tx: _end(tx, desk, incident_id, actor, now))


async def resolve_both(desk: Desk, alert_id: int, *, actor: Actor) -> Ended:
    """The alert is over, and the incident that it is the last open alert of.

    Raises:
        ConflictError: that has changed since it was asked; nothing was done.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()

    def do_resolve_both(tx: Transaction) -> Ended:
        belongs = tx.links.of_alert(alert_id)
        if belongs is None or not belongs.open or tx.links.open_ids(belongs.incident_id) != [alert_id]:
            raise ConflictError("Its incident has changed meanwhile, so nothing was done. Look again.")
        return _end(tx, desk, belongs.incident_id, actor, now)

    return await desk.storage.write(do_resolve_both)


def _end(tx: Transaction, desk: Desk, incident_id: int, actor: Actor, now: datetime) -> Ended:
    """Alerts first, then their incident, then the cards: the order of locks."""
    ids = tx.links.open_ids(incident_id)
    moved = many.change(tx, desk, ids, lambda each: alerts.resolving(each, actor), now)
    before = held(tx, desk, incident_id)
    step = incidents.resolve(incident_id, actor=actor)
    after = move(tx, desk, before, step, now)
    many.finish(tx, desk, moved, now)
    tx.audit.append(desk.project.id, entry_of(before, after, step, now))
    return Ended(show(tx, desk, after), len(moved))
