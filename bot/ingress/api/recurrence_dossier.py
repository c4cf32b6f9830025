"""Recurrence dossier: a list of recurrences with sums of a window and of all times, as programs see it."""

from typing import Any

import msgspec

from bot.domain.alert.ref import SourceRef
from bot.domain.alert.signal import Severity
from bot.domain.recurrence.ranking import Totals, WindowSums
from bot.domain.recurrence.recurrence import Recurrence
from bot.domain.recurrence.run import RunState
from bot.ingress.api.recurrence_view import RecurrenceItem, show_item
from bot.usecases.recurrence.dossier import Dossier, DossierItem, WorkSummary


class AllTime(msgspec.Struct, frozen=True, kw_only=True):
    """The figures over all times."""

    occurrences: int
    episodes: int
    self_resolves: int
    attention_seconds: float


class RankedItem(RecurrenceItem, frozen=True, kw_only=True):
    """One recurrence of the list: occurrences, episodes, self_resolves and attention are of the window.

    ``latest_event``, ``severity``, ``source_refs`` and ``missing_refs`` are of its latest alert, ``run`` and
    what follows of the newest run about it.
    """

    all_time: AllTime
    severity: Severity | None
    latest_event: int | None
    run: int | None
    run_state: RunState | None
    agent: str | None
    repair_summary: str
    source_refs: tuple[SourceRef, ...]
    refs_by_kind: dict[str, int]
    missing_refs: bool


class SummaryBody(msgspec.Struct, frozen=True, kw_only=True):
    """Occurrences, episodes, self_resolves and attention are of the window, and so is ``work``.

    The rest are sums over all times of all that match; ``runs`` and ``incidents`` are the whole project's.
    """

    all_time: AllTime
    work: WorkSummary

    recurrences: int
    occurrences: int
    episodes: int
    duplicates: int
    flaps: int
    acks: int
    seconds_to_ack: float
    resolves: int
    seconds_to_resolve: float
    self_resolves: int
    self_resolved_share: float | None
    attention_seconds: float
    noise_votes: int
    runs: dict[RunState, int]
    incidents: int


class RecurrenceDossier(msgspec.Struct, frozen=True, kw_only=True):
    """``total`` counts all items that match, ``offset`` those before these."""

    summary: SummaryBody
    items: tuple[RankedItem, ...]
    offset: int
    total: int


def show_dossier(found: Dossier) -> RecurrenceDossier:
    """Summary and items."""
    sums, window = found.summary.totals, found.summary.window
    same = {name: getattr(sums, name) for name in SummaryBody.__struct_fields__ if hasattr(sums, name)}
    summary = SummaryBody(
        **same | _windowed(window),
        all_time=_all_time(sums),
        work=found.summary.work,
        seconds_to_ack=sums.ack_time.total_seconds(),
        seconds_to_resolve=sums.resolve_time.total_seconds(),
        self_resolved_share=sums.self_resolves / sums.resolves if sums.resolves else None,
        runs=found.summary.runs,
        incidents=found.summary.incidents,
    )
    items = tuple(_ranked(each) for each in found.items)
    return RecurrenceDossier(summary=summary, items=items, offset=found.offset, total=found.total)


def _ranked(item: DossierItem) -> RankedItem:
    profile, run = item.profile, item.run
    kinds: dict[str, int] = {}
    for ref in item.refs:
        kinds[ref.kind] = kinds.get(ref.kind, 0) + 1
    tried, mended = sum(profile.runs.values()), profile.runs.get(RunState.SUCCEEDED, 0)
    base = {name: getattr(show_item(profile), name) for name in RecurrenceItem.__struct_fields__}
    return RankedItem(
        **base | _windowed(item.window),
        all_time=_all_time(profile.recurrence),
        severity=item.severity,
        latest_event=item.latest_event,
        run=None if run is None else run.id,
        run_state=None if run is None else run.state,
        agent=None if run is None else run.agent,
        repair_summary=f"{mended} of {tried} runs succeeded" if tried else "no program ever tried",
        source_refs=item.refs,
        refs_by_kind=kinds,
        missing_refs=not item.refs,
    )


def _windowed(sums: WindowSums) -> dict[str, Any]:
    return {
        "occurrences": sums.occurrences,
        "episodes": sums.episodes,
        "self_resolves": sums.self_resolves,
        "attention_seconds": sums.attention.total_seconds(),
    }


def _all_time(sums: Totals | Recurrence) -> AllTime:
    return AllTime(
        occurrences=sums.occurrences,
        episodes=sums.episodes,
        self_resolves=sums.self_resolves,
        attention_seconds=sums.attention.total_seconds(),
    )
