"""Integrity: the invariants are looked at one by one, in reads so short that nobody waits."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from bot.domain.access.project import DEFAULT
from bot.domain.alert.alert import format_ref
from bot.domain.audit import GENESIS, Sealed, audit_key, first_broken, first_forged
from bot.domain.integrity import GRACE, MARGIN, IntegrityFinding, IntegrityReport, Invariant, Tally
from bot.usecases.admin import audit_log
from bot.usecases.desk import Desk
from storage.admin.eventless import PARTS
from storage.admin.integrity import OWNED
from storage.writer import Turn

WINDOW: Final = 5_000
"""Ids that are looked at in one read."""

SHARD: Final = 100_000
"""Alerts whose events are counted at once."""

NIGHT: Final = 4
"""The hour, UTC, in which the job looks: behind the one in which retention works."""

EVERY: Final = timedelta(hours=20)
MOST: Final = 100


async def nightly(desk: Desk) -> IntegrityReport | None:
    """Look, if it is the hour for it and nobody has looked this night."""
    now = desk.clock.now()
    if now.hour != NIGHT:
        return None
    last = await latest(desk)
    return None if last is not None and now - last.at < EVERY else await look(desk)


async def latest(desk: Desk) -> IntegrityReport | None:
    """What was found last, None when nobody has looked yet."""
    return await desk.storage.read(lambda tx: tx.integrity.kept(desk.project.id))


async def look(desk: Desk) -> IntegrityReport:
    """Look at everything now, and keep what was found.

    Raises:
        NotDurableError: the database cannot be reached.
    """
    walk = _IntegrityWalk(desk)
    found = [
        await walk.cards(),
        *await walk.counters(),
        await walk.leases(),
        await walk.threads(),
        await walk.chain(),
    ]
    if desk.project.name == DEFAULT:  # what belongs to no project is told once
        found += [await walk.projects(), await walk.envelopes()]
    report = IntegrityReport(walk.now, tuple(each for each in found if each is not None))
    await desk.storage.write(lambda tx: tx.integrity.keep(desk.project.id, report), turn=Turn.BULK)
    return report


class _IntegrityWalk:
    """One look."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._project_id = desk.project.id
        self.now = desk.clock.now()

    async def cards(self) -> IntegrityFinding | None:
        tally = Tally(Invariant.CARD_WITHOUT_SUBJECT)
        for window in await self._windows("card"):
            tally.add(await self._cards(window))
        return tally.finding

    async def _cards(self, window: range) -> list[str]:
        return await self._desk.storage.read(
            lambda tx: tx.integrity.cards_without_subject(self._project_id, window)
        )

    async def counters(self) -> list[IntegrityFinding | None]:
        """Alerts without an event, and those that count otherwise: suspects first, then each in one look."""
        without, off = Tally(Invariant.ALERT_WITHOUT_EVENT), Tally(Invariant.COUNTER_OFF)
        last = await self._last("alert")
        for start in range(1, last + 1, SHARD):
            shard = range(start, min(start + SHARD, last + 1))
            suspects = await self._suspects(shard)
            for few in _pages(suspects, MOST):
                await self._judge(few, without, off)
        return [without.finding, off.finding]

    async def _suspects(self, shard: range) -> list[int]:
        counted: dict[int, int] = {}
        for window in await self._windows("event"):
            for alert_id, count in (await self._counts(window, shard)).items():
                counted[alert_id] = counted.get(alert_id, 0) + count
        suspects = []
        for window in _cut(shard):
            occurrences = await self._occurrences(window)
            suspects += [each for each, count in occurrences.items() if counted.get(each) != count]
        return suspects

    async def _counts(self, window: range, shard: range) -> dict[int, int]:
        return await self._desk.storage.read(lambda tx: tx.integrity.counts(self._project_id, window, shard))

    async def _occurrences(self, window: range) -> dict[int, int]:
        kept = self._desk.rules.retention.events
        since = self.now - kept + min(MARGIN, kept) if kept else None
        return await self._desk.storage.read(
            lambda tx: tx.integrity.occurrences(self._project_id, window, since=since)
        )

    async def _judge(self, suspects: list[int], without: Tally, off: Tally) -> None:
        """What came in between two reads is no finding: each suspect is looked at once more, in one."""
        found = await self._desk.storage.read(lambda tx: tx.integrity.recount(suspects))
        without.add([format_ref(each) for each, (_, _, events) in found.items() if not events])
        off.add(
            [
                f"{format_ref(each)} counts {count} of {counted}"
                for each, (count, counted, events) in found.items()
                if events and count != counted
            ]
        )

    async def leases(self) -> IntegrityFinding | None:
        tally = Tally(Invariant.LEASE_LONG_GONE)
        before = self.now - GRACE
        tally.add(
            await self._desk.storage.read(
                lambda tx: tx.integrity.leases_long_gone(self._project_id, before=before, limit=MOST)
            )
        )
        return tally.finding

    async def threads(self) -> IntegrityFinding | None:
        tally = Tally(Invariant.INCIDENT_WITHOUT_THREAD)
        before = self.now - GRACE
        tally.add(
            await self._desk.storage.read(
                lambda tx: tx.integrity.incidents_without_thread(self._project_id, before=before, limit=MOST)
            )
        )
        return tally.finding

    async def chain(self) -> IntegrityFinding | None:
        tally = Tally(Invariant.AUDIT_BROKEN)
        last: list[Sealed] = []
        async for part in audit_log.walk(self._desk):
            fault = self._fault(last, part)
            if fault:
                tally.add([fault])
                break
            last = part[-1:]
        return tally.finding

    def _fault(self, last: list[Sealed], part: list[Sealed]) -> str:
        broken = first_broken(part, last[0].digest if last else GENESIS)
        if broken is not None:
            return f"entry {broken} does not follow from the one before it"
        key = audit_key(self._desk.signing_key)
        return first_forged([*last, *part], self._project_id, key) if key else ""

    async def projects(self) -> IntegrityFinding | None:
        tally = Tally(Invariant.UNKNOWN_PROJECT)
        for name in OWNED:
            for window in await self._windows(name):
                tally.add(await self._strangers(name, window))
        return tally.finding

    async def _strangers(self, name: str, window: range) -> list[str]:
        return await self._desk.storage.read(lambda tx: tx.integrity.of_unknown_projects(name, window))

    async def envelopes(self) -> IntegrityFinding | None:
        """Requests that told nothing are kept as long as events are, and no longer."""
        kept = self._desk.rules.retention.events
        tally = Tally(Invariant.ORPHANED_ENVELOPE)
        for part in range(PARTS) if kept else ():
            tally.add(await self._orphans(part, kept))
        return tally.finding

    async def _orphans(self, part: int, kept: timedelta) -> list[str]:
        before = self.now - kept - MARGIN
        return await self._desk.storage.read(lambda tx: tx.integrity.orphaned_envelopes(part, before=before))

    async def _last(self, name: str) -> int:
        return await self._desk.storage.read(lambda tx: tx.integrity.last_id(name))

    async def _windows(self, name: str) -> Iterator[range]:
        return _cut(range(1, await self._last(name) + 1))


def _cut(ids: range) -> Iterator[range]:
    return (range(start, min(start + WINDOW, ids.stop)) for start in range(ids.start, ids.stop, WINDOW))


def _pages(ids: list[int], size: int) -> list[list[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]
