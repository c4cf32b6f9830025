"""Face: APIs of other products that Tocsin answers in their stead, so that clients work unchanged."""

import json
from datetime import datetime, timedelta
from typing import ClassVar

from bot.providers.sender import Sender


class FaceSender(Sender):
    """A client appends the product's own path to the address it is given; ``path`` is that of a new alert."""

    path: ClassVar[str] = ""

    def address(self, base: str, source_id: int, token: str) -> str:
        """The address of the HTTP server: clients append a path."""
        del source_id, token
        return base

    def endpoint(self, address: str) -> str:
        """The address with the path, unless it is there already."""
        plain = address.rstrip("/")
        return plain if plain.endswith(self.path) else plain + self.path


class AlertmanagerApi(FaceSender):
    """What speaks to an Alertmanager: Prometheus, vmalert, amtool, karma."""

    name = "alertmanager-api"
    title = "Alertmanager API (Prometheus, vmalert, amtool)"
    path = "/api/v2/alerts"
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

    def example(self, now: datetime) -> object:
        """A push of one alert that fires for five minutes."""
        return _push(now, now + timedelta(minutes=5))

    def recovery(self, now: datetime) -> object:
        """The example, resolved."""
        return _push(now - timedelta(minutes=1), now)


class PagerDuty(FaceSender):
    """What speaks PagerDuty's Events API, version 2 or 1."""

    name = "pagerduty"
    title = "PagerDuty Events API"
    path = "/v2/enqueue"
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

    def with_key(self, body: object, token: str) -> object:
        """The token is the routing key."""
        return {**body, "routing_key": token} if isinstance(body, dict) else body

    def example(self, now: datetime) -> object:
        """A trigger."""
        return {
            "event_action": "trigger",
            "dedup_key": "db-primary/replication",
            "payload": {
                "summary": "Replication of db-primary is 400 s behind",
                "source": "db-primary",
                "severity": "critical",
                "component": "postgres",
                "timestamp": now.isoformat(),
            },
            "links": [{"href": "https://runbooks.example.org/replication", "text": "Runbook"}],
        }

    def recovery(self, now: datetime) -> object:
        """The example's resolve."""
        del now
        return {"event_action": "resolve", "dedup_key": "db-primary/replication"}


class Opsgenie(FaceSender):
    """What speaks Opsgenie's Alert API."""

    name = "opsgenie"
    title = "Opsgenie Alert API"
    path = "/v2/alerts"
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

    def example(self, now: datetime) -> object:
        """A new alert; its end is asked for at an address of its own."""
        del now
        return {
            "message": "Disk /srv on nas-01 is 92% full",
            "alias": "disk/nas-01",
            "priority": "P2",
            "entity": "nas-01",
            "tags": ["disk"],
            "details": {"runbook": "https://runbooks.example.org/disk"},
        }


class _Webhook(FaceSender):
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

    def endpoint(self, address: str) -> str:
        """The address itself."""
        return address


class Discord(_Webhook):
    """What posts to Discord's incoming webhooks."""

    name = "discord"
    title = "Discord webhook (whatever can post to one)"
    where = "Wherever a program asks for the address of a Discord webhook."

    def example(self, now: datetime) -> object:
        """An embed in red."""
        return _embed(now, "PROBLEM", 15_158_332)

    def recovery(self, now: datetime) -> object:
        """The example in green."""
        return _embed(now, "OK", 3_066_993)


class Slack(_Webhook):
    """What posts to Slack's incoming webhooks."""

    name = "slack"
    title = "Slack webhook (whatever can post to one)"
    where = "Wherever a program asks for the address of a Slack webhook."
    suffix = "/slack"

    def example(self, now: datetime) -> object:
        """An attachment in red."""
        del now
        return _attachment("PROBLEM", "danger")

    def recovery(self, now: datetime) -> object:
        """The example in green."""
        del now
        return _attachment("RESOLVED", "good")


def _push(starts_at: datetime, ends_at: datetime) -> object:
    return [
        {
            "labels": {"alertname": "HighErrorRate", "severity": "critical", "service": "cart"},
            "annotations": {"summary": "cart error ratio is 9%"},
            "startsAt": starts_at.isoformat(),
            "endsAt": ends_at.isoformat(),
            "generatorURL": "http://prometheus.example.org:9090/graph?g0.expr=cart_error_ratio",
        }
    ]


def _embed(now: datetime, word: str, colour: int) -> object:
    fields = [{"name": "Host", "value": "nas-01", "inline": True}]
    about = {"title": f"{word}: High CPU on nas-01", "color": colour, "timestamp": now.isoformat()}
    return {"username": "Monitoring", "embeds": [{**about, "fields": fields}]}


def _attachment(word: str, colour: str) -> object:
    return {"attachments": [{"title": f"{word}: High CPU on nas-01", "color": colour, "text": "97.5%"}]}


FACES = (AlertmanagerApi(), PagerDuty(), Opsgenie(), Discord(), Slack())
