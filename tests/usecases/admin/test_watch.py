"""Tocsin says what is wrong with itself, by the way of everybody's alerts."""

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.domain.alert.search import OPEN_ALERTS
from bot.domain.errors import NotDurableError
from bot.domain.integrity import IntegrityFinding, Invariant
from bot.domain.process_health import GatewayStatus, ProcessHealth
from bot.domain.watch import HealthSnapshot, WatchRules, signs
from bot.usecases.admin import status
from bot.usecases.admin.watch import Watch
from bot.usecases.desk import Desk
from tests.conftest import START

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: what is written goes the way of everybody's alerts."""
    return sqlite_url


class World:
    """What the watch looks at."""

    def __init__(self, desk: Desk) -> None:
        self.process_health = ProcessHealth()
        self.disk: int | None = 2**40
        self.desk = desk
        self.watch = Watch(
            desk, WatchRules(), process_health=lambda: self.process_health, disk=lambda: self.disk
        )

    async def names(self) -> list[str]:
        """What is open."""
        await self.watch.look()
        found = await self.desk.storage.read(lambda tx: tx.alerts.listing(self.desk.project.id, OPEN_ALERTS))
        return sorted(each.name for each in found)


async def test_what_lasts_is_told_once_and_ends_when_it_is_over(desk: Desk, clock: ManualClock) -> None:
    world = World(desk)
    assert await world.names() == []
    world.disk = 2**20
    world.process_health = ProcessHealth(
        line=GatewayStatus(trouble="the gateway is away"), unstored=5_000, clock_off=-MINUTE
    )
    assert await world.names() == ["ClockOff", "DiskLow", "QueuePileUp"]
    assert "1 MiB are free for the database" in world.watch.troubles
    clock.advance(5 * MINUTE)
    assert await world.names() == ["ClockOff", "DiskLow", "GatewayDown", "QueuePileUp"]
    world.process_health, world.disk = ProcessHealth(), None
    assert await world.names() == []
    assert world.watch.troubles == ()


async def test_a_database_that_takes_nothing_is_told_in_status_and_afterwards_by_an_alert(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(desk)

    async def full(_: Desk) -> None:
        raise NotDurableError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(status, "writable", full)
        assert await world.watch.look() == 0
        assert world.watch.troubles == ()
        clock.advance(MINUTE)
        await world.watch.look()
        assert world.watch.writes_failing
        told = " ".join(world.watch.troubles)
        assert "nothing can be written since 02:00:00 UTC: the disk is full" in told
    assert await world.names() == ["WritesFailing"]
    clock.advance(MINUTE)
    assert await world.names() == []


@pytest.mark.parametrize(
    ("look", "name"),
    [
        ({"oldest_due": START - 6 * MINUTE}, "CardsStuck"),
        ({"parked": (("channel 7", "gone"),)}, "ChannelParked"),
        ({"disk_free": 1}, "DiskLow"),
        ({"findings": (IntegrityFinding(Invariant.AUDIT_BROKEN, 1, ("entry 7",)),)}, "AuditBroken"),
        ({"findings": (IntegrityFinding(Invariant.COUNTER_OFF, 1, ("A-7",)),)}, "IntegrityBroken"),
        ({"process_health": ProcessHealth(unstored=9_999)}, "QueuePileUp"),
        ({"process_health": ProcessHealth(clock_off=MINUTE)}, "ClockOff"),
        ({"process_health": ProcessHealth(line=GatewayStatus(trouble="away"))}, "GatewayDown"),
        ({"process_health": ProcessHealth(lost=("1 request refused: x",))}, "AlertsRefused"),
    ],
)
def test_each_thing_has_a_sign_and_zero_means_never(look: dict[str, Any], name: str) -> None:
    told = {each.name for each in signs(HealthSnapshot(**look), WatchRules(), START) if each.words}
    assert told == {name}
    never = WatchRules(
        cards_stuck=timedelta(),
        channel_parked=timedelta(),
        queue=0,
        disk_free=0,
        clock_off=timedelta(),
        gateway_down=timedelta(),
    )
    quiet = {each.name for each in signs(HealthSnapshot(**look), never, START) if each.words}
    assert quiet == ({name} & {"AuditBroken", "IntegrityBroken", "AlertsRefused"})
