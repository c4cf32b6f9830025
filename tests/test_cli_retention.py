"""``tocsin retention``: what would go is counted, and goes only when it is meant."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.clock import ManualClock, SystemClock
from bot.usecases.admin.startup import open_desk
from bot.usecases.intake.queue import take_in
from storage.engine import Storage
from tests.senders import add_source, firing, resolved, submission


@pytest.fixture(autouse=True)
def data(tmp_path: Path, migrated_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing configured but the data folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(migrated_data))
    for name in ("DATABASE_URL", "TOCSIN_DATABASE_URL", "TOCSIN_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return migrated_data


async def _send_long_ago(path: Path) -> None:
    storage = Storage.open(f"sqlite:///{path}")
    desk = await open_desk(storage, ManualClock(SystemClock().now() - timedelta(days=100)))
    source = await add_source(desk)
    await take_in(desk, [submission(source, firing())])
    await take_in(desk, [submission(source, resolved())])
    await storage.close()


def test_a_dry_run_counts_and_changes_nothing(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "upgrade"]) == 0
    asyncio.run(_send_long_ago(data / "tocsin.db"))
    capsys.readouterr()
    for _ in range(2):
        assert main(["retention", "--dry-run"]) == 0
        said = capsys.readouterr().out
        assert said == "Would go: 2 events in 2 envelopes, 0 alerts, 0 lines of the ledger.\n"
    assert main(["retention"]) == 0
    assert capsys.readouterr().out.startswith("Gone: 2 events in 2 envelopes, 0 alerts")
    assert main(["retention", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("Would go: 0 events")


def test_integrity_is_told_by_name_and_exit_code(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "upgrade"]) == 0
    asyncio.run(_send_long_ago(data / "tocsin.db"))
    capsys.readouterr()
    assert main(["check", "--integrity"]) == 0
    said = capsys.readouterr().out
    assert "counter_off: no alerts that count other than their events" in said
    assert said.endswith("All invariants hold.\n")
    asyncio.run(_break(data / "tocsin.db"))
    assert main(["check", "--integrity"]) == 1
    said = capsys.readouterr().out
    assert "ERROR  audit_broken: 1 breaks of the audit chain (entry 1 does not follow" in said
    assert said.endswith("Broken: 1.\n")


async def _break(path: Path) -> None:
    storage = Storage.open(f"sqlite:///{path}")
    await storage.write(lambda tx: tx.run_raw("UPDATE audit SET note = 'x' WHERE id = 1") and None)
    await storage.close()
