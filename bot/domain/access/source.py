"""Source: a sender that may speak to this desk."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.access.expectation import Expectation
from bot.domain.access.wake import Wakes
from bot.domain.alert.flap import DEFAULT_LIMIT, DEFAULT_WINDOW
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Policy

DEFAULT_SILENCE: Final = timedelta(minutes=30)
DEFAULT_REOPEN_WINDOW: Final = timedelta(minutes=10)
RESOLVING_PROVIDERS: Final = frozenset(
    {
        *("alertmanager", "alertmanager-api", "grafana", "opsgenie", "pagerduty", "uptime-kuma"),
        *("healthchecks", "github", "gitlab", "sns", "zabbix", "icinga2", "nagios", "netdata", "monit"),
        *("datadog", "newrelic", "betterstack", "sentry"),
    }
)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A sender: its own name, the provider whose format it speaks, and what its alerts live by.

    ``channel_id`` is None for the desk's default channel, and ``fallback_channel_id`` hears when neither
    can be written to; ``silence`` and ``reopen_window`` are None for
    the defaults (senders known to resolve get no silence at all). ``ignored_labels`` take no part in
    telling its alerts apart. ``card`` says whether alerts of one cause share a card, ``default_severity``
    what an alert is that names none, ``expected`` how often it must be heard (None: whenever it likes),
    ``wakes`` whom its alerts wake where that is not the desk's to say.
    """

    id: int
    project_id: int
    name: str
    provider: str
    channel_id: int | None = None
    fallback_channel_id: int | None = None
    silence: timedelta | None = None
    reopen_window: timedelta | None = None
    generation: int = 1
    created_at: datetime
    last_event_at: datetime | None = None
    ignored_labels: frozenset[str] = frozenset()
    card: CardShape = CardShape.AUTO
    default_severity: Severity = Severity.WARNING
    expected: Expectation | None = None
    wakes: Wakes = msgspec.field(default_factory=dict)

    def policy(
        self,
        *,
        default_silence: timedelta = DEFAULT_SILENCE,
        default_reopen_window: timedelta = DEFAULT_REOPEN_WINDOW,
        flap_limit: int = DEFAULT_LIMIT,
        flap_window: timedelta = DEFAULT_WINDOW,
    ) -> Policy:
        """The policy in force; a ``silence`` of zero means never."""
        silence = self.silence
        if silence is None:
            silence = timedelta(0) if self.provider in RESOLVING_PROVIDERS else default_silence
        return Policy(
            silence=silence or None,
            reopen_window=self.reopen_window if self.reopen_window is not None else default_reopen_window,
            flap_limit=flap_limit,
            flap_window=flap_window,
        )


class Credential(msgspec.Struct, frozen=True):
    """A digest that opens the door for ``source`` until ``expires_at`` (None: until it is rotated).

    ``secret`` is the sender's own, sealed, None when it has none.
    """

    digest: str
    generation: int
    expires_at: datetime | None
    source: Source
    secret: str | None = None
