"""Arguments of ``tocsin health``."""

from typing import Any

from bot.verbs.arguments.option import add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``health``."""
    verb = add_verb(
        verbs,
        "health",
        "health.health",
        "ask the running desk whether it is well: exit code 0 or 1, and why",
        "examples:\n  tocsin health\n  tocsin health --alive --url http://127.0.0.1:8080",
    )
    verb.add_argument("--url", metavar="URL", help="default: http.host and http.port of the settings")
    verb.add_argument("--alive", action="store_true", help="only whether it answers, not whether it delivers")
