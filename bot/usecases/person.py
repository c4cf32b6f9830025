"""Person: what people chose for themselves, and the zone in which their times are read."""

from zoneinfo import ZoneInfo

from bot.domain.actor import Actor
from bot.domain.audit import Entry
from bot.domain.zone import known_zone, read_zone
from bot.usecases.desk import Desk
from storage.codec import encode
from storage.transaction import Transaction


async def zone_of(desk: Desk, user_id: int) -> ZoneInfo:
    """Theirs, else the desk's."""
    chosen = await desk.storage.read(lambda tx: tx.people.zone(desk.project.id, user_id))
    return known_zone(chosen or desk.rules.zone)


async def choose_zone(desk: Desk, user_id: int, zone: str | None, *, actor: Actor) -> ZoneInfo:
    """Read a person's times in this zone from now on; None is the desk's again.

    Raises:
        InvalidInputError: there is no such zone.
        NotDurableError: the database cannot be written.
    """
    name = None if zone is None else read_zone(zone).key
    now = desk.clock.now()

    def store_zone(tx: Transaction) -> None:
        before = tx.people.zone(desk.project.id, user_id)
        tx.people.choose_zone(desk.project.id, user_id, name)
        entry = Entry(
            at=now,
            actor=actor,
            action="setting.zone",
            subject=f"person:{user_id}",
            before=encode({"zone": before or ""}),
            after=encode({"zone": name or ""}),
        )
        tx.audit.append(desk.project.id, entry)

    await desk.storage.write(store_zone)
    return known_zone(name or desk.rules.zone)
