"""A preview writes nothing, a dry run its row, a hand-over its row and an entry: so the whole database."""

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.recurrence.ranking import Query
from bot.domain.recurrence.recurrence import format_work_ref
from bot.domain.recurrence.run import RunState
from bot.domain.recurrence.work import HandoffKind, NextStep, WorkMode
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.recurrence import dossier as dossiers
from bot.usecases.recurrence import query as recurrences
from bot.usecases.recurrence import run, work
from bot.usecases.recurrence.run import AttemptReport
from storage.table.core import metadata
from tests.senders import ANNA, BEN, Send, firing, resolved

BOT = ANNA


async def everything(desk: Desk) -> dict[str, list[Any]]:
    """All rows of all tables."""
    return await desk.storage.read(
        lambda tx: {
            name: sorted(map(tuple, tx.run_raw(f'SELECT * FROM "{name}"').all()), key=repr)  # noqa: S608 -- ours
            for name in metadata.tables
        }
    )


async def changed(desk: Desk, before: dict[str, list[Any]]) -> dict[str, int]:
    """Tables that differ, with how many rows they gained; rows that were there are still there."""
    after = await everything(desk)
    differing = {name for name, rows in after.items() if rows != before[name]}
    for name in differing:
        assert set(map(repr, before[name])) <= set(map(repr, after[name]))
    return {name: len(after[name]) - len(before[name]) for name in differing}


async def tell(desk: Desk, state: RunState, key: str = "1", **more: Any) -> None:
    await run.report(
        desk, AttemptReport(agent="fixer", key=key, state=state, **{"alert_id": 1, **more}), actor=BOT
    )


async def test_a_preview_writes_nothing_at_all(desk: Desk, send: Send) -> None:
    await send(firing("x"))
    before = await everything(desk)
    first = await work.preview(desk, 1)
    assert await changed(desk, before) == {}
    assert first == await work.preview(desk, 1)
    assert (first.item.ref, first.item.mode) == (format_work_ref(1), WorkMode.OBSERVE)
    assert first.ready is all(each.passed for each in first.checks)


async def test_looking_writes_nothing_either(desk: Desk, send: Send) -> None:
    await send(firing("x"))
    before = await everything(desk)
    await recurrences.find(desk, 1)
    await dossiers.dossier(desk, Query())
    await recurrences.listing(desk, Query())
    assert await changed(desk, before) == {}


async def test_a_dry_run_writes_its_row_and_one_entry(desk: Desk, send: Send) -> None:
    await send(firing("x"))
    before = await everything(desk)
    told = await work.dry_run(desk, 1, actor=ANNA)
    assert await changed(desk, before) == {"work_check": 1, "audit": 1}
    (check,) = (await recurrences.find(desk, 1)).checks
    assert (check.id, check.by, check.checks) == (told.check_id, ANNA, told.preview.checks)
    assert check.passed is told.preview.ready


@pytest.mark.parametrize("kind", HandoffKind)
async def test_a_hand_over_writes_its_row_and_one_entry(desk: Desk, send: Send, kind: HandoffKind) -> None:
    await send(firing("x"))
    before = await everything(desk)
    handed = await work.hand_over(desk, 1, kind, actor=ANNA, note="please")
    assert await changed(desk, before) == {"handoff": 1, "audit": 1}
    assert handed.assignee == (ANNA if kind is HandoffKind.MANUAL else None)
    assert handed.title == "W-1 x"
    assert handed.body.startswith("please\n\nx\n")
    (entry,) = await desk.storage.read(lambda tx: tx.audit.about("recurrence:1"))
    assert (entry.entry.action, entry.entry.note) == ("recurrence.handoff", "please")


async def test_a_hand_over_to_somebody_else_makes_it_wait_for_them(desk: Desk, send: Send) -> None:
    await send(firing("x"))
    await work.hand_over(desk, 1, HandoffKind.MANUAL, actor=ANNA, assignee=BEN)
    profile = (await recurrences.find(desk, 1)).profile
    assert profile.item is not None
    assert (profile.item.mode, profile.item.next_step) == (WorkMode.MANUAL, NextStep.MANUAL_GATE)
    assert profile.handoff is not None
    assert profile.handoff.assignee == BEN


async def test_a_proposal_is_for_nobody_in_particular(desk: Desk, send: Send) -> None:
    await send(firing("x"))
    with pytest.raises(InvalidInputError, match="assignee"):
        await work.hand_over(desk, 1, HandoffKind.TICKET_PROPOSAL, actor=ANNA, assignee=BEN)


async def test_an_unknown_work_item_is_said_to_be_unknown(desk: Desk) -> None:
    for asking in (
        work.preview(desk, 7),
        work.dry_run(desk, 7, actor=ANNA),
        work.hand_over(desk, 7, HandoffKind.MANUAL, actor=ANNA),
    ):
        with pytest.raises(NotFoundError, match="There is no work item W-7 on this desk"):
            await asking


async def test_a_repair_is_verified_by_the_alert_and_not_by_the_program(desk: Desk, send: Send) -> None:
    async def step() -> NextStep:
        return (await work.preview(desk, 1)).item.next_step

    await send(firing("x"))
    await tell(desk, RunState.RUNNING)
    assert await step() is NextStep.OPEN
    await tell(desk, RunState.SUCCEEDED)
    assert await step() is NextStep.FAILED_REPAIR
    await send(resolved("x"))
    assert await step() is NextStep.VERIFIED_REPAIR
    await tell(desk, RunState.FAILED, "2")
    assert await step() is NextStep.FAILED_REPAIR


async def test_what_people_repeat_is_an_automation_gap(desk: Desk, send: Send, clock: ManualClock) -> None:
    for alert_id in (1, 2, 3):
        clock.advance(timedelta(days=1))
        await send(firing("x"))
        await alerts.resolve(desk, alert_id, actor=ANNA)
    item = (await work.preview(desk, 1)).item
    assert (item.mode, item.next_step) == (WorkMode.MANUAL, NextStep.AUTOMATION_GAP)


async def test_a_report_is_linked_and_told_once(desk: Desk, send: Send) -> None:
    await send(firing("x"))
    for _ in range(2):
        await tell(desk, RunState.RUNNING, output="Authorization: Bearer abcdefghijklmnop0123")
    (only,) = (await recurrences.find(desk, 1)).runs
    assert (only.agent, only.state, only.alert_id, only.recurrence_id) == ("fixer", RunState.RUNNING, 1, 1)
    assert "abcdefghijklmnop0123" not in only.output
    entries = await desk.storage.read(lambda tx: tx.audit.about("run:1"))
    assert [each.entry.action for each in entries] == ["run.report"]
    assert (await recurrences.find(desk, 1)).profile.runs == {RunState.RUNNING: 1}


async def test_a_run_that_is_over_stays_over(desk: Desk, send: Send) -> None:
    await send(firing("x"))
    await tell(desk, RunState.FAILED)
    before = await everything(desk)
    with pytest.raises(ConflictError):
        await tell(desk, RunState.SUCCEEDED)
    assert await changed(desk, before) == {}


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"agent": " "}, InvalidInputError),
        ({"key": "x" * 201}, InvalidInputError),
        ({"alert_id": 9}, NotFoundError),
        ({"event_id": 99}, NotFoundError),
        ({"alert_id": None, "recurrence_id": 9}, NotFoundError),
        ({"alert_id": 1, "recurrence_id": 2}, InvalidInputError),
    ],
)
async def test_a_report_that_makes_no_sense_is_refused(
    desk: Desk, send: Send, more: dict[str, Any], error: type[Exception]
) -> None:
    await send(firing("x"), firing("y"))
    told: dict[str, Any] = {"agent": "fixer", "key": "1", "state": RunState.RUNNING, "alert_id": 1}
    with pytest.raises(error):
        await run.report(desk, AttemptReport(**{**told, **more}), actor=BOT)
