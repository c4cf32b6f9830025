"""Arguments of ``tocsin config``."""

from typing import Any

from bot.verbs.arguments.option import add_group, add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``config example``."""
    add_verb(
        add_group(verbs, "config", "the settings, explained"),
        "example",
        "config.example",
        "print a configuration with every setting and what it does",
        "example:\n  tocsin config example > tocsin.toml",
    )
