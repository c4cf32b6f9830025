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
    """The anchors that are kept, oldest first.

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
    """Keep where the audit log of the desk's project stands, if it went on since; each has `KEPT`."""
    fresh = await audit_log.anchor(desk)
    if fresh is None:
        return
    known = read_anchors(folder)
    own = [each for each in known if each.project == fresh.project]
    if own and own[-1].entry_id == fresh.entry_id:
        return
    others = (each for each in known if each.project != fresh.project)
    kept = [*others, *own[:1], *own[1:][-(KEPT - 2) :], fresh]
    path = folder / NAME
    draft = path.with_name(f".{NAME}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in kept))
    draft.replace(path)
