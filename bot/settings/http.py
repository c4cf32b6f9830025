"""HTTP: the server for senders, programs and browsers."""

from ipaddress import ip_network
from typing import Annotated

from bot.settings.environment import Environ
from bot.settings.section import Section
from bot.settings.value import Count, Size, Switch, Text, Url, Whole, Words, between


def _check_networks(words: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        ip_network(word, strict=False)
    return words


class HttpSettings(Section, frozen=True, kw_only=True):
    """The HTTP server; rates are alerts a second for one source, resolves are never refused.

    ``proxies`` are addresses or networks of reverse proxies, whose X-Forwarded-For is believed.
    ``local_metrics``: /metrics needs no token on this machine; None is yes unless a proxy can be in front.
    """

    host: Annotated[Text, Environ("TOCSIN_HOST")] = "127.0.0.1"
    port: Annotated[Whole, between(0, 65_535), Environ("TOCSIN_PORT")] = 8080
    public_url: Annotated[Url | None, Environ("TOCSIN_PUBLIC_URL")] = None
    max_body: Size = 16 * 1_048_576
    max_in_flight: Count = 1_024
    source_rate: Count = 20_000
    source_burst: Count = 60_000
    source_daily_bytes: Size = 8 * 1024**3
    max_connections: Annotated[Whole, between(32, 100_000)] = 2_048
    proxies: Annotated[Words, _check_networks] = ()
    local_metrics: Switch | None = None

    @property
    def metrics_are_free(self) -> bool:
        """Whether /metrics needs no token on this machine."""
        if self.local_metrics is not None:
            return self.local_metrics
        return not (self.public_url or self.proxies)

    def base_url(self, *, last: str = "") -> str:
        """The address for senders, without a slash at its end; ``last`` is where the server last listened.

        It counts when any free port may be taken (``port`` is 0): the configuration cannot know which.
        """
        return self.public_url or (last if not self.port else "") or f"http://127.0.0.1:{self.port}"

    def hook_url(self, provider: str, *, last: str = "") -> str:
        """Where a sender of ``provider`` posts to."""
        return f"{self.base_url(last=last)}/v1/hooks/{provider}"
