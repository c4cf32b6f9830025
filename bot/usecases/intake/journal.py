"""Journal: one line in the process's log for each alert that came in and changed something."""

from collections.abc import Iterable
from typing import Final

import structlog

from bot.domain.alert.verdict import Verdict
from bot.usecases.intake.submission import Receipt, Submission

TOLD: Final = frozenset({Verdict.OPENED, Verdict.RAISED, Verdict.REOPENED, Verdict.RESOLVED})
"""Repeats are counted in the metrics; a line for each would drown the others."""

_log = structlog.stdlib.get_logger(__name__)


def tell(submissions: Iterable[Submission], receipts: Iterable[Receipt]) -> None:
    """Say what became of each, after it is on disk; all of it went through redaction before it came here."""
    for submission, receipt in zip(submissions, receipts, strict=True):
        for item, line, verdict in zip(submission.signals, receipt.alerts, receipt.verdicts, strict=True):
            if verdict in TOLD:
                _log.info(
                    "alert",
                    ref=line.ref,
                    severity=item.signal.severity.value,
                    name=item.signal.name,
                    source=submission.source.name,
                    verdict=verdict.value,
                )
