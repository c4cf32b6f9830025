"""Alertmanager: what Prometheus' own notifier posts, webhook version 4."""

import json
from datetime import datetime

from bot.domain.alert.signal import Reading
from bot.providers.group import read_group
from bot.providers.sender import Provider


class Alertmanager(Provider):
    """Prometheus Alertmanager."""

    name = "alertmanager"
    title = "Prometheus Alertmanager"
    where = "Merge it into `alertmanager.yml`, then reload Alertmanager."
    language = "yaml"
    retries_429 = False

    def parse(self, payload: object) -> Reading:
        """Read ``{"version": "4", "groupKey": ..., "alerts": [...]}``.

        Raises:
            InvalidInputError: it is no object with a list of alerts.
        """
        return read_group(payload)

    def receiver(self, url: str, token: str) -> str:
        """The part of alertmanager.yml that sends everything here."""
        return (
            "route:\n"
            "  receiver: tocsin\n"
            "receivers:\n"
            "  - name: tocsin\n"
            "    webhook_configs:\n"
            f"      - url: {json.dumps(url)}\n"
            "        send_resolved: true\n"
            "        http_config:\n"
            "          authorization:\n"
            "            type: Bearer\n"
            f"            credentials: {json.dumps(token)}\n"
        )

    def example(self, now: datetime) -> dict[str, object]:
        """A group of one alert that fires since ``now``."""
        labels = {
            "alertname": "DiskWillFillSoon",
            "instance": "nas-01:9100",
            "job": "node",
            "mountpoint": "/srv",
            "severity": "warning",
        }
        annotations = {
            "summary": "/srv on nas-01 is 92% full",
            "description": "At this pace /srv is full in about 6 hours.",
            "runbook_url": "https://runbooks.example.org/disk-will-fill-soon",
        }
        alert = {
            "status": "firing",
            "labels": labels,
            "annotations": annotations,
            "startsAt": now.isoformat(),
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example.org:9090/graph?g0.expr=node_filesystem_avail_bytes",
            "fingerprint": "8d1f0a6be3f5f4dc",
        }
        return {
            "version": "4",
            "groupKey": '{}:{alertname="DiskWillFillSoon"}',
            "truncatedAlerts": 0,
            "status": "firing",
            "receiver": "tocsin",
            "groupLabels": {"alertname": "DiskWillFillSoon"},
            "commonLabels": labels,
            "commonAnnotations": annotations,
            "externalURL": "http://alertmanager.example.org:9093",
            "alerts": [alert],
        }
