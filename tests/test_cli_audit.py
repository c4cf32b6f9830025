"""``tocsin audit``: the log as a file, and what verifying says about it."""

from pathlib import Path

import pytest

from bot.__main__ import main


@pytest.fixture(autouse=True)
def data(tmp_path: Path, migrated_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing configured but the data folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(migrated_data))
    for name in ("DATABASE_URL", "TOCSIN_DATABASE_URL", "TOCSIN_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return migrated_data


def test_an_exported_log_is_verified_without_the_database(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in ("source add prod --provider generic", "source move prod --channel 0", "source remove prod"):
        assert main(line.split()) == 0
    path = tmp_path / "log.jsonl"
    assert main(["audit", "export", "--file", str(path)]) == 0
    assert main(["audit", "export"]) == 0
    said = capsys.readouterr()
    assert path.read_text() in said.out
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 3
    (data / "tocsin.db").unlink()
    assert main(["audit", "verify", "--file", str(path), "--signed"]) == 0
    assert "was written with this desk's key up to entry 3" in capsys.readouterr().out
    assert main(["audit", "verify", "--file", str(path)]) == 0
    assert "The chain holds up to entry 3" in capsys.readouterr().out
    path.write_bytes(lines[0] + lines[1].replace(b"source.move", b"source.keep") + lines[2])
    assert main(["audit", "verify", "--file", str(path)]) == 1
    assert "entry 2, source.keep of source:prod by program:cli:" in capsys.readouterr().out
    path.write_bytes(b"")
    assert main(["audit", "verify", "--file", str(path)]) == 1
    assert main(["audit", "verify", "--file", str(tmp_path / "none")]) == 1
    assert "No such file" in capsys.readouterr().err
