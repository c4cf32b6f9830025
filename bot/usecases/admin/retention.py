"""Retention: what is past its time goes, in transactions so small that nobody waits for them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.audit import Entry
from bot.domain.retention import Outdated
from bot.usecases.desk import Desk
from storage.admin.eventless import PARTS
from storage.codec import encode
from storage.transaction import Transaction
from storage.writer import Turn

BATCH: Final = 500
"""Rows looked at and deleted in a transaction."""

NIGHT: Final = 3
"""The hour, UTC, in which the job works."""

_GIVE: Final = 256  # pages that SQLite gives back in a transaction


async def nightly(desk: Desk) -> Outdated | None:
    """Sweep, if it is the hour for it."""
    if desk.clock.now().hour != NIGHT:
        return None
    return await sweep(desk, actor=actors.job("retention"))


async def preview(desk: Desk) -> Outdated:
    """What a sweep would delete now; nothing changes."""
    return await _Sweep(desk, dry_run=True).run()


async def sweep(desk: Desk, *, actor: Actor) -> Outdated:
    """Delete what is past its time; returns how much that was."""
    gone = await _Sweep(desk, dry_run=False).run()
    if not gone.total:
        return gone
    entry = Entry(
        at=desk.clock.now(),
        actor=actor,
        action="retention.sweep",
        subject=f"project:{desk.project.id}",
        after=encode(msgspec.structs.asdict(gone)),
    )
    await desk.storage.write(lambda tx: tx.audit.append(desk.project.id, entry), turn=Turn.BULK)
    await desk.storage.give_back(_GIVE)
    return gone


class _Sweep:
    """One walk over everything."""

    def __init__(self, desk: Desk, *, dry_run: bool) -> None:
        self._desk = desk
        self._dry_run = dry_run
        self._digests: set[str] = set()

    async def run(self) -> Outdated:
        rules = self._desk.rules.retention
        events = await self._events(self._before(rules.events))
        envelopes = await self._envelopes(self._before(rules.events))
        ledger = await self._ledger(self._before(rules.ledger))
        alerts = await self._alerts(self._before(rules.alerts))
        return Outdated(events=events, envelopes=envelopes, alerts=alerts, ledger=ledger)

    def _before(self, span: timedelta) -> datetime | None:
        return self._desk.clock.now() - span if span else None

    async def _events(self, before: datetime | None) -> int:
        after, gone = 0, 0
        while before is not None:
            after, count = await self._page_of_events(before, after)
            gone += count
            if not after:
                break
        return gone

    async def _page_of_events(self, before: datetime, after: int) -> tuple[int, int]:
        project_id = self._desk.project.id
        after, page = await self._desk.storage.read(
            lambda tx: tx.old_rows.events(project_id, before=before, after=after, at_most=BATCH)
        )
        self._digests.update(digest for _, digest in page)
        ids = [number for number, _ in page]
        return after, await self._forget(lambda tx: tx.old_rows.forget_events(ids), len(ids))

    async def _envelopes(self, before: datetime | None) -> int:
        if before is None or self._dry_run:
            return len(self._digests)
        gone = 0
        for part in range(PARTS):
            gone += await self._unused_envelopes(part, before)
        return gone

    async def _unused_envelopes(self, part: int, before: datetime) -> int:
        """Whose events went, in this sweep or in one that was cut short, and those that told nothing."""
        seen, unused = await self._desk.storage.read(lambda tx: tx.old_rows.unused(part, before=before))
        gone = 0
        for few in _pages(sorted(unused), BATCH):
            gone += await self._forget(_envelopes(few, seen, before), len(few))
        return gone

    async def _alerts(self, before: datetime | None) -> int:
        after, gone = 0, 0
        while before is not None:
            after, count = await self._page_of_alerts(before, after)
            gone += count
            if not after:
                break
        return gone

    async def _page_of_alerts(self, before: datetime, after: int) -> tuple[int, int]:
        project_id = self._desk.project.id
        after, ids = await self._desk.storage.read(
            lambda tx: tx.old_rows.alerts(project_id, before=before, after=after, at_most=BATCH)
        )
        return after, await self._forget(lambda tx: tx.old_rows.forget_alerts(ids, before=before), len(ids))

    async def _ledger(self, before: datetime | None) -> int:
        if before is None:
            return 0
        project_id = self._desk.project.id
        if self._dry_run:
            return await self._desk.storage.read(lambda tx: tx.ledger.count(project_id, before=before))
        gone = swept = BATCH
        while swept == BATCH:
            swept = await self._forget(
                lambda tx: tx.ledger.forget(project_id, before=before, at_most=BATCH), BATCH
            )
            gone += swept
        return gone - BATCH

    async def _forget(self, work: Callable[[Transaction], int], count: int) -> int:
        """Delete so many; they count as deleted in a dry run."""
        if self._dry_run or not count:
            return count
        return await self._desk.storage.write(work, turn=Turn.BULK)


def _envelopes(few: list[str], seen: int, before: datetime) -> Callable[[Transaction], int]:
    return lambda tx: tx.old_rows.forget_envelopes(few, seen=seen, before=before)


def _pages(items: list[str], size: int) -> list[list[str]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
