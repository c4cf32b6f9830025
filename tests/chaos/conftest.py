"""A house that can be killed, and the table of all runs at the end."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec
import pytest

from tests.chaos.house import House
from tests.chaos.result import PROPERTY, Result, table

# Seconds; on a busy machine processes are slow to start. Every wait in here has a deadline that says more.
_PATIENCE: Final = 400


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A story ends for its own reasons, and `make chaos` takes as long as it takes."""
    patience = 0 if "CHAOS_KILLS" in os.environ else _PATIENCE
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.timeout(patience))


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    """Everything but the bot."""
    async with House(tmp_path, database_url) as opened:
        yield opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the runs have come to."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    found = [value for report in reports for name, value in report.user_properties if name == PROPERTY]
    lines = table([msgspec.convert(value, Result) for value in found])
    if lines:
        terminalreporter.section("chaos")
        terminalreporter.write("\n".join(lines) + "\n")
