"""View: what a card needs to know of its subject, put together inside a transaction."""

from msgspec.structs import replace

from bot.cards.alert.alert import AlertView
from bot.cards.incident.incident import SHOWN, IncidentView
from bot.domain.alert.alert import Alert
from bot.domain.alert.group import format_ref
from bot.domain.alert.quiet import Quiet, QuietKind
from bot.domain.incident.incident import Incident, ceiling
from bot.domain.recurrence.recurrence import Memory, remember
from bot.usecases.desk import Desk
from storage.transaction import Transaction


def alert_view(tx: Transaction, desk: Desk, alert: Alert) -> AlertView:
    """The alert with its source's name and what the team remembers; who is pinged is delivery's to say."""
    belongs = tx.links.of_alert(alert.id)
    name, wakes = tx.sources.faces({alert.source_id}).get(alert.source_id, ("", {}))
    return AlertView(
        alert=alert,
        memory=memory_of(tx, desk, alert),
        source_name=name,
        wakes=wakes.get(alert.severity),
        tag=desk.project.tag,
        incident=belongs.mention if belongs else "",
        escalates=belongs is None or not belongs.open,
        changes=tx.changes.before(alert),
        quiet=tx.quiet_reasons.of([alert.id]).get(alert.id, ()) if alert.quiet_kinds else (),
        silence=_silence_of(tx, alert),
    )


def _silence_of(tx: Transaction, alert: Alert) -> Quiet | None:
    if QuietKind.SILENCE not in alert.quiet_kinds or not alert.state.open:
        return None
    reasons = tx.quiet_reasons.of([alert.id]).get(alert.id, ())
    return next((each for each in reasons if each.kind is QuietKind.SILENCE), None)


def folded_view(tx: Transaction, desk: Desk, alert: Alert) -> AlertView:
    """The alert's former message: it leads to the card that the alert shares now."""
    place = tx.cards.of_alerts([alert.id]).get(alert.id)
    url = "" if place is None else place.jump_url(desk.guild_id)
    ref = format_ref(alert.group_id) if alert.group_id is not None else ""
    return replace(alert_view(tx, desk, alert), folded_into=ref, folded_url=url)


def memory_of(tx: Transaction, desk: Desk, alert: Alert) -> Memory:
    """What the team knew when this alert fired."""
    memory = remember(alert.opened_at, tx.memories.episodes(alert.recurrence_id, before=alert.id))
    fix = tx.memories.fix(alert.recurrence_id)
    if memory.remedy is not None and desk.guild_id is not None:
        places = tx.cards.of_alerts([memory.remedy.alert_id]).values()
        url = next((each.jump_url(desk.guild_id) for each in places), "")
        memory = replace(memory, remedy=replace(memory.remedy, jump_url=url))
    return memory if fix is None else replace(memory, regression=fix.regression(alert.id))


def incident_view(tx: Transaction, desk: Desk, incident: Incident) -> IncidentView:
    """The incident with its alerts, counted, and where it went if it was merged."""
    census = tx.links.census(incident.id)
    target = None
    if incident.merged_into_id is not None:
        target = tx.incidents.get(desk.project.id, incident.merged_into_id)
    return IncidentView(
        incident=incident,
        alerts=tuple(tx.links.alerts([incident.id], limit=SHOWN)),
        total=census.total,
        open_alerts=census.open,
        open_actions=tx.actions.open_count(incident.id),
        cap=ceiling(census.severities, desk.rules.incidents.caps),
        merged_into=target.mention if target else "",
        tag=desk.project.tag,
    )
