"""The first minutes of a newcomer: README's commands in their order, as they are typed, on a real demo."""

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

import msgspec
import pytest

from bot.__main__ import main
from bot.demo.whereabouts import FILE_NAME, DemoWhereabouts, published, running_demo

ROOT = Path(__file__).parents[1]
OUTSIDE = ("git clone ", "export TOCSIN_DISCORD_TOKEN")
"""What needs the world outside."""
TOKEN = r"toc[a-z]*_[\w-]{16,}"


def typed(page: str) -> list[str]:
    """What stands behind the prompts of a page, a line with a backslash at its end going on."""
    found = []
    for block in re.findall(r"^ *```console\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL):
        whole = re.sub(r"\\\n\s*", "", block)
        found += [line.strip()[2:] for line in whole.splitlines() if line.strip().startswith("$ ")]
    return found


class Newcomer:
    """A clone with a demo that runs in it, and somebody at another terminal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environ = {
            name: value
            for name, value in os.environ.items()
            if "TOCSIN" not in name and name != "DATABASE_URL"
        } | {"PYTHONPATH": str(ROOT)}
        self._prelude: list[str] = []
        self.said: Queue[str] = Queue()
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        (programs / "tocsin").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m bot "$@"\n')
        (programs / "tocsin").chmod(0o755)
        (programs / "activate").write_text('PATH="$PWD/.venv/bin:$PATH"\n')
        self.demo = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--port", "0", "--sandbox-port", "0"],
            cwd=folder,
            env=self._environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = Thread(target=self._read, args=(self.demo.stdout,), daemon=True)
        self._reader.start()

    def _read(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.said.put(line)

    def end(self) -> int:
        """Ctrl-C, and how it ended."""
        self.demo.terminate()
        code = self.demo.wait(timeout=30)
        self._reader.join()
        if self.demo.stdout is not None:
            self.demo.stdout.close()
        return code

    def after(self, words: str) -> str:
        while words not in (line := self.said.get(timeout=60)):
            pass
        return line.strip()

    def type(self, line: str) -> subprocess.CompletedProcess[str]:
        """Type it in the shell of the clone, in which earlier lines count."""
        if line.startswith((". ", "export ", "cd ")):
            self._prelude.append(line)
        return subprocess.run(
            ["/bin/sh", "-c", "\n".join([*self._prelude, line])],
            cwd=self.folder,
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    found = Newcomer(tmp_path)
    try:
        yield found
    finally:
        found.end()


def test_what_readme_says_works_as_it_is_typed(
    newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = typed((ROOT / "README.md").read_text(encoding="utf-8"))
    assert lines[1] == "make demo"
    address = re.findall(r"http://127\.0\.0\.1:\d+", newcomer.after("curl -s"))[0]
    printed = [newcomer.after("source add mine"), newcomer.after("token add mine")]
    assert printed == [
        ".venv/bin/tocsin source add mine --provider generic",
        ".venv/bin/tocsin token add mine --scope alerts.read",
    ]
    tokens: dict[str, str] = {}
    answers: dict[str, subprocess.CompletedProcess[str]] = {}
    for line in lines:
        if line.startswith((*OUTSIDE, "make demo")):
            continue
        filled = line.replace("http://127.0.0.1:8080", address)
        for placeholder, token in tokens.items():
            filled = filled.replace(placeholder, token)
        answers[line] = done = newcomer.type(filled)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        if " add " in line:
            placeholder = "toc_..." if " source add " in line else "API_TOKEN"
            tokens[placeholder] = re.findall(TOKEN, done.stdout)[0]
    refs = [
        alert["ref"]
        for line, done in answers.items()
        if "/v1/hooks/" in line
        for alert in json.loads(done.stdout)["alerts"]
    ]
    listed = next(done.stdout for line, done in answers.items() if "/v1/alerts" in line)
    assert len(set(refs)) == len(refs) == 2, "README's alerts are two"
    assert all(name in listed for name in ("Coffee is out", "Printer on fire"))
    _it_is_said_whose_database_it_is(newcomer, answers)
    _senders_of_the_demo_are_like_real_ones(newcomer)
    _a_sample_is_an_alert_of_its_own(
        f"{address}/v1/hooks/generic", tokens["toc_..."], refs, monkeypatch, capsys
    )
    assert newcomer.end() == 0
    assert not (newcomer.folder / ".tocsin-demo.json").exists()


def _it_is_said_whose_database_it_is(
    newcomer: Newcomer, answers: dict[str, subprocess.CompletedProcess[str]]
) -> None:
    verb = re.compile(r"(TOCSIN_\S+ )?\S*tocsin ")
    about = {line: done.stderr for line, done in answers.items() if verb.match(line)}
    for line, said in about.items():
        assert "the demo that runs here: http://127.0.0.1:" in said or "TOCSIN_DATA=" in line, (line, said)
    assert not (newcomer.folder / "data").exists()
    assert (newcomer.folder / "elsewhere" / "tocsin.db").exists()


def _senders_of_the_demo_are_like_real_ones(newcomer: Newcomer) -> None:
    whereabouts = json.loads((newcomer.folder / ".tocsin-demo.json").read_bytes())
    connection = sqlite3.connect(f"{whereabouts['data']}/tocsin.db")
    columns = "silence_us, reopen_window_us, card, default_severity"
    kinds = connection.execute(f"SELECT DISTINCT {columns} FROM source").fetchall()  # noqa: S608 -- our own words
    connection.close()
    assert len(kinds) == 1


def _a_sample_is_an_alert_of_its_own(
    url: str, token: str, refs: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_TOKEN", token)
    assert main(["source", "test", "--provider", "generic", "--url", url]) == 0
    (alert,) = json.loads(capsys.readouterr().out.partition(" ")[2])["alerts"]
    assert not alert["deduped"]
    assert alert["ref"] not in refs


DEMO = DemoWhereabouts(
    data="/nowhere/data",
    port=4242,
    page="http://127.0.0.1:4243",
    bot_token="a.b.c",
    guild=1,
    channel=2,
    hook="http://127.0.0.1:4242/v1/hooks/generic",
    token="toc_x",
)


class TestWhereabouts:
    @pytest.fixture(autouse=True)
    def nothing_set_up(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        for name in [name for name in os.environ if "TOCSIN" in name or name == "DATABASE_URL"]:
            monkeypatch.delenv(name)

    def test_a_demo_is_found_as_long_as_it_runs(self, tmp_path: Path) -> None:
        with published(tmp_path, DEMO):
            assert running_demo(tmp_path) == DEMO
            assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
        assert running_demo(tmp_path) is None
        assert list(tmp_path.iterdir()) == []

    def test_what_a_killed_demo_left_behind_leads_nowhere(self, tmp_path: Path) -> None:
        with published(tmp_path, DEMO):
            left = (tmp_path / FILE_NAME).read_bytes()
        (tmp_path / FILE_NAME).write_bytes(left)
        assert running_demo(tmp_path) is None

    def test_the_end_of_an_earlier_demo_leaves_the_later_one(self, tmp_path: Path) -> None:
        with published(tmp_path, DEMO):
            with published(tmp_path, msgspec.structs.replace(DEMO, port=1)) as _:
                later = running_demo(tmp_path)
                assert later is not None
                assert later.port == 1
            assert running_demo(tmp_path) is None

    def test_a_folder_that_cannot_be_written_to_costs_nothing(self) -> None:
        with published(Path("/proc"), DEMO):
            assert running_demo(Path("/proc")) is None

    @pytest.mark.parametrize("real", ["data", "token", "config", "elsewhere"])
    def test_what_is_set_up_for_real_wins_and_it_is_said(
        self, real: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        more: list[str] = []
        if real == "data":
            (tmp_path / "data").mkdir(mode=0o700)
            (tmp_path / "data" / "tocsin.db").touch(mode=0o600)
        elif real == "token":
            monkeypatch.setenv("TOCSIN_DISCORD_TOKEN", "x.y.z")
        elif real == "config":
            (tmp_path / "my.toml").touch()
            more = ["--config", "my.toml"]
        else:
            monkeypatch.setenv("TOCSIN_DATA", "mine")
        with published(tmp_path, DEMO):
            assert main(["health", "--url", "http://127.0.0.1:9"]) == 1
            assert main(["upgrade", "--check", *more]) == 0
        said = capsys.readouterr()
        assert "/nowhere" not in said.out
        assert "put in front: TOCSIN_DATA=/nowhere/data TOCSIN_PORT=4242" in said.err

    def test_verbs_are_about_the_demo_where_nothing_is_set_up(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with published(tmp_path, DEMO):
            assert main(["health"]) == 1
            assert main(["upgrade", "--check"]) == 0
        said = capsys.readouterr()
        assert "http://127.0.0.1:4242/readyz does not answer" in said.out
        assert "/nowhere/data/tocsin.db lacks" in said.out
        assert said.err.count("this is about the demo that runs here: http://127.0.0.1:4243") == 2
