"""Words are looked for in the most urgent and the newest alerts, and the answer says when there were more."""

from typing import Final

import pytest
from msgspec.structs import replace

from bot.domain.alert.alert import Alert, State
from bot.domain.alert.search import OPEN_ALERTS, AlertFilter
from bot.domain.alert.signal import Severity
from bot.domain.sight import Sight
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from storage.alert import words
from tests.conftest import CHANNEL
from tests.senders import ANNA, add_source, firing, submission

ANY: Final = AlertFilter()
OVER: Final = AlertFilter(states=(State.RESOLVED,))
OTHER: Final = CHANNEL + 1


async def fill(desk: Desk) -> list[Alert]:
    """Twelve alerts of two sources in two channels, of all severities, taken, over and waiting."""
    for number in range(1, 13):
        source = await add_source(desk, f"source_{number}" if number % 4 == 0 else f"s{number}")
        signal = firing(
            f"Disk{number % 3}Full%",
            tuple(Severity)[number % 3],
            service="Checkout" if number % 2 else "cart",
            target=f"node-{number}",
            fingerprint=str(number),
        )
        await take_in(desk, [submission(replace(source, channel_id=CHANNEL + number % 2), signal)])
    for number in (2, 5, 8):
        await alerts.acknowledge(desk, number, actor=ANNA)
    for number in (3, 5, 12):
        await alerts.resolve(desk, number, actor=ANNA)
    return [(await alert_query.find(desk, number)).view.alert for number in range(1, 13)]


def has(alert: Alert, text: str) -> bool:
    """As the words are meant: in the name, the service, the target or the source, whatever the case."""
    sender = f"source_{alert.id}" if alert.id % 4 == 0 else f"s{alert.id}"
    return any(text.lower() in each.lower() for each in (alert.name, alert.service, alert.target, sender))


def urgency(alert: Alert) -> tuple[int, bool, int]:
    return alert.severity.rank, alert.state not in {State.ACKED, State.RESOLVED}, alert.id


@pytest.mark.parametrize("text", ["disk1", "FULL%", "check", "node-1", "source_", "nowhere", "s1", "_"])
async def test_they_are_found_wherever_they_stand_in_the_order_of_lists(desk: Desk, text: str) -> None:
    known = await fill(desk)
    for which in (
        OPEN_ALERTS,
        ANY,
        OVER,
        replace(ANY, severity=Severity.CRITICAL),
        replace(ANY, owner=str(ANNA)),
    ):
        for sight in (Sight(), Sight(frozenset({OTHER}), beyond=False)):
            wanted = [
                each.id
                for each in sorted(known, key=urgency, reverse=True)
                if has(each, text)
                and (which.states is None or each.state in which.states)
                and which.severity in {None, each.severity}
                and (which.owner is None or each.owner == ANNA)
                and (sight.beyond or each.id % 2)
            ]
            seen = replace(which, text=text, sight=sight)
            page = await alert_query.listing(desk, seen, limit=4)
            assert [each.alert.id for each in page.lines] == wanted[:4]
            assert (page.total, page.complete) == (len(wanted), True)
            later = await alert_query.listing(desk, seen, offset=4)
            assert [each.alert.id for each in later.lines] == wanted[4:]
            suggested = await alert_query.suggest(desk, text, replace(seen, text=""))
            assert {each.id for each in suggested} >= set(wanted)


async def test_of_more_the_most_urgent_and_the_newest_are_asked_and_that_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(desk)
    monkeypatch.setattr(words, "SEARCHED", 3)
    monkeypatch.setattr(words, "SEARCHED_TYPING", 2)

    async def found(which: AlertFilter, text: str = "disk") -> tuple[list[int], bool]:
        page = await alert_query.listing(desk, replace(which, text=text))
        return [each.alert.id for each in page.lines], page.complete

    everything = [each.alert.id for each in (await alert_query.listing(desk, OPEN_ALERTS)).lines]
    assert await found(OPEN_ALERTS) == (everything[:3], False)
    assert await found(OVER) == ([12], False)
    assert set((await found(ANY))[0]) == {*everything[:3], 10, 11, 12}
    assert await found(replace(OPEN_ALERTS, states=(State.ACKED,))) == ([8, 2], True)
    assert await found(OPEN_ALERTS, "A-1") == ([1], False)
    assert await found(OVER, "A-3, A-1") == ([3], False)
    assert next(each.id for each in await alert_query.suggest(desk, "A-1")) == 1
    assert {each.id for each in await alert_query.suggest(desk, "disk")} == set(everything[:2])
