"""Suggestions show what begins so, then what was seen last: of what fires most and of what is new."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.sight import Sight
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.recurrence import query as recurrences
from storage.recurrence import suggestion
from tests.conftest import CHANNEL
from tests.senders import add_source, firing, submission


async def fill(desk: Desk) -> None:
    """Recurrences 1 to 6, of which the second and then the fourth fire most; the first fires last."""
    source, clock = await add_source(desk), desk.clock
    assert isinstance(clock, ManualClock)
    for number in (1, 2, 3, 4, 5, 6, 2, 4, 2, 2, 4, 1):
        name = f"Disk{number}Full" if number % 2 else f"A disk {number}"
        sent = firing(name, service="Web_shop", target=f"node-{number}", fingerprint=str(number))
        await take_in(desk, [submission(source, sent, key=str(desk.clock.now()))])
        clock.advance(timedelta(minutes=1))


async def found(desk: Desk, text: str, sight: Sight | None = None) -> list[int]:
    return [each.id for each in await recurrences.suggest(desk, text, sight or Sight())]


async def test_all_are_looked_through_as_long_as_they_are_few(desk: Desk) -> None:
    await fill(desk)
    assert await found(desk, "") == [1, 4, 2, 6, 5, 3]
    assert await found(desk, "disk") == [1, 5, 3, 4, 2, 6]
    assert await found(desk, "WEB_") == [1, 4, 2, 6, 5, 3]
    assert await found(desk, "node-5") == [5]
    assert await found(desk, "%") == []
    assert await found(desk, "disk", Sight(frozenset({CHANNEL}))) == []


async def test_of_more_those_that_fired_most_and_the_newest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(desk)
    monkeypatch.setattr(suggestion, "SUGGESTED_AMONG", 2)
    assert await found(desk, "") == [4, 2, 6, 5]
    assert await found(desk, "R-3") == [3]
