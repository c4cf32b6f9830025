"""Run: what programs tell of their own work; this is how automatic repair shows up."""

from datetime import datetime

import msgspec

from bot.domain.access.redaction import redact
from bot.domain.actor import Actor
from bot.domain.alert.alert import format_ref
from bot.domain.audit import Entry
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.domain.recurrence.recurrence import format_ref as format_recurrence
from bot.domain.recurrence.run import MAX_AGENT, MAX_KEY, MAX_OUTPUT, Run, RunState, move
from bot.domain.text import cut, harmless
from bot.usecases.desk import Desk
from storage.codec import encode
from storage.transaction import Transaction


class AttemptReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent says: ``key`` is its own name for the run, by which it speaks of the same one again.

    The links are taken from the first report; an alert's recurrence and open incident are filled in.
    """

    agent: str
    key: str
    state: RunState
    output: str = ""
    event_id: int | None = None
    alert_id: int | None = None
    recurrence_id: int | None = None


async def report(desk: Desk, told: AttemptReport, *, actor: Actor) -> Run:
    """Take a report in; saying the same again changes nothing and leaves no entry.

    Raises:
        InvalidInputError: agent or key are missing or too long.
        NotFoundError: it names an event, an alert or a recurrence that this desk does not have.
        ConflictError: the run is over and cannot become that.
    """
    _demand(told)
    now = desk.clock.now()
    output = cut(harmless(str(redact(told.output).value)), MAX_OUTPUT) if told.output else ""

    def report_run(tx: Transaction) -> Run:
        begun = _begin(tx, desk, told, now)
        known = begun or tx.runs.keyed(desk.project.id, told.agent, told.key)
        assert known is not None  # noqa: S101 -- nothing deletes runs
        changed = move(known, told.state, now, output)
        if begun is None and changed == known:
            return known
        tx.runs.save(changed)
        entry = Entry(
            at=now,
            actor=actor,
            action="run.report",
            subject=f"run:{changed.id}",
            before=encode({"state": "" if begun else known.state}),
            after=encode({"state": changed.state, "agent": changed.agent, "key": changed.key}),
        )
        tx.audit.append(desk.project.id, entry)
        return changed

    return await desk.storage.write(report_run)


async def find(desk: Desk, run_id: int) -> Run:
    """One run of the desk's project.

    Raises:
        NotFoundError: this desk does not have it.
    """

    def read_run(tx: Transaction) -> Run:
        found = tx.runs.get(run_id)
        if found is None or found.project_id != desk.project.id:
            raise NotFoundError("run", str(run_id))
        return found

    return await desk.storage.read(read_run)


async def page(
    desk: Desk,
    *,
    before: int | None,
    limit: int,
    states: tuple[RunState, ...] = (),
    agent: str = "",
    alert_id: int | None = None,
) -> list[Run]:
    """Runs of the desk's project, newest first."""
    return await desk.storage.read(
        lambda tx: tx.runs.page(
            desk.project.id, before=before, limit=limit, states=states, agent=agent, alert_id=alert_id
        )
    )


def _demand(told: AttemptReport) -> None:
    for field, text, limit in (("agent", told.agent, MAX_AGENT), ("key", told.key, MAX_KEY)):
        if not text.strip() or len(text) > limit or harmless(text) != text:
            raise InvalidInputError(field, f"needs 1 to {limit} ordinary characters")


def _begin(tx: Transaction, desk: Desk, told: AttemptReport, now: datetime) -> Run | None:
    """The run at its begin, None when it had begun before."""
    return tx.runs.add(
        Run(
            id=0,
            project_id=desk.project.id,
            agent=told.agent,
            key=told.key,
            state=RunState.QUEUED,
            queued_at=now,
            event_id=told.event_id,
            alert_id=told.alert_id,
            recurrence_id=_recurrence_of(tx, desk, told),
            incident_id=_incident_of(tx, told),
        )
    )


def _recurrence_of(tx: Transaction, desk: Desk, told: AttemptReport) -> int | None:
    if told.event_id is not None and tx.dossiers.event(desk.project.id, told.event_id) is None:
        raise NotFoundError("event", str(told.event_id))
    if told.alert_id is not None:
        alert = tx.alerts.get(desk.project.id, told.alert_id)
        if alert is None:
            raise NotFoundError("alert", format_ref(told.alert_id))
        if told.recurrence_id not in {None, alert.recurrence_id}:
            raise InvalidInputError("recurrence_id", f"{alert.ref} belongs to another recurrence")
        return alert.recurrence_id
    wanted = told.recurrence_id
    if wanted is not None and tx.recurrences.get(desk.project.id, wanted) is None:
        raise NotFoundError("recurrence", format_recurrence(wanted))
    return wanted


def _incident_of(tx: Transaction, told: AttemptReport) -> int | None:
    belongs = None if told.alert_id is None else tx.links.of_alert(told.alert_id)
    return None if belongs is None or not belongs.open else belongs.incident_id
