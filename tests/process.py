"""Our own verbs as processes, started in a tenth of a second: each is a fork of one that has imported them.

It is the whole program with its own arguments, environment, folder and log, and it can be killed at any
moment; only the two seconds of importing are shared. That `python -m bot` starts by itself is the matter of
``tests/test_cli.py`` and ``tests/test_first_minutes.py``.
"""

import atexit
import multiprocessing
import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Final

_PRELOADED: Final = ("bot.verbs.arguments", "bot.app", "bot.launch", "bot.sandbox.server", "storage.schema")
_CONTEXT: Final = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(list(_PRELOADED))
_started: Final = set["Started"]()


@atexit.register
def _end_all() -> None:
    """End what a failed test has left: the interpreter would wait for it without end."""
    for each in _started:
        each.kill()


class Started:
    """A module that runs as a process, spoken to as to one of `subprocess`."""

    def __init__(
        self, module: str, words: tuple[str, ...], *, environ: dict[str, str], log: Path, folder: Path
    ) -> None:
        log.touch()
        self._process = _CONTEXT.Process(
            target=_run, args=(module, words, environ, os.fspath(log), os.fspath(folder))
        )
        self._process.start()
        _started.add(self)

    @property
    def pid(self) -> int:
        """The number that signals go to."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code, once it has ended; a signal's number below zero when one ended it."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: no last words."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float) -> int:
        """Wait for its end and return the exit code."""
        self._process.join(timeout)
        code = self.poll()
        assert code is not None, f"process {self.pid} did not end within {timeout:.0f} s"
        _started.discard(self)
        return code


def _run(module: str, words: tuple[str, ...], environ: dict[str, str], log: str, folder: str) -> None:
    """Become that module: what stands here happens in the fork."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
