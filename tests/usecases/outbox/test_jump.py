"""What a link leads to: by the card, the call or the thread that it points at."""

from typing import Any

from bot.domain.alert.signal import Severity
from bot.domain.jump_link import JumpLink
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.incident import action as actions
from bot.usecases.incident import thread as threads
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import jump
from storage.transaction import Transaction
from tests.senders import ANNA, BEN, Send, firing
from tests.usecases.crisis import escalate

THREAD = 777


async def shown(desk: Desk) -> dict[str, int]:
    """Every card stands somewhere; its message by what it is about."""

    def work(tx: Transaction) -> dict[str, int]:
        tx.run_raw("UPDATE card SET message_id = id + 1000")
        rows: Any = tx.run_raw("SELECT kind, subject_id, message_id FROM card").all()
        return {f"{row[0]}:{row[1]}": row[2] for row in rows}

    return await desk.storage.write(work)


async def found(desk: Desk, message_id: int, wanted: Subject, channel_id: int = 1) -> list[int | str]:
    led = await jump.subjects(desk, JumpLink(channel_id, message_id), wanted)
    assert all(each.subject is wanted for each in led)
    return [each.which for each in led]


async def test_a_card_leads_to_its_alert_its_incident_and_its_recurrence(desk: Desk, send: Send) -> None:
    await send(firing("disk", Severity.CRITICAL), firing("cpu"))
    await escalate(desk, 1)
    cards = await shown(desk)
    card = cards["alert:1"]
    assert await found(desk, card, Subject.ALERT) == [1]
    assert await found(desk, card, Subject.INCIDENT) == [1]
    assert await found(desk, card, Subject.RECURRENCE) == [1]
    assert await found(desk, card, Subject.ACTION) == []
    assert await found(desk, cards["alert:2"], Subject.INCIDENT) == []
    place = await outbox.showing(desk, card)
    assert place is not None


async def test_a_head_a_thread_and_what_stands_in_it_lead_to_the_incident(desk: Desk, send: Send) -> None:
    await send(firing("disk", Severity.CRITICAL), firing("cpu"))
    await escalate(desk, 1)
    await threads.settle(desk, 1, thread_id=THREAD)
    item = await actions.add(desk, 1, actor=ANNA, text="buy a disk", owner=BEN, due_at=None)
    cards = await shown(desk)
    assert await found(desk, cards["incident:1"], Subject.INCIDENT) == [1]
    assert await found(desk, cards["incident:1"], Subject.ALERT) == [1]
    assert await jump.subjects(desk, JumpLink(THREAD), Subject.INCIDENT) == [SubjectRef(Subject.INCIDENT, 1)]
    assert await found(desk, 4711, Subject.INCIDENT, THREAD) == [1], "somebody's words in the thread"
    assert await found(desk, THREAD, Subject.INCIDENT) == [1], "the message that the thread began with"
    nudges = [message for what, message in cards.items() if what.startswith("nudge:")]
    led = [await found(desk, message, Subject.ACTION, THREAD) for message in nudges]
    assert [item.id] in led
    assert {tuple(await found(desk, each, Subject.INCIDENT, THREAD)) for each in nudges} == {(1,)}
    await alerts.resolve(desk, 1, actor=ANNA)
    assert await found(desk, cards["incident:1"], Subject.ALERT) == [1], "none is open: all of them"


async def test_a_call_leads_to_what_it_is_about(desk: Desk, send: Send) -> None:
    await send(firing("disk"))
    await send(firing("disk", Severity.CRITICAL))

    def lead(tx: Transaction) -> None:
        tx.run_raw("UPDATE ring SET lead_id = id")
        tx.run_raw(
            "INSERT INTO card (project_id, kind, subject_id, channel_id, message_id, wanted, shown, lane,"
            " generation, failures, pinged, dirty_since)"
            " SELECT project_id, 'ring', (SELECT min(id) FROM ring), channel_id, 99, 1, 1, 0, 1, 0, pinged, 0"
            " FROM card WHERE kind = 'alert'"
        )

    await desk.storage.write(lead)
    assert await found(desk, 99, Subject.ALERT) == [1]


async def test_a_call_for_many_leads_to_all_that_are_open(desk: Desk, send: Send) -> None:
    await send(firing("disk"), firing("cpu"), firing("net"))
    await send(*(firing(name, Severity.CRITICAL) for name in ("disk", "cpu", "net")))

    def lead(tx: Transaction) -> None:
        tx.run_raw("UPDATE ring SET lead_id = (SELECT min(id) FROM ring)")
        tx.run_raw("UPDATE card SET kind = 'ring', subject_id = (SELECT min(id) FROM ring), message_id = 99")

    await send(firing("fan"))
    await desk.storage.write(lambda tx: tx.run_raw("DELETE FROM card WHERE subject_id < 4"))
    await desk.storage.write(lead)
    await alerts.resolve(desk, 2, actor=ANNA)
    assert await found(desk, 99, Subject.ALERT) == [1, 3]
    await alerts.resolve(desk, 1, actor=ANNA)
    await alerts.resolve(desk, 3, actor=ANNA)
    assert await found(desk, 99, Subject.ALERT) == [1, 2, 3], "none is open: all of them"


async def test_a_link_to_nothing_leads_to_nothing(desk: Desk) -> None:
    for wanted in (Subject.ALERT, Subject.INCIDENT, Subject.RECURRENCE, Subject.ACTION):
        assert await found(desk, 4711, wanted) == []
        assert await jump.subjects(desk, JumpLink(4711), wanted) == []
    assert await jump.group_alerts(desk, 4711) == []
