"""What a sender may ask about its own alerts, and what it tells of changes."""

from datetime import timedelta

from bot.clock import ManualClock
from bot.domain.access.source import Source
from bot.domain.alert.alert import State
from bot.domain.alert.change import Change, believable
from bot.usecases.alert import change as changes
from bot.usecases.alert import query as alert_query
from bot.usecases.alert import sender
from bot.usecases.alert.sender import Name
from bot.usecases.desk import Desk
from tests.senders import Send, add_source, firing

MINUTE = timedelta(minutes=1)


async def test_an_alert_is_known_by_its_signature_and_number_to_its_own_source(
    desk: Desk, source: Source, send: Send
) -> None:
    await send(firing("a", expires_at=desk.clock.now() + MINUTE), firing("b"))
    other = await add_source(desk, "other")
    for name in (Name(source, signature="b"), Name(source, number=2)):
        found = await sender.find(desk, name)
        assert found is not None
        assert found.name == "b"
    for name in (Name(other, signature="b"), Name(other, number=2), Name(source, signature="c")):
        assert await sender.find(desk, name) is None
        assert await sender.acknowledge(desk, name) is None
        assert await sender.annotate(desk, name, note="x") is None
    listed = await sender.open_alerts(desk, source)
    assert [(each.alert.name, each.expires_at) for each in listed] == [
        ("a", desk.clock.now() + MINUTE),
        ("b", None),
    ]


async def test_what_is_so_already_changes_nothing(desk: Desk, source: Source, send: Send) -> None:
    await send(firing("a"))
    name = Name(source, signature="a")
    for _ in range(2):
        acked = await sender.acknowledge(desk, name)
        assert acked is not None
        assert acked.state is State.ACKED
    resolved = await sender.resolve(desk, name)
    assert resolved is not None
    assert await sender.resolve(desk, name) is None
    assert await sender.unacknowledge(desk, name) is None
    noted = await sender.annotate(desk, name, note="after all")
    assert noted is not None
    for wanted, count in ((True, 0), (False, 1), (None, 1)):
        found = await sender.recent_alerts(desk, source, offset=0, limit=5, is_open=wanted)
        assert len(found) == count


async def test_changes_stand_on_the_cards_they_concern(
    desk: Desk, source: Source, send: Send, clock: ManualClock
) -> None:
    await send(firing("a", service="Cart"), firing("b"))
    other = await add_source(desk, "ci")
    now = clock.now()

    async def told(alert_id: int) -> list[str]:
        return [each.summary for each in (await alert_query.find(desk, alert_id)).view.changes]

    assert await changes.record(desk, other, Change("cart 1.2", "ci", "cart", now - MINUTE)) == 1
    assert await changes.record(desk, source, Change("everything", "", "", now)) == 2
    assert await changes.record(desk, other, Change("elsewhere", "ci", "search", now)) == 0
    assert await changes.record(desk, other, Change("long ago", "ci", "cart", now - timedelta(hours=3))) == 1
    assert await told(1) == ["everything", "cart 1.2"]
    assert await told(2) == ["everything"]


def test_a_change_happened_when_it_can_have(clock: ManualClock) -> None:
    now = clock.now()
    assert believable(None, now) == now
    assert believable(now + MINUTE, now) == now
    assert believable(now - timedelta(days=30), now) == now - timedelta(days=7)
