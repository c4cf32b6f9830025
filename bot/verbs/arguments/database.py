"""Arguments of ``tocsin db`` and ``upgrade``."""

from typing import Any

from bot.verbs.arguments.option import add_group, add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``db upgrade``, and ``upgrade``, which is the same and can look first."""
    upgrade = add_verb(
        add_group(verbs, "db", "the database's tables"),
        "upgrade",
        "schema.upgrade",
        "bring the tables up to date; doing it twice does nothing",
        "examples:\n  tocsin db upgrade --dry-run\n  TOCSIN_DATABASE_URL=postgresql://... tocsin db upgrade",
    )
    upgrade.add_argument("--dry-run", action="store_true", help="print the SQL and change nothing")
    look = add_verb(
        verbs,
        "upgrade",
        "schema.upgrade",
        "after a new version was installed: bring the database up to date",
        "Make a backup first: a newer database is refused by an older version.\n\n"
        "examples:\n  tocsin upgrade --check\n  tocsin backup before.zip && tocsin upgrade",
    )
    look.add_argument("--check", action="store_true", help="only say what would be done")
    look.add_argument("--dry-run", action="store_true", help="print the SQL and change nothing")
