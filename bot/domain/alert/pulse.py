"""Pulse: a signal that only says that its sender is alive, such as the Watchdog of kube-prometheus.

Whatever has the label ``tocsin_pulse`` with the value ``true`` is one too.
It opens no alert and has no card; that it does not come is what somebody may want to hear about
(`bot.domain.access.expectation`).
"""

from typing import Final

from bot.domain.alert.signal import Signal

NAMES: Final = frozenset({"Watchdog", "DeadMansSwitch", "DeadManSwitch"})
LABEL: Final = "tocsin_pulse"
PULSE: Final = "pulse"
"""What the sender is told of the state of such an alert."""


def is_pulse(signal: Signal) -> bool:
    """Whether the signal is one: by a name that Prometheus' own rules use, or by a label."""
    return signal.name in NAMES or signal.labels.get(LABEL, "").lower() in {"true", "1", "yes"}
