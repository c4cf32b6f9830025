"""Registry: every sender Tocsin understands, by the name that stands in its address."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from bot.domain.alert.signal import Reading
from bot.providers.alertmanager import Alertmanager
from bot.providers.generic import Generic
from bot.providers.grafana import Grafana


class Provider(Protocol):
    """One kind of sender. ``name`` stands in ``/v1/hooks/{name}``, ``title`` is for people."""

    @property
    def name(self) -> str:
        """Lower-case, fit for an address."""
        ...

    @property
    def title(self) -> str:
        """As the sender calls itself."""
        ...

    def parse(self, payload: object) -> Reading:
        """Read decoded and redacted JSON; each alert is either a signal or rejected with its reason.

        Raises:
            InvalidInputError: the whole is not this sender's shape.
        """
        ...

    def receiver(self, url: str, token: str) -> str:
        """What to paste into the sender so that it posts to ``url`` with ``token``."""
        ...

    def example(self, now: datetime) -> dict[str, object]:
        """A small believable request about an alert that fires since ``now``."""
        ...


PROVIDERS: Final[Mapping[str, Provider]] = MappingProxyType(
    {provider.name: provider for provider in (Alertmanager(), Grafana(), Generic())}
)
