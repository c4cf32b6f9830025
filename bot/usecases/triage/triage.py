"""Triage: a brief for everybody in an incident's thread, or for one person's eyes.

Law: a signature is briefed in a thread once in the cooldown, whoever asks, wherever, however many processes.
Within it the incident's timeline says that somebody asked.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from bot.cards.style import span_of
from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert, format_ref
from bot.domain.alert.verdict import Lane
from bot.domain.audit import Entry
from bot.domain.errors import NotFoundError
from bot.domain.incident.incident import Incident
from bot.domain.incident.timeline import Kind, TimelineDraft
from bot.domain.outbox.outbox import CardKind
from bot.domain.recurrence.recurrence import format_ref as format_recurrence
from bot.domain.recurrence.run import Run, RunState
from bot.domain.triage.agent_request import fresh_key
from bot.domain.triage.brief import Brief, BriefRequest, Once, settles
from bot.usecases.desk import Desk
from bot.usecases.incident.mutation import held
from bot.usecases.triage.brief import gather
from storage.codec import encode
from storage.transaction import Transaction

SWEEP: Final = 100
JOB: Final = actors.job("triage")


class TriageOutcome(StrEnum):
    """What became of a wish for a brief."""

    POSTED = "posted"
    NOTED = "noted"
    SHOWN = "shown"


class BriefAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The incident's ``mention`` when it has the brief, and where the last one stands if that is known.

    ``brief`` is given when it is for one person's eyes.
    """

    outcome: TriageOutcome
    alert: Alert
    mention: str = ""
    jump_url: str = ""
    brief: Brief | None = None


async def ask(desk: Desk, alert_id: int, *, actor: Actor) -> BriefAnswer:
    """A brief on demand: for the thread of the open incident it belongs to, else for whoever asked.

    Raises:
        NotFoundError: this desk does not have the alert.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()

    def ask_triage(tx: Transaction) -> BriefAnswer:
        alert = tx.alerts.get(desk.project.id, alert_id)
        if alert is None:
            raise NotFoundError("alert", format_ref(alert_id))
        belongs = tx.links.of_alert(alert_id)
        if belongs is None or not belongs.open:
            if desk.rules.triage.agent and _take(tx, desk, alert, Once.ASK, now):
                _call(tx, desk, _request(tx, desk, alert, None, now), now)
                _record(tx, desk, alert, actor, TriageOutcome.SHOWN, now)
            return BriefAnswer(outcome=TriageOutcome.SHOWN, alert=alert)
        incident = held(tx, desk, belongs.incident_id)
        outcome = give(tx, desk, incident, alert, actor=actor, now=now)
        _record(tx, desk, alert, actor, outcome, now)
        return BriefAnswer(
            outcome=outcome,
            alert=alert,
            mention=incident.mention,
            jump_url=_last_place(tx, desk, alert, now) if outcome is TriageOutcome.NOTED else "",
        )

    asked = await desk.storage.write(ask_triage)
    desk.bell.ring()
    if asked.outcome is not TriageOutcome.SHOWN:
        return asked
    brief = await desk.storage.read(lambda tx: gather(tx, desk, asked.alert, now))
    return msgspec.structs.replace(asked, brief=brief)


def give(
    tx: Transaction, desk: Desk, incident: Incident, alert: Alert, *, actor: Actor, now: datetime
) -> TriageOutcome:
    """A brief about the alert for the incident's thread, or a line in its timeline within the cooldown.

    Inside a transaction that has the incident to itself; nobody rings.
    """
    if not _take(tx, desk, alert, Once.BRIEF, now):
        rest = span_of(desk.rules.triage.cooldown)
        ref = format_recurrence(alert.recurrence_id)
        text = f"{alert.ref} {alert.name}: no second brief, {ref} had one within {rest}"
        note = TimelineDraft(kind=Kind.NOTE, at=now, actor=actor, text=text, alert_id=alert.id)
        tx.timelines.append([(incident.id, note)], now=now)
        return TriageOutcome.NOTED
    request = _request(tx, desk, alert, incident, now)
    post(tx, desk, incident, request)
    if desk.rules.triage.agent:
        _take(tx, desk, alert, Once.ASK, now)  # whoever asked before had the answer to themselves
        _call(tx, desk, request, now)
    return TriageOutcome.POSTED


def post(tx: Transaction, desk: Desk, incident: Incident, request: BriefRequest) -> None:
    """Put it into the outbox: for the thread, until which it waits, or beside a head without one."""
    channel_id = incident.thread_id
    if channel_id is None:
        head = tx.cards.head(incident.id)
        channel_id = desk.default_channel_id if head is None else head.channel_id
    new = [(request.id, channel_id, Lane.PERSON)]
    tx.cards.create(desk.project.id, CardKind.BRIEF, new, now=request.created_at)
    if incident.thread_id is None and not incident.threadless:
        tx.threads.hold(request.id, kind=CardKind.BRIEF, now=request.created_at)


async def settle_due(desk: Desk) -> int:
    """Show those briefs once more whose window is over, with what began after them; returns how many."""
    now = desk.clock.now()

    def do_settle_due(tx: Transaction) -> int:
        settled = tx.briefs.settle(desk.project.id, now=now, limit=SWEEP)
        tx.cards.touch(CardKind.BRIEF, [(each, Lane.COUNT) for each in settled], now=now)
        return len(settled)

    settled = await desk.storage.write(do_settle_due)
    if settled:
        desk.bell.ring()
    return settled


def _take(tx: Transaction, desk: Desk, alert: Alert, what: Once, now: datetime) -> bool:
    return tx.briefs.take(alert.recurrence_id, what, now=now, rest=desk.rules.triage.cooldown)


def _request(
    tx: Transaction, desk: Desk, alert: Alert, incident: Incident | None, now: datetime
) -> BriefRequest:
    return tx.briefs.add(
        BriefRequest(
            id=0,
            project_id=desk.project.id,
            recurrence_id=alert.recurrence_id,
            alert_id=alert.id,
            incident_id=None if incident is None else incident.id,
            created_at=now,
            settles_at=None if incident is None else settles(alert, desk.rules.triage.window, now),
        )
    )


def _call(tx: Transaction, desk: Desk, request: BriefRequest, now: datetime) -> None:
    """Queue the question to the agent as a run, linked to all that it is about."""
    event = tx.dossiers.newest(
        desk.project.id, recurrence_id=request.recurrence_id, alert_id=request.alert_id
    )
    run = tx.runs.add(
        Run(
            id=0,
            project_id=desk.project.id,
            agent=desk.rules.triage.agent,
            key=fresh_key(),
            state=RunState.QUEUED,
            queued_at=now,
            event_id=None if event is None else event.id,
            alert_id=request.alert_id,
            recurrence_id=request.recurrence_id,
            incident_id=request.incident_id,
        )
    )
    if run is not None:  # an agent that reports runs of its own may have guessed the key
        tx.calls.add(desk.project.id, run.id, request.id, now=now)


def _last_place(tx: Transaction, desk: Desk, alert: Alert, now: datetime) -> str:
    last = tx.briefs.last(alert.recurrence_id, since=now - desk.rules.triage.cooldown)
    if last is None or desk.guild_id is None:
        return ""
    places = tx.cards.of(CardKind.BRIEF, [last.id])
    return places[0].jump_url(desk.guild_id) if places else ""


def _record(
    tx: Transaction, desk: Desk, alert: Alert, actor: Actor, outcome: TriageOutcome, now: datetime
) -> None:
    entry = Entry(
        at=now,
        actor=actor,
        action="brief",
        subject=f"alert:{alert.id}",
        after=encode({"outcome": outcome}),
    )
    tx.audit.append(desk.project.id, entry)
