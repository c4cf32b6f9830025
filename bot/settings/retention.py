"""The settings of retention."""

from datetime import timedelta

from bot.domain.retention import RetentionRules
from bot.settings.section import Conflict, Section
from bot.settings.value import Duration


class RetentionSettings(Section, frozen=True, kw_only=True):
    """How long things are kept; zero is for ever. Roll-ups and the audit log are never deleted."""

    events: Duration = timedelta(days=90)
    ledger: Duration = timedelta(days=30)
    alerts: Duration = timedelta(days=400)

    def conflict(self) -> Conflict | None:
        """An event whose alert is gone would belong to nothing."""
        if self.alerts and (not self.events or self.events > self.alerts):
            return Conflict(("alerts", "events"), "must be kept at least as long as events")
        return None

    @property
    def rules(self) -> RetentionRules:
        """The settings as the use cases take them."""
        return RetentionRules(events=self.events, ledger=self.ledger, alerts=self.alerts)
