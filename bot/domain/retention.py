"""Retention: how long things are kept; roll-ups and the audit log are kept for ever."""

from datetime import timedelta

import msgspec


class RetentionRules(msgspec.Struct, frozen=True, kw_only=True):
    """Zero is for ever. ``alerts`` counts from their end, the others from when it happened."""

    events: timedelta = timedelta(days=90)
    ledger: timedelta = timedelta(days=30)
    alerts: timedelta = timedelta(days=400)


class Outdated(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows are past their time, or went."""

    events: int = 0
    envelopes: int = 0
    alerts: int = 0
    ledger: int = 0

    def with_more(self, more: "Outdated") -> "Outdated":
        """Both together."""
        return Outdated(
            events=self.events + more.events,
            envelopes=self.envelopes + more.envelopes,
            alerts=self.alerts + more.alerts,
            ledger=self.ledger + more.ledger,
        )

    @property
    def total(self) -> int:
        """All of them."""
        return self.events + self.envelopes + self.alerts + self.ledger
