"""What a request costs before it reaches the database: run as ``python tests/bench/bench_parse.py``.

Prints microseconds of processor time an alert for a body of Alertmanager with 1 and with 100 alerts, the best
of several runs.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import process_time
from timeit import repeat

sys.path.insert(0, str(Path(__file__).parents[2]))

import msgspec

from bot.domain.access.redaction import redact, redact_body
from bot.domain.alert.signature import signature
from bot.providers import discord_webhook, slack_webhook
from bot.providers.alertmanager_api import read_push
from bot.providers.body import decode
from bot.providers.delivery import read_delivery
from bot.providers.opsgenie import read_create
from bot.providers.pagerduty import read_event
from bot.providers.registry import PROVIDERS, SENDERS
from bot.providers.sender import Request

RUNS = 7
ALERTS_A_RUN = 4_000


def build_body(alerts: int) -> bytes:
    """About 1 KB an alert, escaped the way Go does it."""
    example = PROVIDERS["alertmanager"].example(datetime(2026, 11, 21, tzinfo=UTC))
    (alert,) = msgspec.convert(example["alerts"], list[dict[str, object]])
    example["alerts"] = [
        alert
        | {
            "labels": {
                "alertname": "HighErrorRate",
                "cluster": "eu-homelab-1",
                "env": "prod",
                "instance": f"10.0.{number}.7:9100",
                "job": "shop",
                "namespace": "shop",
                "service": "checkout",
                "severity": "critical",
                "team": "payments",
            },
            "annotations": {
                "summary": f"checkout error ratio on 10.0.{number}.7 is 20%",
                "description": f"5xx ratio on 10.0.{number}.7:9100 (env prod) above 5% for 2m. " * 4,
                "dashboard_url": "https://grafana.example.org/d/abc?var-service=checkout",
                "runbook_url": "https://runbooks.example.org/HighErrorRate",
            },
            "generatorURL": "http://prometheus.example.org:9090/graph?g0.expr=shop_error_ratio+%3E+0.05&g0.tab=1",
            "fingerprint": f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}",
        }
        for number in range(alerts)
    ]
    return msgspec.json.encode(example).replace(b"&", rb"\u0026")


def measure(name: str, alerts: int, work: Callable[[], object], *, wanted: int = ALERTS_A_RUN) -> float:
    """Print the best of the runs, and return it in microseconds an alert."""
    loops = wanted // alerts
    best = min(repeat(work, timer=process_time, number=loops, repeat=RUNS)) / loops / alerts
    print(f"  {name:<34} {best * 1e6:7.2f} us/alert")
    return best * 1e6


def bench(alerts: int) -> None:
    """Measure each step on a body of ``alerts`` alerts."""
    body = build_body(alerts)
    dirty = body.replace(b"above 5%", b"token=abcdef above 5%", 1)
    decoded, dirty_decoded = decode(body, ""), decode(dirty, "")
    provider = PROVIDERS["alertmanager"]
    signals = [signal for _, signal in provider.parse(decoded).signals]
    bare = [msgspec.structs.replace(signal, fingerprint="") for signal in signals]
    print(f"{alerts} alerts, {len(body)} bytes")
    measure("decode", alerts, lambda: decode(body, "application/json"))
    measure("redact, nothing suspicious", alerts, lambda: redact_body(body, decoded))
    measure("redact, walk", alerts, lambda: redact(decoded))
    measure("redact, one secret", alerts, lambda: redact_body(dirty, dirty_decoded))
    measure("parse", alerts, lambda: provider.parse(decoded))
    measure("signature of a fingerprint", alerts, lambda: [signature("p", "s", one) for one in signals])
    measure("signature of labels", alerts, lambda: [signature("p", "s", one) for one in bare])


def bench_senders() -> None:
    """Measure the way of each sender's example from bytes to signals, and what the faces read."""
    print("one request of each sender")
    now = datetime(2026, 11, 21, tzinfo=UTC)
    found = {}
    for name, provider in PROVIDERS.items():
        body = msgspec.json.encode(provider.example(now))
        found[name] = measure(name, 1, partial(read_delivery, provider, Request(), body), wanted=1_000)
    readers: dict[str, Callable[[object], object]] = {
        "alertmanager-api": lambda value: read_push(value, now),
        "pagerduty": lambda value: read_event(value, "fresh"),
        "opsgenie": lambda value: read_create(value, "fresh"),
        "discord": discord_webhook.read_message,
        "slack": slack_webhook.read_message,
    }
    for name, read in readers.items():
        body = msgspec.json.encode(SENDERS[name].example(now))
        work = partial(_read_face, body, read)
        found[name] = measure(name, 1, work, wanted=1_000)
    slowest = max(found, key=lambda name: found[name])
    print(f"slowest: {slowest} at {found[slowest]:.0f} us; target: below 100 us an alert for each")


def _read_face(body: bytes, read: Callable[[object], object]) -> object:
    return read(redact_body(body, decode(body, "")).value)


if __name__ == "__main__":
    for size in (1, 100):
        bench(size)
    bench_senders()
