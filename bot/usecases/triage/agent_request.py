"""Agent request: the agent is asked about briefs, and what it answers is kept and shown.

Each call is claimed by one process. Whatever becomes of the agent, briefs go out without it.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

import msgspec

from bot.domain.access.redaction import redact
from bot.domain.actor import Actor, ActorKind, Method
from bot.domain.alert.alert import Alert
from bot.domain.alert.verdict import Lane
from bot.domain.audit import Entry
from bot.domain.outbox.outbox import CardKind
from bot.domain.recurrence.run import MAX_OUTPUT, Run, RunState, move
from bot.domain.text import cut, harmless
from bot.domain.triage.agent_request import AgentCall, AgentReply, Fate, next_attempt
from bot.domain.triage.brief import BriefRequest
from bot.domain.triage.question import write_question
from bot.usecases.desk import Desk
from bot.usecases.incident.mutation import held
from bot.usecases.triage.brief import gather
from bot.usecases.triage.triage import post
from storage.codec import encode
from storage.transaction import Transaction

AT_ONCE: Final = 4
_WORKER: Final = f"agent-{uuid.uuid4().hex[:12]}"

_LOST: Final = AgentReply(fate=Fate.REFUSED, text="It was begun again and again, and never came to an end.")

Question: TypeAlias = Callable[[str, bytes], Awaitable[AgentReply]]
"""Ask an agent: the question's key and its JSON. It raises nothing that an agent could cause."""


class _Claimed(msgspec.Struct, frozen=True):
    """A claimed call with its run and what it is about; None for what is not there any more."""

    call: AgentCall
    run: Run | None
    alert: Alert | None


async def make_due(desk: Desk, question: Question, *, worker: str = _WORKER) -> int:
    """Make the calls that are due, a few at a time; returns how many."""
    made = await asyncio.gather(*(_make_next(desk, question, worker) for _ in range(AT_ONCE)))
    return sum(made)


async def _make_next(desk: Desk, question: Question, worker: str) -> int:
    made = 0
    while (claimed := await _claim(desk, worker)) is not None:
        call, run, alert = claimed.call, claimed.run, claimed.alert
        if run is None or alert is None or run.state.over:  # its agent told by itself how it went
            await desk.storage.write(partial(_drop, run_id=call.run_id, worker=worker))
        elif call.attempts > desk.rules.triage.attempts:
            await _conclude(desk, call, _LOST, worker)
        else:
            now = desk.clock.now()
            brief = await desk.storage.read(partial(gather, desk=desk, alert=alert, now=now))
            body = msgspec.json.encode(write_question(brief, run.key))
            await _conclude(desk, call, await question(run.key, body), worker)
        made += 1
    return made


async def _claim(desk: Desk, worker: str) -> _Claimed | None:
    now = desk.clock.now()

    def claim_agent_request(tx: Transaction) -> _Claimed | None:
        call = tx.calls.claim(desk.project.id, worker=worker, now=now)
        if call is None:
            return None
        run = tx.runs.held(call.run_id)
        request = tx.briefs.get(desk.project.id, call.request_id)
        alert = None if request is None else tx.alerts.get(desk.project.id, request.alert_id)
        if run is not None and not run.state.over:
            tx.runs.save(move(run, RunState.RUNNING, now))
        return _Claimed(call, run, alert)

    return await desk.storage.write(claim_agent_request)


def _drop(tx: Transaction, *, run_id: int, worker: str) -> None:
    tx.calls.finish(run_id, worker=worker)


async def _conclude(desk: Desk, call: AgentCall, reply: AgentReply, worker: str) -> None:
    """Write down what came of it; a reply that comes after the claim has gone to somebody else is dropped."""
    now = desk.clock.now()

    def conclude_agent_request(tx: Transaction) -> None:
        if reply.fate is Fate.PASSING and call.attempts < desk.rules.triage.attempts:
            tx.calls.put_off(call.run_id, worker=worker, until=next_attempt(call.attempts, reply, now))
            return
        run = tx.runs.held(call.run_id)
        if not tx.calls.finish(call.run_id, worker=worker) or run is None or run.state.over:
            return
        state = RunState.SUCCEEDED if reply.fate is Fate.ANSWERED else RunState.FAILED
        ended = move(run, state, now, cut(harmless(str(redact(reply.text).value)), MAX_OUTPUT))
        tx.runs.save(ended)
        if state is RunState.SUCCEEDED and reply.text.strip():
            _post_answer(tx, desk, call, run, now)
        tx.cards.touch(CardKind.BRIEF, [(call.request_id, Lane.COUNT)], now=now)
        tx.audit.append(desk.project.id, _entry(run, ended, now))

    await desk.storage.write(conclude_agent_request)
    desk.bell.ring()


def _entry(before: Run, after: Run, now: datetime) -> Entry:
    return Entry(
        at=now,
        actor=Actor(ActorKind.PROGRAM, after.agent, after.agent),
        action="run.end",
        subject=f"run:{after.id}",
        before=encode({"state": before.state}),
        after=encode({"state": after.state, "agent": after.agent, "key": after.key}),
        method=Method.JOB,  # the desk asked; nobody came in
    )


def _post_answer(tx: Transaction, desk: Desk, call: AgentCall, run: Run, now: datetime) -> None:
    """A message of its own in the incident's thread; without an incident the next brief tells it."""
    asked = tx.briefs.get(desk.project.id, call.request_id)
    if asked is None or asked.incident_id is None:
        return
    incident = held(tx, desk, asked.incident_id)
    answer = BriefRequest(
        id=0,
        project_id=asked.project_id,
        recurrence_id=asked.recurrence_id,
        alert_id=asked.alert_id,
        incident_id=incident.id,
        run_id=run.id,
        created_at=now,
    )
    post(tx, desk, incident, tx.briefs.add(answer))
