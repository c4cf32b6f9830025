"""Logs speak one dialect: an event is a name in snake_case, what is told of it stands in fields."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = [
    path
    for floor in ("bot", "cogs", "storage")
    for path in sorted((ROOT / floor).rglob("*.py"))
    if not {"sandbox", "emit", "versions"} & set(path.parts)
]
LEVELS: Final = {"debug", "info", "warning", "error", "critical", "exception"}
SENTENCES: Final = {"await readiness_line(place.desk, settings.ping.critical)"}
"""The last line of a start is for whoever sits at the terminal."""
MADE: Final = "structlog.stdlib.get_logger(__name__)"


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def events() -> Iterator[tuple[str, ast.expr]]:
    """Whatever is logged first, with where that is."""
    for path in SOURCES:
        for call in calls(path):
            is_level = isinstance(call.func, ast.Attribute) and call.func.attr in LEVELS
            if is_level and call.args and ast.unparse(call.func).rpartition(".")[0].endswith("_log"):
                yield f"{path.relative_to(ROOT)}:{call.lineno}", call.args[0]


def test_every_event_is_a_name_in_snake_case() -> None:
    found = list(events())
    assert len(found) > 60
    wrong = {
        where: ast.unparse(event)
        for where, event in found
        if ast.unparse(event) not in SENTENCES
        and not (
            isinstance(event, ast.Constant)
            and isinstance(event.value, str)
            and re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", event.value)
        )
    }
    assert wrong == {}


def test_there_is_one_way_to_get_a_logger() -> None:
    wrong = {
        f"{path.relative_to(ROOT)}:{call.lineno}": made
        for path in SOURCES
        for call in calls(path)
        if ast.unparse(call.func).endswith(("get_logger", "getLogger")) and path.name != "log.py"
        if (made := ast.unparse(call)) != MADE
    }
    assert wrong == {}
