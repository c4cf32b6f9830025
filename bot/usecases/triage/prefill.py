"""Prefill: what is known beforehand of an incident about an alert."""

import msgspec

from bot.domain.alert.alert import Alert
from bot.domain.alert.alert import format_ref as format_alert
from bot.domain.errors import NotFoundError
from bot.domain.incident.incident import DEFAULTS, UNASKED, IncidentLevel, ceiling
from bot.domain.text import cut, one_line
from bot.usecases.desk import Desk
from bot.usecases.incident.mutation import MAX_TITLE
from storage.transaction import Transaction


class Prefill(msgspec.Struct, frozen=True, kw_only=True):
    """What a form to open an incident begins with; ``belongs_to`` mentions the open one it belongs to."""

    alert: Alert
    title: str
    severity: IncidentLevel
    cap: IncidentLevel
    belongs_to: str = ""


async def prefill(desk: Desk, alert_id: int) -> Prefill:
    """What is known beforehand of an incident about this alert.

    Raises:
        NotFoundError: this desk does not have the alert.
    """

    def read_prefill(tx: Transaction) -> Prefill:
        alert = tx.alerts.get(desk.project.id, alert_id)
        if alert is None:
            raise NotFoundError("alert", format_alert(alert_id))
        belongs = tx.links.of_alert(alert_id)
        cap = ceiling([alert.severity], desk.rules.incidents.caps)
        return Prefill(
            alert=alert,
            title=title_of(alert),
            severity=usual(alert, cap),
            cap=cap,
            belongs_to=belongs.mention if belongs is not None and belongs.open else "",
        )

    return await desk.storage.read(read_prefill)


def title_of(alert: Alert) -> str:
    """``HighErrorRate · checkout``."""
    return cut(one_line(f"{alert.name} · {alert.service}" if alert.service else alert.name), MAX_TITLE)


def usual(alert: Alert | None, cap: IncidentLevel) -> IncidentLevel:
    """The severity when nobody said one, within the cap."""
    wanted = UNASKED if alert is None else DEFAULTS[alert.severity]
    return max(wanted, cap, key=lambda level: level.rank)
