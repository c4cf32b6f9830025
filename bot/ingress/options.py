"""Options: what the configuration decides for the HTTP server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.alert.mapping import FieldMap
from bot.ingress.peer import Network


@dataclass(frozen=True, kw_only=True)
class IngressOptions:
    """Port 0 is any free one; ``max_body`` is in bytes, rates are alerts a second for one source.

    ``source_daily_bytes`` are what a source may have stored in a day.
    ``max_in_flight`` bounds the requests of known senders that are being answered, ``patience`` is how
    long a body may take to arrive. ``mappings`` are those of generic sources by their names, ``sns_topics``
    the topics whose subscriptions are confirmed, ``*`` standing for any words. ``max_connections`` stand at
    once. Requests from ``proxies`` come from whom they say. ``public_url`` is where browsers may come from.
    ``shared``: other processes listen at the same port too, and the system shares connections out.
    ``local_metrics``: callers on this machine that come through no proxy read the metrics without a token.
    Credentials are read again after ``reading_pause`` at the earliest; ``most_waiting`` requests wait for
    that, and ``most_unproven`` tokens of strangers are looked up at once: programs need the database too.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    max_body: int = 16 * 1_048_576
    max_in_flight: int = 1_024
    source_rate: int = 20_000
    source_burst: int = 60_000
    patience: timedelta = timedelta(seconds=15)
    source_daily_bytes: int = 8 * 1024**3
    mappings: Mapping[str, FieldMap] = field(default_factory=dict)
    sns_topics: tuple[str, ...] = ()
    max_connections: int = 2_048
    proxies: tuple[Network, ...] = ()
    public_url: str = ""
    shared: bool = False
    local_metrics: bool = True
    reading_pause: timedelta = timedelta(seconds=1)
    most_waiting: int = 128
    most_unproven: int = 4
