"""A pipeline reads the gate's answer from an exit code."""

from pathlib import Path

import pytest

from bot.__main__ import main


@pytest.fixture(autouse=True)
def data(tmp_path: Path, migrated_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(migrated_data))
    return migrated_data


def test_pass_is_zero_and_what_cannot_be_asked_is_no_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", "--service", "checkout", "--env", "prod"]) == 0
    assert capsys.readouterr().out == "pass: checkout in prod (strict)\n"
    assert main(["gate", "--service", "checkout", "--json"]) == 0
    assert '"decision": "pass"' in capsys.readouterr().out
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOCSIN_API_TOKEN", "toc_x")
        assert main(["gate", "--url", "http://127.0.0.1:9"]) == 3
    assert "cannot be asked" in capsys.readouterr().out
