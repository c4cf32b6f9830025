"""A picture is drawn beside the loop, and is never worth an error."""

import asyncio
import sys
from datetime import UTC, datetime

import pytest

from bot.cards.recurrence.chart import Chart
from bot.usecases.recurrence.chart_renderer import ChartRenderer

CHART = Chart(
    title="R-12 x",
    seen_at=datetime(2026, 11, 21, tzinfo=UTC),
    hours=((datetime(2026, 11, 20, 5, tzinfo=UTC), 3),),
)


async def test_a_chart_comes_with_its_words() -> None:
    pytest.importorskip("matplotlib")
    picture = await ChartRenderer().draw(CHART)
    assert picture is not None
    assert picture.png.startswith(b"\x89PNG")
    assert picture.words.startswith("R-12 x: fired 3 times in the last 30 days")


async def test_two_wait_for_each_other_and_both_are_drawn() -> None:
    pytest.importorskip("matplotlib")
    renderer = ChartRenderer()
    assert all(await asyncio.gather(renderer.draw(CHART), renderer.draw(CHART)))


async def test_without_the_library_there_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert await ChartRenderer().draw(CHART) is None


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false"])
async def test_a_program_that_fails_is_no_error(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(sys, "executable", program)
    assert await ChartRenderer().draw(CHART) is None
