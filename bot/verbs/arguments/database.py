"""Arguments of ``tocsin db``."""

from typing import Any

from bot.verbs.arguments.option import HelpFormat, add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``db upgrade``."""
    group = verbs.add_parser("db", help="the database's tables", formatter_class=HelpFormat)
    upgrade = add_verb(
        group.add_subparsers(title="verbs", metavar="VERB", required=True),
        "upgrade",
        "schema.upgrade",
        "bring the tables up to date; doing it twice does nothing",
        "examples:\n  tocsin db upgrade --dry-run\n  TOCSIN_DATABASE_URL=postgresql://... tocsin db upgrade",
    )
    upgrade.add_argument("--dry-run", action="store_true", help="print the SQL and change nothing")
