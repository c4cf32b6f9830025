"""Journal: one line in the process's log for each alert that came in and changed something."""

from collections.abc import Iterable, Iterator
from typing import Final

import structlog

from bot.domain.alert.signal import Signal
from bot.domain.alert.verdict import Verdict
from bot.usecases.intake.submission import Receipt, ReceiptLine, Submission

TOLD: Final = frozenset({Verdict.OPENED, Verdict.RAISED, Verdict.REOPENED, Verdict.RESOLVED})
"""Repeats are counted in the metrics; a line for each would drown the others."""

MOST: Final = 200
"""Lines for one commit, which may hold thousands in a storm: a line costs half as much as an alert."""

_log: Final = structlog.stdlib.get_logger(__name__)


def tell(submissions: Iterable[Submission], receipts: Iterable[Receipt]) -> None:
    """Say what became of each, after it is on disk; all of it went through redaction before it came here."""
    left, log = MOST, _log.bind()  # once for all lines: it costs more than a line that nobody wants
    for source, signal, line, verdict in _changed(submissions, receipts):
        left -= 1
        if left >= 0:
            log.info(
                "alert",
                ref=line.ref,
                severity=signal.severity.value,
                name=signal.name,
                source=source,
                verdict=verdict.value,
            )
    if left < 0:
        _log.info("more_alerts", count=-left)


def _changed(
    submissions: Iterable[Submission], receipts: Iterable[Receipt]
) -> Iterator[tuple[str, Signal, ReceiptLine, Verdict]]:
    for submission, receipt in zip(submissions, receipts, strict=True):
        for item, line, verdict in zip(submission.signals, receipt.alerts, receipt.verdicts, strict=True):
            if verdict in TOLD:
                yield submission.source.name, item.signal, line, verdict
