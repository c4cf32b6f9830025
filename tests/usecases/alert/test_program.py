"""What programs do: the next alert goes to one of them, and asking twice does nothing twice."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from bot.clock import ManualClock
from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.alert import State
from bot.domain.alert.search import AlertCriteria
from bot.domain.alert.signal import Severity
from bot.domain.errors import InvalidInputError, NotFoundError, StandingError
from bot.domain.outbox.outbox import CardKind
from bot.usecases.admin import project as projects
from bot.usecases.admin import token as tokens
from bot.usecases.admin.source import digest
from bot.usecases.alert import claim, program, retry
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert.move import Move
from bot.usecases.alert.program import AlertHistory
from bot.usecases.desk import Desk
from tests.senders import ANNA, Send, firing

ROBOT, OTHER = (Actor(ActorKind.PROGRAM, name, f"{name} (API token)") for name in ("robot", "other"))
ANY = AlertCriteria()
Make = Callable[[int, Actor], Move]

LEASE = timedelta(minutes=5)


def claiming(alert_id: int, actor: Actor) -> Move:
    return alerts.claiming(alert_id, actor, LEASE)


async def claim_one(desk: Desk, actor: Actor) -> AlertHistory | None:
    seen = await claim.claim_next(desk, ANY, actor=actor, lease=LEASE)
    return seen[0] if seen else None


MAKES: dict[str, Make] = {
    "claim": claiming,
    "renew": lambda alert_id, actor: program.renewing(alert_id, actor, LEASE),
    "release": alerts.releasing,
    "fail": lambda alert_id, actor: retry.failing(alert_id, actor, max_attempts=5),
    "retry": retry.retrying,
    "ack": partial(alerts.acknowledging, spans={}),
    "unack": alerts.unacknowledging,
    "resolve": alerts.resolving,
}


async def entries(desk: Desk, alert_id: int = 1) -> list[tuple[str, str]]:
    seen = await program.find(desk, alert_id)
    return [(entry.actor.ident, entry.action) for entry in seen.entries]


async def test_the_next_alert_is_the_worst_and_of_these_the_oldest(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    for name, severity in (("i", "info"), ("w", "warning"), ("c1", "critical"), ("c2", "critical")):
        await send(firing(name, Severity(severity)))
        clock.advance(timedelta(seconds=1))
    order = []
    while seen := await claim_one(desk, ROBOT):
        order.append(seen.alert.name)
        assert (seen.alert.state, seen.alert.owner) == (State.PROCESSING, ROBOT)
        assert seen.alert.lease_expires_at == clock.now() + LEASE
        assert seen.source == "prod"
    assert order == ["c1", "c2", "w", "i"]


async def test_of_many_workers_no_two_get_the_same_alert(desk: Desk, send: Send) -> None:
    await send(*[firing(f"n{number}") for number in range(12)])
    workers = [Actor(ActorKind.PROGRAM, f"w{number}", f"w{number}") for number in range(16)]
    seen = await asyncio.gather(*(claim_one(desk, each) for each in workers))
    claimed = [each.alert.id for each in seen if each is not None]
    assert sorted(claimed) == list(range(1, 13))
    for each, worker in zip(seen, workers, strict=True):
        if each is not None:
            assert (await program.find(desk, each.alert.id)).alert.owner == worker
            assert await entries(desk, each.alert.id) == [(worker.ident, "claim")]


async def test_workers_and_senders_at_once_lose_nothing_and_share_nothing(desk: Desk, send: Send) -> None:
    names = [f"n{number}" for number in range(8)]
    await send(*[firing(name) for name in names])
    done: list[int] = []

    async def labour(worker: Actor) -> None:
        while len(done) < len(names):
            seen = await claim_one(desk, worker)
            if seen is not None:
                await program.perform(desk, alerts.resolving(seen.alert.id, worker, "mended"))
                done.append(seen.alert.id)

    async def repeat(name: str) -> None:
        for _ in range(4):
            if name not in {names[alert_id - 1] for alert_id in done}:
                await send(firing(name))

    workers = [Actor(ActorKind.PROGRAM, f"w{number}", f"w{number}") for number in range(4)]
    async with asyncio.timeout(60):
        await asyncio.gather(*map(labour, workers), *map(repeat, names))
    assert len(done) >= len(names)
    for alert_id in done:
        told = [action for _, action in await entries(desk, alert_id)]
        assert told.count("claim") == told.count("resolve") == done.count(alert_id)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", ["alert", "recurrence"])
async def test_what_is_being_written_is_passed_over_without_waiting(
    desk: Desk, send: Send, database_url: str, table: str
) -> None:
    await send(firing("worst", Severity.CRITICAL), firing("next"))
    url = make_url(database_url)
    other = await asyncpg.connect(user="postgres", database=url.database, host=url.query["host"])
    try:
        async with asyncio.timeout(10), other.transaction():
            await other.execute(f"SELECT id FROM {table} WHERE id = 1 FOR UPDATE")  # noqa: S608 -- our own names
            seen = await claim_one(desk, ROBOT)
            assert seen is not None
            assert seen.alert.name == "next"
            assert await claim_one(desk, ROBOT) is None
    finally:
        await other.close()
    seen = await claim_one(desk, ROBOT)
    assert seen is not None
    assert seen.alert.name == "worst"


async def test_what_somebody_has_is_passed_over(desk: Desk, send: Send) -> None:
    await send(*[firing(name) for name in ("acked", "claimed", "failed", "over", "free")])
    await alerts.acknowledge(desk, 1, actor=ANNA)
    await alerts.claim(desk, 2, actor=ANNA)
    await alerts.claim(desk, 3, actor=OTHER)
    await retry.fail(desk, 3, actor=OTHER)
    await alerts.resolve(desk, 4, actor=ANNA)
    seen = await claim_one(desk, ROBOT)
    assert seen is not None
    assert seen.alert.name == "free"
    assert await claim_one(desk, ROBOT) is None


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (AlertCriteria(severities=(Severity.INFO,)), ["disk"]),
        (AlertCriteria(severities=(Severity.INFO, Severity.WARNING)), ["load", "disk"]),
        (AlertCriteria(name="load"), ["load"]),
        (AlertCriteria(name="LOAD"), []),
        (AlertCriteria(service="shop"), ["load"]),
        (AlertCriteria(namespace="eu"), ["disk"]),
        (AlertCriteria(text="SHO"), ["load"]),
        (AlertCriteria(text="%"), []),
        (AlertCriteria(text="_"), []),
        (AlertCriteria(states=(State.ACKED,)), ["pump"]),
        (AlertCriteria(owner="person:1"), ["pump"]),
        (AlertCriteria(states=(State.NEW, State.ACKED), text="p"), ["pump", "load"]),
        (AlertCriteria(), ["pump", "load", "disk"]),
    ],
)
async def test_a_search_finds_what_fits_all_of_it(
    desk: Desk, send: Send, search: AlertCriteria, expected: list[str]
) -> None:
    await send(
        firing("disk", Severity.INFO, namespace="eu"),
        firing("load", service="shop"),
        firing("pump", Severity.CRITICAL),
    )
    await alerts.acknowledge(desk, 3, actor=ANNA)
    found, total = await program.page(desk, search, before=None, limit=10)
    assert total == len(found)
    assert [seen.alert.name for seen in found] == expected


async def test_pages_join_without_a_gap_whatever_comes_meanwhile(desk: Desk, send: Send) -> None:
    await send(*[firing(f"n{number}") for number in range(7)])
    first, _ = await program.page(desk, ANY, before=None, limit=3)
    await send(firing("new"))
    second, _ = await program.page(desk, ANY, before=first[-1].alert.id, limit=3)
    third, total = await program.page(desk, ANY, before=second[-1].alert.id, limit=3)
    assert [seen.alert.id for seen in (*first, *second, *third)] == [7, 6, 5, 4, 3, 2, 1]
    assert total == 8


async def test_a_claimed_alerts_card_is_drawn_anew(desk: Desk, send: Send) -> None:
    await send(firing())
    (before,) = await desk.storage.read(lambda tx: tx.cards.of(CardKind.ALERT, [1]))
    await claim_one(desk, ROBOT)
    (after,) = await desk.storage.read(lambda tx: tx.cards.of(CardKind.ALERT, [1]))
    assert after.wanted == before.wanted + 1
    assert await desk.bell.wait(1)


async def test_another_projects_alerts_are_not_there(desk: Desk, send: Send) -> None:
    await send(firing())
    await projects.add(desk, "shop", actor=ANNA)
    granted = await tokens.add(desk, "ci", ["alerts.write"], actor=ANNA, project="shop")
    admitted = await tokens.admit(desk, digest(granted.secret))
    assert admitted is not None
    assert await program.page(admitted.desk, ANY, before=None, limit=5) == ([], 0)
    assert await claim_one(admitted.desk, ROBOT) is None
    with pytest.raises(NotFoundError):
        await program.find(admitted.desk, 1)
    with pytest.raises(NotFoundError):
        await program.perform(admitted.desk, claiming(1, ROBOT))
    assert (await program.find(desk, 1)).alert.state is State.NEW


@pytest.mark.parametrize("path", [["claim"], ["ack"], ["claim", "release"], ["claim", "fail"],
    ["claim", "fail", "retry"], ["ack", "unack"], ["resolve"]], ids=" ".join)  # fmt: skip
async def test_asking_again_does_nothing_again(desk: Desk, send: Send, path: list[str]) -> None:
    await send(firing())
    for action in path:
        once = await program.perform(desk, MAKES[action](1, ROBOT))
    told = await entries(desk)
    again = await program.perform(desk, MAKES[path[-1]](1, ROBOT))
    assert again == once
    assert await entries(desk) == told
    with pytest.raises(StandingError) as refused:
        await program.perform(desk, MAKES[path[-1]](1, OTHER))
    owner = once.alert.owner
    assert (refused.value.state, refused.value.owner) == (once.alert.state, str(owner) if owner else "")
    assert await entries(desk) == told


async def test_an_own_claim_is_known_after_a_note(desk: Desk, send: Send) -> None:
    await send(firing())
    first = await program.perform(desk, claiming(1, ROBOT))
    await program.perform(desk, alerts.annotating(1, OTHER, "looks familiar"))
    again = await program.perform(desk, claiming(1, ROBOT))
    assert again.alert.lease_expires_at == first.alert.lease_expires_at


async def test_a_released_claim_is_not_released_again_by_who_claimed_since(desk: Desk, send: Send) -> None:
    await send(firing())
    await program.perform(desk, claiming(1, ROBOT))
    await program.perform(desk, alerts.releasing(1, ROBOT))
    await program.perform(desk, claiming(1, OTHER))
    with pytest.raises(StandingError, match="held by other"):
        await program.perform(desk, alerts.releasing(1, ROBOT))


async def test_the_same_note_again_is_one_note_and_another_is_two(desk: Desk, send: Send) -> None:
    await send(firing())
    for note in ("a", "a", "b", "a"):
        await program.perform(desk, alerts.annotating(1, ROBOT, note))
    await program.perform(desk, alerts.annotating(1, OTHER, "a"))
    assert [entry.note for entry in (await program.find(desk, 1)).entries] == ["a", "b", "a", "a"]


async def test_a_note_goes_with_any_step_and_a_step_with_another_note_is_another(
    desk: Desk, send: Send
) -> None:
    await send(firing())
    claimed = await program.perform(desk, program.with_note(claiming(1, ROBOT), " looking "))
    assert (claimed.alert.note, claimed.alert.note_by) == ("looking", ROBOT)
    await program.perform(desk, program.with_note(claiming(1, ROBOT), "looking"))
    with pytest.raises(StandingError, match="already claimed"):
        await program.perform(desk, program.with_note(claiming(1, ROBOT), "still looking"))
    failed = await program.perform(desk, program.with_note(MAKES["fail"](1, ROBOT), "no access"))
    assert (failed.alert.state, failed.alert.note) == (State.FAILED, "no access")
    assert await entries(desk) == [("robot", "claim"), ("robot", "fail")]
    with pytest.raises(InvalidInputError, match="note"):
        program.with_note(claiming(1, ROBOT), "x" * 1_001)


async def test_a_lease_begins_anew_for_its_owner_alone(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    with pytest.raises(StandingError, match="only a claim"):
        await program.perform(desk, MAKES["renew"](1, ROBOT))
    await program.perform(desk, claiming(1, ROBOT))
    clock.advance(timedelta(minutes=4))
    renewed = await program.perform(desk, MAKES["renew"](1, ROBOT))
    assert renewed.alert.lease_expires_at == clock.now() + LEASE
    with pytest.raises(StandingError, match="held by robot"):
        await program.perform(desk, MAKES["renew"](1, OTHER))
    clock.advance(timedelta(minutes=4))
    assert await alerts.expire_leases(desk) == 0
    clock.advance(timedelta(minutes=1))
    assert await alerts.expire_leases(desk) == 1
    assert (await program.perform(desk, claiming(1, OTHER))).alert.owner == OTHER


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(sorted(MAKES)), st.sampled_from([ROBOT, OTHER])), min_size=1, max_size=8
    )
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_whatever_the_order_a_refused_step_changes_nothing(
    desk: Desk, send: Send, clock: ManualClock, steps: list[tuple[str, Actor]]
) -> None:
    clock.advance(timedelta(hours=1))
    (outcome,) = (await send(firing(f"n{clock.now()}"))).alerts
    alert_id = int(outcome.ref[2:])
    for action, actor in steps:
        before = await program.find(desk, alert_id)
        try:
            after = await program.perform(desk, MAKES[action](alert_id, actor))
        except StandingError:
            assert await program.find(desk, alert_id) == before
        else:
            found = await program.find(desk, alert_id)
            assert found.alert == after.alert
            assert found.entries[: len(before.entries)] == before.entries
            assert len(found.entries) - len(before.entries) in {0, 1}
