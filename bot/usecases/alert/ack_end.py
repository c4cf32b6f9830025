"""Ack end: what the owner of an acknowledgement says shortly before it ends: it takes longer, or no more.

Law: an answer counts for the run that was asked about. Whoever answers a second time, or after the alert has
moved on, changes nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.domain.actor import Actor
from bot.domain.alert import transition
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert
from bot.domain.alert.ring import RingReason
from bot.domain.alert.verb import AlertVerb
from bot.domain.alert.verdict import Lane
from bot.domain.errors import ConflictError
from bot.usecases.alert import many
from bot.usecases.alert.button import how_it_stands
from bot.usecases.alert.lifecycle import LONGEST_ACK
from bot.usecases.alert.move import Move, carry_out
from bot.usecases.desk import Desk
from storage.transaction import Transaction

_SHORTEST: Final = timedelta(minutes=1)


async def prolong(desk: Desk, alert_id: int, *, run: int, actor: Actor, for_others: bool) -> Alert:
    """Prolong an acknowledgement by as long as it was given for; ``for_others`` may prolong anybody's.

    Raises:
        NotFoundError: this desk does not have the alert.
        ConflictError: it has moved on since ``run``, or is somebody else's; nothing has changed.
        NotDurableError: the database cannot be written.
    """

    def make(tx: Transaction) -> Callable[[Alert, datetime], Alert]:
        given_at = tx.rings.reminded_at(alert_id, run)
        return lambda alert, now: transition.prolong(alert, now + _span(alert, given_at))

    return await _answer(desk, alert_id, run, actor, verbs.PROLONG, make, for_others=for_others)


async def give_back(desk: Desk, alert_id: int, *, run: int, actor: Actor, for_others: bool) -> Alert:
    """Somebody else has to look, and is rung; raises as `prolong` does."""

    def make(_: Transaction) -> Callable[[Alert, datetime], Alert]:
        return lambda alert, _: transition.unacknowledge(alert)

    return await _answer(desk, alert_id, run, actor, verbs.UNACK, make, for_others=for_others)


async def _answer(
    desk: Desk,
    alert_id: int,
    run: int,
    actor: Actor,
    verb: AlertVerb,
    make: Callable[[Transaction], Callable[[Alert, datetime], Alert]],
    *,
    for_others: bool,
) -> Alert:
    now = desk.clock.now()

    def answer_ack_end(tx: Transaction) -> Alert:
        change = make(tx)

        def as_asked(alert: Alert, now: datetime) -> Alert:
            if alert.run != run:
                raise ConflictError(f"{how_it_stands(alert)} meanwhile, so nothing was done.")
            if not for_others and str(alert.owner) != str(actor):
                raise ConflictError(f"{how_it_stands(alert)}: only they, or who manages this desk, may say.")
            return change(alert, now)

        move = Move(alert_id=alert_id, actor=actor, verb=verb, make=as_asked)
        return carry_out(tx, desk, move, now)

    changed = await desk.storage.write(answer_ack_end)
    desk.bell.ring()
    return changed


async def prolong_all(desk: Desk, lead_id: int, *, actor: Actor, for_others: bool) -> int:
    """Prolong all acknowledgements of which one message said that they end; returns how many.

    Raises:
        ConflictError: all of them have moved on, or are somebody else's; nothing has changed.
        NotDurableError: the database cannot be written.
    """

    def make(tx: Transaction, alert_id: int, run: int) -> Callable[[Alert, datetime], Alert]:
        given_at = tx.rings.reminded_at(alert_id, run)
        return lambda alert, now: transition.prolong(alert, now + _span(alert, given_at))

    return await _answer_all(desk, lead_id, actor, verbs.PROLONG, make, for_others=for_others)


async def give_back_all(desk: Desk, lead_id: int, *, actor: Actor, for_others: bool) -> int:
    """Somebody else has to look at all of them, and is rung; raises as `prolong_all` does."""

    def make(_: Transaction, __: int, ___: int) -> Callable[[Alert, datetime], Alert]:
        return lambda alert, _: transition.unacknowledge(alert)

    return await _answer_all(desk, lead_id, actor, verbs.UNACK, make, for_others=for_others)


async def _answer_all(
    desk: Desk,
    lead_id: int,
    actor: Actor,
    verb: AlertVerb,
    make: Callable[[Transaction, int, int], Callable[[Alert, datetime], Alert]],
    *,
    for_others: bool,
) -> int:
    now = desk.clock.now()

    def answer_ack_ends(tx: Transaction) -> int:
        asked = {
            each.subject_id: each.run
            for each in tx.rings.told_in(lead_id)
            if each.reason is RingReason.ACK_ENDING
        }

        def move(alert_id: int) -> Move:
            run, change = asked[alert_id], make(tx, alert_id, asked[alert_id])

            def as_asked(alert: Alert, now: datetime) -> Alert:
                if alert.run != run or not (for_others or str(alert.owner) == str(actor)):
                    raise ConflictError(f"{how_it_stands(alert)}.")
                return change(alert, now)

            return Move(alert_id=alert_id, actor=actor, verb=verb, make=as_asked, lane=Lane.COUNT)

        moved = many.apply(tx, desk, list(asked), move, now)
        if not moved:
            raise ConflictError("All of them have moved on meanwhile, or are somebody else's.")
        return len(moved)

    changed = await desk.storage.write(answer_ack_ends)
    desk.bell.ring()
    return changed


def _span(alert: Alert, given_at: datetime | None) -> timedelta:
    """As long as it was given for the last time."""
    since = given_at or alert.acked_at
    if alert.ack_until is None or since is None:
        return LONGEST_ACK
    return min(max(alert.ack_until - since, _SHORTEST), LONGEST_ACK)
