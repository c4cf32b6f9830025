"""The agent is asked once by one process, a few times if need be; whatever it does, the brief is there."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from bot.cards.triage import AnswerView, BriefView
from bot.clock import ManualClock
from bot.domain.access.webhook import read_secret
from bot.domain.outbox.outbox import CardKind
from bot.domain.recurrence.run import MAX_OUTPUT, Run, RunState
from bot.domain.triage.agent_request import LEASE, AgentReply, Fate
from bot.domain.triage.brief import TriageRules
from bot.outgoing.webhook import Webhook, WebhookOptions
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Desk, Rules
from bot.usecases.incident import thread as threads
from bot.usecases.recurrence import run
from bot.usecases.triage import agent_request as call
from bot.usecases.triage import brief, triage
from bot.usecases.triage.triage import TriageOutcome
from storage.engine import Storage
from tests.conftest import CHANNEL, SIGNING_KEY
from tests.outgoing.agent import SECRET, Agent, running_agent, say
from tests.senders import ANNA, BEN, Send, firing
from tests.usecases.crisis import escalate

MINUTE = timedelta(minutes=1)
RULES = Rules(default_channel_id=CHANNEL, triage=TriageRules(agent="sherlock", attempts=3))


@pytest.fixture
async def desk(storage: Storage, clock: ManualClock) -> Desk:
    """One that has an agent."""
    return await open_desk(storage, clock, rules=RULES, signing_key=SIGNING_KEY)


@pytest.fixture
async def other(database_url: str, clock: ManualClock, desk: Desk) -> AsyncIterator[Desk]:
    """The same desk in another process."""
    storage = Storage.open(database_url)
    yield await open_desk(storage, clock, rules=desk.rules)
    await storage.close()


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    async with running_agent(say("Restart **cart**, <@1>.")) as running:
        yield running


def question(agent: Agent, clock: ManualClock) -> call.Question:
    hosts = frozenset({"127.0.0.1"})
    options = WebhookOptions(url=agent.url, key=read_secret(SECRET), hosts=hosts, private_hosts=hosts)
    return Webhook(options, clock).ask


class Told:
    """An agent of few words: the replies it gives, one after another, and the keys it was asked under."""

    def __init__(self, *replies: AgentReply) -> None:
        self.replies = list(replies)
        self.keys: list[str] = []

    async def ask(self, key: str, _: bytes) -> AgentReply:
        self.keys.append(key)
        return self.replies.pop(0)


ANSWER = AgentReply(fate=Fate.ANSWERED, text="ok")
BUSY = AgentReply(fate=Fate.PASSING, text="It answered 503.")


async def runs(desk: Desk) -> list[Run]:
    return await desk.storage.read(lambda tx: tx.runs.of_alert(1, limit=9))


async def only_run(desk: Desk) -> Run:
    (found,) = await runs(desk)
    return found


async def briefs(desk: Desk) -> list[BriefView | AnswerView | None]:
    """Everything about the incident, as it is shown."""
    asked = await desk.storage.read(lambda tx: tx.briefs.of(1))
    return [await brief.view(desk, each.id) for each in asked]


async def test_the_agent_gets_the_brief_and_its_answer_goes_into_the_thread(
    desk: Desk, send: Send, clock: ManualClock, agent: Agent
) -> None:
    await send(firing("a", service="checkout"))
    await escalate(desk)
    await threads.settle(desk, 1, thread_id=555)
    queued = await only_run(desk)
    assert (queued.state, queued.agent, queued.started_at) == (RunState.QUEUED, "sherlock", None)
    assert (queued.event_id, queued.alert_id, queued.recurrence_id, queued.incident_id) == (1, 1, 1, 1)
    clock.advance(MINUTE)
    assert await call.make_due(desk, question(agent, clock)) == 1
    assert await call.make_due(desk, question(agent, clock)) == 0
    (asked,) = agent.asked
    data = json.loads(asked.body)["data"]
    assert (data["run"], data["incident"], data["alert"]["ref"]) == (queued.key, "I-1", "A-1")
    assert asked.headers["webhook-id"] == queued.key
    ended = await only_run(desk)
    assert (ended.state, ended.output) == (RunState.SUCCEEDED, "Restart **cart**, <@1>.")
    assert (ended.started_at, ended.ended_at) == (clock.now(), clock.now())
    told, answer = await briefs(desk)
    assert isinstance(told, BriefView)
    assert [each.state for each in told.brief.runs] == [RunState.SUCCEEDED]
    assert isinstance(answer, AnswerView)
    assert answer.run == ended
    places = await desk.storage.read(lambda tx: tx.cards.of(CardKind.BRIEF, [1, 2]))
    assert {(place.subject_id, place.channel_id, place.wanted) for place in places} == {
        (1, 555, 2),
        (2, 555, 1),
    }


async def test_a_failing_agent_is_asked_again_later_and_in_the_end_no_more(
    desk: Desk, send: Send, clock: ManualClock, agent: Agent
) -> None:
    agent.answer = say(status=503)
    await send(firing("a"))
    await escalate(desk)
    for pause in (10, 20):
        assert await call.make_due(desk, question(agent, clock)) == 1
        assert (await only_run(desk)).state is RunState.RUNNING
        clock.advance(timedelta(seconds=pause - 1))
        assert await call.make_due(desk, question(agent, clock)) == 0
        clock.advance(timedelta(seconds=1))
    assert await call.make_due(desk, question(agent, clock)) == 1
    failed = await only_run(desk)
    assert (failed.state, failed.output, len(agent.asked)) == (RunState.FAILED, "It answered 503.", 3)
    assert {each.headers["webhook-id"] for each in agent.asked} == {failed.key}
    clock.advance(timedelta(days=1))
    assert await call.make_due(desk, question(agent, clock)) == 0
    assert len(await briefs(desk)) == 1


async def test_the_brief_waits_for_no_agent(desk: Desk, send: Send, agent: Agent, clock: ManualClock) -> None:
    heard, stuck = asyncio.Event(), asyncio.Event()

    async def never(_: web.Request) -> web.StreamResponse:
        heard.set()
        await stuck.wait()
        return web.Response()

    agent.answer = never
    await send(firing("a"))
    await escalate(desk)
    asking = asyncio.create_task(call.make_due(desk, question(agent, clock)))
    async with asyncio.timeout(10):
        await heard.wait()
    (told,) = await briefs(desk)
    assert isinstance(told, BriefView)
    assert [each.state for each in told.brief.runs] == [RunState.RUNNING]
    stuck.set()
    assert await asking == 1


async def test_a_refusal_is_final(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await escalate(desk)
    told = Told(AgentReply(fate=Fate.REFUSED, text="It answered 410."))
    assert await call.make_due(desk, told.ask) == 1
    failed = await only_run(desk)
    assert (failed.state, failed.output) == (RunState.FAILED, "It answered 410.")


async def test_of_two_processes_one_asks(desk: Desk, other: Desk, send: Send) -> None:
    await send(*[firing(f"a{number}") for number in range(5)])
    for number in range(1, 6):
        await escalate(desk, number)
    told = Told(*[ANSWER] * 5)
    made = await asyncio.gather(
        *(
            call.make_due(each, told.ask, worker=name)
            for each, name in ((desk, "a"), (other, "b"), (desk, "a"))
        )
    )
    assert (sum(made), len(set(told.keys)), len(told.keys)) == (5, 5, 5)


async def test_a_call_that_a_crash_interrupted_is_made_again_under_its_key(
    desk: Desk, other: Desk, send: Send, clock: ManualClock
) -> None:
    class CrashError(Exception):
        pass

    async def crash(_: str, __: bytes) -> AgentReply:
        raise CrashError

    await send(firing("a"))
    await escalate(desk)
    with pytest.raises(CrashError):
        await call.make_due(desk, crash, worker="a")
    told = Told(ANSWER)
    clock.advance(LEASE - timedelta(seconds=1))
    assert await call.make_due(other, told.ask, worker="b") == 0
    clock.advance(timedelta(seconds=1))
    assert await call.make_due(other, told.ask, worker="b") == 1
    ended = await only_run(desk)
    assert (ended.state, told.keys) == (RunState.SUCCEEDED, [ended.key])


async def test_crashes_without_end_end(desk: Desk, send: Send, clock: ManualClock) -> None:
    class CrashError(Exception):
        pass

    async def crash(_: str, __: bytes) -> AgentReply:
        raise CrashError

    await send(firing("a"))
    await escalate(desk)
    for _ in range(3):
        with pytest.raises(CrashError):
            await call.make_due(desk, crash)
        clock.advance(LEASE)
    told = Told()
    assert await call.make_due(desk, told.ask) == 1
    assert ((await only_run(desk)).state, told.keys) == (RunState.FAILED, [])


async def test_an_answer_that_comes_too_late_is_dropped(
    desk: Desk, other: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("a"))
    await escalate(desk)
    quick = Told(ANSWER)

    async def slow(_: str, __: bytes) -> AgentReply:
        clock.advance(LEASE)
        assert await call.make_due(other, quick.ask, worker="b") == 1
        return AgentReply(fate=Fate.ANSWERED, text="late")

    assert await call.make_due(desk, slow, worker="a") == 1
    assert (await only_run(desk)).output == "ok"
    assert len(await briefs(desk)) == 2


async def test_an_agent_may_tell_by_itself_how_it_went(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing("a"))
    await escalate(desk)
    assert await call.make_due(desk, Told(BUSY).ask) == 1
    key = (await only_run(desk)).key
    report = run.AttemptReport(agent="sherlock", key=key, state=RunState.SUCCEEDED, output="by myself")
    await run.report(desk, report, actor=ANNA)
    clock.advance(MINUTE)
    told = Told()
    assert await call.make_due(desk, told.ask) == 1
    assert ((await only_run(desk)).output, told.keys) == ("by myself", [])


async def test_within_the_cooldown_nobody_is_asked_again(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing("a"))
    shown = [await triage.ask(desk, 1, actor=who) for who in (ANNA, BEN)]
    assert {each.outcome for each in shown} == {TriageOutcome.SHOWN}
    assert len(await runs(desk)) == 1  # one question, whoever looks
    await escalate(desk)
    assert len(await runs(desk)) == 2  # everybody's answer goes into the thread
    await triage.ask(desk, 1, actor=ANNA)
    assert len(await runs(desk)) == 2
    clock.advance(15 * MINUTE)
    await triage.ask(desk, 1, actor=ANNA)
    assert len(await runs(desk)) == 3


async def test_an_answer_for_one_persons_eyes_is_read_when_they_ask_again(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await triage.ask(desk, 1, actor=ANNA)
    assert await call.make_due(desk, Told(ANSWER).ask) == 1
    again = await triage.ask(desk, 1, actor=ANNA)
    assert again.brief is not None
    assert [(each.state, each.output) for each in again.brief.runs] == [(RunState.SUCCEEDED, "ok")]


async def test_secrets_and_floods_in_an_answer_are_not_kept(desk: Desk, send: Send) -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    await send(firing("a"))
    await escalate(desk)
    reply = AgentReply(fate=Fate.ANSWERED, text=f"key {secret} \x00 " + "x" * 60_000)
    await call.make_due(desk, Told(reply).ask)
    ended = await only_run(desk)
    assert len(ended.output) <= MAX_OUTPUT
    assert secret not in ended.output
    assert "\x00" not in ended.output


async def test_an_agent_without_words_says_nothing_in_the_thread(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await escalate(desk)
    await call.make_due(desk, Told(AgentReply(fate=Fate.ANSWERED, text=" \n")).ask)
    assert (await only_run(desk)).state is RunState.SUCCEEDED
    assert len(await briefs(desk)) == 1


async def test_how_it_ended_is_in_the_audit(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await escalate(desk)
    await call.make_due(desk, Told(ANSWER).ask)
    ended = await only_run(desk)
    (entry,) = await desk.storage.read(lambda tx: tx.audit.about(f"run:{ended.id}"))
    assert (entry.entry.action, str(entry.entry.actor)) == ("run.end", "program:sherlock")
    assert '"state":"succeeded"' in entry.entry.after
