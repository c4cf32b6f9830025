"""Watch: what Tocsin looks at in itself, and from when on it is trouble.

Law: a finding is trouble only once it has held for as long as its threshold says; a threshold of zero is
never.
"""

from datetime import datetime, timedelta

import msgspec

from bot.domain.alert.signal import Severity
from bot.domain.integrity import IntegrityFinding, Invariant
from bot.domain.process_health import ProcessHealth


class WatchRules(msgspec.Struct, frozen=True, kw_only=True):
    """From when on something is trouble; ``queue`` counts alerts, ``disk_free`` bytes. Zero is never."""

    cards_stuck: timedelta = timedelta(minutes=5)
    channel_parked: timedelta = timedelta(minutes=5)
    queue: int = 5_000
    disk_free: int = 200 * 1024 * 1024
    writes_failing: timedelta = timedelta(seconds=30)
    clock_off: timedelta = timedelta(seconds=30)
    gateway_down: timedelta = timedelta(minutes=5)


class HealthSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen at one moment; None where nobody can tell. ``parked`` are (where, why).

    ``findings`` are those of the last look at the invariants.
    """

    process_health: ProcessHealth = ProcessHealth()
    oldest_due: datetime | None = None
    parked: tuple[tuple[str, str], ...] = ()
    disk_free: int | None = None
    findings: tuple[IntegrityFinding, ...] = ()


class Sign(msgspec.Struct, frozen=True):
    """One thing that was looked at; ``words`` are "" when all is well, it may last for ``patience``."""

    key: str
    name: str
    words: str
    patience: timedelta = timedelta()
    severity: Severity = Severity.CRITICAL


def signs(look: HealthSnapshot, rules: WatchRules, now: datetime) -> tuple[Sign, ...]:
    """What is to be said of each thing."""
    process_health = look.process_health
    waits = timedelta() if look.oldest_due is None else now - look.oldest_due
    off = abs(process_health.clock_off)
    free = look.disk_free
    stuck = bool(rules.cards_stuck) and waits > rules.cards_stuck
    piled = bool(rules.queue) and process_health.unstored >= rules.queue
    low = free is not None and free < rules.disk_free
    parked = "; ".join(f"{where}: {why}" for where, why in look.parked[:3]) if rules.channel_parked else ""
    down = process_health.line.trouble if rules.gateway_down and process_health.line.trouble else ""
    broken = [each for each in look.findings if each.invariant is Invariant.AUDIT_BROKEN]
    others = [each.words for each in look.findings if each.invariant is not Invariant.AUDIT_BROKEN]
    wrong = bool(rules.clock_off) and off > rules.clock_off
    return (
        Sign("cards", "CardsStuck", f"a card has been waiting for {_span(waits)}" if stuck else ""),
        Sign("parked", "ChannelParked", parked, rules.channel_parked),
        Sign("queue", "QueuePileUp", f"{process_health.unstored} alerts wait to be stored" if piled else ""),
        Sign("disk", "DiskLow", f"{(free or 0) // 2**20} MiB are free for the database" if low else ""),
        Sign("clock", "ClockOff", f"the clock here is {_span(off)} away from Discord's" if wrong else ""),
        Sign("gateway", "GatewayDown", down, rules.gateway_down),
        Sign("audit", "AuditBroken", f"the audit log is broken: {broken[0].named[0]}" if broken else ""),
        Sign("integrity", "IntegrityBroken", "; ".join(others), severity=Severity.WARNING),
        Sign("lost", "AlertsRefused", "; ".join(process_health.lost[:3])),
    )


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"  # noqa: PLR2004 -- reads well
