"""Query: what people look at. Nothing here writes."""

from typing import Final

import msgspec

from bot.cards.alert.alert import AlertView
from bot.cards.alert.detail import HistoryLine
from bot.domain import actor as actors
from bot.domain.alert.alert import Alert, format_ref, ref_digits
from bot.domain.alert.search import OPEN_ALERTS, AlertFilter
from bot.domain.alert.verb import VERBS
from bot.domain.audit import Sealed
from bot.domain.errors import NotFoundError
from bot.domain.outbox.placement import Placement
from bot.domain.paging import total_of
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.desk import Desk
from bot.usecases.view import alert_view
from storage.transaction import Transaction

SUGGESTIONS: Final = 25  # Discord's limit for autocomplete choices
PAGE: Final = 10


class FoundAlert(msgspec.Struct, frozen=True):
    """One alert with all there is to tell, and where its card is."""

    view: AlertView
    history: tuple[HistoryLine, ...]
    place: Placement | None


class ListedAlert(msgspec.Struct, frozen=True):
    """An alert in a list, with where its card is."""

    alert: Alert
    place: Placement | None


class AlertPage(msgspec.Struct, frozen=True):
    """A part of a list: ``total`` counts all that match, ``offset`` those before this page.

    ``complete`` says whether words were looked for in all of them: if not, in so many as
    `bot.domain.alert.search.SEARCHED` says.
    """

    lines: tuple[ListedAlert, ...]
    offset: int
    total: int
    complete: bool = True


async def find(desk: Desk, alert_id: int) -> FoundAlert:
    """Everything about one alert.

    Raises:
        NotFoundError: this desk does not have it.
    """

    def read_one(tx: Transaction) -> FoundAlert:
        alert = tx.alerts.get(desk.project.id, alert_id)
        if alert is None:
            raise NotFoundError("alert", format_ref(alert_id))
        history = tuple(_line(sealed) for sealed in tx.audit.about(f"alert:{alert_id}"))
        view = alert_view(tx, desk, alert)
        opened = HistoryLine(at=alert.opened_at, who=actors.source(view.source_name), what="opened")
        return FoundAlert(view, (opened, *history), tx.cards.of_alerts([alert_id]).get(alert_id))

    return await desk.storage.read(read_one)


async def listing(
    desk: Desk, which: AlertFilter = OPEN_ALERTS, *, offset: int = 0, limit: int = PAGE
) -> AlertPage:
    """Matching alerts, worst first, then newest first."""

    def read_page(tx: Transaction) -> AlertPage:
        project_id, complete = desk.project.id, True
        if which.text:
            alerts, total, complete = tx.alerts.with_words(project_id, which, offset=offset, limit=limit)
        else:
            alerts = tx.alerts.listing(project_id, which, offset=offset, limit=limit)
            total = total_of(alerts, offset, limit, lambda: tx.alerts.count(project_id, which))
        places = tx.cards.of_alerts(each.id for each in alerts)
        lines = tuple(ListedAlert(each, places.get(each.id)) for each in alerts)
        return AlertPage(lines, offset, total, complete)

    return await desk.storage.read(read_page)


async def suggest(desk: Desk, text: str, which: AlertFilter = OPEN_ALERTS) -> list[Alert]:
    """Alerts whose ref, name, service, target or source fits what was typed so far, at most 25."""
    wanted = msgspec.structs.replace(which, text=text.strip())
    digits = ref_digits(text)

    def read_suggestions(tx: Transaction) -> list[Alert]:
        found = tx.alerts.fitting(desk.project.id, wanted, limit=SUGGESTIONS)
        exact = tx.alerts.get(desk.project.id, int(digits)) if digits else None
        if exact is None or any(each.id == exact.id for each in found):
            return found
        if not tx.audiences.sees(desk.project.id, which.sight, SubjectRef(Subject.ALERT, exact.id)):
            return found
        return [exact, *found][:SUGGESTIONS]

    return await desk.storage.read(read_suggestions)


_OTHERS: Final = {"ring": "called people"}
"""What was done to an alert by no verb of its own."""


def _line(sealed: Sealed) -> HistoryLine:
    entry = sealed.entry
    verb = VERBS.get(entry.action)
    what = _OTHERS.get(entry.action, entry.action.replace("_", " ")) if verb is None else verb.past
    return HistoryLine(at=entry.at, who=entry.actor, what=f"{what}: {entry.note}" if entry.note else what)
