"""``tocsin db``: the database's tables."""

from argparse import Namespace

from bot.config import Settings
from bot.database import database_choice
from bot.verbs.loop import run
from storage import schema


def upgrade(args: Namespace) -> int:
    """Apply the pending migrations, or print their SQL without touching anything."""
    choice = database_choice(Settings.load(args.config))
    if args.dry_run:
        sql = run(schema.upgrade_sql(choice.url))
        print(sql or f"-- Nothing to do: {choice.shown} is up to date.")
        return 0
    applied = run(schema.upgrade(choice.url))
    for name in applied:
        print(f"applied {name}")
    print(f"{choice.shown} is up to date.")
    return 0
