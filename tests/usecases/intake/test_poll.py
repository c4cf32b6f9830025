"""What webhooks missed is made up for, once two looks in a row say so."""

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.domain.access.poll import PERIOD, read_url
from bot.domain.alert.alert import State
from bot.domain.alert.search import AlertFilter
from bot.domain.alert.signature import signature
from bot.domain.errors import InvalidInputError
from bot.providers.alertmanager_poll import read_open
from bot.usecases.admin import source as sources
from bot.usecases.admin.source import Issued
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.intake import poll
from tests.senders import ANNA

URL = "http://alertmanager.example:9093"


def listed(name: str = "HighErrorRate", *, state: str = "active", **more: Any) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, "severity": "warning"},
        "annotations": {"summary": f"{name} is on"},
        "startsAt": "2026-11-21T01:00:00Z",
        "endsAt": "2026-11-21T02:30:00Z",
        "fingerprint": f"fp-{name}",
        "status": {"state": state, "silencedBy": [], "inhibitedBy": []},
        **more,
    }


@pytest.fixture
async def polled(desk: Desk) -> Issued:
    return await sources.add(desk, "prod", "alertmanager", actor=ANNA, poll_url=URL)


async def look(desk: Desk, clock: ManualClock, *open_ones: dict[str, Any]) -> int:
    clock.advance(PERIOD)
    return await poll.look(desk, "prod", list(open_ones))


async def states(desk: Desk) -> dict[str, State]:
    page = await alert_query.listing(desk, AlertFilter())
    return {line.alert.name: line.alert.state for line in page.lines}


async def test_what_never_arrived_fires_and_what_is_gone_ends_after_two_looks(
    desk: Desk, polled: Issued, clock: ManualClock
) -> None:
    assert await look(desk, clock, listed()) == 0
    assert await states(desk) == {}
    assert await look(desk, clock, listed()) == 1
    assert await states(desk) == {"HighErrorRate": State.NEW}
    assert await look(desk, clock, listed()) == 0
    assert await look(desk, clock) == 0
    assert await states(desk) == {"HighErrorRate": State.NEW}
    assert await look(desk, clock) == 1
    assert await states(desk) == {"HighErrorRate": State.RESOLVED}
    assert polled.source.name == "prod"


@pytest.mark.usefixtures("polled")
async def test_looks_that_disagree_or_are_far_apart_count_as_one(desk: Desk, clock: ManualClock) -> None:
    assert [await look(desk, clock, *seen) for seen in ([listed()], [], [listed()], [])] == [0, 0, 0, 0]
    await look(desk, clock, listed())
    clock.advance(timedelta(minutes=10))
    assert await look(desk, clock, listed()) == 0


@pytest.mark.usefixtures("polled")
async def test_what_alertmanager_holds_back_itself_neither_fires_nor_ends(
    desk: Desk, clock: ManualClock
) -> None:
    for _ in range(3):
        assert await look(desk, clock, listed(state="suppressed")) == 0
    for _ in range(2):
        await look(desk, clock, listed())
    for _ in range(3):
        assert await look(desk, clock, listed(state="suppressed")) == 0
    assert await states(desk) == {"HighErrorRate": State.NEW}


@pytest.mark.usefixtures("polled")
async def test_what_a_person_resolved_stays_so_until_it_begins_anew(desk: Desk, clock: ManualClock) -> None:
    for _ in range(2):
        await look(desk, clock, listed())
    await alerts.resolve(desk, 1, actor=ANNA)
    for _ in range(3):
        assert await look(desk, clock, listed()) == 0
    later = listed(startsAt=(clock.now() + PERIOD).isoformat())
    for _ in range(2):
        await look(desk, clock, later)
    assert State.NEW in (await states(desk)).values()


async def test_a_poll_and_a_webhook_mean_the_same_alert(polled: Issued) -> None:
    (seen,) = read_open([listed()])
    found = signature("alertmanager", polled.source.name, seen.signal)
    webhook = {**listed(), "status": "firing"}
    from bot.providers.alertmanager import Alertmanager

    ((_, signal),) = Alertmanager().parse({"alerts": [webhook]}).signals
    assert signature("alertmanager", polled.source.name, signal) == found


async def test_all_addresses_are_asked_and_no_answer_concludes_nothing(
    desk: Desk, polled: Issued, clock: ManualClock
) -> None:
    asked: list[str] = []
    answers: list[object] = [[listed()], None, {"no": "list"}, [listed()]]

    async def fetch(_: str, url: str) -> object:
        asked.append(url)
        return answers.pop(0)

    for _ in range(4):
        clock.advance(timedelta(seconds=30))
        await poll.look_at_all(desk, fetch)
    assert asked == [URL] * 4
    assert await states(desk) == {"HighErrorRate": State.NEW}
    await sources.remove(desk, polled.source.name, actor=ANNA)
    await poll.look_at_all(desk, fetch)
    assert len(asked) == 4


@pytest.mark.parametrize(
    "url", ["ftp://x", "http://", "x", "http://user:pw@host", "http://h:99999", "http://" + "h" * 3_000]
)
def test_addresses_that_cannot_be_asked(url: str) -> None:
    with pytest.raises(InvalidInputError, match="poll"):
        read_url(url, "alertmanager")


def test_only_an_alertmanager_is_polled() -> None:
    with pytest.raises(InvalidInputError):
        read_url(URL, "grafana")
    assert read_url(URL + "/am?receiver=tocsin", "alertmanager").endswith("tocsin")
