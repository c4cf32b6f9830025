"""``tocsin token``: what it says, and the exit codes that scripts rely on."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.domain.access.token import Scope


@pytest.fixture(autouse=True)
def data(tmp_path: Path, migrated_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing configured but the data folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(migrated_data))
    for name in ("DATABASE_URL", "TOCSIN_DATABASE_URL", "TOCSIN_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return migrated_data


def tocsin(line: str) -> int:
    return main(line.split())


def test_adding_prints_the_token_for_programs(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tocsin("project add shop")
    capsys.readouterr()
    line = "token add ci --scope incidents.write --scope events.read --project shop --json"
    assert tocsin(line) == 0
    said = json.loads(capsys.readouterr().out)
    assert said | {"token": ""} == {
        "url": "http://127.0.0.1:8080/v1",
        "token": "",
        "name": "ci",
        "project": "shop",
        "scopes": ["events.read", "incidents.write"],
    }
    with closing(sqlite3.connect(data / "tocsin.db")) as connection:
        assert said["token"] not in "\n".join(connection.iterdump())


def test_adding_tells_a_person_what_to_do_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert tocsin("token add ci --scope alerts.read") == 0
    said = capsys.readouterr().out
    assert "shown only once" in said
    assert "in the project default" in said
    assert "toc_api_" in said


def test_a_token_is_listed_without_its_secret_until_it_is_revoked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert tocsin("token list") == 0
    assert "There is no token yet." in capsys.readouterr().out
    tocsin("token add ci --scope runs.write")
    capsys.readouterr()
    assert tocsin("token list") == 0
    said = capsys.readouterr().out
    assert said.splitlines()[1].split()[:2] == ["ci", "default"]
    assert said.splitlines()[1].endswith("  runs.write")
    assert "toc_" not in said
    assert tocsin("token revoke ci") == 0
    capsys.readouterr()
    tocsin("token list")
    assert "There is no token yet." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("token add ci --scope alerts", "scope: there is no 'alerts'; there is alerts.ingest, "),
        ("token add CI --scope alerts.read", "name: use up to 64 of "),
        ("token add ci --scope alerts.read --project a/b", "project: use up to 64 of "),
        ("token revoke nobody", "There is no token nobody in the project default on this desk."),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_1(
    line: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tocsin(line) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"tocsin: {reason}")
    assert len(said.splitlines()) == 1


def test_help_names_every_scope(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        tocsin("token add --help")
    said = capsys.readouterr().out.split()
    assert (end.value.code, {scope.value for scope in Scope} <= set(said)) == (0, True)
