"""Statements of recurrences that intake sends in every batch, and how their rows are read."""

from typing import Any

from sqlalchemy import bindparam, select

from bot.domain.actor import is_silence
from bot.domain.alert.alert import State
from bot.domain.alert.flap import CALM
from bot.domain.alert.quiet import read_kinds
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import SignatureStanding
from bot.domain.recurrence.recurrence import ends_by_itself
from bot.domain.recurrence.settlement import EpisodeState, RecurrenceTally
from storage.alert.row import read_flapping
from storage.bulk import Lookup
from storage.codec import actor_or_none, moment, moment_or_none
from storage.dialect import one_of
from storage.table.core import alert
from storage.table.recurrence import recurrence

_KNOWN_COLUMNS = ("id", "signature", "last_alert_id")
KNOWN = Lookup(
    lambda dialect: (
        select(*(recurrence.c[name] for name in _KNOWN_COLUMNS))
        .where(
            recurrence.c.project_id == bindparam("project"),
            one_of(dialect, recurrence.c.signature, "signatures"),
        )
        .order_by(recurrence.c.id)
        .with_for_update()
    ),
    ("project", "signatures"),
    _KNOWN_COLUMNS,
)
_STANDING_COLUMNS = (
    "id", "state", "severity", "occurrences", "flaps", "opened_at", "last_seen_at", "acked_at", "resolved_at",
    "resolved_by", "silent_after", "escalated_from", "owner", "flapped_at", "quiet_until", "group_id",
    "started_at", "received_at", "run", "loud_since", "quiet_kinds", "ack_until",
)  # fmt: skip
STANDINGS = Lookup(
    lambda dialect: (
        select(*(alert.c[name] for name in _STANDING_COLUMNS))
        .where(one_of(dialect, alert.c.id, "ids"))
        .order_by(alert.c.id)
        .with_for_update()
    ),
    ("ids",),
    _STANDING_COLUMNS,
)
_FIX_COLUMNS = (
    "id", "fixed_at", "fixed_by", "fixed_by_name", "fix_owner", "fix_owner_name", "fix_note", "regressed_at",
    "regressed_alert_id",
)  # fmt: skip
MENDED = Lookup(
    lambda dialect: select(*(recurrence.c[name] for name in _FIX_COLUMNS)).where(
        one_of(dialect, recurrence.c.id, "ids"),
        recurrence.c.fixed_at.is_not(None),
        recurrence.c.regressed_at.is_(None),
    ),
    ("ids",),
    _FIX_COLUMNS,
)


def counted(each: RecurrenceTally, us: int) -> tuple[int | None, ...]:
    """What a batch counted, in the order of the columns of `ADD` and at the end of `NEW_COLUMNS`."""
    last_alert_id = each.last_alert_id or None
    return (each.occurrences, each.episodes, each.duplicates, each.flaps, us, last_alert_id, each.channel_id)


def read_standing(row: Any) -> tuple[SignatureStanding, EpisodeState]:
    """A row of `STANDINGS`: how an episode stands for intake, and as the sums know it."""
    state, opened_at, resolved_at = State(row.state), moment(row.opened_at), moment_or_none(row.resolved_at)
    ended_by = actor_or_none(row.resolved_by, "")
    expired = state is State.RESOLVED and is_silence(ended_by)
    standing = SignatureStanding(
        alert_id=row.id,
        state=state,
        severity=Severity(row.severity),
        occurrences=row.occurrences,
        flaps=row.flaps,
        opened_at=opened_at,
        last_seen_at=moment(row.last_seen_at),
        resolved_at=resolved_at,
        silent_after=moment_or_none(row.silent_after),
        escalated_from=Severity(row.escalated_from) if row.escalated_from else None,
        owned=row.owner is not None,
        flapping=CALM if row.flapped_at is None else read_flapping(row),
        group_id=row.group_id,
        started_at=moment_or_none(row.started_at),
        received_at=moment_or_none(row.received_at),
        ended_by_sender=state is State.RESOLVED and (row.resolved_by or "").startswith("source:"),
        expired=expired,
        run=row.run,
        loud_since=moment_or_none(row.loud_since),
        quiet_kinds=read_kinds(row.quiet_kinds),
        ack_until=moment_or_none(row.ack_until),
    )
    alone = state is State.RESOLVED and row.owner is None and ends_by_itself(ended_by, None)
    return standing, EpisodeState(state, opened_at, moment_or_none(row.acked_at), resolved_at, alone, expired)
