"""An alert's row says in which channel it is shown, whatever happens to its card."""

import dataclasses
from typing import Any

from msgspec.structs import replace

from bot.domain.access.source import Source
from bot.domain.alert.alert import State
from bot.domain.alert.search import OPEN_ALERTS, AlertFilter
from bot.domain.alert.signal import Severity
from bot.domain.sight import Sight
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from tests.conftest import CHANNEL
from tests.senders import ANNA, add_source, firing, submission

KEY = '{}:{alertname="DiskFull"}'
OTHER = CHANNEL + 1


async def shown_in(desk: Desk) -> list[int]:
    """The channels of all alerts by their rows, which are those of their cards."""
    rows: Any = await desk.storage.read(
        lambda tx: tx.run_raw(
            "SELECT alert.channel_id AS said, card.channel_id AS stands FROM alert JOIN card"
            " ON card.kind = 'alert' AND card.subject_id = alert.id"
            " OR card.kind = 'group' AND card.subject_id = alert.group_id ORDER BY alert.id"
        ).all()
    )
    assert [row.said for row in rows] == [row.stands for row in rows]
    return [row.said for row in rows]


async def send(desk: Desk, source: Source, *numbers: int, severity: Severity = Severity.WARNING) -> None:
    signals = (firing(f"disk {number}", severity, group_key=KEY) for number in numbers)
    await take_in(desk, [submission(source, *signals)])


async def follow(desk: Desk, source: Source, old: int, new: int) -> None:
    now = desk.clock.now()
    await desk.storage.write(lambda tx: tx.channels.follow(source.id, old, new, all_of_them=True, now=now))


async def test_a_card_of_its_own_says_where_and_the_alert_goes_with_it(desk: Desk) -> None:
    source = await add_source(desk)
    await send(desk, source, 1)
    await send(desk, replace(await add_source(desk, "other"), channel_id=OTHER), 2)
    assert await shown_in(desk) == [CHANNEL, OTHER]
    await follow(desk, source, CHANNEL, OTHER)
    assert await shown_in(desk) == [OTHER, OTHER]


async def test_what_waited_for_a_channel_is_where_it_is_adopted(desk: Desk) -> None:
    nowhere = dataclasses.replace(desk, rules=replace(desk.rules, default_channel_id=None))
    await send(nowhere, await add_source(desk), 1, 2, 3)
    assert await shown_in(desk) == [0, 0, 0]
    now = desk.clock.now()
    await desk.storage.write(lambda tx: tx.channels.adopt_homeless(desk.project.id, OTHER, now=now))
    assert await shown_in(desk) == [OTHER] * 3


async def test_members_are_where_their_groups_card_is(desk: Desk) -> None:
    source = await add_source(desk)
    await send(desk, source, 1)
    await follow(desk, source, CHANNEL, OTHER)
    await send(desk, source, 2)
    assert await shown_in(desk) == [OTHER, CHANNEL]
    await send(desk, source, 3)
    assert await shown_in(desk) == [CHANNEL] * 3
    await follow(desk, source, CHANNEL, OTHER)
    await send(desk, source, 4)
    assert await shown_in(desk) == [OTHER] * 4


async def test_lists_for_some_have_a_page_and_a_count_of_what_they_see(desk: Desk) -> None:
    source = await add_source(desk)
    for number, severity in enumerate((*Severity, *Severity), 1):
        await take_in(
            desk,
            [submission(replace(source, channel_id=CHANNEL + number % 2), firing(f"x {number}", severity))],
        )
    await alerts.acknowledge(desk, 3, actor=ANNA)
    await alerts.resolve(desk, 5, actor=ANNA)

    async def listed(which: AlertFilter, sight: Sight) -> list[int]:
        seen = replace(which, sight=sight)
        page = await alert_query.listing(desk, seen)
        assert page.total == len(page.lines)
        ids = [each.alert.id for each in page.lines]
        assert {each.id for each in await alert_query.suggest(desk, "", seen)} == set(ids)
        return ids

    only, beyond = Sight(frozenset({OTHER}), beyond=False), Sight(frozenset({OTHER}))
    assert await listed(OPEN_ALERTS, Sight()) == [6, 3, 2, 4, 1]
    assert await listed(OPEN_ALERTS, only) == [3, 1]
    assert await listed(OPEN_ALERTS, beyond) == [6, 2, 4]
    assert await listed(replace(OPEN_ALERTS, severity=Severity.INFO), only) == [1]
    assert await listed(AlertFilter(states=(State.ACKED,)), only) == [3]
    assert await listed(AlertFilter(states=(State.NEW,), severity=Severity.CRITICAL), Sight()) == [6]
    assert await listed(AlertFilter(states=(State.FAILED,)), Sight()) == []
    assert await listed(AlertFilter(states=(State.RESOLVED,)), only) == [5]
    assert await listed(AlertFilter(severity=Severity.CRITICAL), beyond) == [6]
    worst = await alert_query.suggest(desk, "", OPEN_ALERTS)
    assert [each.id for each in worst] == [6, 3, 2, 4, 1]
