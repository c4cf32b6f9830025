"""Result: a run in numbers and words."""

from pathlib import Path
from typing import Any, Final

import msgspec

from tests.chaos.book import Violation

PROPERTY: Final = "chaos"
_LONGEST: Final = 20_000


class Result(msgspec.Struct, kw_only=True):
    """A run in numbers, with what it found."""

    engine: str
    seed: int
    kills: dict[str, int]
    rounds: int
    requests: int
    accepted: int
    deeds: int
    alerts: int
    incidents: int
    hits: dict[str, int]
    seconds: float
    violations: list[Violation]

    def count(self, *kinds: str) -> int:
        """How many violations are of these kinds."""
        return sum(each.kind in kinds for each in self.violations)


def report(result: Result, folder: Path) -> str:
    """All violations with their histories; what is too long for a terminal is whole in a file."""
    head = f"seed {result.seed} on {result.engine}: {len(result.violations)} violations, logs in {folder}"
    text = f"{head}\n\n{in_words(result.violations)}"
    (folder / "violations.txt").write_text(text)
    return text[:_LONGEST]


def in_words(violations: list[Violation]) -> str:
    """What is untrue, one after the other."""
    return "\n\n".join(f"[{each.kind}] {each.story}: {each.text}" for each in violations)


def table(results: list[Result]) -> list[str]:
    """The runs side by side, as lines."""
    if not results:
        return []
    rows: list[tuple[str, ...]] = [("", *(result.engine for result in results))]

    def row(name: str, *values: Any) -> None:
        rows.append((name, *(f"{value:,}" if isinstance(value, int) else str(value) for value in values)))

    row("seed", *(str(each.seed) for each in results))
    row("kills", *(sum(each.kills.values()) for each in results))
    row("verdicts", *(each.rounds for each in results))
    row("requests sent", *(each.requests for each in results))
    row("alerts accepted", *(each.accepted for each in results))
    row("acts of people", *(each.deeds for each in results))
    row("cards", *(each.alerts for each in results))
    row("incidents", *(each.incidents for each in results))
    row("faults hit", *(sum(each.hits.values()) for each in results))
    row("lost", *(each.count("lost") for each in results))
    row("duplicates", *(each.count("duplicate") for each in results))
    row("wrong states", *(each.count("wrong") for each in results))
    row("counts, chain", *(each.count("count", "chain") for each in results))
    row("seconds", *(round(each.seconds) for each in results))
    for name in sorted({kind for each in results for kind in each.kills}):
        row(f"  killed: {name}", *(each.kills.get(name, 0) for each in results))
    for name in sorted({kind for each in results for kind, count in each.hits.items() if count}):
        row(f"  fault: {name}", *(each.hits.get(name, 0) for each in results))
    width = max(len(each[0]) for each in rows)
    return [f"{each[0]:<{width}}" + "".join(f"{cell:>14}" for cell in each[1:]) for each in rows]
