"""Registry: every sender Tocsin understands, by the name under which a source is added.

`PROVIDERS` are read at ``/v1/hooks/{name}``; `SENDERS` are these and the faces of other products.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.providers.alertmanager import Alertmanager
from bot.providers.apprise import Apprise
from bot.providers.betterstack import BetterStack
from bot.providers.bugsink import Bugsink
from bot.providers.cloudevents import CloudEvents
from bot.providers.datadog import Datadog
from bot.providers.face import FACES
from bot.providers.generic import Generic
from bot.providers.github import GitHub
from bot.providers.gitlab import GitLab
from bot.providers.gotify import Gotify
from bot.providers.grafana import Grafana
from bot.providers.healthchecks import Healthchecks
from bot.providers.icinga2 import Icinga2
from bot.providers.monit import Monit
from bot.providers.nagios import Nagios
from bot.providers.netdata import Netdata
from bot.providers.newrelic import NewRelic
from bot.providers.ntfy import Ntfy
from bot.providers.sender import Provider, Sender
from bot.providers.sentry import Sentry
from bot.providers.sns import Sns
from bot.providers.standard_webhooks import StandardWebhooks
from bot.providers.uptime_kuma import UptimeKuma
from bot.providers.zabbix import Zabbix

PROVIDERS: Final[Mapping[str, Provider]] = MappingProxyType(
    {
        provider.name: provider
        for provider in (
            Alertmanager(),
            Grafana(),
            Sentry(),
            UptimeKuma(),
            Healthchecks(),
            GitHub(),
            GitLab(),
            Sns(),
            Zabbix(),
            Icinga2(),
            Nagios(),
            Netdata(),
            Monit(),
            Datadog(),
            NewRelic(),
            BetterStack(),
            Bugsink(),
            Apprise(),
            Ntfy(),
            Gotify(),
            CloudEvents(),
            StandardWebhooks(),
            Generic(),
        )
    }
)
SENDERS: Final[Mapping[str, Sender]] = MappingProxyType({**PROVIDERS, **{face.name: face for face in FACES}})
