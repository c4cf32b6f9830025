"""Lifecycle: what people, programs and time do to an episode. One function, one transaction, one audit entry.

All raise `NotFoundError` for an alert this desk does not have, `IllegalTransitionError` (a `ConflictError`)
when the table of transitions says no (nothing has changed then) and `NotDurableError` when the database
cannot be written. They return the alert as it is now.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.alert import transition
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert, format_ref
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError, InvalidInputError
from bot.usecases.alert.move import SWEEP, Move, bounded, carry_out, perform, sweep
from bot.usecases.desk import Desk
from storage.codec import micros
from storage.transaction import Transaction

LONGEST_ACK: Final = timedelta(days=7)


async def acknowledge(
    desk: Desk, alert_id: int, *, actor: Actor, note: str = "", lasts: timedelta | None = None
) -> Alert:
    """``actor`` takes the alert on; a note is kept with it.

    It ``lasts`` so long, or as the desk's rules say; who has it already may say for how much longer.

    Raises:
        InvalidInputError: the note is too long, or the time is none from a minute to `LONGEST_ACK`.
    """
    if lasts is not None and not timedelta(minutes=1) <= lasts <= LONGEST_ACK:
        raise InvalidInputError("for", f"must be from a minute to {LONGEST_ACK.days} days")
    spans = desk.rules.ack_spans if lasts is None else dict.fromkeys(Severity, lasts)
    move = acknowledging(alert_id, actor, bounded(note), spans=spans, renews=lasts is not None)
    return await perform(desk, move)


async def unacknowledge(desk: Desk, alert_id: int, *, actor: Actor) -> Alert:
    """Give it back: somebody else has to look."""
    return await perform(desk, unacknowledging(alert_id, actor))


async def claim(desk: Desk, alert_id: int, *, actor: Actor, lease: timedelta | None = None) -> Alert:
    """``actor`` looks at it for the length of a lease (the desk's own by default)."""
    return await perform(desk, claiming(alert_id, actor, desk.rules.lease if lease is None else lease))


async def release(desk: Desk, alert_id: int, *, actor: Actor) -> Alert:
    """End a claim; only its owner may (`ConflictError` otherwise)."""
    return await perform(desk, releasing(alert_id, actor))


async def resolve(desk: Desk, alert_id: int, *, actor: Actor, note: str = "") -> Alert:
    """Resolve an alert, whatever its sender thinks; a refire within the reopen window takes it up again."""
    return await perform(desk, resolving(alert_id, actor, bounded(note)))


async def reopen(desk: Desk, alert_id: int, *, actor: Actor) -> Alert:
    """Reopen an alert: soon after the resolve whoever had it has it again, later nobody has."""
    now = desk.clock.now()

    def reopen_alert(tx: Transaction) -> Alert:
        return carry_out(tx, desk, reopening(tx, desk, alert_id, actor), now)

    reopened = await desk.storage.write(reopen_alert)
    desk.bell.ring()
    return reopened


async def annotate(desk: Desk, alert_id: int, *, actor: Actor, note: str) -> Alert:
    """Write a note; the newest stands on the card, all of them in the history.

    Raises:
        InvalidInputError: the note is empty or too long.
    """
    return await perform(desk, annotating(alert_id, actor, bounded(note)))


async def expire_leases(desk: Desk) -> int:
    """Claims whose lease has run out make their alerts new again; returns how many."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.alerts.leases_over(now_us=micros(now), limit=SWEEP))
    return await sweep(desk, ((project_id, expiring_lease(alert_id)) for project_id, alert_id in due))


def expiring_lease(alert_id: int) -> Move:
    """The move of `expire_leases`."""
    return Move(
        alert_id=alert_id,
        actor=actors.job("lease"),
        verb=verbs.LEASE_EXPIRE,
        make=transition.expire_lease,
    )


def acknowledging(
    alert_id: int,
    actor: Actor,
    note: str = "",
    *,
    spans: Mapping[Severity, timedelta],
    renews: bool = False,
) -> Move:
    """The move of `acknowledge`; ``spans`` say by severity how long it lasts, others last for good."""

    def make(alert: Alert, now: datetime) -> Alert:
        lasts = spans.get(alert.severity)
        until = None if lasts is None else now + lasts
        return transition.acknowledge(alert, actor, now, note, until=until, renews=renews)

    return Move(
        alert_id=alert_id,
        actor=actor,
        verb=verbs.ACK,
        make=make,
        note=note,
        renews=renews,
    )


def unacknowledging(alert_id: int, actor: Actor) -> Move:
    """The move of `unacknowledge`."""
    return Move(
        alert_id=alert_id,
        actor=actor,
        verb=verbs.UNACK,
        make=lambda alert, _: transition.unacknowledge(alert),
    )


def unacknowledging_own(alert_id: int, actor: Actor) -> Move:
    """The move that takes back what ``actor`` acknowledged (`ConflictError` if another did)."""
    return Move(
        alert_id=alert_id,
        actor=actor,
        verb=verbs.UNACK,
        make=lambda alert, _: transition.unacknowledge_own(alert, actor),
    )


def handing_over(alert_id: int, giver: Actor, taker: Actor) -> Move:
    """The giver takes their mark away while the taker's stands."""
    return Move(
        alert_id=alert_id,
        actor=giver,
        verb=verbs.HAND_OVER,
        make=lambda alert, _: transition.hand_over(alert, giver, taker),
    )


def claiming(alert_id: int, actor: Actor, lease: timedelta) -> Move:
    """The move of `claim`."""
    return Move(
        alert_id=alert_id,
        actor=actor,
        verb=verbs.CLAIM,
        make=lambda alert, now: transition.claim(alert, actor, now, lease),
    )


def releasing(alert_id: int, actor: Actor) -> Move:
    """The move of `release`."""
    return Move(
        alert_id=alert_id,
        actor=actor,
        verb=verbs.RELEASE,
        make=lambda alert, _: transition.release(alert, actor),
    )


def resolving(alert_id: int, actor: Actor, note: str = "") -> Move:
    """The move of `resolve`."""
    return Move(
        alert_id=alert_id,
        actor=actor,
        verb=verbs.RESOLVE,
        make=lambda alert, now: transition.resolve(alert, actor, now, note),
        note=note,
    )


def reopening(tx: Transaction, desk: Desk, alert_id: int, actor: Actor) -> Move:
    """The move of `reopen`: one episode of a signature is open at a time, and silence may end it.

    Of what has expired somebody says so that it is still broken.
    """
    known = tx.alerts.get(desk.project.id, alert_id)
    verb = verbs.STILL_BROKEN if known is not None and known.expired else verbs.REOPEN
    source = tx.sources.of_alert(alert_id)
    silence = None if source is None else source.policy(default_silence=desk.rules.silence).silence

    def make(alert: Alert, now: datetime) -> Alert:
        reopened = transition.reopen(alert, now, silence)
        newest = tx.alerts.newest_of(alert.recurrence_id)
        if newest != alert.id:
            raise ConflictError(f"{alert.ref} came back as {format_ref(newest)} already.")
        return reopened

    return Move(alert_id=alert_id, actor=actor, verb=verb, make=make)


def annotating(alert_id: int, actor: Actor, note: str) -> Move:
    """The move of `annotate`.

    Raises:
        InvalidInputError: the note is empty.
    """
    if not note:
        raise InvalidInputError("note", "a note needs some words")
    return Move(
        alert_id=alert_id,
        actor=actor,
        verb=verbs.NOTE,
        make=lambda alert, _: transition.annotate(alert, actor, note),
        note=note,
    )
