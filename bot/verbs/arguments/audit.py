"""Arguments of ``tocsin audit``."""

from pathlib import Path
from typing import Any

from bot.verbs.arguments.option import add_group, add_project, add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``audit`` with its own verb."""
    inner = add_group(verbs, "audit", "the audit log")
    export = add_verb(
        inner,
        "export",
        "audit.export",
        "write the whole audit log as JSON lines, oldest first",
        "examples:\n  tocsin audit export --file audit.jsonl\n  tocsin audit verify --file audit.jsonl",
    )
    export.add_argument("--file", type=Path, metavar="FILE", help="where to (standard output)")
    verify = add_verb(
        inner,
        "verify",
        "audit.verify",
        "say whether the audit log is still what it was",
        "The exit code is 1 when an entry was changed, removed or slipped in, or nothing proves the chain.",
    )
    verify.add_argument("--file", type=Path, metavar="FILE", help="an exported file, without any database")
    verify.add_argument(
        "--signed", action="store_true", help="hold the file's signatures against this desk's key, too"
    )
    add_project(export, verify)
