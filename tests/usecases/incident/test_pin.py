"""A pin counts once, whoever hears of it how often; the last one that goes takes the message out."""

from datetime import timedelta

import pytest

from bot.domain.actor import person
from bot.domain.errors import NotFoundError
from bot.domain.incident.timeline import Kind, TimelineLine
from bot.usecases.desk import Desk
from bot.usecases.incident import pin as pins
from bot.usecases.incident import thread as threads
from bot.usecases.incident import timeline
from bot.usecases.incident.pin import Home, MissedPins
from bot.usecases.incident.timeline import Pinned
from tests.senders import ANNA, BEN, Send, firing
from tests.usecases.crisis import escalate, lines, log

CARLA = person(3, "Carla")
MESSAGE, THREAD = 900, 55


@pytest.fixture(autouse=True)
async def incident(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    await threads.settle(desk, 1, thread_id=THREAD)


def message(desk: Desk, text: str = "restarted it") -> Pinned:
    at = desk.clock.now() - timedelta(minutes=2)
    return Pinned(channel_id=THREAD, message_id=MESSAGE, author=CARLA, text=text, at=at)


async def pinned(desk: Desk) -> TimelineLine:
    (line,) = [each for each in await lines(desk) if each.kind is Kind.MESSAGE]
    return line


async def test_a_pin_counts_once_and_the_last_that_goes_takes_the_message_out(desk: Desk) -> None:
    assert await pins.stick(desk, 1, message(desk), actor=ANNA)
    assert not await pins.stick(desk, 1, message(desk), actor=ANNA)
    assert not await pins.stick(desk, 1, message(desk), actor=BEN)
    assert await pins.stuck(desk, MESSAGE) == {1, 2}
    assert not await pins.peel(desk, MESSAGE, actor=ANNA)
    assert not await pins.peel(desk, MESSAGE, actor=ANNA)
    assert not (await pinned(desk)).deleted
    assert await pins.peel(desk, MESSAGE, actor=BEN)
    assert (await pinned(desk)).deleted
    assert [each.entry.action for each in await log(desk)] == ["open", "pin", "unpin"]


async def test_a_pin_that_comes_to_nothing_is_not_remembered(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        await pins.stick(desk, 9, message(desk), actor=ANNA)
    assert await pins.stuck(desk, MESSAGE) == set()


async def test_what_was_unheard_is_told_and_what_is_kept_is_known(desk: Desk) -> None:
    assert await pins.homes(desk, at_most=5) == [Home(1, THREAD)]
    await pins.stick(desk, 1, message(desk), actor=ANNA)
    assert await pins.kept(desk, Home(1, THREAD)) == {MESSAGE}
    assert await pins.kept(desk, Home(1, 56)) == set()
    assert await pins.missed(desk, {MESSAGE: {1}}) == []
    assert await pins.missed(desk, {MESSAGE: {2}, 901: {3}}) == [
        MissedPins(MESSAGE, 2, present=True),
        MissedPins(MESSAGE, 1, present=False),
        MissedPins(901, 3, present=True),
    ]
    await pins.peel(desk, MESSAGE, actor=ANNA)
    assert await pins.kept(desk, Home(1, THREAD)) == set()


async def test_words_that_could_not_be_read_come_later_and_a_correction_stays(desk: Desk) -> None:
    await pins.stick(desk, 1, message(desk, ""), actor=ANNA)
    assert (await pinned(desk)).unread
    assert await timeline.pin(desk, 1, message(desk), actor=BEN)
    line = await pinned(desk)
    assert (line.text, line.corrected_by) == ("restarted it", None)
    await timeline.correct(desk, 1, line.id, actor=BEN, text="restarted them all")
    assert not await timeline.pin(desk, 1, message(desk), actor=ANNA)
    assert (await pinned(desk)).text == "restarted them all"
