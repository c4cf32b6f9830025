"""A backup taken while alerts come in: a state that was, whole, with all that was promised before it."""

import asyncio
import re
from itertools import count
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.clock import SystemClock
from bot.usecases.admin import audit_log
from bot.usecases.admin.startup import open_desk
from bot.usecases.intake.queue import take_in
from bot.usecases.intake.submission import Submission
from storage.engine import Storage
from storage.transaction import Transaction
from tests.senders import add_source, firing, submission
from tests.waiting import until

KEY = "6b" * 32  # of the desk below, as its file has it


class Load:
    """A sender that never rests; ``promised`` are the alerts whose receipt it has."""

    def __init__(self) -> None:
        self.promised: list[int] = []

    async def run(self, url: str) -> None:
        storage = Storage.open(url)
        try:
            desk = await open_desk(storage, SystemClock(), signing_key=bytes.fromhex(KEY))
            source = await add_source(desk)
            for number in count():
                batch: list[Submission] = [
                    submission(source, firing(f"alert-{number}-{place}"), key=f"{number}-{place}")
                    for place in range(5)
                ]
                receipts = await take_in(desk, batch)
                self.promised += [int(each.ref[2:]) for one in receipts for each in one.alerts]
        finally:
            await storage.close()

    async def until(self, more: int) -> None:
        wanted = len(self.promised) + more
        await until(lambda: len(self.promised) >= wanted, "alerts to be promised")


def alert_ids(tx: Transaction) -> list[int]:
    rows = tx._connection.exec_driver_sql("SELECT id FROM alert ORDER BY id")
    return [row[0] for row in rows]


@pytest.mark.parametrize("option", ["", "--without-key"])
async def test_nothing_promised_before_it_is_missing_and_the_chain_holds(
    database_url: str,
    option: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TOCSIN_DATABASE_URL", re.sub(r"^(sqlite|postgresql)\+\w+", r"\1", database_url))
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "secret.key").write_text(KEY)
    load = Load()
    sending = asyncio.create_task(load.run(database_url))
    await load.until(30)
    before = list(load.promised)
    assert await asyncio.to_thread(main, ["backup", "desk.zip", *option.split()]) == 0
    await load.until(5)  # whoever sends was not hindered
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert "read again and whole" in capsys.readouterr().out

    monkeypatch.delenv("TOCSIN_DATABASE_URL")
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "elsewhere"))
    assert await asyncio.to_thread(main, ["restore", "desk.zip"]) == 0
    assert ("has no key" in capsys.readouterr().out) == bool(option)
    key = tmp_path / "elsewhere" / "secret.key"
    assert key.exists() == (not option)
    assert option or key.read_text() == KEY
    storage = Storage.open(f"sqlite:///{tmp_path}/elsewhere/tocsin.db")
    try:
        desk = await open_desk(storage, SystemClock(), signing_key=b"k" * 32)
        kept = await storage.read(alert_ids)
        assert set(before) <= set(kept), "a row that was promised before is lost"
        assert kept == sorted(load.promised)[: len(kept)], "no state that ever was"
        verdict = await audit_log.verify(desk, [])
        assert verdict.fault == ""
        assert verdict.entries > 0
    finally:
        await storage.close()
