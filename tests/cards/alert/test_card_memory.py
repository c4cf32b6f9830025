"""The card recalls what the team knows, and no more."""

from datetime import timedelta

import pytest

from bot.cards.alert.alert import render
from bot.domain.actor import person
from bot.domain.recurrence.recurrence import Memory, Regression, Remedy
from tests.cards.world import NOON, view

ANN, BOB = person(77, "ann"), person(9, "bob")


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        (None, []),
        (Memory(episodes=1), ["🆕 First time seen"]),
        (Memory(episodes=1, previous_at=NOON), ["🔁 Seen before, last <t:1791201600:R>"]),
        (
            Memory(episodes=251, more=True, previous_at=NOON),
            ["🔁 Over 250 times in 30 days, last <t:1791201600:R>"],
        ),
        (
            Memory(episodes=2, previous_at=NOON, gap=timedelta(hours=3)),
            ["🔁 2nd time in 30 days, last <t:1791201600:R>"],
        ),
        (
            Memory(episodes=3, previous_at=NOON, gap=timedelta(seconds=9)),
            ["🔁 3rd time in 30 days, last <t:1791201600:R>"],
        ),
        (
            Memory(episodes=3, previous_at=NOON, gap=timedelta(hours=3)),
            ["🔁 3rd time in 30 days, last <t:1791201600:R> · median gap 3 h"],
        ),
        (
            Memory(
                episodes=1,
                remedy=Remedy(alert_id=7, at=NOON, who=ANN),
                regression=Regression(fixed_at=NOON, owner=BOB, note="new *quota*"),
            ),
            [
                "↩️ Marked fixed <t:1791201600:R> and back, ask <@9>: new \\*quota\\*",
                "🔧 Last acknowledged by <@77> (A-7)",
            ],
        ),
    ],
)
def test_memory_says_only_what_is_known(memory: Memory | None, said: list[str]) -> None:
    lines = render(view(memory=memory, links=())).embeds[0].description.split("\n")
    assert lines[1:] == said
