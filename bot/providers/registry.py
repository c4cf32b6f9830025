"""Registry: every sender Tocsin understands, by the name under which a source is added.

`PROVIDERS` are read at ``/v1/hooks/{name}``; `SENDERS` are these and the faces of other products.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.providers.alertmanager import Alertmanager
from bot.providers.face import FACES
from bot.providers.generic import Generic
from bot.providers.grafana import Grafana
from bot.providers.sender import Provider, Sender

__all__ = ["PROVIDERS", "SENDERS", "Provider", "Sender"]

PROVIDERS: Final[Mapping[str, Provider]] = MappingProxyType(
    {provider.name: provider for provider in (Alertmanager(), Grafana(), Generic())}
)
SENDERS: Final[Mapping[str, Sender]] = MappingProxyType({**PROVIDERS, **{face.name: face for face in FACES}})
