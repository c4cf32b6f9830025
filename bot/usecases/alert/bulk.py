"""Bulk: acknowledge or resolve what a board holds, all of it or one cause, and take that back for a while.

One transaction, one line in the log for each alert; nothing is posted for it but the board's next edit.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.cards.outbox.cause import CauseView
from bot.cards.outbox.cause import unseen as say_unseen
from bot.domain.actor import Actor
from bot.domain.alert import transition
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert, State, format_ref
from bot.domain.alert.bulk_act import BulkAct
from bot.domain.alert.verb import AlertVerb
from bot.domain.alert.verdict import Lane
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.outbox.board import Seen
from bot.domain.outbox.outbox import CardKind
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import many
from bot.usecases.alert.move import Move
from bot.usecases.desk import Desk
from storage.transaction import Transaction

UNDO: Final = timedelta(minutes=5)
"""In which an act on many alerts can be taken back, by whoever did it."""


class BulkDone(msgspec.Struct, frozen=True):
    """How many alerts it changed, and by which number it is taken back.

    ``unseen`` could have been, but came, came back or became worse after what the person saw.
    """

    changed: int
    act_id: int
    unseen: int = 0


async def look(desk: Desk, channel_id: int, member_id: int) -> CauseView:
    """The alerts of one cause on a channel's board; ``member_id`` is one of them.

    Raises:
        NotFoundError: this desk does not have the alert.
        ConflictError: none of them is on the board any more.
    """
    now = desk.clock.now()

    def read_cause(tx: Transaction) -> CauseView:
        name = _name(tx, desk, member_id)
        ids = tx.boards.held_ids(channel_id, name=name)
        if not ids:
            raise ConflictError("Nothing of this cause is on the board any more.")
        return CauseView(
            channel_id=channel_id,
            member_id=ids[0],
            name=name,
            total=len(ids),
            untaken=len(tx.boards.held_ids(channel_id, name=name, states=verbs.ACK.states)),
            seen=Seen(ids[-1], now),
            tag=desk.project.tag,
        )

    return await desk.storage.read(read_cause)


async def count(desk: Desk, channel_id: int, seen: Seen | None = None) -> tuple[int, Seen]:
    """How many alerts on a channel's board were there to be seen, and what that was; None means now."""
    now = desk.clock.now()

    def count_held(tx: Transaction) -> tuple[int, Seen]:
        ids, unseen = _held(tx, channel_id, verbs.RESOLVE.states, seen)
        if not ids:
            raise _nothing_left(verbs.RESOLVE, unseen)
        return len(ids), seen or Seen(ids[-1], now)

    return await desk.storage.read(count_held)


async def tally(desk: Desk, channel_id: int) -> tuple[int, int]:
    """How many alerts are on a channel's board, and how many of them nobody has."""

    def read_tally(tx: Transaction) -> tuple[int, int]:
        untaken = tx.boards.held_ids(channel_id, states=verbs.ACK.states)
        return sum(tx.boards.count_held(channel_id).values()), len(untaken)

    return await desk.storage.read(read_tally)


async def act(
    desk: Desk,
    channel_id: int,
    verb: AlertVerb,
    *,
    actor: Actor,
    member_id: int | None = None,
    seen: Seen | None = None,
) -> BulkDone:
    """Acknowledge or resolve what is on the board, or (``member_id`` is one of it) one cause of it.

    What was not ``seen`` is left alone: it calls for people still. No card is made: what was never posted
    stays on the board.

    Raises:
        NotFoundError: this desk does not have the alert.
        ConflictError: nothing is left to do it to.
        NotDurableError: the database cannot be written.
    """
    now, make = desk.clock.now(), _making(desk, verb, actor)

    def act_on_cause(tx: Transaction) -> BulkDone:
        name = None if member_id is None else _name(tx, desk, member_id)
        meant, unseen = _held(tx, channel_id, verb.states, seen, name)
        moved = many.apply(tx, desk, meant, make, now)
        if not moved:
            raise _nothing_left(verb, unseen)
        _show(tx, desk, [each.after for each in moved], channel_id)
        ids = [each.after.id for each in moved]
        act_id = tx.bulk_acts.record(desk.project.id, verb.name, actor, ids, now=now)
        return BulkDone(len(ids), act_id, unseen)

    return await desk.storage.write(act_on_cause)


async def acknowledge(desk: Desk, alert_ids: Sequence[int], *, actor: Actor) -> BulkDone:
    """Acknowledge what a message calls for, as by `act`.

    Raises:
        ConflictError: none of them is left to acknowledge.
        NotDurableError: the database cannot be written.
    """
    now, make = desk.clock.now(), _making(desk, verbs.ACK, actor)

    def acknowledge_all(tx: Transaction) -> BulkDone:
        moved = many.apply(tx, desk, alert_ids, make, now)
        if not moved:
            raise ConflictError(f"None of these {len(alert_ids):,} alerts is left to {verbs.ACK.all_of}.")
        _show(tx, desk, [each.after for each in moved], None)
        ids = [each.after.id for each in moved]
        return BulkDone(len(ids), tx.bulk_acts.record(desk.project.id, verbs.ACK.name, actor, ids, now=now))

    return await desk.storage.write(acknowledge_all)


async def undo(desk: Desk, act_id: int, *, actor: Actor) -> int:
    """Take it back, as far as nobody did anything else since; returns how many alerts are as before.

    Raises:
        ConflictError: it is too late, was taken back already, was somebody else's, or nothing is left of it.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()

    def undo_act(tx: Transaction) -> int:
        found = tx.bulk_acts.take(desk.project.id, act_id)
        if found is None or now - found.made_at > UNDO:
            raise ConflictError("That was taken back already, or its five minutes are over.")
        if found.actor != str(actor):
            raise ConflictError("Only who did it can take it back.")
        made = _ack_back(found) if found.action == verbs.ACK.name else _resolve_back(tx, desk, found)
        moved = many.apply(tx, desk, found.alert_ids, lambda each: made(each, actor), now)
        if not moved:
            raise ConflictError("All of them have moved on since: there is nothing left to take back.")
        _show(tx, desk, [each.after for each in moved], None)
        return len(moved)

    return await desk.storage.write(undo_act)


async def forget_old(desk: Desk) -> int:
    """What can be taken back no more is forgotten; returns how many acts."""
    before = desk.clock.now() - UNDO
    return await desk.storage.write(lambda tx: tx.bulk_acts.forget(before=before))


def _making(desk: Desk, verb: AlertVerb, actor: Actor) -> Callable[[int], Move]:
    def make(alert_id: int) -> Move:
        if verb is verbs.ACK:
            move = alerts.acknowledging(alert_id, actor, spans=desk.rules.ack_spans)
        else:
            move = alerts.resolving(alert_id, actor)
        return msgspec.structs.replace(move, lane=verb.lane)

    return make


def _held(
    tx: Transaction, channel_id: int, states: Sequence[State], seen: Seen | None, name: str | None = None
) -> tuple[list[int], int]:
    """What is on the board and could be seen, and how many others are; None means all of it."""
    if seen is None:
        return tx.boards.held_ids(channel_id, name=name, states=states), 0
    return tx.boards.seen_ids(channel_id, seen, name=name, states=states)


def _nothing_left(verb: AlertVerb, unseen: int) -> ConflictError:
    if unseen:
        return ConflictError(
            f"Nothing that you could see there is left to {verb.all_of}. {say_unseen(unseen)}"
        )
    return ConflictError(f"Nothing on the board is left to {verb.all_of}.")


def _ack_back(found: BulkAct) -> Callable[[int, Actor], Move]:
    def made(alert_id: int, actor: Actor) -> Move:
        def make(alert: Alert, _: datetime) -> Alert:
            if alert.acked_at != found.made_at or str(alert.owner) != found.actor:
                raise ConflictError(f"{alert.ref} has moved on.")
            return transition.unacknowledge(alert)

        return Move(alert_id=alert_id, actor=actor, verb=verbs.UNACK, make=make, lane=Lane.COUNT)

    return made


def _resolve_back(tx: Transaction, desk: Desk, found: BulkAct) -> Callable[[int, Actor], Move]:
    def made(alert_id: int, actor: Actor) -> Move:
        move = alerts.reopening(tx, desk, alert_id, actor)

        def make(alert: Alert, now: datetime) -> Alert:
            if alert.state is not State.RESOLVED or alert.resolved_at != found.made_at:
                raise ConflictError(f"{alert.ref} has moved on.")
            return move.make(alert, now)

        return msgspec.structs.replace(move, make=make, lane=Lane.COUNT)

    return made


def _show(tx: Transaction, desk: Desk, changed: list[Alert], channel_id: int | None) -> None:
    """The boards of these alerts are made anew."""
    channels = {channel_id} if channel_id is not None else set()
    if channel_id is None and changed:
        channels = {each.channel_id for each in tx.cards.of_alerts(each.id for each in changed).values()}
    now = desk.clock.now()
    tx.cards.touch(CardKind.BOARD, [(each, Lane.CRITICAL) for each in sorted(channels)], now=now)


def _name(tx: Transaction, desk: Desk, member_id: int) -> str:
    alert = tx.alerts.get(desk.project.id, member_id)
    if alert is None:
        raise NotFoundError("alert", format_ref(member_id))
    return alert.name
