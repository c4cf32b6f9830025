"""Arguments of ``tocsin emit``."""

from typing import Any

from bot.verbs.arguments.option import add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``emit``."""
    emit = add_verb(
        verbs,
        "emit",
        "emit.emit",
        "send test alerts as a real sender would",
        "examples:\n  tocsin emit --url http://127.0.0.1:8080/v1/hooks/generic --token toc_...\n"
        "  tocsin emit --provider alertmanager --name DiskFull --severity critical --token toc_...\n"
        "  tocsin emit --provider alertmanager --name DiskFull --resolved --token toc_...",
    )
    emit.add_argument("--provider", metavar="P", help="default: what the address ends in, else generic")
    emit.add_argument("--url", metavar="URL", help="default: this machine's door, for the provider")
    emit.add_argument("--token", required=True, metavar="TOKEN", help="of the source, from tocsin source add")
    emit.add_argument("--name", metavar="NAME", help="of the alert")
    emit.add_argument("--severity", metavar="WORD", help="info, warning, critical or the sender's own word")
    emit.add_argument("--resolved", action="store_true", help="say that it is over")
    emit.add_argument("--count", type=int, default=1, metavar="N", help="so many requests (1)")
