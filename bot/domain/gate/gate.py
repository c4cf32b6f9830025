"""Gate: pass or block, with the reasons.

Law: what blocks is what is open now: critical alerts that are not over, incidents that are open, and service
levels that were missed in the last report. A bypass lets pass what would be blocked, until it ends, and says
so; it never hides the reasons.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from bot.domain.actor import Actor
from bot.domain.errors import InvalidInputError

ANY: Final = "*"
FRESH: Final = timedelta(hours=1)
"""A report of a service level that is older says nothing about now."""

MAX_BYPASS: Final = timedelta(hours=24)
MAX_REASON: Final = 500
MAX_REASONS: Final = 50
"""So many reasons are named; the rest is counted."""


class GateMode(StrEnum):
    """What a reason to block means in an environment."""

    STRICT = "strict"
    WARN = "warn"
    OFF = "off"


class GateVerdict(StrEnum):
    """What a pipeline should do."""

    PASS = "pass"  # noqa: S105 -- a word
    BLOCK = "block"


class BlockerKind(StrEnum):
    """What a reason is about."""

    CRITICAL = "critical"
    INCIDENT = "incident"
    LATENCY = "latency"
    ERRORS = "errors"


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A report of a service level: p95 in milliseconds, errors as a share from 0 to 1, None for not told.

    The limits are those told with it; None takes those of the policy.
    """

    service: str
    env: str
    latency_p95_ms: float | None = None
    error_rate: float | None = None
    max_latency_p95_ms: float | None = None
    max_error_rate: float | None = None
    at: datetime


class Bypass(msgspec.Struct, frozen=True, kw_only=True):
    """A block that somebody decided to pass by."""

    service: str
    env: str
    reason: str
    actor: Actor
    at: datetime
    until: datetime


class GatePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Mode by environment (``*`` for all others), and the limits of service levels that were told without."""

    modes: Mapping[str, GateMode] = MappingProxyType({ANY: GateMode.STRICT})
    max_latency_p95_ms: float | None = None
    max_error_rate: float | None = None

    def mode(self, env: str) -> GateMode:
        """How strict an environment is."""
        return self.modes.get(env.lower()) or self.modes.get(ANY, GateMode.STRICT)


class Blocker(msgspec.Struct, frozen=True):
    """One thing that speaks against it; ``ref`` is of an alert or an incident, "" for a service level."""

    cause: BlockerKind
    ref: str
    words: str


class GateDecision(msgspec.Struct, frozen=True, kw_only=True):
    """The answer; ``more`` reasons are not named."""

    verdict: GateVerdict
    mode: GateMode
    service: str
    env: str
    reasons: tuple[Blocker, ...]
    more: int = 0
    bypass: Bypass | None = None
    at: datetime


def decide(
    service: str,
    env: str,
    reasons: Sequence[Blocker],
    *,
    policy: GatePolicy,
    bypass: Bypass | None,
    now: datetime,
) -> GateDecision:
    """Pass or block."""
    mode = policy.mode(env)
    blocked = bool(reasons) and mode is GateMode.STRICT and bypass is None
    return GateDecision(
        verdict=GateVerdict.BLOCK if blocked else GateVerdict.PASS,
        mode=mode,
        service=service,
        env=env,
        reasons=tuple(reasons[:MAX_REASONS]) if mode is not GateMode.OFF else (),
        more=max(len(reasons) - MAX_REASONS, 0) if mode is not GateMode.OFF else 0,
        bypass=bypass,
        at=now,
    )


def missed(levels: Iterable[Level], policy: GatePolicy, now: datetime) -> list[Blocker]:
    """The service levels that were missed, of reports that still say something."""
    found = []
    for level in levels:
        if now - level.at > FRESH:
            continue
        where = f"{level.service} in {level.env}" if level.env else level.service
        slowest = (
            level.max_latency_p95_ms if level.max_latency_p95_ms is not None else policy.max_latency_p95_ms
        )
        if level.latency_p95_ms is not None and slowest is not None and level.latency_p95_ms > slowest:
            words = f"{where}: p95 is {level.latency_p95_ms:g} ms, the limit is {slowest:g} ms"
            found.append(Blocker(BlockerKind.LATENCY, "", words))
        most = level.max_error_rate if level.max_error_rate is not None else policy.max_error_rate
        if level.error_rate is not None and most is not None and level.error_rate > most:
            words = f"{where}: {level.error_rate:.2%} of requests fail, the limit is {most:.2%}"
            found.append(Blocker(BlockerKind.ERRORS, "", words))
    return found


def read_modes(words: Iterable[str]) -> dict[str, GateMode]:
    """``["prod=strict", "staging=warn", "*=off"]``.

    Raises:
        InvalidInputError: one of them is no such pair.
    """
    modes = {ANY: GateMode.STRICT}
    for word in words:
        env, separator, mode = word.partition("=")
        if not separator or not env.strip() or mode.strip() not in list(GateMode):
            raise InvalidInputError(
                "modes", f'must look like "prod=strict" ({", ".join(GateMode)}), not {word!r}'
            )
        modes[env.strip().lower()] = GateMode(mode.strip())
    return modes
