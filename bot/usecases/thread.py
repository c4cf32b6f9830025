"""Thread: where an incident lives. Only what is known of Discord changes here, so there is no audit entry."""

from msgspec.structs import replace

from bot.domain.incident import Incident
from bot.domain.outbox import CardKind
from bot.domain.verdict import Lane
from bot.usecases.desk import Desk
from bot.usecases.step import held
from storage.transaction import Transaction


async def settle(desk: Desk, incident_id: int, *, thread_id: int) -> None:
    """Its thread (or its post in a forum) stands: waiting nudges go there, and all its cards link to it.

    Raises:
        NotFoundError: this desk does not have the incident.
    """
    await _place(desk, incident_id, thread_id)


async def lose(desk: Desk, incident_id: int) -> None:
    """Its thread was deleted: delivery makes a new one.

    Raises:
        NotFoundError: this desk does not have the incident.
    """
    await _place(desk, incident_id, None)


async def living_in(desk: Desk, thread_id: int) -> Incident | None:
    """The incident that lives in this thread."""
    return await desk.storage.read(lambda tx: tx.incidents.in_thread(thread_id))


async def _place(desk: Desk, incident_id: int, thread_id: int | None) -> None:
    now = desk.clock.now()

    def work(tx: Transaction) -> None:
        incident = held(tx, desk, incident_id)
        if incident.thread_id == thread_id:
            return
        tx.incidents.save(replace(incident, thread_id=thread_id))
        if thread_id is not None:
            tx.nudges.move_unsent(incident_id, thread_id)
        tx.cards.touch(CardKind.INCIDENT, [(incident_id, Lane.PERSON)], now=now)
        alert_ids = tx.links.active_ids(incident_id)
        tx.cards.touch(CardKind.ALERT, [(each, Lane.COUNT) for each in alert_ids], now=now)

    await desk.storage.write(work)
    desk.bell.ring()
