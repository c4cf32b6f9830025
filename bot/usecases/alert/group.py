"""Group: what a group's card has to show, and what people do to all its alerts at once.

All that is done to one group is one transaction, with an audit entry for each alert it changed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.cards.alert.group import GroupView
from bot.cards.alert.group_action import PAGE_SIZE
from bot.cards.alert.group_page import GroupPage
from bot.cards.ids import Verb
from bot.domain.actor import Actor
from bot.domain.alert.alert import State
from bot.domain.alert.group import Group, format_ref
from bot.domain.alert.quiet import QuietKind
from bot.domain.alert.signal import Severity
from bot.domain.alert.verb import VERBS
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.outbox.outbox import CardKind
from bot.domain.outbox.placement import Placement
from bot.usecases.alert import many
from bot.usecases.alert.move import Move
from bot.usecases.alert.verb import MOVES
from bot.usecases.desk import Desk
from storage.transaction import Transaction

OPEN: Final = tuple(state for state in State if state.open)
LISTED: Final = 12_000  # alerts that one card knows by name, about 10 MB; the rest it counts

ALL_OF: Final = {Verb(f"group-{each.name}"): each for each in VERBS.values() if each.all_of}
"""What a press on a group's card does to each of its alerts."""


class PressedGroup(msgspec.Struct, frozen=True):
    """The group as it is now: ``changed`` alerts moved, ``place.wanted`` is the revision ``view`` shows.

    By ``act_id`` it is taken back (see `bulk`), 0 where it cannot be.
    """

    view: GroupView
    place: Placement | None
    changed: int
    act_id: int = 0


async def look(desk: Desk, group_id: int) -> GroupView | None:
    """What the card has to show now; None when there is no such group."""
    now = desk.clock.now()
    return await desk.storage.read(lambda tx: view(tx, desk, group_id, now))


def view(tx: Transaction, desk: Desk, group_id: int, now: datetime) -> GroupView | None:
    """Read a group's view inside a transaction."""
    group = tx.groups.get(desk.project.id, group_id)
    if group is None:
        return None
    counts = tx.groups.census(group_id)
    census: dict[tuple[State, Severity], int] = {}
    for each in counts:
        census[each.state, each.severity] = census.get((each.state, each.severity), 0) + each.alerts
    snoozed, reason = tx.quiet_reasons.of_group(group_id, QuietKind.SNOOZE)
    is_over = not any(state.open for state, _ in census)
    wakes = max((each.severity for each in counts if each.waits), key=lambda one: one.rank, default=None)
    name, own = tx.sources.faces({group.source_id}).get(group.source_id, ("", {}))
    return GroupView(
        group=group,
        tag=desk.project.tag,
        now=now,
        held=() if is_over else tuple(tx.groups.members(group_id, open_only=True, limit=LISTED)),
        census=census,
        expired=sum(each.expired for each in counts),
        source_name=name,
        wakes=wakes,
        own_wakes=None if wakes is None else own.get(wakes),
        snoozed=snoozed,
        snooze=reason,
        ended_at=tx.groups.ended_at(group_id) if is_over else None,
    )


async def page(desk: Desk, group_id: int, *, number: int) -> GroupPage:
    """A page of its alerts, the last one when ``number`` is beyond it.

    Raises:
        NotFoundError: this desk does not have the group.
    """

    def read_page(tx: Transaction) -> GroupPage:
        group = _get(tx, desk, group_id)
        total = sum(each.alerts for each in tx.groups.census(group_id))
        at = max(0, min(number, (total - 1) // PAGE_SIZE))
        held = tx.groups.members(group_id, offset=at * PAGE_SIZE, limit=PAGE_SIZE)
        return GroupPage(group=group, tag=desk.project.tag, number=at, total=total, held=tuple(held))

    return await desk.storage.read(read_page)


async def press(desk: Desk, verb: Verb, group_id: int, *, actor: Actor) -> PressedGroup:
    """Do what ``verb`` says to every alert of the group that it can be done to.

    No bell rings: who pressed is answered first (see `press`).

    Raises:
        NotFoundError: this desk does not have the group.
        ConflictError: there is none left to do it to.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()

    def press_group(tx: Transaction) -> PressedGroup:
        _get(tx, desk, group_id)
        done, make = ALL_OF[verb], MOVES[ALL_OF[verb].name]
        members = tx.groups.ids(group_id, done.states)
        moved = many.apply(tx, desk, members, lambda each: make(tx, desk, each, actor, ""), now)
        if not moved:
            raise ConflictError(f"Nothing in {format_ref(group_id)} is left to {done.all_of}.")
        ids = [each.after.id for each in moved]
        act_id = tx.bulk_acts.record(desk.project.id, done.name, actor, ids, now=now)
        shown = pressed(tx, desk, group_id, len(ids), now)
        return msgspec.structs.replace(shown, act_id=act_id)

    return await desk.storage.write(press_group)


def pressed(tx: Transaction, desk: Desk, group_id: int, changed: int, now: datetime) -> PressedGroup:
    """The group after ``changed`` of its alerts moved."""
    shown = view(tx, desk, group_id, now)
    if shown is None:
        raise NotFoundError("group", format_ref(group_id))
    places = tx.cards.of(CardKind.GROUP, [group_id])
    return PressedGroup(shown, places[0] if places else None, changed)


def apply(
    tx: Transaction,
    desk: Desk,
    group_id: int,
    make: Callable[[int], Move],
    states: Sequence[State],
    now: datetime,
) -> int:
    """A move on each alert of the group in these states; what forbids it is left alone. Returns how many."""
    return len(many.apply(tx, desk, tx.groups.ids(group_id, states), make, now))


def _get(tx: Transaction, desk: Desk, group_id: int) -> Group:
    group = tx.groups.get(desk.project.id, group_id)
    if group is None:
        raise NotFoundError("group", format_ref(group_id))
    return group
