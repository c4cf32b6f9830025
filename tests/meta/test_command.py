"""Each command that the documentation shows is one that there is."""

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Final

import pytest

from bot.__main__ import parser

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
SHOWN: Final = re.compile(r"^\s*(?:\$|#)\s+(?:\S*/)?(tocsin\s.*)$|`(?:\S*/)?(tocsin\s[^`]+)`", re.MULTILINE)
PLACEHOLDER: Final = {"PROVIDER": "generic", "P": "generic", "ID": "123456789012345678"}
"""What stands for a choice or a number; other words in capitals are taken as they are."""


def shown_commands() -> list[tuple[str, str]]:
    """Each `tocsin ...` of each page, once a page."""
    return [
        (path.relative_to(ROOT).as_posix(), " ".join(command.split()))
        for path in PAGES
        for command in dict.fromkeys(
            first or second for first, second in SHOWN.findall(path.read_text(encoding="utf-8"))
        )
    ]


def read(command: str) -> str:
    """What the parser says against it, ``""`` when it takes it; a verb alone may lack what it needs."""
    words = [PLACEHOLDER.get(word, word) for word in shlex.split(command, comments=True)[1:]]
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            parser().parse_args(words)
        except SystemExit as end:
            if end.code == 0:
                return ""
            complaint = said.getvalue().strip().splitlines()[-1]
            lacks = "are required" in complaint and not any(word.startswith("-") for word in words)
            return "" if lacks else complaint
    return ""


def test_every_shown_command_is_understood() -> None:
    commands = shown_commands()
    assert len(commands) > 60
    assert {(page, command): said for page, command in commands if (said := read(command))} == {}


@pytest.mark.parametrize("command", ["tocsin surce add x", "tocsin source add x --provder generic"])
def test_a_command_that_does_not_exist_is_found(command: str) -> None:
    assert read(command)


@pytest.mark.parametrize("command", ["tocsin source add", "tocsin backup FILE", "tocsin --help"])
def test_a_verb_may_stand_without_its_arguments(command: str) -> None:
    assert not read(command)
