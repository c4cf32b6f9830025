"""Snippets: what to paste at the sender, by provider. They hold the token: show them once, to one person."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Snippet(NamedTuple):
    """``text`` to paste, in ``language``, and in one sentence ``where`` it goes."""

    where: str
    language: str
    text: str


def snippet(provider: str, url: str, token: str) -> Snippet:
    """How this provider's sender is told to post to ``url``; unknown ones get a line of curl."""
    return _SNIPPETS.get(provider, _generic)(url, token)


def _alertmanager(url: str, token: str) -> Snippet:
    text = f"""\
route:
  receiver: tocsin  # or in the sub-routes of your choice

receivers:
  - name: tocsin
    webhook_configs:
      - url: {json.dumps(url)}
        send_resolved: true
        http_config:
          authorization:
            credentials: {json.dumps(token)}"""
    return Snippet("Merge it into `alertmanager.yml`, then reload Alertmanager.", "yaml", text)


def _grafana(url: str, token: str) -> Snippet:
    text = f"""\
apiVersion: 1
contactPoints:
  - name: tocsin
    receivers:
      - uid: tocsin
        type: webhook
        settings:
          url: {json.dumps(url)}
          authorization_scheme: Bearer
          authorization_credentials: {json.dumps(token)}"""
    where = "Into `provisioning/alerting/tocsin.yaml`, or the same values by hand as a webhook contact point."
    return Snippet(where, "yaml", text)


def _generic(url: str, token: str) -> Snippet:
    body = {"name": "BackupFailed", "severity": "warning", "summary": "nightly backup ended with exit 3"}
    text = f"""\
curl -fsS {url} \\
  -H 'Authorization: Bearer {token}' \\
  -H 'Content-Type: application/json' \\
  -d '{json.dumps(body)}'"""
    return Snippet("From any script; `status` may be `firing` (the default) or `resolved`.", "sh", text)


_SNIPPETS: Final[Mapping[str, Callable[[str, str], Snippet]]] = MappingProxyType(
    {"alertmanager": _alertmanager, "grafana": _grafana}
)
