"""Churn: labels that make many of what is one.

A label is worth ignoring when alerts of one name differ by it alone, nearly each has a value of its own, and
hardly any of these ever came back: pods do that, machines do not.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from bot.domain.alert.signature import churns

LEAST: Final = 5
SHARE: Final = 0.8
EXAMPLES: Final = 3


class Kin(msgspec.Struct, frozen=True, gc=False):
    """One recurrence as its last alert was labelled."""

    recurrence_id: int
    name: str
    episodes: int
    labels: dict[str, str]


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """``count`` recurrences called ``name`` differ only by ``labels``; some values of the first, to see."""

    name: str
    labels: tuple[str, ...]
    count: int
    examples: tuple[str, ...]


def suggest(kin: Iterable[Kin], ignored: frozenset[str] = frozenset()) -> list[Suggestion]:
    """What to ignore at one source, the most telling first; ``ignored`` is ignored already."""
    families: defaultdict[tuple[str, frozenset[str]], list[Kin]] = defaultdict(list)
    for each in kin:
        names = frozenset(name for name in each.labels if name not in ignored and not churns(name))
        families[each.name, names].append(each)
    found = [
        suggestion
        for (name, labels), members in families.items()
        for suggestion in _within(name, sorted(labels), members, ignored)
    ]
    return sorted(found, key=lambda each: (-each.count, each.name, each.labels))


def _within(
    name: str, labels: Sequence[str], members: Sequence[Kin], ignored: frozenset[str]
) -> Iterable[Suggestion]:
    """Members have the same labels; those that few members share are put aside, and what is left compared."""
    unsteady = [label for label in labels if _is_unsteady(label, members)]
    alike: defaultdict[tuple[str, ...], list[Kin]] = defaultdict(list)
    for each in members:
        alike[tuple(each.labels[label] for label in labels if label not in unsteady)].append(each)
    for group in alike.values():
        if len(group) < LEAST or not _rarely_return(group):
            continue
        varying = unsteady or _churning(group, ignored)
        if varying:
            examples = sorted({each.labels.get(varying[0], "") for each in group})[:EXAMPLES]
            yield Suggestion(name=name, labels=tuple(varying), count=len(group), examples=tuple(examples))


def _churning(group: Sequence[Kin], ignored: frozenset[str]) -> list[str]:
    """What churns by its very name tells apart only where the sender's own fingerprint is the identity."""
    names = {name for each in group for name in each.labels if name not in ignored and churns(name)}
    return [name for name in sorted(names) if _is_unsteady(name, group)]


def _is_unsteady(label: str, members: Sequence[Kin]) -> bool:
    values = {each.labels.get(label, "") for each in members}
    return len(values) >= max(LEAST, SHARE * len(members))


def _rarely_return(group: Sequence[Kin]) -> bool:
    return sum(each.episodes == 1 for each in group) >= SHARE * len(group)
