"""Table: what all sources say of a section, and what it means."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import fields

from bot.settings.environment import Key, SettingProblem, keys, suggestion
from bot.settings.section import Section

TreeT = TypeVar("TreeT", bound=Struct)
SectionT = TypeVar("SectionT", bound=Section)

Layer = Mapping[str, Any]  # tables by the names of sections


def missing(tree: type[Struct], required: Sequence[str], layers: Sequence[Layer]) -> list[SettingProblem]:
    """What is required and in none of the layers."""

    def given(key: Key) -> bool:
        tables = (layer.get(key.section) for layer in layers)
        return any(isinstance(table, Mapping) and table.get(key.name) for table in tables)

    return [
        SettingProblem(key.both, "is required and not set; how to get it: tocsin check")
        for key in keys(tree)
        if str(key) in required and not given(key)
    ]


def read(tree: type[TreeT], layers: Sequence[Layer], problems: list[SettingProblem]) -> TreeT:
    """The tree that the layers describe, the first of them first; what is wrong is added to ``problems``."""
    tables = _merged(layers)
    leaves = list(keys(tree))
    known = {*map(str, leaves), *tree.__struct_fields__}
    found = {}
    for section in fields(tree):
        table = tables.pop(section.name, {})
        if not isinstance(table, Mapping):
            problems.append(SettingProblem(section.name, f"must be a table: [{section.name}]"))
            continue
        own = [key for key in leaves if key.section == section.name]
        found[section.name] = _section(section.type, own, table, problems)
        problems += _unknown((f"{section.name}.{name}" for name in table), known)
    problems += _unknown(tables, known)
    return tree(**found)


def _merged(layers: Sequence[Layer]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        for section, table in layer.items():
            below = merged.get(section)
            if isinstance(below, Mapping) and isinstance(table, Mapping):
                table = {**below, **table}  # noqa: PLW2901 -- the same table, completed
            merged[section] = table
    return merged


def _section(
    kind: type[SectionT], leaves: Iterable[Key], table: Mapping[str, Any], problems: list[SettingProblem]
) -> SectionT:
    """A section with the default of each setting that has no value, or a wrong one."""
    values, wrong = {}, {}
    for key in leaves:
        if (value := table.get(key.name)) is not None:  # None, which a caller alone can say, is the default
            try:
                values[key.name] = key.read(value)
            except ValueError as error:
                wrong[key.name] = str(error)
    section = kind(**values)
    conflict = section.conflict()
    if conflict is not None and wrong.keys().isdisjoint(conflict.names):
        wrong[conflict.names[0]] = conflict.reason
    problems += [SettingProblem(key.both, wrong[key.name]) for key in leaves if key.name in wrong]
    return section


def _unknown(names: Iterable[str], known: set[str]) -> list[SettingProblem]:
    return [
        SettingProblem(name, f"is no setting{suggestion(name, known)}") for name in names if name not in known
    ]
