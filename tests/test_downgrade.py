"""A database of a newer version is refused in words by every verb that would touch it."""

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from bot.__main__ import main, parser
from bot.delivery.wire.redirect import redirect
from storage import schema

WITHOUT_DATABASE: Final = {
    "demo",
    "sandbox",
    "health",
    "config example",
    "emit",
    "source test",
    "source recipe",
}
"""They speak over HTTP, or bring a database of their own."""
ARGUMENTS: Final = {
    "backup": "new.zip",
    "restore": "desk.zip",
    "source add": "more --provider generic",
    "source expect": "prod --every 1h",
    "source grade": "prod --default-severity info",
    "source move": "prod --channel 0",
    "source shape": "prod --card group",
    "source try": "prod --file body.json",
    "token add": "ci --scope alerts.read",
    "gate": "--service checkout",
}
NAMED: Final = "prod"


def verbs(top: argparse.ArgumentParser, before: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Each verb that can be typed, with its parser."""
    inner = [each for each in top._actions if isinstance(each, argparse._SubParsersAction)]
    if not inner and before:
        yield before, top
    for action in inner:
        for name, each in action.choices.items():
            yield from verbs(each, f"{before} {name}".strip())


VERBS: Final = dict(verbs(parser()))


def line_of(verb: str) -> list[str]:
    """The verb with what it cannot be typed without."""
    if verb in ARGUMENTS:
        return [*verb.split(), *ARGUMENTS[verb].split()]
    needed = [each for each in VERBS[verb]._actions if not each.option_strings and each.nargs is None]
    return [*verb.split(), *(f"{NAMED}{number or ''}" for number in range(len(needed)))]


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that a later version has changed, and a backup of before."""
    folder = tmp_path_factory.mktemp("newer")
    (folder / "data").mkdir(mode=0o700)
    file = folder / "data" / "tocsin.db"
    schema.upgrade_now(f"sqlite:///{file}")
    (folder / "body.json").write_text("{}")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("TOCSIN_DATA", str(folder / "data"))
        assert main(["source", "add", "prod", "--provider", "generic", "--json"]) == 0
        assert main(["backup", "desk.zip"]) == 0
    connection = sqlite3.connect(file)
    connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
    connection.execute("UPDATE audit SET at = at + 1")
    connection.commit()
    connection.close()
    return folder


def dump(folder: Path) -> list[str]:
    connection = sqlite3.connect(folder / "data" / "tocsin.db")
    lines = list(connection.iterdump())
    connection.close()
    return lines


@pytest.mark.parametrize("verb", sorted(set(VERBS) - WITHOUT_DATABASE))
def test_a_newer_database_is_refused_in_words(
    verb: str, newer: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(newer)
    for name, value in {"DATA": newer / "data", "DISCORD_TOKEN": "x.y.z", "PORT": 0}.items():
        monkeypatch.setenv(f"TOCSIN_{name}", str(value))
    monkeypatch.setenv("TOCSIN_DISCORD_URL", "http://127.0.0.1:9")
    interval = sys.getswitchinterval()
    before = dump(newer)
    assert main(line_of(verb)) != 0
    said: Any = capsys.readouterr()
    assert "newer" in said.out + said.err
    assert "Traceback" not in said.out + said.err
    assert dump(newer) == before
    sys.setswitchinterval(interval)
    redirect(None)


def test_what_needs_no_database_is_a_verb() -> None:
    assert set(VERBS) >= WITHOUT_DATABASE
