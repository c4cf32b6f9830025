"""Arguments of ``tocsin config``."""

from typing import Any

from bot.verbs.arguments.option import HelpFormat, add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``config example``."""
    group = verbs.add_parser("config", help="the settings, explained", formatter_class=HelpFormat)
    add_verb(
        group.add_subparsers(title="verbs", metavar="VERB", required=True),
        "example",
        "config.example",
        "print a configuration with every setting and what it does",
        "example:\n  tocsin config example > tocsin.toml",
    )
