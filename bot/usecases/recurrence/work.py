"""Work: what is to be done about a recurrence, shown, checked and handed over.

A preview writes nothing, a dry run writes down that it was made, a hand-over what was handed to whom. None of
them changes an alert or an incident.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.domain.access.source import Source
from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.alert import Alert
from bot.domain.audit import Entry
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.domain.recurrence.recurrence import Recurrence, format_work_ref
from bot.domain.recurrence.run import Run
from bot.domain.recurrence.work import Check, Facts, Handoff, HandoffKind, Item, LastRun, check, derive, plan
from bot.usecases.alert.move import MAX_NOTE, bounded
from bot.usecases.desk import Desk
from storage.codec import encode
from storage.transaction import Transaction

_RUNBOOK: Final = "runbook"


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The plan as it would be carried out now; ``ready`` when all checks pass.

    ``proposal`` is the text that a ticket would begin with, in Markdown; what came from senders in it is
    as they wrote it.
    """

    item: Item
    recurrence: Recurrence
    steps: tuple[str, ...]
    checks: tuple[Check, ...]
    ready: bool
    title: str
    proposal: str
    provider: str = ""


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """A preview that was written down; ``check_id`` names its row."""

    check_id: int
    preview: Preview


async def preview(desk: Desk, recurrence_id: int) -> Preview:
    """The plan for one recurrence.

    Raises:
        NotFoundError: this desk does not have it.
    """
    now = desk.clock.now()
    return await desk.storage.read(lambda tx: _preview(tx, desk, recurrence_id, now))


async def dry_run(desk: Desk, recurrence_id: int, *, actor: Actor) -> DryRun:
    """Check a work item and write one row that says so; nothing else is written.

    Raises:
        NotFoundError: this desk does not have it.
    """
    now = desk.clock.now()

    def do_dry_run(tx: Transaction) -> DryRun:
        shown = _preview(tx, desk, recurrence_id, now)
        check_id = tx.work_items.record_check(recurrence_id, shown.item, shown.checks, by=actor, now=now)
        entry = Entry(
            at=now,
            actor=actor,
            action="recurrence.dry_run",
            subject=f"recurrence:{recurrence_id}",
            after=encode({"mode": shown.item.mode, "check": check_id, "ready": shown.ready}),
        )
        tx.audit.append(desk.project.id, entry)
        return DryRun(check_id=check_id, preview=shown)

    return await desk.storage.write(do_dry_run)


async def hand_over(
    desk: Desk,
    recurrence_id: int,
    kind: HandoffKind,
    *,
    actor: Actor,
    assignee: Actor | None = None,
    note: str = "",
) -> Handoff:
    """Propose a ticket, or give the work to a person: to ``assignee``, without one to ``actor``.

    Who says again what was handed over last gets that hand-over, and nothing is written.

    Raises:
        NotFoundError: this desk does not have it.
        InvalidInputError: the note is too long, a proposal names an assignee, or a program names none.
    """
    if kind is HandoffKind.MANUAL and assignee is None and actor.kind is not ActorKind.PERSON:
        raise InvalidInputError("assignee", "name the person who is to do it; a program cannot")
    if kind is HandoffKind.TICKET_PROPOSAL and assignee is not None:
        raise InvalidInputError("assignee", "a ticket proposal is for whoever decides; hand over to a person")
    now, text = desk.clock.now(), bounded(note)

    def do_hand_over(tx: Transaction) -> Handoff:
        shown = _preview(tx, desk, recurrence_id, now)
        wish = Handoff(
            id=0,
            recurrence_id=recurrence_id,
            kind=kind,
            at=now,
            by=actor,
            assignee=(assignee or actor) if kind is HandoffKind.MANUAL else None,
            title=shown.title,
            body=f"{text}\n\n{shown.proposal}" if text else shown.proposal,
        )
        last = tx.work_items.newest_handoffs([recurrence_id]).get(recurrence_id)
        if last is not None and _is_same(last, wish, text):
            return last
        handed = tx.work_items.record_handoff(wish)
        tx.audit.append(desk.project.id, _entry(shown.item, handed, text))
        return handed

    return await desk.storage.write(do_hand_over)


def gather(tx: Transaction, recurrences: Sequence[Recurrence], sources: Sequence[Source]) -> dict[int, Facts]:
    """The facts about each of these recurrences of ``sources``, in a handful of statements for all."""
    ids = [each.id for each in recurrences]
    last = tx.memories.alerts([each.last_alert_id for each in recurrences if each.last_alert_id is not None])
    counts, newest = tx.runs.counts(ids), tx.runs.newest(ids)
    handoffs = tx.work_items.newest_handoffs(ids)
    heard = {source.id: source.last_event_at for source in sources}
    return {
        each.id: _facts(each, alert, heard.get(each.source_id)).with_history(
            counts.get(each.id, {}), _last_run(newest.get(each.id)), handoffs.get(each.id)
        )
        for each in recurrences
        if (alert := last.get(each.last_alert_id or 0)) is not None
    }


def _is_same(last: Handoff, wish: Handoff, note: str) -> bool:
    """Whether nothing but the moment tells them apart; a proposal's figures may have moved on."""
    same = (last.kind, str(last.by), str(last.assignee)) == (wish.kind, str(wish.by), str(wish.assignee))
    return same and (last.body.startswith(f"{note}\n\n") if note else last.title == wish.title)


def _entry(item: Item, handed: Handoff, note: str) -> Entry:
    after = {"kind": handed.kind, "assignee": str(handed.assignee or ""), "handoff": handed.id}
    return Entry(
        at=handed.at,
        actor=handed.by,
        action="recurrence.handoff",
        subject=f"recurrence:{handed.recurrence_id}",
        before=encode({"mode": item.mode, "next_step": item.next_step}),
        after=encode(after),
        note=note,
    )


def _facts(recurrence: Recurrence, alert: Alert, heard_at: datetime | None) -> Facts:
    return Facts(
        recurrence_id=recurrence.id,
        severity=alert.severity,
        is_open=alert.state.open,
        opened_at=alert.opened_at,
        resolved_at=alert.resolved_at,
        by_hand=recurrence.resolves - recurrence.self_resolves,
        heard_at=heard_at,
        has_runbook=any(link.title.casefold() == _RUNBOOK for link in alert.links),
    )


def _last_run(run: Run | None) -> LastRun | None:
    return None if run is None else LastRun(run.state, run.agent, run.queued_at, run.ended_at)


def _preview(tx: Transaction, desk: Desk, recurrence_id: int, now: datetime) -> Preview:
    recurrence = tx.recurrences.get(desk.project.id, recurrence_id)
    if recurrence is None:
        raise NotFoundError("work item", format_work_ref(recurrence_id))
    sources = tx.sources.listing(desk.project.id)
    facts = gather(tx, [recurrence], sources)
    if recurrence_id not in facts:  # it has no episode yet
        raise NotFoundError("work item", format_work_ref(recurrence_id))
    item = derive(facts[recurrence_id])
    checks = check(facts[recurrence_id], now)
    return Preview(
        item=item,
        recurrence=recurrence,
        steps=plan(item),
        checks=checks,
        ready=all(each.passed for each in checks),
        title=f"{item.ref} {recurrence.name}",
        proposal=_propose(recurrence, item),
        provider=next((each.provider for each in sources if each.id == recurrence.source_id), ""),
    )


def _propose(recurrence: Recurrence, item: Item) -> str:
    place = ", ".join(filter(None, (recurrence.service, recurrence.namespace, recurrence.target)))
    alone = f"{recurrence.self_resolves} of {recurrence.resolves} ended by themselves"
    minutes = recurrence.attention.total_seconds() // 60
    return (
        f"{recurrence.name}{f' ({place})' if place else ''}\n"
        f"- {recurrence.episodes} episodes, {recurrence.occurrences} occurrences, {recurrence.flaps} flaps\n"
        f"- {alone}; people had it in hand for {minutes:.0f} min\n"
        f"- next step: {item.next_step.replace('_', ' ')}: {item.reason}"
    )[:MAX_NOTE]
