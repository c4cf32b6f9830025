"""AlertChange: one change of one alert, as whatever follows from it is told: before, after, who, why."""

import msgspec

from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane


class AlertMark(msgspec.Struct, frozen=True, gc=False):
    """What an alert is at a moment."""

    state: State
    severity: Severity


class AlertChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """``action`` is that of a move, or the verdict on a signal; ``before`` is None where the alert began.

    ``moved`` is the whole alert before and after what a person, a program or time did, ``lane`` how urgent
    its card is then. Intake holds no whole alerts: None where a sender's signal changed it.
    """

    alert_id: int
    name: str
    before: AlertMark | None
    after: AlertMark
    actor: Actor
    action: str
    note: str = ""
    moved: tuple[Alert, Alert] | None = None
    lane: Lane = Lane.PERSON


def mark_of(alert: Alert) -> AlertMark:
    """What an alert is now."""
    return AlertMark(alert.state, alert.severity)
