"""Program: what scripts and agents do to alerts, so that they can repeat themselves without harm.

Law: whoever asks again for what it has already brought about gets the alert as it is, and nothing is
written. A program that lost an answer may therefore simply ask again.

Raises as in `bot.usecases.alert.lifecycle`, but for a `ConflictError` a `StandingError`, which says how
things stand.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from bot.domain.actor import Actor
from bot.domain.alert import transition
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert, State, format_ref
from bot.domain.alert.search import AlertCriteria
from bot.domain.audit import Entry
from bot.domain.errors import ConflictError, NotFoundError, StandingError
from bot.usecases.alert.move import Move, bounded, carry_out
from bot.usecases.desk import Desk
from storage.transaction import Transaction


class AlertHistory(msgspec.Struct, frozen=True):
    """An alert with its source's name and what was done to it, oldest first."""

    alert: Alert
    source: str
    entries: tuple[Entry, ...] = ()


async def find(desk: Desk, alert_id: int) -> AlertHistory:
    """One alert with its history.

    Raises:
        NotFoundError: this desk does not have it.
    """

    def read_one(tx: Transaction) -> AlertHistory:
        alert = tx.alerts.get(desk.project.id, alert_id)
        if alert is None:
            raise NotFoundError("alert", format_ref(alert_id))
        entries = tuple(sealed.entry for sealed in tx.audit.about(f"alert:{alert_id}"))
        return AlertHistory(alert, sources(tx, alert)[alert.source_id], entries)

    return await desk.storage.read(read_one)


async def page(
    desk: Desk, search: AlertCriteria, *, before: int | None, limit: int
) -> tuple[list[AlertHistory], int]:
    """Matching alerts without their history, newest first, from the one before the alert ``before`` on."""

    def read_page(tx: Transaction) -> tuple[list[AlertHistory], int]:
        if search.project not in {"", desk.project.name}:
            return [], 0
        found = tx.alert_search.page(desk.project.id, search, before=before, limit=limit)
        names = sources(tx, *found)
        seen = [AlertHistory(each, names[each.source_id]) for each in found]
        return seen, tx.alert_search.count(desk.project.id, search)

    return await desk.storage.read(read_page)


async def perform(desk: Desk, move: Move) -> AlertHistory:
    """Do it, unless its actor has done it already.

    Raises:
        NotFoundError: this desk does not have the alert.
        StandingError: its state or its owner forbids it.
    """
    return await performing(
        desk, move.alert_id, lambda tx, alert, _: None if done_already(tx, alert, move) else move
    )


async def performing(
    desk: Desk, alert_id: int, decide: Callable[[Transaction, Alert, datetime], Move | None]
) -> AlertHistory:
    """Do what ``decide`` says about an alert that nobody else changes meanwhile; None is nothing.

    Raises:
        NotFoundError: this desk does not have the alert.
        StandingError: its state or its owner forbids it.
    """
    now = desk.clock.now()

    def do_performing(tx: Transaction) -> AlertHistory:
        tx.recurrences.hold_of(alert_id)
        alert = tx.alerts.held(desk.project.id, alert_id)
        if alert is None:
            raise NotFoundError("alert", format_ref(alert_id))
        move = decide(tx, alert, now)
        if move is not None:
            try:
                alert = carry_out(tx, desk, move, now)
            except ConflictError as error:
                owner = str(alert.owner) if alert.owner else ""
                raise StandingError(str(error), state=alert.state, owner=owner) from None
        return AlertHistory(alert, sources(tx, alert)[alert.source_id])

    seen = await desk.storage.write(do_performing)
    desk.bell.ring()
    return seen


def renewing(alert_id: int, actor: Actor, lease: timedelta) -> Move:
    """The owner of a claim needs longer: the lease begins anew."""

    def make(alert: Alert, now: datetime) -> Alert:
        if alert.state is not State.PROCESSING:
            raise ConflictError(f"{alert.ref} is {alert.state}; only a claim can be renewed.")
        if not _is(alert.owner, actor):
            holder = alert.owner.mention if alert.owner else "nobody"
            raise ConflictError(f"{alert.ref} is held by {holder}, not by you.")
        return msgspec.structs.replace(alert, lease_expires_at=now + lease)

    return Move(alert_id=alert_id, actor=actor, verb=verbs.RENEW, make=make)


def with_note(move: Move, note: str) -> Move:
    """The move, and a note of its actor; an empty note changes nothing.

    Raises:
        InvalidInputError: the note is too long.
    """
    text = bounded(note)
    if not text:
        return move

    def make(alert: Alert, now: datetime) -> Alert:
        return transition.annotate(move.make(alert, now), move.actor, text)

    return msgspec.structs.replace(move, make=make, note=text)


def done_already(tx: Transaction, alert: Alert, move: Move) -> bool:
    """Whether the alert stands as ``move`` would leave it, and by its actor's own doing."""
    if move.renews:
        return False
    stands = move.verb.is_done
    done = _was_last(tx, alert, move) if stands is None else stands(alert, move.actor)
    return done and (not move.note or (alert.note == move.note and _is(alert.note_by, move.actor)))


def _was_last(tx: Transaction, alert: Alert, move: Move) -> bool:
    """Whether this was the last thing done to it, apart from notes."""
    if move.verb is verbs.RENEW:  # every renewal counts from its own now
        return False
    done = (sealed.entry for sealed in reversed(tx.audit.about(f"alert:{alert.id}")))
    last = next((entry for entry in done if entry.action != verbs.NOTE.name), None)
    return last is not None and last.action == move.action and _is(last.actor, move.actor)


def _is(one: Actor | None, other: Actor) -> bool:
    return one is not None and str(one) == str(other)


def sources(tx: Transaction, *found: Alert) -> dict[int, str]:
    """The names of their sources, by id."""
    return tx.sources.names({alert.source_id for alert in found})
