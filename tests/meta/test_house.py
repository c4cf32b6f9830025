"""The house is as it is drawn: folders, their size, one class a name, one alias a module."""

import ast
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FLOORS: Final = ("bot/domain", "bot/providers", "bot/cards", "storage", "bot/usecases", "cogs")
SOURCES: Final = sorted(
    path
    for top in ("bot", "cogs", "storage")
    for path in (ROOT / top).rglob("*.py")
    if "versions" not in path.parts
)
MOST: Final = 24
LARGE: Final = {
    "bot/providers": "one file a sender",
    "bot/ingress": "what is needed to let strangers in; routes stand in folders of their own",
    "bot/domain/access": "the rules that find secrets, one file a kind of rule",
}
"""Folders with more than `MOST` files, and why."""


@cache
def nodes(path: Path) -> list[ast.AST]:
    """The classes of a file, and what it imports."""
    return [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef | ast.ImportFrom)
    ]


def area_folders(floor: str) -> set[str]:
    """The areas of a floor: folders that hold Python."""
    return {path.parent.name for path in (ROOT / floor).glob("*/__init__.py")}


def test_the_drawn_areas_are_the_folders() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = {
        floor: set(re.findall(r"(\w+)/", row))
        for floor, row in re.findall(r"^\| `([\w/]+)` \|[^|]+\|([^|]*)\|$", page, re.MULTILINE)
    }
    assert drawn == {floor: area_folders(floor) for floor in drawn}
    assert set(FLOORS) <= set(drawn)


def test_no_folder_is_larger_than_one_can_survey() -> None:
    sizes = Counter(path.parent.relative_to(ROOT).as_posix() for path in SOURCES)
    large = {folder for folder, size in sizes.items() if size > MOST}
    assert large == set(LARGE), "divide it by areas, or take it out of the exceptions"


def test_no_class_has_the_name_of_another() -> None:
    where: defaultdict[str, list[str]] = defaultdict(list)
    for path in SOURCES:
        if "sandbox" in path.parts:
            continue
        for node in nodes(path):
            if isinstance(node, ast.ClassDef):
                where[node.name].append(f"{path.relative_to(ROOT)}:{node.lineno}")
    twice = {name: places for name, places in where.items() if len(places) > 1}
    assert twice == {}


def test_each_module_has_one_alias() -> None:
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in SOURCES}
    aliases: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in SOURCES:
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and node.module:
                for name in node.names:
                    module = f"{node.module}.{name.name}"
                    if module in modules:
                        aliases[module][name.asname or name.name].append(str(path.relative_to(ROOT)))
    assert {module: dict(names) for module, names in aliases.items() if len(names) > 1} == {}


def test_no_module_passes_on_what_another_defines() -> None:
    taken: dict[str, set[str]] = {}
    wanted: list[tuple[str, str, str]] = []
    for path in SOURCES:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        names = taken.setdefault(module, set())
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and node.module:
                names.update(each.asname or each.name for each in node.names)
                wanted += [(module, node.module, each.name) for each in node.names]
    submodules = set(taken)
    passed_on = [
        f"{module} takes {name} from {other}"
        for module, other, name in wanted
        if name in taken.get(other, ()) and f"{other}.{name}" not in submodules
    ]
    assert passed_on == []
