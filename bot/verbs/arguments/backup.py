"""Arguments of ``tocsin backup`` and ``restore``."""

from pathlib import Path
from typing import Any

from bot.verbs.arguments.option import add_verb


def add_arguments(verbs: Any) -> None:
    """Add ``backup`` and ``restore``."""
    write = add_verb(
        verbs,
        "backup",
        "backup.write",
        "write everything the desk knows to one file, while it works",
        "A copy of the database file alone loses what stands in its write-ahead log.\n\n"
        "example:\n  tocsin backup /var/backups/tocsin-monday.zip",
    )
    write.add_argument("file", type=Path, metavar="FILE")
    write.add_argument("--without-key", action="store_true", help="leave out the desk's own key")
    write.add_argument("--force", action="store_true", help="replace FILE if it is there")
    restore = add_verb(
        verbs,
        "restore",
        "backup.restore",
        "put a backup into the configured database; refuses over a newer or a running one",
        "The backup may come from the other engine: that is how SQLite becomes PostgreSQL.\n\n"
        "example:\n  TOCSIN_DATA=/var/lib/tocsin tocsin restore /var/backups/tocsin-monday.zip",
    )
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--force", action="store_true", help="also over what is newer than the backup")
