"""What Tocsin counts about itself, for ``GET /metrics``.

Names say what is counted and in which unit; label values come from enums, route tables and the names that
administrators give to sources, never from what a sender wrote, so that the number of series stays bounded.
"""

from importlib.metadata import version
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_QUICK: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0)
_VISIBLE: Final = (0.03, 0.06, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
_ANSWER: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
_SIZES: Final = (1, 2, 5, 10, 30, 100, 300, 1_000, 3_000, 10_000)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"tocsin_{name}", text, labels, registry=REGISTRY)


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(f"tocsin_{name}", text, labels, registry=REGISTRY)


def _histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(f"tocsin_{name}", text, labels, buckets=buckets, registry=REGISTRY)


# Intake: from the sender's request to the commit.
REQUESTS: Final = _counter("requests", "Webhook requests answered.", "provider", "code")
SIGNALS: Final = _counter("signals", "Signals decided, by verdict.", "provider", "verdict")
REJECTED: Final = _counter("rejected", "Alerts stored as rejected events.", "provider")
BATCH_SIGNALS: Final = _histogram("batch_signals", "Signals that shared one transaction.", _SIZES)
COMMIT_SECONDS: Final = _histogram("commit_seconds", "Time one intake transaction took.", _QUICK)
ACCEPT_SECONDS: Final = _histogram("accept_seconds", "Time from a request to its answer.", _QUICK)
IN_FLIGHT: Final = _gauge("requests_in_flight", "Webhook requests waiting for their commit.")

WAITING_SIGNALS: Final = _gauge("intake_waiting_signals", "Signals that wait for their commit.")
WAITING_BYTES: Final = _gauge("intake_waiting_bytes", "Bytes of request bodies that are held until answered.")
REPLAYED: Final = _counter("replayed", "Signed requests that came again and changed nothing.", "provider")
CONNECTIONS: Final = _gauge("connections", "Connections to the door for senders and programs.")
CONNECTIONS_CLOSED: Final = _counter(
    "connections_closed", "Connections closed because there were too many; strangers go first."
)
TURNED_AWAY: Final = _counter(
    "intake_turned_away", "Requests answered 503 before they were stored, by what was full.", "reason"
)
SOURCE_LAST_EVENT: Final = _gauge(
    "source_last_event_timestamp_seconds",
    "When each source was last heard, in Unix time.",
    "source",
    "provider",
)
ALERTS_OPEN: Final = _gauge("alerts_open", "Alerts that are not over.")

# Delivery: from a dirty card to what the channel shows.
CALLS: Final = _counter("discord_calls", "Calls to Discord for cards.", "kind", "status")
LIMITED: Final = _counter("discord_rate_limited", "Answers 429 from Discord.", "scope")
DIRTY: Final = _gauge("cards_dirty", "Cards that do not yet show the truth, by lane.", "lane")
PARKED: Final = _gauge("cards_parked", "Cards that wait for a cause to be mended, by reason.", "reason")
VISIBLE_SECONDS: Final = _histogram(
    "webhook_to_visible_seconds",
    "Time from the commit of a change to the gateway's echo of the card that shows it.",
    _VISIBLE,
    "call",
    "lane",
)
VISIBLE_QUANTILES: Final = _gauge(
    "webhook_to_visible_last_hour_seconds",
    "Quantiles of what was seen within the last hour, exact, of each card's last eight revisions.",
    "call",
    "quantile",
)
OLDEST_DUE: Final = _gauge(
    "cards_oldest_due_seconds", "How long the card that waits longest has been waiting; 0 when none does."
)
PAUSE_SECONDS: Final = _gauge(
    "discord_pause_seconds", "How long Discord lets nobody make this call yet, at most, by call.", "call"
)
PINGS_MISSING: Final = _gauge("pings_missing", "Roles and the like that are configured and cannot be woken.")
GATEWAY_UP: Final = _gauge("gateway_up", "Whether events arrive from the gateway: 1 or 0.")
GATEWAY_STARTS: Final = _counter("gateway_starts", "Clients that were started, one after the other.")
GATEWAY_LATENCY: Final = _gauge("gateway_latency_seconds", "Round trip of the last gateway heartbeat.")
GATEWAY_LAST_EVENT: Final = _gauge(
    "gateway_last_event_timestamp_seconds", "When the gateway was last heard of, in Unix time."
)

# People: what they press and how long they wait.
ACTIONS: Final = _counter("actions", "What people asked for, by outcome.", "action", "outcome")
ANSWER_SECONDS: Final = _histogram(
    "action_answer_seconds", "Time from a person's action to our first answer.", _ANSWER, "action"
)

# The process itself.
BUILD: Final = _gauge("build_info", "The version that runs; always 1.", "version")
BUILD.labels(version("tocsin")).set(1)
DATABASE: Final = _gauge("database_info", "The kind of database in use; always 1.", "engine")

# Jobs: what happens by itself.
JOB_RUNS: Final = _counter("job_runs", "Runs of periodic jobs, by outcome.", "job", "outcome")
JOB_SECONDS: Final = _histogram("job_seconds", "Time one run of a job took.", _QUICK, "job")


def total(counter: Counter) -> int:
    """A counter over all its labels."""
    samples = (sample for family in counter.collect() for sample in family.samples)
    return int(sum(sample.value for sample in samples if sample.name.endswith("_total")))


def render() -> bytes:
    """Everything counted so far in the Prometheus text format (`CONTENT_TYPE`)."""
    return generate_latest(REGISTRY)
