"""``tocsin retention``: what is past its time goes."""

from argparse import Namespace
from pathlib import Path

from bot.desk import open_desk
from bot.domain.retention import Outdated
from bot.process import held
from bot.settings.database import database_choice
from bot.usecases.admin import project as projects
from bot.usecases.admin import retention
from bot.verbs.loop import run
from bot.verbs.operator import me
from bot.verbs.setting import load_quietly
from storage import schema


def sweep(args: Namespace) -> int:
    """Say what would go, or let it go; 0 when that could be done."""
    settings = load_quietly(args)
    choice = database_choice(settings)

    async def sweep_retention() -> Outdated:
        async with open_desk(settings) as desk:
            found = Outdated()
            for each in await projects.with_removed(desk):
                gone = retention.preview(each) if args.dry_run else retention.sweep(each, actor=me())
                found = found.with_more(await gone)
            return found

    found = run(sweep_retention())
    print(f"{'Would go' if args.dry_run else 'Gone'}: {_in_words(found)}.")
    if choice.embedded and not args.dry_run:
        _pack(Path(choice.shown), choice.url)
    return 0


def _in_words(found: Outdated) -> str:
    return (
        f"{found.events:,} events in {found.envelopes:,} envelopes, {found.alerts:,} alerts,"
        f" {found.ledger:,} lines of the ledger"
    )


def _pack(path: Path, url: str) -> None:
    """Pack the file, which nobody else may have open."""
    before = path.stat().st_size
    with held(path) as alone:
        if not alone:
            print("A running Tocsin uses the file: free pages are given back, it is packed another time.")
            return
        schema.pack(url)
    print(f"{path}: {before:,} bytes before, {path.stat().st_size:,} now.")
