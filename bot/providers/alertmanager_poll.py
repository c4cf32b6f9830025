"""What an Alertmanager answers when it is asked for its alerts (``GET /api/v2/alerts``)."""

from typing import Any, Final

from bot.domain.access.poll import PolledAlert
from bot.domain.errors import InvalidInputError
from bot.providers.group import read_alert

MAX_ALERTS: Final = 10_000
PATH: Final = "/api/v2/alerts"


def read_open(payload: object) -> tuple[PolledAlert, ...]:
    """Every alert in the answer; what cannot be read is left out, for it cannot have come by webhook either.

    Raises:
        InvalidInputError: it is no list, or a longer one than can be compared.
    """
    if not isinstance(payload, list):
        raise InvalidInputError("body", "must be a list of alerts")
    if len(payload) > MAX_ALERTS:
        raise InvalidInputError("body", f"holds more than {MAX_ALERTS} alerts")
    return tuple(seen for each in payload if (seen := _read(each)) is not None)


def _read(alert: object) -> PolledAlert | None:
    if not isinstance(alert, dict):
        return None
    shaped: dict[str, Any] = {**alert, "status": "firing"}
    status = alert.get("status")
    try:
        signal = read_alert(shaped)
    except InvalidInputError:
        return None
    return PolledAlert(signal, is_active=isinstance(status, dict) and status.get("state") == "active")
