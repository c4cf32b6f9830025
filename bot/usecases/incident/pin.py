"""Pin: a pin emoji in an incident's thread keeps a message in the timeline while somebody's stands there.

It counts once however often it is heard of: what was heard of it and what came of it are one transaction.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from bot.domain.actor import Actor
from bot.domain.alert.reaction import Reaction
from bot.domain.incident.search import OPEN_INCIDENTS
from bot.domain.incident.timeline import fold
from bot.usecases.desk import Desk
from bot.usecases.incident import timeline
from bot.usecases.incident.timeline import Pinned
from storage.transaction import Transaction

PIN: Final = "📌"


class Home(msgspec.Struct, frozen=True):
    """Where an incident lives."""

    incident_id: int
    thread_id: int


class MissedPins(msgspec.Struct, frozen=True):
    """A pin of this person that appeared (``present``) or vanished unheard."""

    message_id: int
    user_id: int
    present: bool


async def stick(desk: Desk, incident_id: int, message: Pinned, *, actor: Actor) -> bool:
    """``actor`` set a pin; whether the timeline changed by it.

    Raises:
        NotFoundError: this desk does not have the incident.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()

    def stick_pin(tx: Transaction) -> bool:
        if not tx.reactions.turn(_of(message.message_id, actor), present=True, now=now):
            return False
        return timeline.take_message(tx, desk, incident_id, message, actor=actor, now=now)

    return await desk.storage.write(stick_pin)


async def peel(desk: Desk, message_id: int, *, actor: Actor) -> bool:
    """``actor`` took their pin away; whether it was the last and the timeline changed by it."""
    now = desk.clock.now()

    def peel_pin(tx: Transaction) -> bool:
        if not tx.reactions.turn(_of(message_id, actor), present=False, now=now):
            return False
        if _stuck(tx, message_id):
            return False
        return timeline.drop_message(tx, desk, message_id, actor=actor, now=now) > 0

    return await desk.storage.write(peel_pin)


async def stuck(desk: Desk, message_id: int) -> set[int]:
    """The ids of the people whose pins were last known to stand on a message."""
    return await desk.storage.read(lambda tx: _stuck(tx, message_id))


async def homes(desk: Desk, *, at_most: int) -> list[Home]:
    """The threads of the ``at_most`` worst open incidents of each project."""

    def read_homes(tx: Transaction) -> list[Home]:
        ids = [each.project.id for each in desk.everybody]
        found = [each for ident in ids for each in tx.incidents.listing(ident, OPEN_INCIDENTS, limit=at_most)]
        return [Home(each.id, each.thread_id) for each in found if each.thread_id is not None]

    return await desk.storage.read(read_homes)


async def kept(desk: Desk, home: Home) -> set[int]:
    """The messages of its thread that stand in an incident's timeline."""

    def read_kept(tx: Transaction) -> set[int]:
        lines = fold(tx.timelines.of([home.incident_id]))
        drafts = (line.first.draft for line in lines if not line.deleted)
        here = (draft.message_id for draft in drafts if draft.channel_id == home.thread_id)
        return {message_id for message_id in here if message_id is not None}

    return await desk.storage.read(read_kept)


async def missed(desk: Desk, standing: Mapping[int, set[int]]) -> list[MissedPins]:
    """How ``standing``, the people whose pins stand on each message, differs from what was recorded."""

    def read_missed(tx: Transaction) -> list[MissedPins]:
        differing = []
        for message_id, now_there in standing.items():
            known = _stuck(tx, message_id)
            differing += [MissedPins(message_id, each, present=True) for each in sorted(now_there - known)]
            differing += [MissedPins(message_id, each, present=False) for each in sorted(known - now_there)]
        return differing

    return await desk.storage.read(read_missed)


def _of(message_id: int, actor: Actor) -> Reaction:
    return Reaction(message_id, int(actor.ident), PIN)


def _stuck(tx: Transaction, message_id: int) -> set[int]:
    return {each.user_id for each in tx.reactions.present_on(message_id) if each.emoji == PIN}
