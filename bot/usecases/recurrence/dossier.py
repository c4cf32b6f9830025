"""Dossier: what comes back, for programs: the whole in figures and one page of items. Nothing here writes.

The figures are of the window that was asked for; what was counted over all times is told beside them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.domain.alert.ref import SourceRef, find_refs
from bot.domain.alert.signal import Severity
from bot.domain.recurrence.profile import RecurrenceProfile
from bot.domain.recurrence.ranking import Query, Ranked, Totals, WindowSums
from bot.domain.recurrence.run import Run, RunState
from bot.domain.recurrence.work import Facts, NextStep, derive
from bot.usecases.desk import Desk
from bot.usecases.recurrence.profile import build_profiles
from bot.usecases.recurrence.work import gather
from storage.transaction import Transaction

MOST: Final = 100
COUNTED: Final = 1_000
"""Recurrences whose work the summary counts, the first of the ranking."""


class WorkSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What is done about the first `COUNTED` that match; ``linked`` have a run or a hand-over.

    ``recurrent_groups`` had more than one episode; the last five say what each waits for.
    """

    counted: int = 0
    recurrent_groups: int = 0
    linked: int = 0
    unlinked: int = 0
    auto_repair_linked: int = 0
    verified_repair: int = 0
    open: int = 0
    manual_gate: int = 0
    automation_gap: int = 0
    failed_repair: int = 0
    latest_received: datetime | None = None


class RankingSummary(msgspec.Struct, frozen=True, kw_only=True):
    """``window`` are the sums of the window, ``totals`` those over all times of all that match.

    ``runs`` are the whole project's by state.
    """

    window: WindowSums
    totals: Totals
    work: WorkSummary
    runs: dict[RunState, int]
    incidents: int


class DossierItem(msgspec.Struct, frozen=True, kw_only=True):
    """One recurrence: ``window`` is what it cost within the window, the rest is of its latest alert."""

    profile: RecurrenceProfile
    window: WindowSums
    severity: Severity | None = None
    latest_event: int | None = None
    run: Run | None = None
    refs: tuple[SourceRef, ...] = ()


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """What programs read: the whole in figures, and one page of items in the order that was asked for."""

    summary: RankingSummary
    items: tuple[DossierItem, ...]
    offset: int
    total: int


async def dossier(desk: Desk, query: Query, *, offset: int = 0, limit: int = 10) -> Dossier:
    """Summary and items; at most `MOST` items at once."""
    now = desk.clock.now()

    def read_dossier(tx: Transaction) -> Dossier:
        project_id = desk.project.id
        ranked = tx.rankings.page(project_id, query, now=now, offset=offset, limit=max(1, min(limit, MOST)))
        totals = tx.rankings.totals(project_id, query, now=now)
        counted = tx.rankings.page(project_id, query, now=now, limit=COUNTED)
        summary = RankingSummary(
            window=tx.rankings.window(project_id, query, now=now),
            totals=totals,
            work=_count(tx, desk, counted),
            runs=tx.runs.totals(project_id),
            incidents=tx.rankings.incidents(project_id),
        )
        items = _items(tx, desk, ranked)
        return Dossier(summary=summary, items=items, offset=offset, total=totals.recurrences)

    return await desk.storage.read(read_dossier)


def _items(tx: Transaction, desk: Desk, ranked: Sequence[Ranked]) -> tuple[DossierItem, ...]:
    profiles = build_profiles(tx, desk, [each.recurrence for each in ranked])
    runs = tx.runs.newest([each.recurrence.id for each in ranked])
    last = tx.memories.alerts([id_ for each in ranked if (id_ := each.recurrence.last_alert_id) is not None])
    items = []
    for each, profile in zip(ranked, profiles, strict=True):
        alert = last.get(each.recurrence.last_alert_id or 0)
        event = tx.dossiers.of_recurrence(desk.project.id, each.recurrence.id)
        items.append(
            DossierItem(
                profile=profile,
                window=WindowSums(
                    occurrences=each.occurrences,
                    episodes=each.episodes,
                    self_resolves=each.self_resolves,
                    attention=each.attention,
                ),
                severity=None if alert is None else alert.severity,
                latest_event=None if event is None else event.id,
                run=runs.get(each.recurrence.id),
                refs=() if alert is None else find_refs(alert.links, alert.labels, alert.said),
            )
        )
    return tuple(items)


def _count(tx: Transaction, desk: Desk, ranked: Sequence[Ranked]) -> WorkSummary:
    known = [each.recurrence for each in ranked]
    facts = gather(tx, known, tx.sources.listing(desk.project.id))
    steps = [derive(each).next_step for each in facts.values()]
    linked = sum(_is_linked(each) for each in facts.values())
    return WorkSummary(
        counted=len(known),
        recurrent_groups=sum(each.episodes > 1 for each in known),
        linked=linked,
        unlinked=len(known) - linked,
        auto_repair_linked=sum(each.last_run is not None for each in facts.values()),
        verified_repair=steps.count(NextStep.VERIFIED_REPAIR),
        open=steps.count(NextStep.OPEN),
        manual_gate=steps.count(NextStep.MANUAL_GATE),
        automation_gap=steps.count(NextStep.AUTOMATION_GAP),
        failed_repair=steps.count(NextStep.FAILED_REPAIR),
        latest_received=max((each.last_seen_at for each in known), default=None),
    )


def _is_linked(facts: Facts) -> bool:
    return facts.last_run is not None or facts.handoff is not None
