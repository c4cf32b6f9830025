"""The disk is full: 503, nothing promised is lost, and it goes on by itself when there is room again."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.chaos.aftermath import aftermath
from tests.chaos.crew import Crew, at_work
from tests.chaos.house import House
from tests.chaos.process import Process
from tests.chaos.result import in_words
from tests.chaos.trouble import endure, progress, start_in

SIZE = 8 << 20  # bytes


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, which only root can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 -- wherever it is kept


@asynccontextmanager
async def full(disk: Path) -> AsyncIterator[None]:
    """Not a byte is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    yield
    filler.unlink()


@asynccontextmanager
async def bounded(process: Process) -> AsyncIterator[None]:
    """No file grows."""
    process.bound_files(1 << 12)
    yield
    process.free_files()


async def test_a_full_disk_is_told_and_survived(
    small_disk: Path, sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copy(sqlite_template, small_disk / "tocsin.db")
    async with House(tmp_path, f"sqlite:///{small_disk}/tocsin.db") as house:
        await house.start_ready()
        async with Crew(house, seed=6, stories=8) as crew:
            async with at_work(crew.senders), at_work(crew.people):
                await endure(house, crew.book, full(small_disk))
            _, violations = await aftermath(house, crew.book)
    assert not violations, in_words(violations)


async def test_started_on_a_full_disk(small_disk: Path, sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, small_disk / "tocsin.db")
    async with House(tmp_path, f"sqlite:///{small_disk}/tocsin.db") as house:
        await house.start_ready()
        async with Crew(house, seed=7, stories=8) as crew:
            async with at_work(crew.senders):
                await progress(crew.book)
                await start_in(house, crew.book, full(small_disk))
            _, violations = await aftermath(house, crew.book)
    assert not violations, in_words(violations)


async def test_files_that_must_not_grow_are_told_and_survived(sqlite_url: str, tmp_path: Path) -> None:
    async with House(tmp_path, sqlite_url) as house:
        bot = await house.start_ready(silent=True)
        async with Crew(house, seed=8, stories=8) as crew:
            async with at_work(crew.senders), at_work(crew.people):
                await endure(house, crew.book, bounded(bot))
            _, violations = await aftermath(house, crew.book)
    assert not violations, in_words(violations)
