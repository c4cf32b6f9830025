"""The alert's row: columns in one order, and the way between them and the domain's values."""

from typing import Any
from zlib import crc32

import msgspec
from sqlalchemy import bindparam, case, insert, null, update

from bot.domain import actor as actors
from bot.domain.actor import SILENCE
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.flap import CALM, Flapping
from bot.domain.alert.quiet import read_kinds, write_kinds
from bot.domain.alert.signal import Severity, Signal
from bot.domain.alert.verdict import SignatureStanding
from storage.bulk import Bulk
from storage.codec import (
    actor_columns,
    actor_or_none,
    decode_labels,
    decode_links,
    encode,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
)
from storage.table.core import alert

_INSERT_COLUMNS = (
    "id", "project_id", "source_id", "recurrence_id", "signature", "state", "severity", "severity_word",
    "name", "summary", "description", "labels", "links", "namespace", "service", "target", "group_key",
    "occurrences", "flaps", "opened_at", "last_seen_at", "resolved_at", "silent_after", "escalated_from",
    "group_id", "cause", "said", "ending", "started_at", "received_at", "loud_since",
    "quiet_kinds", "channel_id", "target_crc",
)  # fmt: skip
INSERT = Bulk(insert(alert), _INSERT_COLUMNS)
_times = msgspec.json.Decoder(list[int])

_owned = bindparam("owned_", type_=alert.c.occurrences.type)
_state = bindparam("state_", type_=alert.c.state.type)
_STANDING: dict[str, Any] = {
    "state": _state,
    "severity": bindparam("severity_"),
    "occurrences": bindparam("occurrences_"),
    "flaps": bindparam("flaps_"),
    "last_seen_at": bindparam("last_seen_"),
    "resolved_at": bindparam("resolved_at_"),
    "silent_after": bindparam("silent_after_"),
    "escalated_from": bindparam("escalated_from_"),
    "owner": case((_owned == 1, alert.c.owner), else_=null()),
    "owner_name": case((_owned == 1, alert.c.owner_name), else_=null()),
    "acked_at": case((_owned == 1, alert.c.acked_at), else_=null()),
    "lease_expires_at": case((_state == State.PROCESSING.value, alert.c.lease_expires_at), else_=null()),
    "retry_at": case((_state == State.FAILED.value, alert.c.retry_at), else_=null()),
    "flapped_at": bindparam("flapped_at_"),
    "quiet_until": bindparam("quiet_until_"),
    "run": bindparam("run_"),
    "loud_since": bindparam("loud_since_"),
    "quiet_kinds": bindparam("quiet_kinds_"),
    "ack_until": bindparam("ack_until_"),
    "resolved_by": bindparam("resolved_by_"),
    "resolved_by_name": bindparam("resolved_by_name_"),
    "ending": bindparam("ending_"),
    "started_at": bindparam("started_at_"),
}
_CONTENT: dict[str, Any] = {
    "severity_word": bindparam("severity_word_"),
    "name": bindparam("name_"),
    "summary": bindparam("summary_"),
    "description": bindparam("description_"),
    "labels": bindparam("labels_"),
    "links": bindparam("links_"),
    "group_key": bindparam("group_key_"),
    "said": bindparam("said_"),
}


def _update(values: dict[str, Any]) -> Any:
    return update(alert).where(alert.c.id == bindparam("id_", type_=alert.c.id.type)).values(**values)


_STANDING_COLUMNS = (
    "state_", "severity_", "occurrences_", "flaps_", "last_seen_", "resolved_at_", "silent_after_",
    "escalated_from_", "owned_", "flapped_at_", "quiet_until_", "resolved_by_", "resolved_by_name_",
    "ending_", "started_at_", "run_", "loud_since_", "quiet_kinds_", "ack_until_", "id_",
)  # fmt: skip
_CONTENT_COLUMNS = (
    "severity_word_", "name_", "summary_", "description_", "labels_", "links_", "group_key_", "said_",
)  # fmt: skip
REFRESH = Bulk(_update({**_STANDING, **_CONTENT}), (*_CONTENT_COLUMNS, *_STANDING_COLUMNS))
MOVE = Bulk(_update(_STANDING), _STANDING_COLUMNS)
_SAVED_COLUMNS = (
    "state", "acked_at", "resolved_at", "resolved_by", "resolved_by_name", "owner", "owner_name",
    "lease_expires_at", "silent_after", "escalated_from", "quiet_until", "claims", "attempts", "last_error",
    "retry_at", "note", "note_by", "note_by_name", "run", "loud_since", "quiet_kinds", "ack_until",
)  # fmt: skip
SAVE = Bulk(
    _update({name: bindparam(f"{name}_", type_=alert.c[name].type) for name in _SAVED_COLUMNS}),
    (*(f"{name}_" for name in _SAVED_COLUMNS), "id_"),
)


def insert_row(
    identity: tuple[int, int, int, str], signal: Signal, standing: SignatureStanding, channel_id: int
) -> tuple[Any, ...]:
    """``identity`` is (project, source, recurrence, signature)."""
    return (
        standing.alert_id,
        *identity,
        standing.state.value,
        standing.severity.value,
        signal.severity_word,
        signal.name,
        signal.summary,
        signal.description,
        encode(signal.labels),
        encode(signal.links),
        signal.namespace,
        signal.service,
        signal.target,
        signal.group_key,
        standing.occurrences,
        standing.flaps,
        micros(standing.opened_at),
        micros(standing.last_seen_at),
        micros_or_none(standing.resolved_at),
        micros_or_none(standing.silent_after),
        standing.escalated_from.value if standing.escalated_from else None,
        standing.group_id,
        standing.cause,
        encode(signal.said) if signal.said else None,
        standing.ending or None,
        micros_or_none(standing.started_at),
        micros(standing.received_at or standing.last_seen_at),
        micros_or_none(standing.loud_since),
        write_kinds(standing.quiet_kinds),
        channel_id,
        crc_of(signal.target),
    )


def crc_of(target: str) -> int:
    """What an index holds of a target, which stays what it was when the episode began."""
    return crc32(target.encode())


def refresh_row(source: str, signal: Signal, standing: SignatureStanding) -> tuple[Any, ...]:
    """What a repeat by the source named ``source`` changes."""
    return (
        signal.severity_word,
        signal.name,
        signal.summary,
        signal.description,
        encode(signal.labels),
        encode(signal.links),
        signal.group_key,
        encode(signal.said) if signal.said else None,
        *move_row(source, standing),
    )


def move_row(source: str, standing: SignatureStanding) -> tuple[Any, ...]:
    """What a resolve by the source named ``source`` changes."""
    resolved = standing.state is State.RESOLVED
    return (
        standing.state.value,
        standing.severity.value,
        standing.occurrences,
        standing.flaps,
        micros(standing.last_seen_at),
        micros_or_none(standing.resolved_at),
        micros_or_none(standing.silent_after),
        standing.escalated_from.value if standing.escalated_from else None,
        int(standing.owned),
        *flapping_columns(standing.flapping),
        *actor_columns((SILENCE if standing.expired else actors.source(source)) if resolved else None),
        standing.ending or None,
        micros_or_none(standing.started_at),
        standing.run,
        micros_or_none(standing.loud_since),
        write_kinds(standing.quiet_kinds),
        micros_or_none(standing.ack_until),
        standing.alert_id,
    )


def save_row(changed: Alert) -> tuple[Any, ...]:
    """What people, leases and silence change."""
    return (
        changed.state.value,
        micros_or_none(changed.acked_at),
        micros_or_none(changed.resolved_at),
        *actor_columns(changed.resolved_by),
        *actor_columns(changed.owner),
        micros_or_none(changed.lease_expires_at),
        micros_or_none(changed.silent_after),
        changed.escalated_from.value if changed.escalated_from else None,
        micros_or_none(changed.flapping.quiet_until),
        changed.claims,
        changed.attempts,
        changed.last_error,
        micros_or_none(changed.retry_at),
        changed.note,
        *actor_columns(changed.note_by),
        changed.run,
        micros_or_none(changed.loud_since),
        write_kinds(changed.quiet_kinds),
        micros_or_none(changed.ack_until),
        changed.id,
    )


def flapping_columns(flapping: Flapping) -> tuple[str | None, int | None]:
    """``flapped_at`` and ``quiet_until``; of most alerts there is nothing to say."""
    if flapping is CALM:
        return None, None
    return encode([micros(at) for at in flapping.flapped_at]), micros_or_none(flapping.quiet_until)


def read_flapping(row: Any) -> Flapping:
    """What `flapping_columns` wrote."""
    if row.flapped_at is None:
        return CALM
    return Flapping(tuple(map(moment, _times.decode(row.flapped_at))), moment_or_none(row.quiet_until))


def read(row: Any) -> Alert:
    """The whole row as the domain's value."""
    return Alert(
        id=row.id,
        project_id=row.project_id,
        source_id=row.source_id,
        recurrence_id=row.recurrence_id,
        group_id=row.group_id,
        signature=row.signature,
        state=State(row.state),
        severity=Severity(row.severity),
        severity_word=row.severity_word,
        name=row.name,
        summary=row.summary,
        description=row.description,
        labels=decode_labels(row.labels),
        links=decode_links(row.links),
        namespace=row.namespace,
        service=row.service,
        target=row.target,
        group_key=row.group_key,
        occurrences=row.occurrences,
        flaps=row.flaps,
        flapping=read_flapping(row),
        opened_at=moment(row.opened_at),
        last_seen_at=moment(row.last_seen_at),
        acked_at=moment_or_none(row.acked_at),
        resolved_at=moment_or_none(row.resolved_at),
        resolved_by=actor_or_none(row.resolved_by, row.resolved_by_name),
        owner=actor_or_none(row.owner, row.owner_name),
        lease_expires_at=moment_or_none(row.lease_expires_at),
        silent_after=moment_or_none(row.silent_after),
        escalated_from=Severity(row.escalated_from) if row.escalated_from else None,
        claims=row.claims,
        attempts=row.attempts,
        last_error=row.last_error,
        retry_at=moment_or_none(row.retry_at),
        note=row.note,
        note_by=actor_or_none(row.note_by, row.note_by_name),
        said=decode_labels(row.said) if row.said else {},
        ending=row.ending or "",
        started_at=moment_or_none(row.started_at),
        run=row.run,
        loud_since=moment_or_none(row.loud_since),
        quiet_kinds=read_kinds(row.quiet_kinds),
        ack_until=moment_or_none(row.ack_until),
    )
