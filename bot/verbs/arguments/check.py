"""Arguments of ``tocsin check``."""

from typing import Any

from bot.verbs.arguments.option import add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``check``."""
    verb = add_verb(
        verbs,
        "check",
        "check.check",
        "say what is wrong with token, permissions, database and addresses, and how to mend it",
        "The exit code is 1 when something keeps alerts from reaching their channel.",
    )
    verb.add_argument(
        "--integrity",
        action="store_true",
        help="look for rows that there must not be instead: all of the database, read only",
    )
