"""What Opsgenie's clients are shown: alerts, and what became of a request."""

import hmac
import uuid
from datetime import UTC, datetime
from typing import Any, Final

from bot.domain.access.source import Source
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.quiet import QuietKind
from bot.providers.opsgenie import priority_of
from bot.usecases.desk import Desk

SAID: Final = {
    "create": "Created alert",
    "close": "Closed alert",
    "acknowledge": "Acknowledged alert",
    "unacknowledge": "Unacknowledged alert",
    "notes": "Added note",
    "snooze": "Snoozed alert",
    "update": "Updated alert",
    "delete": "Deleted alert",
}
_ACTIONS: Final = tuple(SAID)
_MAC_BYTES: Final = 8


class Tickets:
    """Request ids that say themselves what came of the request."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def issue(self, action: str, number: int) -> str:
        """The id of a request of this kind about the alert with this number, 0 for one that is not there."""
        told = bytes([_ACTIONS.index(action)]) + number.to_bytes(7)
        return str(uuid.UUID(bytes=told + self._mac(told)))

    def read(self, ticket: str) -> tuple[str, int] | None:
        """What `issue` wrote; None for anything else."""
        try:
            found = uuid.UUID(ticket).bytes
        except ValueError:
            return None
        told, mac = found[:_MAC_BYTES], found[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(told)) or told[0] >= len(_ACTIONS):
            return None
        return _ACTIONS[told[0]], int.from_bytes(told[1:])

    def _mac(self, told: bytes) -> bytes:
        return hmac.digest(self._desk.signing_key, b"opsgenie:" + told, "sha256")[:_MAC_BYTES]


def show(alert: Alert, source: Source) -> dict[str, Any]:
    """An alert as Opsgenie shows it."""
    is_acked = alert.state is State.ACKED
    return {
        "id": alert.ref,
        "tinyId": str(alert.id),
        "alias": alias_of(alert),
        "message": alert.name,
        "description": alert.description,
        "status": "open" if alert.state.open else "closed",
        "acknowledged": is_acked,
        "isSeen": alert.owner is not None,
        "snoozed": QuietKind.SILENCE in alert.quiet_kinds,
        "count": alert.occurrences,
        "priority": priority_of(alert),
        "source": alert.labels.get("source", source.name),
        "owner": alert.owner.name if alert.owner and is_acked else "",
        "entity": alert.labels.get("entity", alert.target),
        "tags": [each for each in alert.labels.get("tags", "").split(", ") if each],
        "details": {
            name: text
            for name, text in alert.labels.items()
            if name not in {"alias", "tags", "entity", "source"}
        },
        "createdAt": write_time(alert.opened_at),
        "updatedAt": write_time(alert.last_seen_at),
        "lastOccurredAt": write_time(alert.last_seen_at),
        "integration": {"id": source.name, "name": source.name, "type": "API"},
    }


def alias_of(alert: Alert) -> str:
    """The alias its sender gave it, else its name here."""
    return alert.labels.get("alias", alert.ref)


def write_time(at: datetime) -> str:
    """To the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
