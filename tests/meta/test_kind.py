"""What is known of a kind of card stands in one place on each floor, and nobody else asks for the kind."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.delivery.kind.registry import MESSAGES
from bot.domain.outbox.kind import TRAITS
from bot.domain.outbox.outbox import CardKind
from bot.usecases.outbox.kind.registry import SUBJECTS
from storage.kind import STORED

ROOT: Final = Path(__file__).parents[2]
PLACES: Final = ("bot/domain/outbox/kind.py", "storage/kind.py")
FOLDERS: Final = ("bot/usecases/outbox/kind", "bot/delivery/kind")
AS_ANOTHER: Final = {CardKind.FOLDED: CardKind.ALERT}
"""Kinds whose message is made as that of another: the view says what is different."""

ASKING: Final = {
    "storage/alert/ring.py": "the number of a ring's message is never given away again",
    "storage/incident/thread.py": "nudges and briefs go where their incident's thread is",
    "storage/outbox/channel.py": "calls go where their alerts go",
    "storage/outbox/queue.py": "what a board holds does not wait",
    "storage/outbox/closure.py": "closures look for their own notice",
    "storage/outbox/outage.py": "outages look for their own report",
    "storage/outbox/due.py": "the plan says when a board is sent, its lane does not; calls go first",
    "storage/outbox/placement.py": "an alert is seen on a board too",
    "storage/outbox/touch.py": "an alert's change is its group's too",
}
"""Files that ask whether a card is of a certain kind, and why."""


def test_every_floor_knows_every_kind() -> None:
    for known in (TRAITS, STORED, SUBJECTS, MESSAGES):
        assert set(known) == set(CardKind)


def test_what_a_kind_shows_is_looked_up_in_one_way() -> None:
    for kind, entry in SUBJECTS.items():
        assert (entry.look_up is None) is not (entry.read is None), kind


def test_each_kind_has_a_file_of_its_name() -> None:
    for folder, registry in zip(FOLDERS, (SUBJECTS, MESSAGES), strict=True):
        files = {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__", "entry", "registry"}
        as_another = AS_ANOTHER if folder == "bot/delivery/kind" else {}
        assert files == {kind.value for kind in CardKind if kind not in as_another}
        for kind, entry in registry.items():
            own = as_another.get(kind, kind)
            assert entry is registry[own]
            made = (ROOT / folder / f"{own.value}.py").read_text(encoding="utf-8")
            assert re.search(rf"^{own.name}: Final = Card\w+\[", made, re.MULTILINE)


def test_nobody_else_asks_for_the_kind_of_a_card() -> None:
    found = {
        name: asked
        for path in sorted(each for top in ("bot", "cogs", "storage") for each in (ROOT / top).rglob("*.py"))
        if not (name := path.relative_to(ROOT).as_posix()).startswith((*PLACES, *FOLDERS))
        and (asked := sorted(set(questions(ast.parse(path.read_text(encoding="utf-8"))))))
    }
    assert set(found) == set(ASKING), found


def test_a_question_is_recognised() -> None:
    asking = """
if card.kind is CardKind.ALERT or card.kind in {CardKind.GROUP}: pass
match kind:
    case CardKind.RING | CardKind.NOTE: pass
table = {CardKind.BOARD: 1}
where(card.c.kind == CardKind.NUDGE.value, is_kind(CardKind.BRIEF))
few = frozenset([CardKind.REPORT])
"""
    assert set(questions(ast.parse(asking))) == {
        *("ALERT", "GROUP", "RING", "NOTE", "BOARD", "NUDGE", "BRIEF", "REPORT"),
    }
    naming = (
        "touch(CardKind.ALERT, [(1, 2)]); card_of(CardKind.INCIDENT, 1); rows = [(CardKind.RING.value, 1)]"
    )
    assert list(questions(ast.parse(naming))) == []


def questions(tree: ast.Module) -> Iterator[str]:
    """The kinds that code asks for: compares with, matches, collects or has in a table."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare():
                yield from _kinds(node)
            case ast.MatchValue(value=value):
                yield from _kinds(value)
            case ast.Dict(keys=keys):
                yield from (kind for key in keys if key is not None for kind in _kinds(key))
            case ast.Set(elts=members) | ast.List(elts=members) | ast.Tuple(elts=members):
                yield from (kind for each in members for kind in _itself(each) if _is_kinds_alone(members))
            case ast.Call(func=ast.Name(id="is_kind" | "is_among"), args=args):
                yield from (kind for each in args for kind in _itself(each))


def _kinds(node: ast.AST) -> Iterator[str]:
    return (kind for each in ast.walk(node) for kind in _itself(each))


def _itself(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(value=ast.Name(id="CardKind"), attr=name) if name in CardKind.__members__:
            yield name
        case ast.Attribute(value=value, attr="value"):
            yield from _itself(value)


def _is_kinds_alone(members: list[ast.expr]) -> bool:
    """Whether a list holds nothing but kinds: one with other values is a row."""
    return all(any(_itself(each)) for each in members)
