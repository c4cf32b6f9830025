"""Ids and threads under a clock that is moved by hand."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.sandbox.act import thread
from bot.sandbox.limit.thread import ThreadDraft
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.model.snowflake import EPOCH, SkewedClock, Snowflakes, moment_of, snowflake_at
from bot.sandbox.model.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.lists(st.tuples(st.integers(0, 5000), st.floats(-3600, 3600)), max_size=50))
def test_ids_only_grow_whatever_the_clock_does(steps: list[tuple[int, float]]) -> None:
    clock = ManualClock(START)
    skewed = SkewedClock(clock)
    ids = Snowflakes(skewed)
    taken = [ids.take()]
    for milliseconds, skew in steps:
        clock.advance(timedelta(milliseconds=milliseconds))
        skewed.set_skew(skew)
        taken.append(ids.take())
    assert taken == sorted(set(taken))


def test_many_ids_of_one_millisecond_stay_near_it() -> None:
    ids = Snowflakes(SkewedClock(ManualClock(START)))
    taken = [ids.take() for _ in range(10_000)]
    assert len(set(taken)) == 10_000
    assert moment_of(taken[-1]) - START < timedelta(milliseconds=4)


@given(st.timedeltas(timedelta(), timedelta(days=20_000)))
def test_a_snowflake_tells_its_millisecond(age: timedelta) -> None:
    moment = EPOCH + age
    assert timedelta() <= moment - moment_of(snowflake_at(moment)) < timedelta(milliseconds=1)


def test_a_silent_thread_is_archived_after_its_duration() -> None:
    clock = ManualClock(START)
    world = World(clock, SandboxSettings())
    parent = next(iter(world.channels.values()))
    opened = thread.open_bare(world, world.people["operator"], parent, ThreadDraft("t", archive_minutes=60))
    clock.advance(timedelta(minutes=59))
    thread.archive_idle(world)
    assert not opened.is_archived
    clock.advance(timedelta(minutes=1))
    thread.archive_idle(world)
    assert opened.is_archived
