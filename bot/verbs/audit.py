"""``tocsin audit``: the log as a file, and whether it is still what it was."""

import sys
from argparse import Namespace
from contextlib import nullcontext
from pathlib import Path

from bot.anchor_file import NAME, read_anchors
from bot.desk import open_desk
from bot.domain.anchor import ChainVerdict
from bot.domain.audit_line import verify_lines, write_line
from bot.settings.key import signing_key
from bot.usecases.admin import audit_log
from bot.verbs.loop import run
from bot.verbs.setting import load_quietly


def export(args: Namespace) -> int:
    """Write the whole log as JSON lines, oldest first."""
    settings = load_quietly(args)

    async def export_audit() -> int:
        count = 0
        target = nullcontext(sys.stdout.buffer) if args.file is None else args.file.open("wb")
        async with open_desk(settings, project=args.project) as desk:
            with target as stream:
                async for part in audit_log.walk(desk):
                    count += len(part)
                    stream.write(b"".join(write_line(each, desk.project.id) for each in part))
                stream.flush()
        return count

    count = run(export_audit())
    sys.stderr.write(f"{count:,} entries.\n")
    return 0


def verify(args: Namespace) -> int:
    """Say whether the chain holds and is the one that was anchored; 0 when it is, else 1."""
    if args.file is not None:
        key = signing_key(load_quietly(args).storage) if args.signed else b""
        return _verify_file(args.file, key)
    settings = load_quietly(args)
    folder = settings.storage.data

    async def verify_audit() -> ChainVerdict:
        async with open_desk(settings, project=args.project) as desk:
            return await audit_log.verify(desk, read_anchors(folder))

    found = run(verify_audit())
    print(f"{found.entries:,} entries, {found.anchors:,} anchors in {folder / NAME}.")
    if found.fault:
        print(f"The audit log was tampered with: {found.fault}.")
        return 1
    if found.entries and not found.anchors:
        print("The chain holds, but no anchor proves its end: a running desk writes one every ten minutes.")
        return 1
    if found.unsigned:
        print(f"{found.unsigned:,} of them are from before entries were signed.")
    loose = f"; nothing proves the last {found.loose:,} yet" if found.loose else ""
    print(f"The chain holds, was written with this desk's key and is the one that was anchored{loose}.")
    return 0


def _verify_file(path: Path, key: bytes) -> int:
    """An exported file needs no database, and settings only for the desk's ``key``."""
    with path.open("rb") as stream:
        found = verify_lines(stream, key)
    print(f"{found.entries:,} entries fit.")
    if found.fault:
        print(f"The file is not the log that was exported: {found.fault}.")
        return 1
    if found.last is None:
        print("There is no entry in it.")
        return 1
    signed = " and was written with this desk's key" if key else ""
    print(f"The chain holds{signed} up to entry {found.last.id} ({found.last.digest}).")
    return 0
