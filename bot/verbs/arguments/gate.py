"""Arguments of ``tocsin gate``."""

from pathlib import Path
from typing import Any

from bot.verbs.arguments.option import add_project, add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``gate``."""
    gate = add_verb(
        verbs,
        "gate",
        "gate.gate",
        "may this be released now: exit code 0 pass, 1 block, 3 the desk cannot be asked",
        "examples:\n  tocsin gate --service checkout --env prod\n"
        "  TOCSIN_API_TOKEN=... tocsin gate --service checkout --env prod --url https://alerts.example.org",
    )
    gate.add_argument("--service", default="", metavar="S", help="what is to go out (default: everything)")
    gate.add_argument("--env", default="", metavar="E", help="where to (default: everywhere)")
    gate.add_argument("--url", metavar="URL", help="of a desk on another machine (default: this database)")
    gate.add_argument("--token-file", type=Path, metavar="FILE", help="an API token (TOCSIN_API_TOKEN)")
    gate.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    add_project(gate)
