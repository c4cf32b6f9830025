"""Thread: where an incident lives. Only what is known of Discord changes here, so there is no audit entry."""

from typing import Final

from msgspec.structs import replace

from bot.domain.alert.verdict import Lane
from bot.domain.incident.incident import Incident, IncidentState
from bot.domain.incident.thread import ThreadStanding
from bot.usecases.desk import Desk
from bot.usecases.incident.mutation import held
from storage.transaction import Transaction

AT_MOST: Final = 200  # open incidents that are looked at, the newest


async def settle(desk: Desk, incident_id: int, *, thread_id: int, in_post: bool = False) -> None:
    """Note the incident's thread: waiting nudges go there, and what mentions the incident links to it.

    With ``in_post`` it is a forum's post, and its first message is the head from now on.

    Raises:
        NotFoundError: this desk does not have the incident.
    """

    def settle_thread(tx: Transaction) -> None:
        incident = held(tx, desk, incident_id)
        if incident.thread_id == thread_id:
            return
        home_id = _place_of(tx, incident)
        tx.incidents.save(replace(incident, thread_id=thread_id, home_id=home_id, threadless=False))
        tx.threads.release(incident_id, thread_id)
        if in_post:
            tx.threads.enter(incident_id, thread_id)
        _touch_mentions(tx, desk, incident)

    await desk.storage.write(settle_thread)
    desk.bell.ring()


async def forgo(desk: Desk, incident_id: int) -> bool:
    """There can be no thread: its nudges go beside the head. False when that was known."""

    def forgo_thread(tx: Transaction) -> bool:
        incident = held(tx, desk, incident_id)
        if incident.threadless or incident.thread_id is not None:
            return False
        tx.incidents.save(replace(incident, threadless=True))
        tx.threads.release(incident_id, _place_of(tx, incident))
        return True

    forgone = await desk.storage.write(forgo_thread)
    desk.bell.ring()
    return forgone


async def wish(desk: Desk, incident_id: int) -> None:
    """What kept it from having a thread may be over: delivery tries again."""
    now = desk.clock.now()

    def wish_thread(tx: Transaction) -> None:
        incident = held(tx, desk, incident_id)
        tx.incidents.save(replace(incident, threadless=False))
        tx.cards.touch_heads([incident_id], Lane.PERSON, now=now)

    await desk.storage.write(wish_thread)
    desk.bell.ring()


async def lose(desk: Desk, thread_id: int) -> bool:
    """Note that a thread is gone; False when no incident lived there.

    Delivery makes a new one, unless the incident is closed: then somebody tidied up.
    """
    living = await living_in(desk, thread_id)
    if living is None:
        return False
    desk, now = desk.of(living.project_id), desk.clock.now()

    def lose_thread(tx: Transaction) -> bool:
        incident = held(tx, desk, living.id)
        if incident.thread_id != thread_id:
            return False
        again = incident.state is not IncidentState.CLOSED
        place_id = _place_of(tx, incident)
        home_id = incident.home_id or desk.default_channel_id or 0
        tx.incidents.save(replace(incident, thread_id=None))
        tx.threads.withdraw(incident.id, thread_id, home_id, now=now)
        if place_id == thread_id:
            tx.threads.leave(incident.id, thread_id, home_id, now=now, again=again)
        elif again:
            tx.cards.touch_heads([incident.id], Lane.PERSON, now=now)
        _touch_mentions(tx, desk, incident)
        return True

    lost = await desk.storage.write(lose_thread)
    desk.bell.ring()
    return lost


async def living_in(desk: Desk, thread_id: int) -> Incident | None:
    """The incident of any project that lives in this thread."""
    return await desk.storage.read(lambda tx: tx.incidents.in_thread(thread_id))


async def standing(desk: Desk) -> list[ThreadStanding]:
    """Where the open incidents of all projects stand, the newest first, `AT_MOST` of each."""

    def read_standing(tx: Transaction) -> list[ThreadStanding]:
        ids = [each.project.id for each in desk.everybody]
        return [each for ident in ids for each in tx.threads.standing(ident, limit=AT_MOST)]

    return await desk.storage.read(read_standing)


def _place_of(tx: Transaction, incident: Incident) -> int:
    """The channel in which its head stands, 0 for none."""
    head = tx.cards.head(incident.id)
    return 0 if head is None else head.channel_id


def _touch_mentions(tx: Transaction, desk: Desk, incident: Incident) -> None:
    """Heads of what was merged into it, and its alerts, link to its thread."""
    now = desk.clock.now()
    merged = tx.incidents.merged_into(desk.project.id, incident.id)
    tx.cards.touch_heads([each.id for each in merged], Lane.COUNT, now=now)
    alert_ids = tx.links.active_ids(incident.id)
    tx.cards.touch_alerts([(each, Lane.COUNT) for each in alert_ids], now=now)
