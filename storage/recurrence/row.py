"""The recurrence's row: the statements that keep its sums, and the way to the domain's value."""

from typing import Any, Final

from sqlalchemy import BigInteger, Insert, Row, Table, and_, bindparam, case, func, update

from bot.domain.recurrence.recurrence import Fix, Recurrence
from storage.bulk import Bulk
from storage.codec import actor_columns, actor_or_none, micros, moment, moment_or_none, span
from storage.dialect import upsert_in
from storage.table.recurrence import recurrence, recurrence_day, recurrence_hour

NEW_COLUMNS: Final = (
    "id", "project_id", "source_id", "signature", "name", "namespace", "service", "target", "first_seen_at",
    "occurrences", "episodes", "duplicates", "flaps", "last_seen_at", "last_alert_id",
    "channel_id",
)  # fmt: skip


def _bind(name: str) -> Any:
    return bindparam(name, type_=BigInteger())


_id = bindparam("id_", type_=recurrence.c.id.type)
_episodes, _flaps, _seen, _alert = _bind("episodes_"), _bind("flaps_"), _bind("seen_"), _bind("alert_")
_returns = and_(
    recurrence.c.fixed_at.is_not(None), recurrence.c.regressed_at.is_(None), _episodes + _flaps > 0
)
ADD: Final = Bulk(
    update(recurrence)
    .where(recurrence.c.id == _id)
    .values(
        occurrences=recurrence.c.occurrences + _bind("occurrences_"),
        episodes=recurrence.c.episodes + _episodes,
        duplicates=recurrence.c.duplicates + _bind("duplicates_"),
        flaps=recurrence.c.flaps + _flaps,
        last_seen_at=_seen,
        last_alert_id=_alert,
        channel_id=func.coalesce(_bind("channel_"), recurrence.c.channel_id),
        regressed_at=case((_returns, _seen), else_=recurrence.c.regressed_at),
        regressed_alert_id=case((_returns, _alert), else_=recurrence.c.regressed_alert_id),
    ),
    ("occurrences_", "episodes_", "duplicates_", "flaps_", "seen_", "alert_", "channel_", "id_"),
)
ACK: Final = Bulk(
    update(recurrence)
    .where(recurrence.c.id == _id)
    .values(acks=recurrence.c.acks + _bind("acks_"), ack_us=recurrence.c.ack_us + _bind("ack_us_")),
    ("acks_", "ack_us_", "id_"),
)
SETTLE: Final = Bulk(
    update(recurrence)
    .where(recurrence.c.id == _id)
    .values(
        resolves=recurrence.c.resolves + _bind("resolves_"),
        resolve_us=recurrence.c.resolve_us + _bind("resolve_us_"),
        self_resolves=recurrence.c.self_resolves + _bind("self_resolves_"),
        attention_us=recurrence.c.attention_us + _bind("attention_us_"),
    ),
    ("resolves_", "resolve_us_", "self_resolves_", "attention_us_", "id_"),
)


def _adding(table: Table, *columns: str) -> Bulk:
    """Insert a count of a period, or add ``columns`` to the one that is there."""

    def build(dialect: str) -> Insert:
        start = upsert_in(dialect, table)
        return start.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: table.c[name] + start.excluded[name] for name in columns},
        )

    keys = [column.name for column in table.primary_key.columns]
    return Bulk(build, [*keys, "occurrences", "episodes", *(each for each in columns if each in _SETTLED)])


_FIRED: Final = ("occurrences", "episodes")
_SETTLED: Final = ("self_resolves", "attention_us")
COUNT_FIRED: Final = {table.name: _adding(table, *_FIRED) for table in (recurrence_hour, recurrence_day)}
COUNT_SETTLED: Final = {table.name: _adding(table, *_SETTLED) for table in (recurrence_hour, recurrence_day)}


def fix_columns(fix: Fix) -> dict[str, Any]:
    """What marking as fixed writes."""
    by, by_name = actor_columns(fix.by)
    owner, owner_name = actor_columns(fix.owner)
    return {
        "fixed_at": micros(fix.at),
        "fixed_by": by,
        "fixed_by_name": by_name,
        "fix_owner": owner,
        "fix_owner_name": owner_name,
        "fix_note": fix.note,
        "regressed_at": None,
        "regressed_alert_id": None,
    }


def read(row: Row[Any]) -> Recurrence:
    """The whole row as the domain's value."""
    return Recurrence(
        id=row.id,
        project_id=row.project_id,
        source_id=row.source_id,
        signature=row.signature,
        name=row.name,
        namespace=row.namespace,
        service=row.service,
        target=row.target,
        occurrences=row.occurrences,
        episodes=row.episodes,
        duplicates=row.duplicates,
        flaps=row.flaps,
        first_seen_at=moment(row.first_seen_at),
        last_seen_at=moment(row.last_seen_at),
        last_alert_id=row.last_alert_id,
        acks=row.acks,
        ack_time=span(row.ack_us),
        resolves=row.resolves,
        resolve_time=span(row.resolve_us),
        self_resolves=row.self_resolves,
        attention=span(row.attention_us),
        noise_votes=row.noise_votes,
        fix=read_fix(row),
    )


def read_fix(row: Any) -> Fix | None:
    """The columns of the fix alone."""
    by = actor_or_none(row.fixed_by, row.fixed_by_name)
    owner = actor_or_none(row.fix_owner, row.fix_owner_name)
    if row.fixed_at is None or by is None or owner is None:
        return None
    return Fix(
        at=moment(row.fixed_at),
        by=by,
        owner=owner,
        note=row.fix_note,
        regressed_at=moment_or_none(row.regressed_at),
        regressed_alert_id=row.regressed_alert_id,
    )
