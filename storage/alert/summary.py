"""Summary: alerts as lists show them, with no more of their texts than is shown."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import and_, case, func

from bot.domain.actor import SILENCE
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.outbox.board import BoardAlert
from storage.codec import moment
from storage.table.core import alert

NAME: Final = 150  # characters that are read of a name or place
SUMMARY: Final = 200
RANK: Final = case({each.value: each.rank for each in Severity}, value=alert.c.severity, else_=0)
SEVERITIES: Final = {each.value: each for each in Severity}
_STATES: Final = {each.value: each for each in State}

EXPIRED: Final = case(
    (and_(alert.c.state == State.RESOLVED.value, alert.c.resolved_by == str(SILENCE)), 1), else_=0
)

COLUMNS: Final = (
    alert.c.id,
    alert.c.state,
    alert.c.severity,
    func.substr(alert.c.name, 1, NAME),
    func.substr(alert.c.service, 1, NAME),
    func.substr(alert.c.namespace, 1, NAME),
    func.substr(alert.c.target, 1, NAME),
    func.substr(alert.c.summary, 1, SUMMARY),
    alert.c.owner_name,
    alert.c.occurrences,
    alert.c.opened_at,
    EXPIRED,
    case((alert.c.quiet_kinds.is_not(None), 1), else_=0),
)


def read(row: Sequence[Any]) -> BoardAlert:
    """A row of `COLUMNS`."""
    ident, state, severity, name, service, namespace, target, summary, owner, *rest = row
    occurrences, opened_at, expired, quiet = rest
    return BoardAlert(
        id=ident,
        state=_STATES[state],
        severity=SEVERITIES[severity],
        name=name,
        service=service,
        namespace=namespace,
        target=target,
        summary=summary,
        owner=owner or "",
        occurrences=occurrences,
        opened_at=moment(opened_at),
        expired=bool(expired),
        quiet=bool(quiet),
    )
