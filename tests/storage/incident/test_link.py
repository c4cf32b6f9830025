"""The database itself keeps the law of links and of versions, whoever writes."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.actor import person
from bot.domain.incident.duration import Times
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentState
from bot.domain.incident.timeline import Kind, TimelineDraft
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from storage.transaction import Transaction
from tests.senders import add_source, firing, submission

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
ANNA = person(1, "Anna")
DRAFT = TimelineDraft(kind=Kind.NOTE, at=NOW, actor=ANNA, text="x")


def incident(project_id: int, key: str | None = None) -> Incident:
    return Incident(
        id=0,
        project_id=project_id,
        state=IncidentState.OPEN,
        severity=IncidentLevel.P2,
        title="Checkout is down",
        opened_by=ANNA,
        opened_at=NOW,
        touched_at=NOW,
        times=Times(detected_at=NOW),
        idempotency_key=key,
    )


async def two_incidents(desk: Desk) -> None:
    source = await add_source(desk)
    await take_in(desk, [submission(source, firing())])

    def work(tx: Transaction) -> None:
        for _ in range(2):
            tx.incidents.create(incident(desk.project.id))

    await desk.storage.write(work)


async def test_what_is_written_is_read_back(desk: Desk) -> None:
    created = await desk.storage.write(lambda tx: tx.incidents.create(incident(desk.project.id, "k")))
    assert created.id == 1
    assert await desk.storage.read(lambda tx: tx.incidents.get(desk.project.id, 1)) == created
    assert await desk.storage.read(lambda tx: tx.incidents.keyed(desk.project.id, "k")) == created
    assert await desk.storage.read(lambda tx: tx.incidents.get(desk.project.id + 1, 1)) is None


async def test_a_link_elsewhere_ends_the_one_before(desk: Desk) -> None:
    await two_incidents(desk)

    def work(tx: Transaction) -> tuple[dict[int, int], list[int], list[int]]:
        tx.links.link(1, 1, now=NOW)
        tx.links.link(2, 1, now=NOW)
        return tx.links.open_of([1, 7]), tx.links.active_ids(1), tx.links.active_ids(2)

    assert await desk.storage.write(work) == ({1: 2}, [], [1])


async def test_two_active_links_of_an_alert_cannot_be(desk: Desk) -> None:
    await two_incidents(desk)

    def work(tx: Transaction) -> None:
        tx.links.link(1, 1, now=NOW)
        tx.run_raw(
            "INSERT INTO incident_alert (incident_id, alert_id, active, linked_at) VALUES (2, 1, true, 0)"
        )

    with pytest.raises(IntegrityError):
        await desk.storage.write(work)


async def test_two_corrections_of_one_version_cannot_be(desk: Desk) -> None:
    await two_incidents(desk)

    def work(tx: Transaction) -> None:
        tx.timelines.append([(1, DRAFT)], now=NOW)
        first = tx.timelines.of([1])[0]
        assert tx.timelines.latest(1, first.id) == first
        for _ in range(2):
            tx.timelines.add_version(first, DRAFT, deleted=False, now=NOW)

    with pytest.raises(IntegrityError):
        await desk.storage.write(work)


async def test_one_key_is_one_incident(desk: Desk) -> None:
    def work(tx: Transaction) -> None:
        for _ in range(2):
            tx.incidents.create(incident(desk.project.id, "k"))

    with pytest.raises(IntegrityError):
        await desk.storage.write(work)
