"""What a year in operation needs of the command line: backup, restore, health, upgrade, an example."""

import json
import sqlite3
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.process import held
from bot.settings.tree import Settings


def tocsin(line: str) -> int:
    try:
        return main(line.split())
    except SystemExit as leaving:
        return int(leaving.code or 0)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def sources(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return [name for (name,) in connection.execute("SELECT name FROM source ORDER BY id")]
    finally:
        connection.close()


def add(name: str) -> None:
    assert tocsin(f"source add {name} --provider generic --json") == 0


class TestBackup:
    def test_a_backup_moves_the_desk_with_its_key(
        self, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        add("prod")
        assert tocsin("backup desk.zip") == 0
        assert "read again and whole" in capsys.readouterr().out
        assert (tmp_path / "desk.zip").stat().st_mode & 0o777 == 0o600
        monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "elsewhere"))
        assert tocsin("restore desk.zip") == 0
        assert sources(tmp_path / "elsewhere" / "tocsin.db") == ["prod"]
        assert (tmp_path / "elsewhere" / "secret.key").read_text() == (data / "secret.key").read_text()
        add("more")  # and it goes on from there

    def test_what_is_newer_is_not_overwritten(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        add("prod")
        assert tocsin("backup desk.zip") == 0
        add("later")
        capsys.readouterr()
        assert tocsin("restore desk.zip") == 1
        assert "is newer" in capsys.readouterr().err
        assert sources(data / "tocsin.db") == ["prod", "later"]
        assert tocsin("restore desk.zip --force") == 0
        assert sources(data / "tocsin.db") == ["prod"]
        (aside,) = data.glob("tocsin.db.2*[0-9]")
        assert sources(aside) == ["prod", "later"]

    def test_a_running_desk_is_not_overwritten(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        add("prod")
        assert tocsin("backup desk.zip") == 0
        with held(data / "tocsin.db") as alone:
            assert alone
            capsys.readouterr()
            assert tocsin("restore desk.zip --force") == 1
        assert "running Tocsin" in capsys.readouterr().err
        assert tocsin("restore desk.zip") == 0

    def test_without_the_key_it_says_what_is_lost(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        add("prod")
        assert tocsin("backup desk.zip --without-key") == 0
        monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "elsewhere"))
        assert tocsin("restore desk.zip") == 0
        assert "no key" in capsys.readouterr().out
        assert not (tmp_path / "elsewhere" / "secret.key").exists()

    def test_nothing_is_overwritten_or_made_up(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert tocsin("backup desk.zip") == 1
        assert "nothing to back up" in capsys.readouterr().err
        assert not data.exists()
        add("prod")
        assert tocsin("backup desk.zip") == 0
        assert tocsin("backup desk.zip") == 1
        assert tocsin("backup desk.zip --force") == 0
        assert tocsin("restore absent.zip") == 1
        assert "There is no file" in capsys.readouterr().err


class TestUpgrade:
    def test_looking_changes_nothing(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert tocsin("upgrade --check") == 0
        assert "migrations" in capsys.readouterr().out
        assert not data.exists()
        assert tocsin("upgrade") == 0
        assert tocsin("upgrade --check") == 0
        assert "is up to date" in capsys.readouterr().out


class TestHealth:
    @pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
    def test_the_exit_code_says_how_the_desk_is(self, status: int, code: int) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps({"path": self.path}).encode())

            def log_message(self, *_args: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Answer) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                assert tocsin(f"health --url http://127.0.0.1:{server.server_port}") == code
            finally:
                server.shutdown()
                thread.join()

    def test_nobody_there_is_not_well(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TOCSIN_PORT", "9")
        assert tocsin("health") == 1
        assert "does not answer" in capsys.readouterr().out


def test_the_example_is_a_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tocsin("config example") == 0
    said = capsys.readouterr().out
    assert tomllib.loads(said)
    (tmp_path / "tocsin.toml").write_text(said)
    assert Settings.load(tmp_path / "tocsin.toml").http.port == Settings().http.port
