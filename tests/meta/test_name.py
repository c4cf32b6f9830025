"""The words of the house: names say what a thing is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for floor in ("bot", "cogs", "storage") for path in (ROOT / floor).rglob("*.py"))
SAY_NOTHING = {"service", "manager", "handler", "helper", "util", "utils", "processor", "coordinator"}
DEFINITION = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def words(name: str) -> set[str]:
    """The words of ``snake_case`` and ``CamelCase``, without the plural."""
    found = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return {word.lower().removesuffix("s") if len(word) > 4 else word.lower() for word in found}


def names(path: Path) -> Iterator[str]:
    yield from (*path.relative_to(ROOT).parts[:-1], path.stem)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, DEFINITION):
            yield node.name


def test_no_file_class_or_function_has_a_name_that_says_nothing() -> None:
    found = {
        str(path.relative_to(ROOT)): empty
        for path in SOURCES
        if (empty := [name for name in names(path) if words(name) & SAY_NOTHING])
    }
    assert not found


def test_words_are_found_in_every_spelling() -> None:
    assert words("HTTPHandlers") == {"http", "handler"}
    assert words("run_helper") == {"run", "helper"}
    assert words("utils") == {"util"}
