"""Anchor file: where the anchors of the audit log are kept, a line each, beside the database, not in it."""

import os
from pathlib import Path
from typing import Final

import msgspec

from bot.domain.anchor import KEPT, Anchor
from bot.domain.errors import TocsinError
from bot.usecases.admin import audit_log
from bot.usecases.desk import Desk

NAME: Final = "audit.anchors"


def read_anchors(folder: Path) -> list[Anchor]:
    """Those that are kept, oldest first.

    Raises:
        TocsinError: the file is not what was written.
    """
    path = folder / NAME
    try:
        lines = path.read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Anchor) for line in lines if line.strip()]
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise TocsinError(f"The anchors in {path} cannot be read: {error}") from None


async def write_anchor(desk: Desk, folder: Path) -> None:
    """Keep where the audit log stands, if it went on since."""
    fresh = await audit_log.anchor(desk)
    if fresh is None:
        return
    known = read_anchors(folder)
    if known and (known[-1].entry_id, known[-1].project) == (fresh.entry_id, fresh.project):
        return
    kept = [*known[:1], *known[1:][-(KEPT - 2) :], fresh]
    path = folder / NAME
    draft = path.with_name(f".{NAME}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in kept))
    draft.replace(path)
