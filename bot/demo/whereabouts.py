"""Whereabouts: where the running demo lives, written down for the verbs that are typed beside it.

The file is locked as long as the demo runs: one that a killed demo left behind leads nowhere.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

FILE_NAME: Final = ".tocsin-demo.json"


class DemoWhereabouts(msgspec.Struct, frozen=True):
    """Where a demo keeps its data, where it listens, what its Discord is, and one of its senders."""

    data: str
    port: int
    page: str
    bot_token: str
    guild: int
    channel: int
    hook: str
    token: str


@contextmanager
def published(folder: Path, told: DemoWhereabouts) -> Iterator[None]:
    """Write it in ``folder`` as long as this lasts; a folder that cannot be written to is let be."""
    path = folder / FILE_NAME
    draft = folder / f"{FILE_NAME}.{os.getpid()}"
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        yield
        return
    with os.fdopen(descriptor, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(msgspec.json.encode(told))
        file.flush()
        draft.replace(path)
        try:
            yield
        finally:
            with suppress(OSError):
                if os.path.samestat(path.stat(), os.fstat(file.fileno())):  # or it is that of a later demo
                    path.unlink()


def running_demo(folder: Path) -> DemoWhereabouts | None:
    """The demo that runs in ``folder``, None when there is none."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return msgspec.json.decode(file.read(), type=DemoWhereabouts)
    except (OSError, msgspec.DecodeError):
        pass
    return None
