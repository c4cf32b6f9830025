"""What the desk keeps is for its own user alone."""

import sqlite3
import stat
from pathlib import Path

import msgspec
import pytest

from bot.anchor_file import NAME, read_anchors, write_anchor
from bot.domain import actor as actors
from bot.domain.audit import seal
from bot.domain.errors import TocsinError
from bot.process import held, keep_private
from bot.usecases.admin import audit_log
from bot.usecases.admin import source as sources
from bot.usecases.desk import Desk
from storage.file import prepare_writer
from storage.transaction import Transaction


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: the chain is tested on both."""
    return sqlite_url


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_lock_are_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    keep_private(folder)
    assert _mode(folder) == 0o700
    lock = folder / "tocsin.db.lock"
    lock.touch(mode=0o644)
    with held(folder / "tocsin.db"):
        assert _mode(lock) == 0o600


def test_nothing_that_somebody_wrote_into_the_schema_is_trusted() -> None:
    connection = sqlite3.connect(":memory:")
    prepare_writer(connection)
    assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)


async def test_the_log_is_anchored_beside_the_database_and_verified(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "anchors"
    folder.mkdir()
    await write_anchor(desk, folder)
    assert read_anchors(folder) == []
    for name in ("one", "two"):
        await sources.add(desk, name, "generic", actor=actors.job("test"))
        await write_anchor(desk, folder)
        await write_anchor(desk, folder)
    assert len(read_anchors(folder)) == 2
    assert _mode(folder / NAME) == 0o600
    assert (await audit_log.verify(desk, read_anchors(folder))).fault == ""
    await desk.storage.write(
        lambda tx: tx.run_raw("DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
    )
    assert "is gone" in (await audit_log.verify(desk, read_anchors(folder))).fault
    (folder / NAME).write_text("{")
    with pytest.raises(TocsinError, match="cannot be read"):
        read_anchors(folder)


async def test_who_rewrites_log_and_anchors_without_the_key_is_found_out(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "anchors"
    folder.mkdir()
    for name in ("one", "two", "three"):
        await sources.add(desk, name, "generic", actor=actors.job("test"))
        await write_anchor(desk, folder)
    first, *_ = read_anchors(folder)
    (folder / NAME).write_bytes(msgspec.json.encode(first) + b"\n")  # the newer ones are dropped
    assert (await audit_log.verify(desk, read_anchors(folder))).fault == ""

    def forge(tx: Transaction) -> None:
        chain = tx.audit.chain(desk.project.id)
        previous = chain[0].digest
        for each in chain[1:]:
            entry = msgspec.structs.replace(each.entry, note="nothing happened")
            digest = seal(previous, entry)
            tx.run_raw(
                f"UPDATE audit SET note = 'nothing happened', previous = '{previous}', digest = '{digest}'"  # noqa: S608
                f" WHERE id = {each.id}"
            )
            previous = digest

    await desk.storage.write(forge)
    verdict = await audit_log.verify(desk, read_anchors(folder))
    assert "was not signed with this desk's key" in verdict.fault
    await desk.storage.write(lambda tx: tx.run_raw("UPDATE audit SET mac = NULL WHERE note <> ''"))
    assert "has no signature" in (await audit_log.verify(desk, read_anchors(folder))).fault


async def test_entries_from_before_there_were_signatures_are_proved_by_those_behind(desk: Desk) -> None:
    await sources.add(desk, "one", "generic", actor=actors.job("test"))
    await desk.storage.write(lambda tx: tx.run_raw("UPDATE audit SET mac = NULL"))
    assert (await audit_log.verify(desk, [])).loose == 1
    await sources.add(desk, "two", "generic", actor=actors.job("test"))
    verdict = await audit_log.verify(desk, [])
    assert (verdict.fault, verdict.loose, verdict.unsigned) == ("", 0, 1)
