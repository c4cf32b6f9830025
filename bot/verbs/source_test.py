"""``tocsin source test``: be a sender, for a try."""

import hashlib
import os
from argparse import Namespace
from datetime import datetime
from typing import Any, Final

import httpx

from bot.clock import SystemClock
from bot.domain.errors import InvalidInputError, TocsinError
from bot.providers.registry import PROVIDERS, SENDERS
from bot.verbs.setting import load_quietly

ALTERABLE: Final = ("alertmanager", "grafana", "generic")
"""The providers whose example can be about an alert of another name."""


def post(args: Namespace) -> int:
    """Post the provider's example, altered as the arguments say; 0 when every request was accepted."""
    provider = args.provider or (args.url or "").rstrip("/").rpartition("/")[2]
    if not args.provider and provider not in PROVIDERS:
        provider = _by_path(args.url or "")
    if provider not in SENDERS:
        raise InvalidInputError("--provider", f"there is {', '.join(SENDERS)}, but no {provider!r}")
    url = _url(provider, args)
    now = SystemClock().now()
    payload = SENDERS[provider].with_key(_payload(provider, now, args), _token(args))
    accepted = True
    headers = {"Authorization": f"Bearer {_token(args)}", "X-Tocsin-Test": "1"}
    with httpx.Client(timeout=30, headers=headers) as client:
        for _ in range(args.count):
            try:
                answer = client.post(url, json=payload)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise TocsinError(f"{url} cannot be reached: {error}") from None
            print(f"{answer.status_code} {answer.text.strip()}")
            accepted = accepted and answer.is_success
    return 0 if accepted else 1


def _by_path(url: str) -> str:
    """The kind of sender that an address says, the generic one where it says none."""
    if "/api/webhooks/" in url:
        return "slack" if url.rstrip("/").endswith("/slack") else "discord"
    return "generic"


def _url(provider: str, args: Namespace) -> str:
    """Where the request goes: the address as `source add` printed it, else this machine's.

    Raises:
        InvalidInputError: only the whole address will do.
    """
    sender = SENDERS[provider]
    if args.url:
        return sender.endpoint(args.url)
    if provider in PROVIDERS:
        return load_quietly(args).http.hook_url(provider)
    if sender.only_url:
        raise InvalidInputError(
            "--url", f"give the whole address of {sender.title}, as `source add` printed it"
        )
    return sender.endpoint(load_quietly(args).http.base_url())


def _payload(provider: str, now: datetime, args: Namespace) -> object:
    """What is to be sent.

    Raises:
        InvalidInputError: the provider's requests cannot say it.
    """
    if provider in ALTERABLE:
        known = PROVIDERS[provider]
        wish = {"name": args.name, "severity": args.severity, "resolved": args.resolved}
        return alter(known.example(now), now, **wish)
    for option in ("name", "severity"):
        if getattr(args, option):
            raise InvalidInputError(f"--{option}", f"can be given for {', '.join(ALTERABLE)}")
    sender = SENDERS[provider]
    if not args.resolved:
        return sender.example(now)
    over = sender.recovery(now)
    if over is None:
        raise InvalidInputError("--resolved", f"{sender.title} never says so in a request like this")
    return over


def _token(args: Namespace) -> str:
    """From the arguments, a file, or TOCSIN_TOKEN, where other users of the machine cannot read it.

    Raises:
        InvalidInputError: none of them has one.
    """
    try:
        file = args.token_file.read_text(encoding="utf-8").strip() if args.token_file else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("--token-file", str(error)) from None
    token: str = args.token or file or os.environ.get("TOCSIN_TOKEN", "").strip()
    if not token:
        raise InvalidInputError("--token-file", "give it, or set TOCSIN_TOKEN: tocsin source add prints one")
    return token


def alter(
    payload: dict[str, Any], now: datetime, *, name: str | None, severity: str | None, resolved: bool
) -> dict[str, Any]:
    """An example request that speaks of an alert of another name or severity, or of its end."""
    if "alerts" not in payload:
        title = {"title": name, "dedupe_key": name} if name else {}
        return payload | title | ({"severity": severity} if severity else {}) | _ending(resolved=resolved)
    labels = ({"alertname": name} if name else {}) | ({"severity": severity} if severity else {})
    fingerprint = {"fingerprint": hashlib.sha256(name.encode()).hexdigest()[:16]} if name else {}
    ended = {"endsAt": now.isoformat()} if resolved else {}
    alerts = [
        alert | fingerprint | ended | _ending(resolved=resolved) | {"labels": alert["labels"] | labels}
        for alert in payload["alerts"]
    ]
    group = {"groupLabels": payload["groupLabels"] | {"alertname": name}} if name else {}
    key = {"groupKey": f'{{}}:{{alertname="{name}"}}'} if name else {}
    common = {"commonLabels": payload["commonLabels"] | labels}
    return payload | group | key | common | _ending(resolved=resolved) | {"alerts": alerts}


def _ending(*, resolved: bool) -> dict[str, str]:
    return {"status": "resolved"} if resolved else {}
