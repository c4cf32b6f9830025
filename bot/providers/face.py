"""Face: APIs of other products that Tocsin answers in their stead, so that clients work unchanged."""

import json
from typing import ClassVar

from bot.providers.sender import Sender


class Face(Sender):
    """A client appends the product's own path to the address it is given."""

    def address(self, base: str, source_id: int, token: str) -> str:
        """The door itself."""
        del source_id, token
        return base


class AlertmanagerApi(Face):
    """What speaks to an Alertmanager: Prometheus, vmalert, amtool, karma."""

    name = "alertmanager-api"
    title = "Alertmanager API (Prometheus, vmalert, amtool)"
    where = "Into `prometheus.yml`; vmalert and amtool take the address and the token as well."
    language = "yaml"

    def receiver(self, url: str, token: str) -> str:
        """The part of prometheus.yml."""
        scheme, _, rest = url.partition("://")
        host, slash, prefix = rest.partition("/")
        path = f"      path_prefix: {json.dumps(slash + prefix)}\n" if prefix else ""
        return (
            "alerting:\n"
            "  alertmanagers:\n"
            f"    - scheme: {scheme}\n"
            f"{path}"
            "      authorization:\n"
            "        type: Bearer\n"
            f"        credentials: {json.dumps(token)}\n"
            "      static_configs:\n"
            f"        - targets: [{json.dumps(host)}]\n"
        )


class PagerDuty(Face):
    """What speaks PagerDuty's Events API, version 2 or 1."""

    name = "pagerduty"
    title = "PagerDuty Events API"
    where = "Wherever a program lets its PagerDuty address be changed: the token is the routing key."
    language = "yaml"
    url_token = True

    def receiver(self, url: str, token: str) -> str:
        """For Alertmanager, which lets its address be changed; others have the same two fields."""
        return (
            "receivers:\n"
            "  - name: tocsin\n"
            "    pagerduty_configs:\n"
            f"      - url: {json.dumps(url + '/v2/enqueue')}\n"
            f"        routing_key: {json.dumps(token)}\n"
        )


class Opsgenie(Face):
    """What speaks Opsgenie's Alert API."""

    name = "opsgenie"
    title = "Opsgenie Alert API"
    where = "Wherever a program lets its Opsgenie address be changed: the token is the API key."
    language = "yaml"

    def receiver(self, url: str, token: str) -> str:
        """For Alertmanager, which lets its address be changed; others have the same two fields."""
        return (
            "receivers:\n"
            "  - name: tocsin\n"
            "    opsgenie_configs:\n"
            f"      - api_url: {json.dumps(url + '/')}\n"
            f"        api_key: {json.dumps(token)}\n"
        )


class _Webhook(Face):
    """A webhook whose address is all there is: the token stands in it."""

    url_token = True
    only_url = True
    suffix: ClassVar[str] = ""

    def address(self, base: str, source_id: int, token: str) -> str:
        """As Discord writes it; its clients look for a number and a token."""
        return f"{base}/api/webhooks/{source_id}/{token}{self.suffix}"

    def receiver(self, url: str, token: str) -> str:
        """The address, and nothing else."""
        del token
        return url + "\n"


class Discord(_Webhook):
    """What posts to Discord's incoming webhooks."""

    name = "discord"
    title = "Discord webhook (whatever can post to one)"
    where = "Wherever a program asks for the address of a Discord webhook."


class Slack(_Webhook):
    """What posts to Slack's incoming webhooks."""

    name = "slack"
    title = "Slack webhook (whatever can post to one)"
    where = "Wherever a program asks for the address of a Slack webhook."
    suffix = "/slack"


FACES = (AlertmanagerApi(), PagerDuty(), Opsgenie(), Discord(), Slack())
