"""Processes: the bot and its Discord, each one that can be killed at any moment."""

import json
import os
import resource
import signal
import socket
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar

from bot.clock import SystemClock
from tests.process import Started
from tests.waiting import until

T = TypeVar("T")

CLOCK: Final = SystemClock()
PATIENCE: Final = 60.0  # seconds until something that has to happen is given up
ROOT: Final = Path(__file__).parents[2]
_LOOK: Final = 0.05  # seconds between two looks
_MINE: Final = {"PATH", "HOME", "LANG", "XDG_RUNTIME_DIR", "TMPDIR"}
_PORTS: Final = range(20_000, 32_000)  # below those that the system lends out while the bot is dead


def environ(**more: str) -> dict[str, str]:
    """What a process of ours gets to know."""
    kept = {name: value for name, value in os.environ.items() if name in _MINE}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def free_port(dice: Random) -> int:
    """A port that stays the bot's although it is down for seconds: senders know only one address."""
    while True:
        port = dice.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Process:
    """A Python module as a process; its log, unless ``silent``, is kept for the report of a failure."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *words: str,
        settings: dict[str, str] | None = None,
        silent: bool = False,
    ) -> None:
        self.log = folder / f"{name}.log"
        self._ready_file = folder / f"{name}.json"
        self._ready_file.unlink(missing_ok=True)
        module, *rest = words
        self._process = Started(
            module,
            (*rest, "--ready-file", str(self._ready_file)),
            environ=environ(**(settings or {})),
            log=Path(os.devnull) if silent else self.log,
            folder=folder,
        )

    @property
    def alive(self) -> bool:
        """Whether it has not ended, by itself or by us."""
        return self._process.poll() is None

    @property
    def code(self) -> int | None:
        """The exit code, once it has ended."""
        return self._process.poll()

    @property
    def is_ready(self) -> bool:
        """Whether it has said so."""
        return self.alive and self._ready_file.exists()

    async def ready(self) -> dict[str, Any]:
        """What the ready file says, once it is there."""

        async def look() -> dict[str, Any] | None:
            assert self.alive, f"it ended by itself with {self.code}; its log: {self.log}"
            return json.loads(self._ready_file.read_bytes()) if self._ready_file.exists() else None

        found: dict[str, Any] = await until(look, f"{self._ready_file.name} to be written", PATIENCE)
        return found

    def kill(self) -> None:
        """SIGKILL: no last words."""
        if self.alive:
            self._process.kill()
        self._process.wait(timeout=PATIENCE)

    def stop(self) -> int:
        """SIGTERM; returns the exit code. Blocks."""
        if self.alive:
            self._process.terminate()
        return self._process.wait(timeout=PATIENCE)

    def tell(self, number: signal.Signals) -> None:
        """Any other signal."""
        self._process.send_signal(number)

    def bound_files(self, size: int) -> None:
        """Let none of its files grow beyond ``size`` bytes from now on: to the process, the disk is full."""
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def free_files(self) -> None:
        """Files may grow again."""
        self.bound_files(resource.RLIM_INFINITY)
