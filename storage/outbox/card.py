"""Cards: the outbox. A row is never deleted before its work is done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    insert,
    select,
    update,
)

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.due import CardChoice
from bot.domain.outbox.outbox import CardKind, Outgoing, ParkReason, nonce
from bot.domain.outbox.placement import Placement
from storage.bulk import Bulk
from storage.codec import micros, moment, moment_or_none, span_micros
from storage.dialect import allocate
from storage.kind import IS_OVER
from storage.outbox import fold as folds
from storage.outbox import placement as places
from storage.outbox import statement as statements
from storage.outbox import touch as touches
from storage.table.core import card

_NEW_COLUMNS = (
    "id", "project_id", "kind", "subject_id", "channel_id", "wanted", "shown", "lane", "generation",
    "failures", "parked_reason", "parked_at", "pinged", "dirty_since",
)  # fmt: skip
_new = Bulk(insert(card), _NEW_COLUMNS)
_rung = Bulk(
    update(card)
    .where(card.c.id == bindparam("id_", type_=card.c.id.type))
    .values(
        rung_run=bindparam("run_", type_=card.c.rung_run.type),
        rung_at=bindparam("at_", type_=card.c.rung_at.type),
    ),
    ("run_", "at_", "id_"),
)


class Cards:
    """The outbox's rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(
        self,
        project_id: int,
        kind: CardKind,
        new: Iterable[tuple[int, int | None, Lane]],
        *,
        now: datetime,
    ) -> None:
        """New cards as (subject id, channel or None, lane); without a channel they wait, parked."""
        rows = list(new)
        us = micros(now)
        _new.run(
            self._connection,
            [
                (
                    card_id,
                    project_id,
                    kind.value,
                    subject_id,
                    channel_id or 0,
                    1,
                    0,
                    lane.value,
                    1,
                    0,
                    None if channel_id else ParkReason.NO_CHANNEL.value,
                    None if channel_id else us,
                    False,
                    us,
                )
                for card_id, (subject_id, channel_id, lane) in zip(
                    allocate(self._connection, card, len(rows)), rows, strict=True
                )
            ],
        )

    def touch(self, kind: CardKind, changed: Iterable[tuple[int, Lane]], *, now: datetime) -> None:
        """Let the cards of changed subjects want one more revision, and those of the groups of alerts."""
        touches.touch(self._connection, kind, changed, now=now)

    def touch_alerts(self, changed: Iterable[tuple[int, Lane]], *, now: datetime) -> None:
        """Touch the cards of alerts, own or shared."""
        self.touch(CardKind.ALERT, changed, now=now)

    def touch_heads(self, incident_ids: Iterable[int], lane: Lane, *, now: datetime) -> None:
        """Touch the heads of incidents."""
        self.touch(CardKind.INCIDENT, [(each, lane) for each in incident_ids], now=now)

    def touch_known(
        self, alerts: Iterable[tuple[int, Lane]], groups: Mapping[int, Lane], *, now: datetime
    ) -> None:
        """Touch alerts with a card of their own, and groups: the caller knows which is which."""
        touches.touch_known(self._connection, alerts, groups, now=now)

    def rung(self, runs: Iterable[tuple[int, int]], *, now: datetime) -> None:
        """People are rung for these cards' alerts, as (card, run), by another message."""
        _rung.run(self._connection, [(run, micros(now), card_id) for card_id, run in sorted(runs)])

    def fold(self, groups: Mapping[int, tuple[Sequence[int], Lane]], *, now: datetime) -> folds.Folded:
        """Alerts with cards of their own share those of groups."""
        return folds.fold(self._connection, groups, now=now) if groups else folds.Folded({}, {})

    def claim(
        self, channel_id: int, which: CardChoice, *, worker: str, tag: str, now: datetime, lease: timedelta
    ) -> Outgoing | None:
        """Take the first card of a channel that fits the choice and may be sent now, or None.

        The nonce and the time of the first attempt are stored before anything is sent.
        """
        us = micros(now)
        row = statements.claim(which).row(
            self._connection, channel=channel_id, now=us, worker=worker, until=micros(now + lease)
        )
        if row is None:
            return None
        if row.posting_since is None:
            own = nonce(tag, row.channel_id, row.id, row.generation)
            statements.ATTEMPT.run(self._connection, card=row.id, own=own, now=us)
            return _outgoing(row, own, now)
        return _outgoing(row, row.nonce, moment(row.posting_since))

    def settle(
        self,
        card_id: int,
        *,
        worker: str,
        message_id: int,
        shown: int,
        pinged: bool,
        rang: int | None,
        now: datetime,
        lease: timedelta,
    ) -> None:
        """The message now shows revision ``shown``; the claim ends.

        What changed meanwhile changed after the card was claimed for ``lease``: it is dirty since then.
        ``pinged`` says that its words mention somebody, ``rang`` for which run this post rang them, None when
        it rang nobody.
        """
        statements.SETTLE.run(
            self._connection,
            card=card_id,
            worker=worker,
            message=message_id,
            revision=shown,
            mentions=pinged,
            rang_at=None if rang is None else micros(now),
            rang_run=rang,
            now=micros(now),
            leased_for=span_micros(lease),
        )

    def put_off(self, card_id: int, *, worker: str, until: datetime, failed: bool) -> None:
        """Leave the card alone until ``until``; ``failed`` counts that as a failure."""
        self._connection.execute(
            update(card)
            .where(card.c.id == card_id, card.c.claimed_by == worker)
            .values(
                claimed_by=None,
                claim_expires_at=None,
                not_before=micros(until),
                failures=card.c.failures + int(failed),
            )
        )

    def clear_attempt(self, card_id: int) -> None:
        """What was claimed was never sent: there is nothing to look for."""
        self._connection.execute(
            update(card)
            .where(card.c.id == card_id, card.c.message_id.is_(None))
            .values(nonce=None, posting_since=None)
        )

    def forget_message(self, message_id: int, *, now: datetime) -> int:
        """Note that a message is gone: its card is posted again, as a new one, unless its alert is over."""
        self._hold(card.c.message_id == message_id)
        return self._connection.execute(
            update(card).where(card.c.message_id == message_id).values(**_gone(now))
        ).rowcount

    def lose(self, card_id: int, *, now: datetime) -> None:
        """Note by the card's id that its message is gone, deleted before its id was known."""
        self._hold(card.c.id == card_id)
        self._connection.execute(
            update(card)
            .where(card.c.id == card_id)
            .values(**_gone(now), claimed_by=None, claim_expires_at=None)
        )

    def _hold(self, which: ColumnElement[bool]) -> None:
        """Wait here for whoever is changing the card: the next statement sees what was changed with it.

        After a wait, PostgreSQL looks at other tables as they were before it: an alert that has just come
        back would still seem to be over.
        """
        self._connection.execute(select(card.c.id).where(which).with_for_update())

    def mark_current(self, card_id: int) -> None:
        """Nobody needs to see what it would show."""
        self._connection.execute(update(card).where(card.c.id == card_id).values(shown=card.c.wanted))

    def skip(self, card_id: int, *, worker: str, revision: int) -> bool:
        """What was claimed need not be sent, unless something has changed since it was ``revision``."""
        return bool(
            self._connection.execute(
                update(card)
                .where(card.c.id == card_id, card.c.claimed_by == worker, card.c.wanted == revision)
                .values(
                    shown=revision, claimed_by=None, claim_expires_at=None, nonce=None, posting_since=None
                )
            ).rowcount
        )

    def answered(self, card_id: int, *, revision: int) -> None:
        """A person's click was answered with revision ``revision`` on the card itself.

        Only believed when nothing else was on its way; otherwise the card is sent once more.
        """
        idle = and_(card.c.claimed_by.is_(None), card.c.wanted == revision)
        self._connection.execute(
            update(card)
            .where(card.c.id == card_id)
            .values(
                shown=case((idle, revision), else_=card.c.shown),
                wanted=case((idle, card.c.wanted), else_=card.c.wanted + 1),
            )
        )

    def mark_seen(self, message_id: int, *, at: datetime) -> None:
        """The gateway told of the new message; the first time counts."""
        statements.SEEN.run(self._connection, message=message_id, at=micros(at))

    def has_shown_alert(self, project_id: int) -> bool:
        """Whether anybody has ever seen an alert here."""
        return places.has_shown_alert(self._connection, project_id)

    def showing(self, message_id: int) -> Placement | None:
        """The card that this message is."""
        return places.showing(self._connection, message_id)

    def of(self, kind: CardKind, subject_ids: Iterable[int]) -> list[Placement]:
        """Where these subjects are shown."""
        return places.of(self._connection, kind, subject_ids)

    def head(self, incident_id: int) -> Placement | None:
        """Where the head of an incident is."""
        return next(iter(self.of(CardKind.INCIDENT, [incident_id])), None)

    def of_alerts(self, alert_ids: Iterable[int]) -> dict[int, Placement]:
        """Where these alerts are shown: on cards of their own, or on those of their groups."""
        return places.of_alerts(self._connection, alert_ids)


def _gone(now: datetime) -> dict[str, Any]:
    """What a deleted message makes of its card; deleting what is over or was said once is tidying up."""
    return {
        "message_id": None,
        "shown": case((IS_OVER, card.c.wanted), else_=0),
        "lane": Lane.PERSON.value,
        "generation": card.c.generation + 1,
        "nonce": None,
        "posting_since": None,
        "dirty_since": micros(now),
    }


def _outgoing(row: Any, own: str, posting_since: datetime) -> Outgoing:
    return Outgoing(
        id=row.id,
        project_id=row.project_id,
        kind=CardKind(row.kind),
        subject_id=row.subject_id,
        channel_id=row.channel_id,
        message_id=row.message_id,
        wanted=row.wanted,
        shown=row.shown,
        lane=Lane(row.lane),
        generation=row.generation,
        nonce=own,
        posting_since=posting_since,
        retried=row.posting_since is not None,
        failures=row.failures,
        pinged=row.pinged,
        rung_at=moment_or_none(row.rung_at),
        rung_run=row.rung_run,
        dirty_since=moment(row.dirty_since),
    )
