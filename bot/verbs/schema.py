"""``tocsin db`` and ``upgrade``: the database's tables."""

from argparse import Namespace

from bot.domain.errors import TocsinError
from bot.settings.database import DatabaseChoice, database_choice
from bot.verbs.loop import run
from bot.verbs.setting import load_quietly
from storage import schema


def upgrade(args: Namespace) -> int:
    """Apply the pending migrations, or print their SQL without touching anything."""
    choice = database_choice(load_quietly(args))
    try:
        said = run(_work(args, choice))
    except TocsinError:
        raise
    except Exception as error:  # drivers raise what they like, and only storage knows their names
        raise TocsinError(f"{choice.shown} cannot be used: {schema.first_line(error)}") from error
    print(said)
    return 0


async def _work(args: Namespace, choice: DatabaseChoice) -> str:
    if getattr(args, "check", False):
        return await _look(choice)
    return await (_sql(choice) if args.dry_run else _apply(choice))


async def _look(choice: DatabaseChoice) -> str:
    """What an upgrade would do; one transaction, so that it is done whole or not at all."""
    pending = await schema.pending(choice.url)
    if not pending:
        return f"{choice.shown} is up to date ({schema.newest()})."
    when = "The next start applies them" if choice.embedded else "tocsin upgrade applies them"
    return "\n".join(
        [
            f"{choice.shown} lacks {len(pending)} of its migrations:",
            *(f"  {name}" for name in pending),
            f"{when} in one transaction. There is no way back but a backup: tocsin backup FILE",
        ]
    )


async def _sql(choice: DatabaseChoice) -> str:
    sql = await schema.upgrade_sql(choice.url)
    return sql or f"-- Nothing to do: {choice.shown} is up to date."


async def _apply(choice: DatabaseChoice) -> str:
    applied = await schema.upgrade(choice.url)
    return "\n".join([*(f"applied {name}" for name in applied), f"{choice.shown} is up to date."])
