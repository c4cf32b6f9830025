"""The last line of a start: what is ready, and what is not set up yet."""

from dataclasses import replace

import msgspec

from bot.domain import actor as actors
from bot.domain.alert.signal import Severity
from bot.usecases.admin import setting
from bot.usecases.admin import source as sources
from bot.usecases.admin.readiness_line import readiness_line
from bot.usecases.desk import Desk

OWN = 4_242


async def test_what_is_missing_is_said_in_plain_words(desk: Desk) -> None:
    bare = replace(desk, rules=msgspec.structs.replace(desk.rules, default_channel_id=None))
    assert await readiness_line(bare, ()) == (
        "ready: 0 channels, criticals wake nobody; not set up yet: no channel for cards is chosen,"
        " no sender is let in: type /setup in Discord"
    )


async def test_channels_are_counted_once_and_who_wakes_is_named(desk: Desk) -> None:
    for name, channel_id in (("a", OWN), ("b", OWN), ("c", None)):
        await sources.add(desk, name, "generic", actor=actors.job("test"), channel_id=channel_id)
    assert await readiness_line(desk, ("on-call", "here")) == (
        "ready: 2 channels, criticals wake @on-call and @here; type /setup in Discord to change that"
    )


async def test_the_choice_of_setup_wins_and_sources_that_say_so_themselves_are_named(desk: Desk) -> None:
    me = actors.job("test")
    for name, words in (("a", ("dba",)), ("b", ()), ("c", None)):
        wakes = {} if words is None else {Severity.CRITICAL: words}
        await sources.add(desk, name, "generic", actor=me, channel_id=OWN, wakes=wakes)
    assert "criticals wake @on-call (a @dba, b nobody);" in await readiness_line(desk, ("on-call",))
    await setting.choose_pings(desk, Severity.CRITICAL, (7,), actor=me)
    assert "criticals wake the role chosen in /setup (a @dba, b nobody);" in await readiness_line(desk, ())
