"""Incidents in short: open one, and look at what became of it."""

from bot.domain.actor import Actor
from bot.domain.audit import Sealed
from bot.domain.incident.incident import Incident
from bot.domain.incident.nudge import Nudge, NudgeKind
from bot.domain.incident.timeline import Kind, TimelineLine, fold
from bot.usecases.desk import Desk
from bot.usecases.incident import query as incident_inspection
from bot.usecases.triage.escalation import open_incident
from bot.usecases.triage.open_request import OpenedIncident, OpenRequest
from tests.senders import ANNA


async def escalate(
    desk: Desk, alert_id: int | None = 1, *, actor: Actor = ANNA, **wish: object
) -> OpenedIncident:
    """Nobody takes the alert with it unless ``takes`` says so."""
    wanted = OpenRequest(alert_id=alert_id, **{"takes": False, **wish})  # type: ignore[arg-type]  # by name
    return await open_incident(desk, wanted, actor=actor)


async def look(desk: Desk, incident_id: int = 1) -> Incident:
    return (await incident_inspection.find(desk, incident_id)).incident


async def story(desk: Desk, incident_id: int = 1) -> list[tuple[Kind, str, str]]:
    return [(line.kind, line.actor.name, line.text) for line in await lines(desk, incident_id)]


async def lines(desk: Desk, incident_id: int = 1) -> tuple[TimelineLine, ...]:
    return await desk.storage.read(lambda tx: fold(tx.timelines.of([incident_id])))


async def log(desk: Desk, incident_id: int = 1) -> list[Sealed]:
    return await desk.storage.read(lambda tx: tx.audit.about(f"incident:{incident_id}"))


async def nudges(desk: Desk, incident_id: int = 1) -> list[Nudge]:
    """What its thread was told after the opening, whose call every bad incident has."""
    found = await desk.storage.read(lambda tx: tx.nudges.of(incident_id))
    return [each for each in found if (each.kind, each.text) != (NudgeKind.CALL, "opened")]
