"""Operator: whoever types the command, and tables for their eyes."""

import getpass
from collections.abc import Sequence

from bot.domain import actor as actors
from bot.domain.actor import Actor


def me() -> Actor:
    """Whoever is logged in on this machine."""
    return actors.operator(getpass.getuser())


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns side by side; the last one is as long as it likes."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    for line in lines:
        print("  ".join([*(text.ljust(width) for text, width in zip(line, widths, strict=False)), line[-1]]))
