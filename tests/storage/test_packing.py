"""What is packed comes back as it was, by every later version, or not at all."""

import zlib

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy import text as sql

from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from storage import migration, schema
from storage.packing import pack, unpack
from tests.senders import add_source, firing, submission

STORED = bytes.fromhex("01433134bf001476985a91ccc56e8a47667a862ba8460902952ab5b5b1b500")
SAID = '{"receiver":"ops","status":"firing","alerts":[{"labels":{"alertname":"HighErrorRate"}}]}'


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    assert unpack(pack(text)) == text


def test_texts_of_old_are_read_by_every_version() -> None:
    """Fails when the words are changed: then what is stored already could not be read any more."""
    assert unpack(STORED) == SAID


@pytest.mark.parametrize("damaged", [b"", b"\x01", b"\x02" + STORED[1:], STORED[:-4], b"\x01\xff\xff"])
def test_what_is_damaged_is_no_text(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="packed"):
        unpack(damaged)


def test_a_request_takes_less_than_half() -> None:
    body = '{"receiver":"hook","status":"firing","alerts":[%s],"version":"4","groupKey":"{}:{}"}'
    alert = (
        '{"status":"firing","labels":{"alertname":"Lag","instance":"node-%d:9100","severity":"warning"},'
        '"annotations":{"summary":"lag on node %d"},"startsAt":"2026-11-21T04:32:24.16Z"}'
    )
    one = body % (alert % (1, 1))
    many = body % ",".join(alert % (number, number) for number in range(100))
    assert len(pack(one)) < len(one) / 2
    assert len(pack(many)) < len(many) / 8
    assert len(pack(one)) < len(zlib.compress(one.encode()))


def _to(connection: Connection, revision: str, *, down: bool = False) -> None:
    config = migration.configured()
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, revision)


def _back_and_forth(connection: Connection) -> str:
    _to(connection, "0036_place", down=True)
    body: str = connection.execute(sql("SELECT body FROM envelope")).scalar_one()
    _to(connection, "head")
    return body


async def test_requests_from_before_are_read_and_the_way_back_is_open(desk: Desk, database_url: str) -> None:
    sent = submission(await add_source(desk), firing("Lag"))
    await take_in(desk, [sent])
    digest, body = sent.envelope.digest, sent.envelope.body

    async def kept() -> str | None:
        found = await desk.storage.read(lambda tx: tx.events.envelope(digest))
        return None if found is None else found.body

    assert await kept() == body
    assert await schema.on_connection(database_url, _back_and_forth) == body
    assert await kept() == body
