"""Every command that the pages show is typed here, in its page's order, or needs the world outside."""

import re
import shlex
from pathlib import Path
from typing import Final

import pytest

from bot.__main__ import main
from bot.providers.registry import SENDERS
from tests.test_first_minutes import typed

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = {
    path.relative_to(ROOT).as_posix(): typed(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "docs").rglob("*.md"))
}
OUTSIDE: Final = {
    "git clone": "a repository",
    "make demo": "an environment; README's is typed by test_first_minutes",
    "export ": "what the lines below it say by themselves",
    "curl ": "a running desk; README's are typed by test_first_minutes",
    "amtool ": "a program of Prometheus; tests/peers runs it",
    "cat http.yml": "a file that the page shows",
    "tocsin check": "Discord; test_doctor_table asks the sandbox, test_first_minutes the demo",
}
BEFORE: Final = {
    "docs/audit.md": ["source add prod --provider generic"],
    "docs/watch.md": ["source add prod --provider generic", "source add backups --provider generic"],
    "docs/senders/generic.md": ["source add backups --provider generic"],
}
"""What a page takes as given."""


ANOTHER_END: Final = {"tocsin audit verify": 1}
"""No anchor proves the log of a desk that never ran, and that is said."""


def plain(line: str) -> str:
    return line.replace(".venv/bin/", "").replace("/var/backups/", "")


def is_outside(line: str) -> bool:
    return plain(line).startswith(tuple(OUTSIDE))


def is_run_for_each_provider(line: str) -> bool:
    """Whether tests/test_cli.py adds such a source already."""
    found = re.fullmatch(r"tocsin source add NAME --provider (\S+)", line)
    return found is not None and found[1] in SENDERS


MINE: Final = {
    page: lines
    for page, shown in PAGES.items()
    if (lines := [each for each in shown if not is_outside(each) and not is_run_for_each_provider(each)])
}


@pytest.mark.parametrize("page", MINE)
def test_the_commands_of_a_page_do_what_they_say(
    page: str,
    migrated_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATA", str(migrated_data))
    for name in ("DATABASE_URL", "TOCSIN_DATABASE_URL", "TOCSIN_CONFIG", "TOCSIN_DISCORD_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "body.json").write_text('{"title": "Disk is full"}')
    for line in BEFORE.get(page, []):
        assert main(line.split()) == 0
    for line in MINE[page]:
        words = shlex.split(plain(line), comments=True)
        assert words[0] == "tocsin", f"{line}: run it here, or say in OUTSIDE what it needs"
        code = main(words[1:])
        said = capsys.readouterr()
        assert code == ANOTHER_END.get(line, 0), (line, said.out, said.err)


def test_what_needs_the_world_outside_is_still_shown() -> None:
    shown = [plain(line) for lines in PAGES.values() for line in lines]
    assert [word for word in OUTSIDE if not any(line.startswith(word) for line in shown)] == []
