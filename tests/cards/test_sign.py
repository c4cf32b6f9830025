"""Signs that may be taken for one another differ in shape, not only in colour."""

from pathlib import Path

from bot.cards.incident import style as incident_style
from bot.cards.style import EXPIRED, SIGNS, STATES

CIRCLES = "🔴🟠🟡🟢🔵🟣🟤⚪⚫"


def test_only_severities_are_coloured_circles_and_yellow_is_none_of_them() -> None:
    states = {sign for sign, _ in (*STATES.values(),)}
    assert not states & set(CIRCLES)
    assert "".join(SIGNS.values()) == "🔴🟠🔵"
    assert EXPIRED[0] == "⚪", "quiet is neither open nor over: pale, with its word beside it"
    assert not set(incident_style._STATE_SIGNS.values()) & set(CIRCLES)


def test_nothing_that_people_read_shows_a_yellow_circle() -> None:
    read = [*Path("bot/cards").rglob("*.py"), *Path("cogs").rglob("*.py"), *Path("bot/emit").rglob("*.py")]
    assert [str(each) for each in read if "🟡" in each.read_text(encoding="utf-8")] == []
