"""Two processes, one database: what belongs together is opened once, whatever happens at the same time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.errors import ConflictError
from bot.domain.incident.search import IncidentFilter
from bot.usecases.admin.startup import open_desk
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident.membership import link, merge, unlink
from bot.usecases.incident.mutation import perform
from bot.usecases.intake.queue import take_in
from bot.usecases.triage.open_request import OpenedIncident, OpenOutcome
from storage.engine import Storage
from tests.senders import ANNA, BEN, Send, add_source, firing, resolved, submission
from tests.usecases.crisis import escalate


@pytest.fixture
async def desks(database_url: str, clock: ManualClock, desk: Desk) -> AsyncIterator[tuple[Desk, Desk]]:
    """The same desk in two processes."""
    storage = Storage.open(database_url)
    yield desk, await open_desk(storage, clock, rules=desk.rules)
    await storage.close()


async def count(desk: Desk) -> int:
    return (await incident_inspection.listing(desk, IncidentFilter())).total


def outcomes(opened: list[OpenedIncident]) -> list[OpenOutcome]:
    return sorted(each.outcome for each in opened)


async def test_one_service_opens_once_however_many_ask(desks: tuple[Desk, Desk], send: Send) -> None:
    await send(*[firing(f"a{number}", service="checkout") for number in range(12)])
    opened = await asyncio.gather(*(escalate(desks[n % 2], n + 1) for n in range(12)))
    assert outcomes(opened) == [OpenOutcome.OPENED] + [OpenOutcome.TAKEN_IN] * 11
    assert {each.incident.id for each in opened} == {1}
    assert (await incident_inspection.find(desks[1], 1)).view.total == 12


async def test_one_alert_is_escalated_once_however_many_ask(desks: tuple[Desk, Desk], send: Send) -> None:
    await send(firing())
    opened = await asyncio.gather(*(escalate(desks[n % 2], 1, actor=(ANNA, BEN)[n % 2]) for n in range(8)))
    assert outcomes(opened) == [OpenOutcome.ALREADY_IN] * 7 + [OpenOutcome.OPENED]
    assert await count(desks[0]) == 1


async def test_one_key_opens_once_however_often_a_machine_asks(desks: tuple[Desk, Desk]) -> None:
    opened = await asyncio.gather(
        *(escalate(desks[n % 2], None, title=f"t{n}", idempotency_key="k") for n in range(8))
    )
    assert outcomes(opened) == [OpenOutcome.OPENED] + [OpenOutcome.REPEATED] * 7


async def test_the_window_holds_across_a_restart(
    database_url: str, clock: ManualClock, desk: Desk, send: Send
) -> None:
    await send(
        firing("a", service="checkout"), firing("b", service="checkout"), firing("c", service="checkout")
    )
    await escalate(desk, 1)
    await desk.storage.close()
    storage = Storage.open(database_url)
    reborn = await open_desk(storage, clock, rules=desk.rules)
    clock.advance(timedelta(minutes=60))
    assert (await escalate(reborn, 2)).outcome is OpenOutcome.TAKEN_IN
    clock.advance(timedelta(minutes=61))
    assert (await escalate(reborn, 3)).outcome is OpenOutcome.OPENED
    await storage.close()


async def test_an_alert_wanted_by_two_incidents_goes_into_one(desks: tuple[Desk, Desk], send: Send) -> None:
    await send(firing("a"), firing("b"), firing("wanted"))
    await escalate(desks[0], 1)
    await escalate(desks[0], 2)
    tried = await asyncio.gather(
        *(link(desks[n % 2], n % 2 + 1, 3, actor=ANNA) for n in range(6)), return_exceptions=True
    )
    refused = [each for each in tried if isinstance(each, ConflictError)]
    assert len(refused) == 5
    totals = [(await incident_inspection.find(desks[0], number)).view.total for number in (1, 2)]
    assert sorted(totals) == [1, 2]


async def test_people_and_senders_at_once_neither_block_nor_lose_each_other(
    desks: tuple[Desk, Desk], clock: ManualClock
) -> None:
    source = await add_source(desks[0], "busy")
    names = [f"a{number}" for number in range(6)]
    await take_in(desks[0], [submission(source, *[firing(name) for name in names])])
    for number in range(1, 4):
        await escalate(desks[0], number)
        await link(desks[0], number, number + 3, actor=ANNA)

    async def flap(desk: Desk) -> None:
        for turn in range(4):
            clock.advance(timedelta(seconds=1))
            signals = [firing(name) if turn % 2 else resolved(name) for name in names]
            await take_in(desk, [submission(source, *signals, key=str(turn))])

    async def people(desk: Desk) -> None:
        for number in (1, 2, 3):
            await perform(desk, incidents.tell(number, actor=BEN, text="looking"))
            await unlink(desk, number, number + 3, actor=BEN)
            await link(desk, number, number + 3, actor=BEN)
        await asyncio.gather(*(alerts.annotate(desk, number, actor=BEN, note="hm") for number in range(1, 7)))

    one, other = desks
    await asyncio.gather(flap(one), people(other), flap(other))
    await asyncio.gather(merge(one, 1, 2, actor=ANNA), flap(other))
    found = await incident_inspection.find(one, 2)
    assert (found.view.total, found.incident.update) == (4, "looking")
