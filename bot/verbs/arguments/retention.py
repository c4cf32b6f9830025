"""Arguments of ``tocsin retention``."""

from typing import Any

from bot.verbs.arguments.option import add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``retention``."""
    verb = add_verb(
        verbs,
        "retention",
        "retention.sweep",
        "delete what is past its time ([retention]); a running desk does it each night",
        "While no desk runs, an embedded file is packed too, which needs as much room again.\n\n"
        "example:\n  tocsin retention --dry-run",
    )
    verb.add_argument("--dry-run", action="store_true", help="only say what would go")
