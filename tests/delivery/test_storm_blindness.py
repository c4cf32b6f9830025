"""A board that stands shows what it lists: however long nothing changes, nobody was blind for it."""

from datetime import timedelta

from msgspec.structs import replace

from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.outbox.outage import BLIND
from bot.usecases.outbox import outage as outages
from tests.delivery.conftest import Stage
from tests.delivery.test_blindness import pass_time, reports
from tests.senders import firing


def slow(number: int) -> Signal:
    return firing("Slow", Severity.WARNING, fingerprint=f"slow-{number}", target=f"pod-{number}")


async def begin(stage: Stage) -> None:
    """Sixty warnings, all but one of them on a board."""
    stage.source = replace(stage.source, card=CardShape.ALERT)
    stage.sandbox.mischief.set_limits(enabled=True)
    await stage.send(*(slow(number) for number in range(60)))
    await pass_time(stage, timedelta(seconds=30))
    assert any("59 open alerts" in title for title in stage.titles())


async def test_a_board_of_which_nothing_changes_is_no_blindness(stage: Stage) -> None:
    await begin(stage)
    await pass_time(stage, 2 * BLIND)
    await stage.send(slow(60))
    await pass_time(stage, timedelta(seconds=30))
    assert reports(stage) == []
    assert any("60 open alerts" in title for title in stage.titles())


async def test_an_outage_with_a_board_is_about_what_came_in_it(stage: Stage) -> None:
    await begin(stage)
    await pass_time(stage, BLIND)
    await stage.sandbox.mischief.set_outage(on=True)
    await stage.send(slow(60), slow(61))
    await pass_time(stage, 2 * BLIND)
    assert reports(stage) == []
    await stage.sandbox.mischief.set_outage(on=False)
    await pass_time(stage, timedelta(minutes=2))
    (report,) = reports(stage)
    assert report.startswith("🙈 Blind for 6 min: 2 fired, 0 already resolved, 2 still open")
    assert any("61 open alerts" in title for title in stage.titles())


async def test_a_stop_with_a_board_is_about_what_came_in_it(stage: Stage) -> None:
    await begin(stage)
    await outages.wake(stage.desk)
    stage.restart(2 * BLIND)
    await outages.wake(stage.desk)
    await stage.send(slow(60))
    await outages.recount(stage.desk)
    await pass_time(stage, timedelta(minutes=1))
    (report,) = reports(stage)
    assert "1 fired, 0 already resolved, 1 still open" in report


async def test_what_an_earlier_storm_left_is_not_counted_when_one_of_it_comes_back(stage: Stage) -> None:
    await begin(stage)
    await stage.send(*(replace(slow(number), status=Status.RESOLVED) for number in range(60)))
    await pass_time(stage, timedelta(seconds=30))
    await stage.sandbox.mischief.set_outage(on=True)
    await stage.send(slow(60), slow(5))
    await pass_time(stage, 2 * BLIND)
    await stage.sandbox.mischief.set_outage(on=False)
    await pass_time(stage, timedelta(minutes=2))
    (report,) = reports(stage)
    assert "2 fired, 0 already resolved, 2 still open" in report
