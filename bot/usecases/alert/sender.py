"""Sender: what a source asks for about the alerts that it raised itself, and for no others.

An alert is named by its signature, as the sender's own key makes it, or by its number here. What is asked for
changes nothing where it is already so: senders repeat themselves.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from bot.domain import actor as actors
from bot.domain.access.source import Source
from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert, IllegalTransitionError, State
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert.move import Move, bounded, carry_out
from bot.usecases.desk import Desk
from storage.transaction import Transaction

MOST: Final = 10_000
"""Open alerts of a source that are listed."""


class SenderAlert(msgspec.Struct, frozen=True):
    """An alert as its sender may read it; ``expires_at`` is what the sender itself said."""

    alert: Alert
    expires_at: datetime | None = None


class Name(msgspec.Struct, frozen=True):
    """Which alert of ``source`` is meant: by ``signature``, or by ``number`` where that is not 0."""

    source: Source
    signature: str = ""
    number: int = 0


async def find(desk: Desk, name: Name) -> Alert | None:
    """The alert, if this source raised it."""
    return await desk.storage.read(lambda tx: _find(tx, desk, name))


async def acknowledge(desk: Desk, name: Name, *, actor: Actor | None = None, note: str = "") -> Alert | None:
    """Take it on in the sender's name; None when there is none that is open."""
    spans = desk.rules.ack_spans

    def make(alert: Alert, who: Actor) -> Move:
        return alerts.acknowledging(alert.id, who, note, spans=spans)

    return await _move(desk, name, make, actor, note)


async def unacknowledge(desk: Desk, name: Name, *, actor: Actor | None = None) -> Alert | None:
    """Give it back; None when there is none that is open."""
    return await _move(desk, name, lambda alert, who: alerts.unacknowledging(alert.id, who), actor)


async def resolve(desk: Desk, name: Name, *, actor: Actor | None = None, note: str = "") -> Alert | None:
    """Say that it is over; None when there is none that is open."""
    return await _move(desk, name, lambda alert, who: alerts.resolving(alert.id, who, note), actor, note)


async def annotate(desk: Desk, name: Name, *, actor: Actor | None = None, note: str) -> Alert | None:
    """Write a note on it, whether it is open or over; None when there is none."""
    return await _move(
        desk, name, lambda alert, who: alerts.annotating(alert.id, who, note), actor, note, over=True
    )


async def open_alerts(desk: Desk, source: Source) -> list[SenderAlert]:
    """What this source has open, oldest first."""

    def read_open(tx: Transaction) -> list[SenderAlert]:
        found = tx.sender_alerts.open(desk.project.id, source.id, limit=MOST)
        ends = tx.expiries.of([each.id for each in found])
        return [SenderAlert(each, ends.get(each.id)) for each in found]

    return await desk.storage.read(read_open)


async def recent_alerts(
    desk: Desk, source: Source, *, offset: int, limit: int, is_open: bool | None = None
) -> list[Alert]:
    """A part of what this source raised, newest first; None asks for what is open and what is over."""

    def read_recent(tx: Transaction) -> list[Alert]:
        project_id = desk.project.id
        return tx.sender_alerts.recent(project_id, source.id, offset=offset, limit=limit, is_open=is_open)

    return await desk.storage.read(read_recent)


async def _move(
    desk: Desk,
    name: Name,
    make: Callable[[Alert, Actor], Move],
    actor: Actor | None,
    note: str = "",
    *,
    over: bool = False,
) -> Alert | None:
    now = desk.clock.now()
    who = actor or actors.source(name.source.name)
    bounded(note)

    def move_alert(tx: Transaction) -> Alert | None:
        alert = _find(tx, desk, name)
        if alert is None or (alert.state is State.RESOLVED and not over):
            return None
        try:
            return carry_out(tx, desk, make(alert, who), now)
        except IllegalTransitionError:
            return alert

    changed = await desk.storage.write(move_alert)
    desk.bell.ring()
    return changed


def _find(tx: Transaction, desk: Desk, name: Name) -> Alert | None:
    if name.number:
        return tx.sender_alerts.get(desk.project.id, name.source.id, name.number)
    return tx.sender_alerts.newest(desk.project.id, name.source.id, name.signature)
