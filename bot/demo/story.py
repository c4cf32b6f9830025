"""Story: a short believable story, told through the real doors, so that the page is alive at first sight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx

from bot.clock import Clock
from bot.demo import past
from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.usecases.admin import source as sources
from bot.usecases.admin.source import Issued
from bot.usecases.desk import Desk

_PATIENCE: Final = 20  # seconds
_BREATH: Final = 0.6  # seconds between two turns, so that a watcher can follow
_ME: Final = actors.job("demo")
_SOURCE_NAMES: Final = {"alertmanager": "prometheus", "grafana": "grafana", "generic": "scripts"}


@dataclass(frozen=True, slots=True)
class DemoSender:
    """Where a source posts, and with which token."""

    url: str
    token: str


async def admit(desk: Desk, ingress_url: str) -> dict[str, DemoSender]:
    """One source for each provider that the story speaks with; an earlier demo's get a new token."""
    known = {each.name for each in await sources.listing(desk)}
    senders = {}
    for provider in _SOURCE_NAMES:
        name = _name(provider)
        if name in known:
            issued = await sources.rotate(desk, name, actor=_ME, overlap=timedelta(0))
        else:
            issued = await _add(desk, provider)
        senders[provider] = DemoSender(f"{ingress_url}/v1/hooks/{provider}", issued.token)
    return senders


async def _add(desk: Desk, provider: str) -> Issued:
    return await sources.add(desk, _name(provider), provider, actor=_ME)


def _name(provider: str) -> str:
    return _SOURCE_NAMES.get(provider, provider)


async def remember(desk: Desk, who: Actor) -> None:
    """Weeks before the story, in which ``who`` was on call; only where nothing is remembered yet."""
    if not await sources.listing(desk):
        issued = await _add(desk, "generic")
        await past.live(desk, issued.source, ERRORS, past.ERRORS, who)
        await past.live(desk, issued.source, DISK, past.DISK, who)


def alert(name: str, severity: str, summary: str, **more: str) -> dict[str, Any]:
    """One alert as the generic provider reads it; its name and host are who it is."""
    return {"title": name, "severity": severity, "summary": summary, "status": "firing", **more}


DISK: Final = alert(
    "DiskWillFillSoon",
    "warning",
    "/srv on nas-01 is 92 % full, about 6 hours are left",
    host="nas-01",
    service="storage",
    runbook_url="https://runbooks.example.org/disk-will-fill-soon",
)
ERRORS: Final = alert(
    "HighErrorRate",
    "critical",
    "checkout answers 9 % of its requests with 5xx",
    service="checkout",
    namespace="shop",
    runbook_url="https://runbooks.example.org/high-error-rate",
    dashboard_url="https://grafana.example.org/d/checkout",
)
QUEUE: Final = alert(
    "QueueIsGrowing", "warning", "orders: 12,400 messages wait, 300 more each minute", service="orders"
)
BACKUP: Final = alert(
    "NightlyBackupFailed", "critical", "borg exited with status 2: connection closed", host="nas-01"
)
CERTIFICATE: Final = alert(
    "CertificateExpires", "info", "shop.example.org: the certificate ends in 20 days", service="web"
)


async def tell(sandbox_url: str, senders: Mapping[str, DemoSender], clock: Clock) -> None:
    """A queue mended, a backup that somebody takes on, an old acquaintance that becomes an incident."""
    sender = senders["generic"]
    async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:

        async def say(*alerts: dict[str, Any], status: str = "firing") -> list[str]:
            answer = await client.post(
                sender.url,
                json=[{**each, "status": status} for each in alerts],
                headers={"Authorization": f"Bearer {sender.token}"},
            )
            answer.raise_for_status()
            await clock.sleep(_BREATH)
            return [each["ref"] for each in answer.json()["alerts"]]

        async def act(person: str, command: str, **options: str) -> None:
            await client.post(
                f"{sandbox_url}/sandbox/people/{person}/command",
                json={"command": command, "options": options},
            )
            await clock.sleep(_BREATH)

        (queue,) = await say(QUEUE)
        await act("responder", "alert ack", alert=queue, note="restarted the consumer")
        await say(QUEUE, status="resolved")
        await say(CERTIFICATE, DISK)
        (backup,) = await say(BACKUP)
        await act("operator", "alert ack", alert=backup, note="the disk of nas-01 again, swapping it")
        (errors,) = await say(ERRORS)
        title, note = "Checkout fails for one in ten", "Payments go through, the orders do not."
        await act("responder", "incident open", alert=errors, title=title, note=note)
        await act("responder", "incident role", role="commander", incident="I-1")
        await act("operator", "incident role", role="scribe", incident="I-1")
        await act("responder", "incident update", text="Cold cache again, warming it.", incident="I-1")


def welcome(sandbox_url: str, senders: Mapping[str, DemoSender], lead: str) -> str:
    """What the person who typed `make demo` reads; ``lead`` is what leads verbs to it."""
    generic = senders["generic"]
    return f"""
  Tocsin is up, with a small Discord of its own. Nothing real is touched.

  Open the channel:   {sandbox_url}/

  Send an alert of your own:

    curl -s {generic.url} \\
      -H 'Authorization: Bearer {generic.token}' \\
      -H 'Content-Type: application/json' \\
      -d '{{"title": "CoffeeIsOut", "severity": "critical", "summary": "The machine is empty."}}'

  The same with "status": "resolved" ends it. Press Acknowledge, set a check mark, or type /alert list.

  Let in a sender of your own, or a program (in another terminal, in this folder):

    {lead} source add mine --provider generic
    {lead} token add mine --scope alerts.read

  Ctrl-C stops everything.
"""
