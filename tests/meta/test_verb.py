"""The verbs of alerts stand in one table: each has all its columns, and nobody else lists them by hand."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from bot.cards.ids import Verb
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import TRANSITIONS, State, Trigger
from bot.domain.alert.verb import PRESSED, VERBS, AlertVerb
from bot.domain.incident.timeline import Kind
from bot.ingress.api import claim
from bot.usecases.alert import group as groups
from bot.usecases.alert.verb import MOVES
from bot.usecases.reaction import reaction as reactions
from cogs import standing, subject
from cogs.alert import button

ROOT: Final = Path(__file__).parents[2]
FEW: Final = 2
BY_HAND: Final = {
    "bot/domain/alert/alert.py": "the law of transitions",
    "bot/domain/alert/verb.py": "the table itself",
    "bot/cards/alert/action.py": "the place of each button in the first row of a card",
    "bot/usecases/alert/verb.py": "what each of them does: its move",
    "bot/ingress/api/claim.py": "the routes: what each takes",
}
"""Modules that name more than `FEW` verbs in one literal, and why."""


@pytest.mark.parametrize("verb", list(VERBS.values()), ids=list(VERBS))
def test_each_verb_has_its_columns(verb: AlertVerb) -> None:
    assert verb.past
    assert not verb.timeline or Kind(verb.timeline)
    assert verb.trigger is None or verb.states
    if verb.all_of:
        assert Verb(f"group-{verb.name}") in groups.ALL_OF
        assert Verb(f"board-{verb.name}") in standing.CHANGING
    if verb.reaction:
        assert reactions.MEANINGS[verb.reaction] == verb.name
        assert verb.task


@pytest.mark.parametrize("verb", PRESSED, ids=[each.name for each in PRESSED])
def test_each_press_has_words_a_move_and_a_subject(verb: AlertVerb) -> None:
    press = Verb(verb.name)
    assert verb.task
    assert verb.label
    assert not verb.in_menu or (verb.hint and verb.emoji and verb.trigger)
    assert button.TASKS[press] == verb.task
    assert press in button.PRESSES
    assert press in subject.PRESSES
    assert (press in standing.CHANGING) is not verb.asks_words
    assert (press in button.FORMS) is verb.asks_words


def test_moves_are_those_of_what_is_pressed() -> None:
    assert set(MOVES) == {each.name for each in PRESSED}


def test_each_trigger_has_a_verb() -> None:
    restored = {Trigger.RESTORE}  # a reopening soon after the resolve
    assert {each.trigger for each in VERBS.values()} - {None} == set(Trigger) - restored
    assert {trigger for _, trigger in TRANSITIONS} == set(Trigger)


def test_each_route_of_a_verb_has_its_scope() -> None:
    paths = [route.path.rpartition("/")[2] for route in claim.ROUTES if "{ref}" in route.path]
    assert len(paths) == len(set(paths))
    assert set(paths) <= set(VERBS)


def test_a_menu_offers_what_can_be_done() -> None:
    offered = {state: [each.name for each in PRESSED if each.in_menu and each.fits(state)] for state in State}
    assert offered == {
        State.NEW: ["claim", "ack"],
        State.PROCESSING: ["release", "ack"],
        State.ACKED: ["unack"],
        State.FAILED: ["retry", "ack"],
        State.RESOLVED: ["reopen"],
    }


def test_nobody_else_lists_verbs_by_hand() -> None:
    found = {}
    for top in ("bot", "cogs", "storage"):
        for path in sorted((ROOT / top).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if not name.startswith(("bot/sandbox", "bot/providers", "bot/emit")) and name not in BY_HAND:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                most = max((len(_verbs_in(node)) for node in ast.walk(tree)), default=0)
                if most > FEW:
                    found[name] = most
    assert found == {}


@pytest.mark.parametrize("name", list(BY_HAND))
def test_the_exceptions_are_still_needed(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    if name != "bot/domain/alert/verb.py":
        assert max(len(_verbs_in(node)) for node in ast.walk(tree)) > FEW


def _verbs_in(node: ast.AST) -> set[str]:
    """The verbs that a literal names: its keys or elements, also inside tuples, calls and attributes."""
    if isinstance(node, ast.Dict):
        parts: list[ast.expr | None] = list(node.keys)
    elif isinstance(node, ast.Set | ast.List | ast.Tuple):
        parts = list(node.elts)
    else:
        return set()
    return {name for part in parts if part is not None for name in _named(part)}


def _named(part: ast.expr) -> Iterator[str]:
    if isinstance(part, ast.Constant) and part.value in NAMES:
        yield str(part.value)
    elif isinstance(part, ast.Attribute):
        owner = part.value
        if isinstance(owner, ast.Name) and owner.id in {"Verb", "Trigger", "verbs"} and part.attr in MEMBERS:
            yield MEMBERS[part.attr]
        elif isinstance(owner, ast.Attribute):
            yield from _named(owner)
    elif isinstance(part, ast.Tuple):
        for each in part.elts:
            yield from _named(each)
    elif isinstance(part, ast.Call) and part.args:
        yield from _named(part.args[0])


MEMBERS: Final = {
    **{each.name.upper(): each.name for each in PRESSED},
    **{name: value.name for name, value in vars(verbs).items() if isinstance(value, AlertVerb)},
}
NAMES: Final = frozenset(VERBS) - {"note"}  # also a field of many things
