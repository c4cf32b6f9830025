"""Spool: a folder with one small file a record, so that nothing is lost while Tocsin is away.

Any number of processes put records in; one at a time sends them, oldest first, and removes what was taken.
What Tocsin can never take (it says 400, 413, 415 or 422) is put aside in ``refused``, with its reason.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Final

from bot.emit.record import Record

MAX_RECORDS: Final = 10_000
"""More than these are not kept: whoever tells so many alerts that nobody takes has the log and the file."""

_PER_LOOK: Final = 500  # records that are counted again only after so many were put in


class SendResult(Enum):
    """What became of a record that was sent."""

    TAKEN = "taken"
    LATER = "later"
    NEVER = "never"


class FullError(Exception):
    """The spool holds as much as it may."""


class Spool:
    """The folder ``path``, made when the first record comes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._room = 0

    def put(self, record: Record) -> None:
        """Keep a record until it is sent.

        Raises:
            FullError: there are `MAX_RECORDS` already.
            OSError: it cannot be written.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._room <= 0:
            self._room = min(MAX_RECORDS - sum(1 for _ in self._files()), _PER_LOOK)
            if self._room <= 0:
                raise FullError
        self._room -= 1
        draft = self.path / f".{record.key}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(json.dumps(record._asdict()).encode())
            draft.replace(self.path / f"{record.key}.json")
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    def drain(self, send: Callable[[Record], tuple[SendResult, str]]) -> bool:
        """Send what is there, oldest first, until it is empty (True) or something has to wait (False).

        Another process that is sending goes on alone.
        """
        if not self.path.is_dir():
            return True
        with self._alone() as alone:
            if not alone:
                return False
            return all(self._send(file, send) for file in self._in_order())

    def _in_order(self) -> list[Path]:
        """The files, oldest first, none left out that is older than the newest.

        A folder that is being written to may be read without a file that came while it was read, and with a
        later one (POSIX, readdir). What came before the end of one reading is in the next.
        """
        newest = max(self._files(), default=None)
        if newest is None:
            return []
        return sorted(file for file in self._files() if file <= newest)

    def _send(self, file: Path, send: Callable[[Record], tuple[SendResult, str]]) -> bool:
        try:
            record = Record(**json.loads(file.read_bytes()))
        except FileNotFoundError:
            return True
        except (ValueError, TypeError) as error:
            self._put_aside(file, f"it cannot be read: {error}")
            return True
        verdict, reason = send(record)
        if verdict is SendResult.NEVER:
            self._put_aside(file, reason)
        elif verdict is SendResult.TAKEN:
            file.unlink(missing_ok=True)
        return verdict is not SendResult.LATER

    def _put_aside(self, file: Path, reason: str) -> None:
        aside = self.path / "refused"
        aside.mkdir(mode=0o700, exist_ok=True)
        file.replace(aside / file.name)
        (aside / f"{file.stem}.reason").write_text(reason + "\n", encoding="utf-8")

    def _files(self) -> Iterator[Path]:
        return self.path.glob("[0-9]*.json")

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        with (self.path / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True
