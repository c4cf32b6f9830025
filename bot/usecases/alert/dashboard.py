"""Dashboard: the alerts of a window of time in figures, for consoles. Nothing here writes."""

from datetime import timedelta
from typing import Final

import msgspec

from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.usecases.alert.program import AlertHistory, sources
from bot.usecases.desk import Desk
from storage.transaction import Transaction

TOP: Final = 10


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """``top`` are (signature, name, newest alert's id, occurrences), the most frequent first."""

    counts: tuple[tuple[State, Severity, int], ...]
    top: tuple[tuple[str, str, int, int], ...]
    latest: AlertHistory | None
    oldest_unacked: AlertHistory | None
    last_by_severity: dict[Severity, AlertHistory | None]


async def dashboard(desk: Desk, *, window: timedelta | None) -> Dashboard:
    """What was last seen within ``window``; None is all there ever was."""
    since = None if window is None else desk.clock.now() - window

    def read_dashboard(tx: Transaction) -> Dashboard:
        found = tx.alert_search.overview(desk.project.id, since=since, signatures=TOP)
        shown = [found.latest, found.oldest_unacked, *found.last_by_severity.values()]
        names = sources(tx, *(each for each in shown if each is not None))
        seen = [None if each is None else AlertHistory(each, names[each.source_id]) for each in shown]
        return Dashboard(
            counts=found.counts,
            top=found.top,
            latest=seen[0],
            oldest_unacked=seen[1],
            last_by_severity=dict(zip(found.last_by_severity, seen[2:], strict=True)),
        )

    return await desk.storage.read(read_dashboard)
