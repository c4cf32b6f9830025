"""A brief stands in its incident's thread in words at once; its picture follows, if it can."""

import importlib.util
from datetime import timedelta
from typing import Any

import pytest

from bot.cards.recurrence import chart
from bot.cards.recurrence.chart import Chart
from bot.cards.triage import find_marker
from bot.delivery import picture
from bot.sandbox.model.message import Message
from bot.usecases.recurrence.chart_renderer import Picture
from bot.usecases.triage import triage
from tests.delivery.conftest import Stage
from tests.delivery.scene import at_work, opened
from tests.usecases.crisis import look


class Renderer:
    """Draws at once, or never."""

    def __init__(self, *, busy: bool = False, able: bool = True) -> None:
        self.busy = busy
        self.able = able
        self.drawn = 0

    async def draw(self, _: Chart) -> Picture | None:
        self.drawn += 1
        return Picture(b"\x89PNG", "fired once") if self.able else None


def give(monkeypatch: pytest.MonkeyPatch, renderer: Renderer | None = None) -> None:
    """Let pictures be drawn, by this easel if there is one."""
    monkeypatch.setattr(picture, "find_spec", importlib.util.find_spec)
    monkeypatch.setattr(chart, "ENOUGH", 1)
    if renderer is not None:
        monkeypatch.setattr(picture, "find_spec", lambda _: True)
        monkeypatch.setattr(picture, "RENDERER", renderer)


async def briefs(stage: Stage) -> list[Message]:
    """Those in the incident's thread by now."""
    thread_id = (await look(stage.desk)).thread_id
    assert thread_id is not None
    await at_work(stage, thread_id)
    found = [int(each["id"]) for each in stage.shown(thread_id) if find_marker(each) is not None]
    return [stage.sandbox.world.messages[each] for each in found]


def edits(stage: Stage, message: Message) -> list[dict[str, Any]]:
    return [call for call in stage.calls("PATCH") if call["path"].endswith(str(message.id))]


async def test_the_words_come_first_then_the_picture(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    give(monkeypatch)
    await opened(stage)
    (message,) = await briefs(stage)
    (found,) = message.attachments
    assert (found.filename, found.content_type) == ("r-1.png", "image/png")
    assert found.description is not None
    assert found.description.startswith("R-1 HighErrorRate: fired once")
    assert len(edits(stage, message)) == 1


@pytest.mark.parametrize("renderer", [Renderer(busy=True), Renderer(able=False)])
async def test_without_a_picture_there_are_words(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, renderer: Renderer
) -> None:
    give(monkeypatch, renderer)
    await opened(stage)
    (message,) = await briefs(stage)
    assert message.attachments == []
    assert "fired once in the last 30 days" in str(message.embeds)
    assert renderer.drawn == (not renderer.busy)


async def test_where_nothing_can_be_drawn_nothing_is_edited(stage: Stage) -> None:
    await opened(stage)
    (message,) = await briefs(stage)
    assert edits(stage, message) == []


async def test_once_its_window_is_over_it_is_brought_up_to_date_with_its_picture(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, Renderer())
    await opened(stage)
    (message,) = await briefs(stage)
    stage.clock.advance(timedelta(minutes=15))
    assert await triage.settle_due(stage.desk) == 1
    stage.clock.advance(timedelta(seconds=5))
    (again,) = await briefs(stage)
    assert (again.id, len(edits(stage, message))) == (message.id, 2)
    assert [each.description for each in again.attachments] == ["fired once"]
