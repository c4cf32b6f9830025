"""Query: what people look at. Nothing here writes."""

from typing import Final

import msgspec

from bot.cards.incident.timeline import PAGE_SIZE, TimelinePage
from bot.domain.errors import NotFoundError
from bot.domain.incident.duration import durations
from bot.domain.incident.incident import Incident, format_ref, ref_digits
from bot.domain.incident.postmortem import Involved, Postmortem
from bot.domain.incident.search import OPEN_INCIDENTS, IncidentFilter
from bot.domain.incident.timeline import TimelineLine, fold
from bot.domain.paging import total_of
from bot.domain.recurrence.recurrence import Memory
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.desk import Desk
from bot.usecases.incident.mutation import Shown, show
from bot.usecases.view import alert_view
from storage.transaction import Transaction

MOST_OPEN: Final = 200
SUGGESTIONS: Final = 25  # Discord's limit for autocomplete choices
PAGE: Final = 10
INVOLVED: Final = 100  # alerts of a post-mortem


class IncidentPage(msgspec.Struct, frozen=True):
    """A part of a list: ``total`` counts all that match, ``offset`` those before this page."""

    incidents: tuple[Incident, ...]
    offset: int
    total: int


async def find(desk: Desk, incident_id: int) -> Shown:
    """One incident as its head shows it, and where that stands.

    Raises:
        NotFoundError: this desk does not have it.
    """
    return await desk.storage.read(lambda tx: show(tx, desk, _get(tx, desk, incident_id)))


async def listing(
    desk: Desk, which: IncidentFilter = OPEN_INCIDENTS, *, offset: int = 0, limit: int = PAGE
) -> IncidentPage:
    """Matching incidents, worst first, then newest first."""

    def read_page(tx: Transaction) -> IncidentPage:
        found = tx.incidents.listing(desk.project.id, which, offset=offset, limit=limit)
        total = total_of(found, offset, limit, lambda: tx.incidents.count(desk.project.id, which))
        return IncidentPage(tuple(found), offset, total)

    return await desk.storage.read(read_page)


async def open_ones(desk: Desk, *, service: str = "") -> list[Incident]:
    """What is open now, worst first, at most `MOST_OPEN`; only of that service if one is named."""
    found = await desk.storage.read(
        lambda tx: tx.incidents.listing(desk.project.id, OPEN_INCIDENTS, limit=MOST_OPEN)
    )
    return [each for each in found if service in {"", each.service}]


async def suggest(desk: Desk, text: str, which: IncidentFilter = OPEN_INCIDENTS) -> list[Incident]:
    """Incidents whose ref, title or service fits what was typed so far, at most 25."""
    wanted = msgspec.structs.replace(which, text=text.strip())
    digits = ref_digits(text)

    def read_suggestions(tx: Transaction) -> list[Incident]:
        found = tx.incidents.fitting(desk.project.id, wanted, limit=SUGGESTIONS)
        exact = tx.incidents.get(desk.project.id, int(digits)) if digits else None
        if exact is None or any(each.id == exact.id for each in found):
            return found
        if not tx.audiences.sees(desk.project.id, which.sight, SubjectRef(Subject.INCIDENT, exact.id)):
            return found
        return [exact, *found][:SUGGESTIONS]

    return await desk.storage.read(read_suggestions)


async def timeline(desk: Desk, incident_id: int, *, page: int | None = None) -> TimelinePage:
    """A page of the timeline, the last one by default; beyond the ends, the nearest there is.

    Raises:
        NotFoundError: this desk does not have the incident.
    """

    def read_timeline(tx: Transaction) -> TimelinePage:
        incident = _get(tx, desk, incident_id)
        lines = _lines(tx, incident, tx.incidents.merged_into(desk.project.id, incident_id))
        last = max(0, -(-len(lines) // PAGE_SIZE) - 1)
        shown = last if page is None else min(max(page, 0), last)
        return TimelinePage(
            incident=incident,
            lines=lines[shown * PAGE_SIZE : (shown + 1) * PAGE_SIZE],
            page=shown,
            total=len(lines),
            tag=desk.project.tag,
            guild_id=_guild_id(desk),
        )

    return await desk.storage.read(read_timeline)


async def postmortem(desk: Desk, incident_id: int) -> Postmortem:
    """All that is known of an incident, with those that were merged into it.

    Raises:
        NotFoundError: this desk does not have it.
    """

    def read_postmortem(tx: Transaction) -> Postmortem:
        incident = _get(tx, desk, incident_id)
        merged = tx.incidents.merged_into(desk.project.id, incident_id)
        family = [incident_id, *(each.id for each in merged)]
        alerts = tx.links.alerts(family, limit=INVOLVED)
        views = [alert_view(tx, desk, alert) for alert in alerts]
        return Postmortem(
            incident=incident,
            durations=durations(incident.times),
            lines=_lines(tx, incident, merged),
            involved=tuple(Involved(each.alert, each.memory or Memory(episodes=1)) for each in views),
            unlisted=tx.links.count(family) - len(alerts),
            actions=tuple(tx.actions.of(family)),
            merged=tuple(merged),
            guild_id=_guild_id(desk),
        )

    return await desk.storage.read(read_postmortem)


def _guild_id(desk: Desk) -> int:
    return desk.guild_id or desk.project.settings.guild_id or 0


def _get(tx: Transaction, desk: Desk, incident_id: int) -> Incident:
    incident = tx.incidents.get(desk.project.id, incident_id)
    if incident is None:
        raise NotFoundError("incident", format_ref(incident_id))
    return incident


def _lines(tx: Transaction, incident: Incident, merged: list[Incident]) -> tuple[TimelineLine, ...]:
    """The timeline of an incident, and of those that went into it."""
    return fold(tx.timelines.of([incident.id, *(each.id for each in merged)]))
