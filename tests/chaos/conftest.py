"""A house that can be killed, and the table of all runs at the end."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from tests.chaos.house import House
from tests.chaos.result import Result, table

RESULTS: Final = pytest.StashKey[list[Result]]()


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    """Everything but the bot."""
    async with House(tmp_path, database_url) as opened:
        yield opened


@pytest.fixture
def results(pytestconfig: pytest.Config) -> list[Result]:
    """Where a run leaves its numbers."""
    return pytestconfig.stash.setdefault(RESULTS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what the runs have come to."""
    lines = table(config.stash.get(RESULTS, []))
    if lines:
        terminalreporter.section("chaos")
        terminalreporter.write("\n".join(lines) + "\n")
