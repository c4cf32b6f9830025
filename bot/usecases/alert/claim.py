"""Claim: how programs share the work, and what a claim that is over may still do: nothing.

Law: of those that claim at once no two get the same alert, and whoever shows the token of a claim that has
ended or gone to somebody else changes nothing and is told who has the alert now. A lease that has run out
ends the claim at that moment, whether or not anybody has swept it up.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.actor import Actor, ActorKind
from bot.domain.alert import ring as ring_rules
from bot.domain.alert import transition
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.claim import Proof, is_current, is_of
from bot.domain.alert.search import AlertCriteria
from bot.domain.errors import StandingError
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert.move import Move, change_of, entry_of
from bot.usecases.alert.program import AlertHistory, done_already, performing, sources
from bot.usecases.alert.retry import coming_due
from bot.usecases.desk import Desk
from storage.codec import micros
from storage.transaction import Transaction

Make = Callable[[Actor], Move]

_LIVE: Final = frozenset({State.PROCESSING, State.ACKED})


async def claim_next(
    desk: Desk, search: AlertCriteria, *, actor: Actor, lease: timedelta | None = None, limit: int = 1
) -> tuple[AlertHistory, ...]:
    """The most urgent matching alerts that nobody has, at most ``limit``, now claimed by ``actor``.

    Whose lease has run out, and what is to be tried again by now, counts as waiting.
    """
    if search.project not in {"", desk.project.name}:
        return ()
    now = desk.clock.now()
    span = desk.rules.lease if lease is None else lease

    def do_claim_next(tx: Transaction) -> tuple[AlertHistory, ...]:
        found = tx.alert_search.claimable(desk.project.id, search, now_us=micros(now), limit=limit)
        claimed = _take_all(tx, desk, found, lambda alert_id: alerts.claiming(alert_id, actor, span), now)
        names = sources(tx, *claimed)
        return tuple(AlertHistory(each, names[each.source_id]) for each in claimed)

    seen = await desk.storage.write(do_claim_next)
    if seen:
        desk.bell.ring()
    return seen


async def perform(desk: Desk, make: Make, *, actor: Actor, proof: Proof) -> AlertHistory:
    """Do it as the worker whose claim ``proof`` shows, unless it is done already.

    Raises:
        NotFoundError: this desk does not have the alert.
        StandingError: its state or its owner forbids it, or the claim is over.
    """

    def decide(tx: Transaction, alert: Alert, now: datetime) -> Move | None:
        worker = _worker(tx, desk, alert, actor, proof)
        move = make(worker)
        if done_already(tx, alert, move) and _is_telling(move):
            return None
        if proof.claim_token:
            _demand_live(alert, now)
        else:
            move = _without_token(alert, move, proof)
        return move

    return await performing(desk, make(actor).alert_id, decide)


def _take_all(
    tx: Transaction, desk: Desk, found: list[Alert], claiming: Callable[[int], Move], now: datetime
) -> list[Alert]:
    """Claim alerts that are held, each after what has come due and nobody has swept up yet."""
    claimed, entries, changes = [], [], []
    for alert in found:
        after = alert
        for move in (*_overdue(alert), claiming(alert.id)):
            before, after = after, move.make(after, now)
            entries.append(entry_of(before, after, move, now))
        after = ring_rules.advance(alert, after, now)
        claimed.append(after)
        changes.append(change_of(alert, after, move))
    if claimed:
        tx.alerts.save_all(claimed)
        desk.tell_rows(tx, changes, now)
        desk.tell_cards(tx, changes, now)
        tx.audit.append(desk.project.id, *entries)
    return claimed


def _overdue(alert: Alert) -> Iterator[Move]:
    if alert.state is State.PROCESSING:
        yield alerts.expiring_lease(alert.id)
    elif alert.state is State.FAILED:
        yield coming_due(alert.id)


def _worker(tx: Transaction, desk: Desk, alert: Alert, actor: Actor, proof: Proof) -> Actor:
    """Who acts: the worker that got the token, or the program itself when it shows none."""
    if not proof.claim_token:
        return actor
    holder = alert.owner or _claimed_last(tx, alert)
    if not is_current(desk.signing_key, alert, proof.claim_token) or not is_of(holder, actor):
        raise _late(alert)
    return holder or actor


def _is_telling(move: Move) -> bool:
    """Whether its actor is one worker alone: of two claims by a program without names one is another's."""
    return move.verb is not verbs.CLAIM or "/" in move.actor.ident


def _claimed_last(tx: Transaction, alert: Alert) -> Actor | None:
    done = (sealed.entry for sealed in reversed(tx.audit.about(f"alert:{alert.id}")))
    return next((entry.actor for entry in done if entry.action == verbs.CLAIM.name), None)


def _demand_live(alert: Alert, now: datetime) -> None:
    if alert.state not in _LIVE:
        raise _late(alert)
    if alert.lease_expires_at is not None and alert.lease_expires_at <= now:
        raise StandingError(f"The lease on {alert.ref} has run out; claim it again.", state=alert.state)


def _without_token(alert: Alert, move: Move, proof: Proof) -> Move:
    """What may be done to an alert that somebody has by whoever is not its worker."""
    owner = alert.owner
    if owner is None or alert.state not in _LIVE:
        return move
    if owner.kind is ActorKind.PERSON:
        if not move.verb.forced:
            return move
        if not proof.force:
            raise _standing(alert, f"{alert.ref} is held by {owner.name}; only force takes it from a person.")
        return _told(move, owner)
    if alert.state is State.PROCESSING and move.verb.fenced and owner.kind is ActorKind.PROGRAM:
        raise _standing(alert, f"{alert.ref} is claimed by {owner.name}; show the claim_token of that claim.")
    return move


def _told(move: Move, owner: Actor) -> Move:
    """The move, and a note that everybody sees: the alert was taken from a person."""
    words = f"Forced by {move.actor.ident}: {owner.name} had it."
    text = f"{words} {move.note}" if move.note else words

    def make(alert: Alert, now: datetime) -> Alert:
        return transition.annotate(move.make(alert, now), move.actor, text)

    return msgspec.structs.replace(move, make=make, note=text)


def _late(alert: Alert) -> StandingError:
    who = alert.resolved_by if alert.state is State.RESOLVED else alert.owner
    now = f"{who.name} has it now" if alert.owner and who else f"it is {alert.state} now"
    if alert.state is State.RESOLVED:
        now = f"it was resolved by {who.name}" if who else "it is resolved"
        now = "it has expired" if alert.expired else now
    return _standing(alert, f"This claim on {alert.ref} is over: {now}.", who)


def _standing(alert: Alert, words: str, who: Actor | None = None) -> StandingError:
    holder = who or alert.owner
    return StandingError(words, state=alert.state, owner=str(holder) if holder else "")
