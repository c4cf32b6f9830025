"""Imports finer than the contracts can say: they see packages, not the modules of a library."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def imported(path: Path) -> tuple[str, ...]:
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def rooms_with(library: str) -> set[str]:
    """The rooms (``bot.ingress``) in which a module of ``library`` is imported."""
    found = set()
    for floor in ("bot", "cogs", "storage"):
        for path in (ROOT / floor).rglob("*.py"):
            if any(f"{name}.".startswith(f"{library}.") for name in imported(path)):
                found.add(".".join(path.relative_to(ROOT).with_suffix("").parts[:2]))
    return found


def test_the_http_server_lives_in_ingress_and_sandbox() -> None:
    assert rooms_with("aiohttp.web") <= {"bot.ingress", "bot.sandbox"}


def test_the_http_client_lives_where_something_is_sent_out() -> None:
    assert rooms_with("httpx") <= {"bot.demo", "bot.doctor", "bot.emit", "bot.outgoing", "bot.verbs"}


def test_settings_are_built_in_one_place() -> None:
    assert rooms_with("tomllib") == {"bot.settings"}
