"""Readiness: whether Tocsin can really deliver, asked of every part that has to work for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from bot.domain.errors import TocsinError

PATIENCE: Final = timedelta(seconds=1.8)
"""Whoever asks gives up after two seconds at most."""


class Probe(msgspec.Struct, frozen=True):
    """A question to one part; ``check`` returns None when it works, else what is wrong, in words.

    A `TocsinError` that it raises counts as its words.
    """

    name: str
    check: Callable[[], Awaitable[str | None]]


Probes = Sequence[Probe]


class ProbeResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer of one probe; ``words`` say what is wrong and are for those who run Tocsin."""

    name: str
    ok: bool
    words: str | None = None


class ReadinessReport(msgspec.Struct, frozen=True):
    """The body of ``GET /readyz``."""

    ready: bool
    probes: tuple[ProbeResult, ...]

    def without_words(self) -> "ReadinessReport":
        """What strangers may read."""
        probes = tuple(msgspec.structs.replace(finding, words=None) for finding in self.probes)
        return ReadinessReport(self.ready, probes)


class Readiness:
    """Asks all probes at once; who comes while they are being asked gets the same answer."""

    def __init__(self, probes: Probes) -> None:
        self._probes = tuple(probes)
        self._asking: asyncio.Task[ReadinessReport] | None = None

    async def report(self) -> ReadinessReport:
        """How things stand."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> ReadinessReport:
        findings = await asyncio.gather(*(_look(probe) for probe in self._probes))
        return ReadinessReport(all(finding.ok for finding in findings), tuple(findings))


async def _look(probe: Probe) -> ProbeResult:
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            words = await probe.check()
    except TimeoutError:
        words = f"no answer within {PATIENCE.total_seconds():g} s"
    except TocsinError as error:
        words = str(error)
    return ProbeResult(probe.name, words is None, words)
