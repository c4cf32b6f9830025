"""Batch: a list of alerts, of which one bad one never costs the good ones."""

from collections.abc import Callable
from typing import Final

from bot.domain.alert.signal import Reading, Rejected, Signal
from bot.domain.errors import InvalidInputError

MAX_ALERTS: Final = 20_000
"""More than fit into a body of 16 MiB with the words that rules come with."""


def read_batch(alerts: object, read: Callable[[object], Signal]) -> Reading:
    """Read each of ``alerts``; what ``read`` raises `InvalidInputError` for is rejected with that reason.

    Raises:
        InvalidInputError: ``alerts`` is no list, or longer than `MAX_ALERTS`.
    """
    if not isinstance(alerts, list):
        raise InvalidInputError("alerts", "must be a list")
    if len(alerts) > MAX_ALERTS:
        raise InvalidInputError("alerts", f"holds more than {MAX_ALERTS} alerts")
    signals: list[tuple[int, Signal]] = []
    rejected: list[Rejected] = []
    for index, alert in enumerate(alerts):
        try:
            signals.append((index, read(alert)))
        except InvalidInputError as error:
            rejected.append(Rejected(index, str(error)))
    return Reading(tuple(signals), tuple(rejected))
