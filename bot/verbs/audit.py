"""``tocsin audit``: is the audit log still what it was?"""

from argparse import Namespace

from bot.anchor_file import NAME, read_anchors
from bot.desk import open_desk
from bot.domain.anchor import ChainVerdict
from bot.usecases.admin import audit_log
from bot.verbs.loop import run
from bot.verbs.setting import load_quietly


def verify(args: Namespace) -> int:
    """Say whether the chain holds and is the one that was anchored; 0 when it is, else 1."""
    settings = load_quietly(args)
    folder = settings.storage.data

    async def work() -> ChainVerdict:
        async with open_desk(settings) as desk:
            return await audit_log.verify(desk, read_anchors(folder))

    found = run(work())
    print(f"{found.entries:,} entries, {found.anchors:,} anchors in {folder / NAME}.")
    if found.fault:
        print(f"The audit log was tampered with: {found.fault}.")
        return 1
    if found.entries and not found.anchors:
        print("The chain holds, but no anchor proves it: a running desk writes one every ten minutes.")
        return 1
    print(f"The chain holds and is the one that was anchored; {found.loose:,} entries came since.")
    return 0
