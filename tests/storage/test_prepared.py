"""A prepared statement gives what SQLAlchemy's own execution gives, on both engines."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import BigInteger, Connection, bindparam, select, update
from sqlalchemy.exc import DBAPIError

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind
from storage.dialect import one_of, values_of
from storage.engine import Storage
from storage.prepared import Prepared
from storage.table.core import card
from storage.transaction import Transaction

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
KNOWN = Prepared(select(card.c.id, card.c.pinged, card.c.parked_reason).order_by(card.c.id))
LISTED = Prepared(
    lambda dialect: (
        select(card.c.subject_id)
        .where(one_of(dialect, card.c.subject_id, "subjects"), card.c.kind.in_(["alert", "group"]))
        .order_by(card.c.subject_id)
    )
)
PINGED = Prepared(
    update(card)
    .where(card.c.subject_id == bindparam("subject", type_=BigInteger))
    .values(pinged=bindparam("mentions", type_=card.c.pinged.type), parked_reason=None)
)
TWICE = Prepared(
    select(card.c.id, card.c.id.label("again")).where(card.c.id == bindparam("id_", type_=BigInteger))
)
TORN = Prepared(update(card).values(kind=None))


def line(tx: Transaction) -> Connection:
    return tx._connection


@pytest.fixture
async def filled(storage: Storage, desk: object) -> Storage:
    del desk

    def fill(tx: Transaction) -> None:
        project = tx.projects.named("default")
        assert project is not None
        new = [(1, 7, Lane.INFO), (2, None, Lane.INFO), (3, 7, Lane.INFO)]
        tx.cards.create(project.id, CardKind.ALERT, new, now=NOW)

    await storage.write(fill)
    return storage


async def test_columns_have_their_names_and_their_types(filled: Storage) -> None:
    rows = await filled.read(lambda tx: KNOWN.rows(line(tx)))
    assert [row.pinged for row in rows] == [False] * 3
    assert all(type(row.pinged) is bool for row in rows)
    assert [row.parked_reason is None for row in rows] == [True, False, True]


async def test_lists_are_written_out_or_bound_as_one(filled: Storage) -> None:
    def look(tx: Transaction) -> list[int]:
        wanted = values_of(line(tx), [1, 3, 9])
        return [row.subject_id for row in LISTED.rows(line(tx), subjects=wanted)]

    assert await filled.read(look) == [1, 3]


async def test_it_counts_what_it_changed_and_binds_nothing_as_nothing(filled: Storage) -> None:
    def change(tx: Transaction) -> tuple[int, int]:
        return (
            PINGED.run(line(tx), subject=2, mentions=True),
            PINGED.run(line(tx), subject=99, mentions=True),
        )

    assert await filled.write(change) == (1, 0)
    rows = await filled.read(lambda tx: KNOWN.rows(line(tx)))
    assert [(row.pinged, row.parked_reason) for row in rows] == [(False, None), (True, None), (False, None)]


async def test_no_row_is_none(filled: Storage) -> None:
    assert await filled.read(lambda tx: TWICE.row(line(tx), id_=99)) is None
    assert await filled.read(lambda tx: TWICE.value(line(tx), id_=99)) is None


async def test_an_error_is_that_of_any_statement_and_shows_no_values(filled: Storage) -> None:
    with pytest.raises(DBAPIError) as caught:
        await filled.write(lambda tx: TORN.run(line(tx)))
    assert "default" not in str(caught.value.params)


async def test_a_look_sees_one_moment_whatever_is_written_meanwhile(filled: Storage) -> None:
    """Two statements of one look agree although another transaction is committed between them."""
    between, written = threading.Event(), threading.Event()

    def look(tx: Transaction) -> tuple[int, int]:
        before = len(KNOWN.rows(line(tx)))
        between.set()
        return before, len(KNOWN.rows(line(tx))) if written.wait(5) else -1

    async def write() -> None:
        await asyncio.to_thread(between.wait, 5)
        project = await filled.read(lambda tx: tx.projects.named("default"))
        assert project is not None
        await filled.write(
            lambda tx: tx.cards.create(project.id, CardKind.ALERT, [(4, 7, Lane.INFO)], now=NOW)
        )
        written.set()

    if filled.dialect == "postgresql":
        pytest.skip("its looks run in the loop's own thread; REPEATABLE READ is the server's matter")
    seen, _ = await asyncio.gather(filled.read(look), write())
    assert seen == (3, 3)
