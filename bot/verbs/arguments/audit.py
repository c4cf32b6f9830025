"""Arguments of ``tocsin audit``."""

from typing import Any

from bot.verbs.arguments.option import HelpFormat, add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``audit`` with its own verb."""
    group = verbs.add_parser("audit", help="the audit log", formatter_class=HelpFormat)
    inner = group.add_subparsers(title="verbs", metavar="VERB", required=True)
    add_verb(
        inner,
        "verify",
        "audit.verify",
        "say whether the audit log is still what it was",
        "The exit code is 1 when an entry was changed, removed or slipped in, or nothing proves the chain.",
    )
