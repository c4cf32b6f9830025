"""The command line: what it says, and the exit codes that scripts rely on."""

import json
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest

from bot.__main__ import main
from bot.clock import SystemClock
from bot.domain.alert.signal import Signal, Status
from bot.process import held
from bot.providers.registry import PROVIDERS, SENDERS
from bot.verbs.source_test import ALTERABLE, alter

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
OTHER = "434343434343434343"
VERBS = [
    "run",
    "demo",
    "sandbox",
    "check",
    "health",
    "config example",
    "db upgrade",
    "upgrade",
    "backup",
    "restore",
    "source add",
    "source list",
    "source move",
    "source rotate",
    "source remove",
    "source test",
    "emit",
]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and nothing configured but the data folder in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "data"))
    for name in ("DATABASE_URL", "TOCSIN_DATABASE_URL", "TOCSIN_CONFIG", "TOCSIN_DISCORD_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "data"


def tocsin(line: str) -> int:
    try:
        return main(line.split())
    except SystemExit as end:
        return cast("int", end.code)


def test_a_second_run_on_one_file_is_refused(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_DISCORD_TOKEN", "x.y.z")
    monkeypatch.setenv("TOCSIN_PORT", "0")
    with held(data / "tocsin.db"):
        assert tocsin("run") == 1
    assert "Another process uses" in capsys.readouterr().err


def test_parts_of_tocsin_need_postgresql(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_DISCORD_TOKEN", "x.y.z")
    assert tocsin("run --role ingress") == 1
    assert "--role ingress needs PostgreSQL" in capsys.readouterr().err
    assert not data.exists()


def test_help_names_every_verb_and_where_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert tocsin("--help") == 0
    said = capsys.readouterr().out
    assert all(f"    {verb.split()[0]} " in said for verb in VERBS)
    assert "begin here:\n  tocsin demo " in said
    assert max(len(line) for line in said.splitlines()) <= 110


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert tocsin(f"{verb} --help") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: tocsin {verb} ")
    assert "--config FILE" in said


@pytest.mark.parametrize(
    "line",
    ["", "dance", "source", "db", "demo --port 65536", "demo --port x", "source add", "source add x --ttl 5"],
)
def test_a_wrong_command_is_exit_code_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert tocsin(line) == 2
    assert "error: " in capsys.readouterr().err


def test_python_m_bot_is_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--help"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("usage: tocsin ")


def test_a_wrong_configuration_is_told_whole_and_is_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_PORT", "many")
    assert tocsin("run") == 2
    assert capsys.readouterr().err == (
        "tocsin: The configuration has 2 errors:\n"
        "  discord.token (TOCSIN_DISCORD_TOKEN): is required and not set; how to get it: tocsin check\n"
        "  http.port (TOCSIN_PORT): must be a whole number\n"
    )


class TestDatabase:
    def test_a_dry_run_prints_the_sql_and_makes_no_file(
        self, data: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert tocsin("db upgrade --dry-run") == 0
        assert "CREATE TABLE" in capsys.readouterr().out
        assert not data.exists()

    def test_upgrading_twice_does_nothing_the_second_time(
        self, data: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert tocsin("db upgrade") == 0
        assert "applied " in capsys.readouterr().out
        assert tocsin("db upgrade") == 0
        assert capsys.readouterr().out == f"{data}/tocsin.db is up to date.\n"
        assert tocsin("db upgrade --dry-run") == 0
        assert capsys.readouterr().out == f"-- Nothing to do: {data}/tocsin.db is up to date.\n"

    def test_a_server_that_is_not_there_is_one_line_without_the_password(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TOCSIN_DATABASE_URL", "postgresql://tocsin:hunter2@127.0.0.1:9/tocsin")
        assert tocsin("db upgrade") == 1
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1
        assert "hunter2" not in said


@pytest.mark.usefixtures("migrated_data")
class TestSource:
    def test_adding_prints_address_and_token_for_programs(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert tocsin("source add prod --provider alertmanager --json") == 0
        said = json.loads(capsys.readouterr().out)
        assert said.keys() == {"url", "token", "signing_secret", "name", "provider"}
        assert said["url"] == "http://127.0.0.1:8080/v1/hooks/alertmanager"

    @pytest.mark.parametrize("provider", SENDERS)
    def test_every_kind_of_sender_gets_the_address_it_can_use(
        self, provider: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert tocsin(f"source add prod --provider {provider} --json") == 0
        said = json.loads(capsys.readouterr().out)
        base = "http://127.0.0.1:8080"
        expected = {
            **dict.fromkeys(("alertmanager-api", "pagerduty", "opsgenie"), base),
            "discord": f"{base}/api/webhooks/1/{said['token']}",
            "slack": f"{base}/api/webhooks/1/{said['token']}/slack",
        }
        hook = f"{base}/v1/hooks/{provider}"
        in_url = f"{hook}/{said['token']}"
        assert said["url"] == expected.get(provider, in_url if SENDERS[provider].only_url else hook)

    def test_the_secret_of_a_sender_is_kept_sealed(
        self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "secret"
        file.write_text("it's a Secret to Everybody\n")
        assert tocsin(f"source add prod --provider grafana --secret-file {file} --json") == 0
        assert tocsin("source rotate prod --json") == 0
        with closing(sqlite3.connect(data / "tocsin.db")) as connection:
            dump = "\n".join(connection.iterdump())
        assert "Everybody" not in dump + capsys.readouterr().out
        assert dump.count("'s1:") == 2

    def test_a_secret_that_is_none_is_told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "secret"
        for content in (b"", b"two\nlines", b"x" * 1_025, b"\xff"):
            file.write_bytes(content)
            assert tocsin(f"source add prod --provider grafana --secret-file {file}") == 1
            assert "secret" in capsys.readouterr().err
        assert tocsin(f"source add prod --provider grafana --secret-file {tmp_path}/none") == 1
        assert "No such file" in capsys.readouterr().err

    def test_the_public_address_is_shown_when_there_is_one(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TOCSIN_PUBLIC_URL", "https://alerts.example.org/")
        assert tocsin("source add prod --provider generic") == 0
        said = capsys.readouterr().out
        assert "https://alerts.example.org/v1/hooks/generic" in said
        assert "shown only once" in said

    def test_a_source_is_listed_until_it_is_removed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert tocsin("source list") == 0
        assert "There is no source yet." in capsys.readouterr().out
        tocsin(f"source add prod --provider grafana --channel {OTHER}")
        capsys.readouterr()
        assert tocsin("source list") == 0
        assert capsys.readouterr().out.splitlines()[1].split() == ["prod", "grafana", OTHER, "auto", "never"]
        assert tocsin("source shape prod --card group") == 0
        assert "share a card with those of their cause" in capsys.readouterr().out
        assert tocsin("source list") == 0
        assert capsys.readouterr().out.splitlines()[1].split()[3] == "group"
        assert tocsin("source remove prod") == 0
        capsys.readouterr()
        tocsin("source list")
        assert "There is no source yet." in capsys.readouterr().out

    def test_rotating_gives_another_token(self, capsys: pytest.CaptureFixture[str]) -> None:
        tocsin("source add prod --provider generic --json")
        first = json.loads(capsys.readouterr().out)
        assert tocsin("source rotate prod --json") == 0
        second = json.loads(capsys.readouterr().out)
        assert second["url"] == first["url"]
        assert second["token"] != first["token"]
        assert second["signing_secret"] != first["signing_secret"]

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("source add prod --provider smoke", "provider: there is alertmanager, "),
            ("source add Prod! --provider generic", "name: use up to 64 of "),
            ("source rotate nobody", "There is no source nobody on this desk."),
            ("source remove nobody", "There is no source nobody on this desk."),
        ],
    )
    def test_what_cannot_be_done_is_one_line_and_exit_code_1(
        self, line: str, reason: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert tocsin(line) == 1
        said = capsys.readouterr()
        assert said.err.startswith(f"tocsin: {reason}")
        assert len(said.err.splitlines()) == 1

    def test_a_source_moves_to_another_channel_and_back_to_the_desks(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        tocsin(f"source add prod --provider grafana --channel 424242424242424242 --fallback {OTHER}")
        for wish, place in (
            (f"--channel {OTHER}", OTHER),
            ("--fallback 0", OTHER),
            ("--channel 0", "default"),
        ):
            assert tocsin(f"source move prod {wish}") == 0
            capsys.readouterr()
            tocsin("source list")
            assert place in capsys.readouterr().out.splitlines()[1].split()

    def test_tokens_are_not_in_the_database(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        tocsin("source add prod --provider generic --json")
        said = json.loads(capsys.readouterr().out)
        with closing(sqlite3.connect(data / "tocsin.db")) as connection:
            dump = "\n".join(connection.iterdump())
        assert said["token"] not in dump
        assert said["signing_secret"] not in dump


class TestCheck:
    def test_it_says_how_to_mend_what_is_missing(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TOCSIN_DISCORD_TOKN", "x")
        assert tocsin("check") == 1
        said = capsys.readouterr().out
        assert "TOCSIN_DISCORD_TOKN: is no setting; did you mean TOCSIN_DISCORD_TOKEN?" in said
        assert "tocsin.db (from the data folder (TOCSIN_DATA)) is made or brought up to date" in said
        assert "No public address is set" in said
        assert "No bot token is set." in said
        assert "Criticals wake nobody." in said
        assert "Errors: 2, warnings: 2." in said

    def test_an_unmigrated_server_gets_the_command_to_type(
        self, postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TOCSIN_DATABASE_URL", f"postgresql://postgres:@/postgres?host={postgres}")
        assert tocsin("check") == 1
        assert "Run: tocsin db upgrade" in capsys.readouterr().out

    def test_a_database_that_is_not_there_is_a_finding(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TOCSIN_DATABASE_URL", "postgresql://tocsin:hunter2@127.0.0.1:9/tocsin")
        assert tocsin("check") == 1
        said = capsys.readouterr().out
        assert "postgresql://127.0.0.1:9/tocsin (from TOCSIN_DATABASE_URL) cannot be used" in said
        assert "hunter2" not in said


class TestEmit:
    def test_a_door_that_is_closed_is_one_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert tocsin("source test --token toc_x --url http://127.0.0.1:9/v1/hooks/generic") == 1
        assert "http://127.0.0.1:9/v1/hooks/generic cannot be reached" in capsys.readouterr().err

    def test_an_unknown_provider_is_one_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert tocsin("source test --token toc_x --provider smoke") == 1
        assert "--provider: there is alertmanager, " in capsys.readouterr().err

    @pytest.mark.parametrize("provider", ALTERABLE)
    def test_what_it_sends_means_what_was_asked(self, provider: str) -> None:
        def read(**asked: Any) -> Signal:
            wish = {"name": None, "severity": None, "resolved": False} | asked
            payload = alter(PROVIDERS[provider].example(NOW), NOW, **wish)
            ((_, signal),) = PROVIDERS[provider].parse(payload).signals
            return signal

        plain, other = read(), read(name="Another", severity="info", resolved=True)
        assert plain.status is Status.FIRING
        assert (other.name, other.severity, other.status) == ("Another", "info", Status.RESOLVED)
        assert other.fingerprint != plain.fingerprint
        assert read(resolved=True).fingerprint == plain.fingerprint


class TestSandbox:
    def test_it_says_where_it_is_and_ends_on_a_signal(self, tmp_path: Path) -> None:
        ready = tmp_path / "ready.json"
        with subprocess.Popen(
            [sys.executable, "-m", "bot", "sandbox", "--port", "0", "--ready-file", str(ready)],
            cwd=Path(__file__).parents[1],
        ) as process:
            deadline = SystemClock().monotonic() + 30
            while not ready.exists() and process.poll() is None and SystemClock().monotonic() < deadline:
                Event().wait(0.02)
            assert json.loads(ready.read_bytes()).keys() == {
                "sandbox_url",
                "bot_token",
                "guild_id",
                "channels",
            }
            process.terminate()
            assert process.wait(timeout=30) == 0


@pytest.mark.parametrize(
    ("line", "taken", "said"),
    [
        ("demo --port {0}", 1, "Port {0} is in use. {1}tocsin demo --port 0"),
        ("demo --port 0 --sandbox-port {0}", 1, "Port {0} is in use. {1}tocsin demo --sandbox-port 0"),
        (
            "demo --port {0} --sandbox-port {2}",
            2,
            "Ports {0} and {2} are in use. {1}tocsin demo --port 0 --sandbox-port 0",
        ),
        ("sandbox --port {0}", 1, "Port {0} is in use. {1}tocsin sandbox --port 0"),
    ],
)
def test_a_taken_port_is_answered_with_the_option_that_chooses_it(
    line: str, taken: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        first, second = (each.getsockname()[1] for each in (one, other))
        words = said.format(first, "Stop what listens there, or take any free one: ", second)
        if "sandbox-port" not in line and line.startswith("demo"):
            line += " --sandbox-port 0"
        assert main(line.format(first, "", second).split()) == 1
    assert capsys.readouterr().err == f"tocsin: {words}\n"
    assert taken == said.count("{0}") + said.count("{2}")
