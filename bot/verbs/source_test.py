"""``tocsin source test``: be a sender, for a try."""

import hashlib
import os
from argparse import Namespace
from datetime import datetime
from typing import Any, Final

import httpx

from bot.clock import SystemClock
from bot.domain.errors import InvalidInputError, TocsinError
from bot.providers.registry import PROVIDERS
from bot.verbs.setting import load_quietly

ALTERABLE: Final = ("alertmanager", "grafana", "generic")
"""Those whose example can be about an alert of another name."""


def post(args: Namespace) -> int:
    """Post the provider's example, altered as the arguments say; 0 when every request was accepted."""
    provider = args.provider or (args.url or "").rstrip("/").rpartition("/")[2]
    if not args.provider and provider not in PROVIDERS:
        provider = "generic"
    if provider not in PROVIDERS:
        raise InvalidInputError("--provider", f"there is {', '.join(PROVIDERS)}, but no {provider!r}")
    url = args.url or load_quietly(args).http.hook_url(provider)
    now = SystemClock().now()
    payload = _payload(provider, now, args)
    accepted = True
    with httpx.Client(timeout=30, headers={"Authorization": f"Bearer {_token(args)}"}) as client:
        for _ in range(args.count):
            try:
                answer = client.post(url, json=payload)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise TocsinError(f"{url} cannot be reached: {error}") from None
            print(f"{answer.status_code} {answer.text.strip()}")
            accepted = accepted and answer.is_success
    return 0 if accepted else 1


def _payload(provider: str, now: datetime, args: Namespace) -> dict[str, Any]:
    """What is to be sent.

    Raises:
        InvalidInputError: the provider's requests cannot say it.
    """
    known = PROVIDERS[provider]
    if provider in ALTERABLE:
        wish = {"name": args.name, "severity": args.severity, "resolved": args.resolved}
        return alter(known.example(now), now, **wish)
    for option in ("name", "severity"):
        if getattr(args, option):
            raise InvalidInputError(f"--{option}", f"can be given for {', '.join(ALTERABLE)}")
    if not args.resolved:
        return known.example(now)
    over = known.recovery(now)
    if over is None:
        raise InvalidInputError("--resolved", f"{known.title} never says that an alert is over")
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
