"""The picture of states in the README is the table of transitions."""

import re
from pathlib import Path

from bot.domain.alert.alert import TRANSITIONS

README = Path(__file__).parents[2] / "README.md"
ARROW = re.compile(r"^ {4}(\w+) --> (\w+): (\w+)$", re.MULTILINE)


def test_the_diagram_equals_the_table() -> None:
    drawn = {(start, trigger, end) for start, end, trigger in ARROW.findall(README.read_text("utf-8"))}
    assert drawn == {(start.value, trigger.value, end.value) for (start, trigger), end in TRANSITIONS.items()}
