"""Projects: what each has of its own, and that time and senders keep them apart."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.access.project import MOST
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.audit import Sealed, first_broken
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.incident.search import OPEN_INCIDENTS
from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.domain.process_health import ProcessHealth
from bot.domain.watch import WatchRules
from bot.usecases.admin import expectation, setting, status
from bot.usecases.admin import project as projects
from bot.usecases.admin import source as sources
from bot.usecases.admin import token as tokens
from bot.usecases.admin.watch import Watch
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import snooze as snoozes
from bot.usecases.desk import Desk
from bot.usecases.incident import query as incidents
from bot.usecases.intake.queue import take_in
from bot.usecases.outbox import card as outbox
from bot.usecases.triage.escalation import open_incident
from bot.usecases.triage.open_request import OpenRequest
from storage.transaction import Transaction
from tests.senders import ANNA, add_source, firing, resolved, submission


async def make(desk: Desk, name: str = "shop", channel_id: int | None = 77) -> Desk:
    await projects.add(desk, name, actor=ANNA, channel_id=channel_id)
    return await projects.of(desk, name)


async def chain_of(desk: Desk) -> list[Sealed]:
    return await desk.storage.read(lambda tx: tx.audit.chain(desk.project.id))


async def state(desk: Desk, alert_id: int) -> State | None:
    alert = await desk.storage.read(lambda tx: tx.alerts.get(desk.project.id, alert_id))
    return None if alert is None else alert.state


async def test_the_same_of_two_projects_is_two_alerts_in_one_request_batch(desk: Desk) -> None:
    shop = await make(desk)
    ours, theirs = await add_source(desk), await add_source(shop)
    receipts = await take_in(
        desk,
        [submission(theirs, firing()), submission(ours, firing()), submission(theirs, firing(), key="again")],
    )
    assert [(one.accepted, one.deduped) for one in receipts] == [(1, 0), (1, 0), (1, 1)]
    refs = [one.alerts[0].ref for one in receipts]
    assert refs[0] == refs[2] != refs[1]
    mine, other = (int(refs[at].removeprefix("A-")) for at in (1, 0))
    assert (await state(desk, mine), await state(desk, other)) == (State.NEW, None)
    assert (await state(shop, other), await state(shop, mine)) == (State.NEW, None)
    await take_in(desk, [submission(ours, resolved())])
    assert (await state(desk, mine), await state(shop, other)) == (State.RESOLVED, State.NEW)
    for each in (desk, shop):
        chain = await chain_of(each)
        assert chain
        assert first_broken(chain) is None


async def test_cards_of_a_project_go_to_its_own_channel_with_its_own_mark(desk: Desk) -> None:
    await setting.choose_channel(desk, 55, actor=ANNA)
    shop = await make(desk)
    for each in (desk, shop):
        await take_in(desk, [submission(await add_source(each), firing())])
    for each, channel_id in ((desk, 55), (shop, 77)):
        taken = await outbox.take(desk, channel_id, worker="w")
        assert isinstance(taken, outbox.Task)
        assert taken.card.project_id == each.project.id
        assert getattr(taken.view, "tag", "") == each.project.tag
    assert shop.project.tag != desk.project.tag
    assert desk.tagged(shop.project.tag) is shop


async def test_time_goes_on_in_every_project(desk: Desk, clock: ManualClock) -> None:
    shop = await make(desk)
    source = await add_source(shop, silence=timedelta(minutes=5))
    (receipt,) = await take_in(desk, [submission(source, firing("a"), firing("b"))])
    claimed, snoozed = (int(each.ref.removeprefix("A-")) for each in receipt.alerts)
    await alerts.claim(shop, claimed, actor=ANNA, lease=timedelta(minutes=1))
    await snoozes.snooze(shop, snoozed, actor=ANNA, until=desk.clock.now() + timedelta(minutes=1))
    clock.advance(timedelta(minutes=2))
    assert await alerts.expire_leases(desk) == 1
    assert await state(shop, claimed) is State.NEW
    assert await snoozes.wake_due(desk) == 1


async def test_a_channel_belongs_to_one_project(desk: Desk) -> None:
    await setting.choose_channel(desk, 55, actor=ANNA)
    shop = await make(desk)
    with pytest.raises(ConflictError, match="belongs to the project default"):
        await sources.add(shop, "x", "generic", actor=ANNA, channel_id=55)
    with pytest.raises(ConflictError, match="belongs to the project shop"):
        await sources.add(desk, "x", "generic", actor=ANNA, fallback_channel_id=77)
    with pytest.raises(ConflictError, match="belongs to the project shop"):
        await setting.choose_channel(desk, 77, actor=ANNA)
    with pytest.raises(ConflictError, match="belongs to the project default"):
        await projects.add(desk, "third", actor=ANNA, channel_id=55)
    assert [each.project.name for each in await projects.listing(desk)] == ["default", "shop"]
    await sources.add(shop, "x", "generic", actor=ANNA, channel_id=78)
    with pytest.raises(ConflictError, match="belongs to the project shop"):
        await projects.change(desk, "default", {"incident_channel_id": 78}, actor=ANNA)


async def test_cards_without_a_channel_go_to_the_projects_own_when_it_has_one(desk: Desk) -> None:
    shop = await make(desk, channel_id=None)
    await setting.choose_channel(desk, 55, actor=ANNA)
    await take_in(desk, [submission(await add_source(shop), firing(severity=Severity.CRITICAL))])
    await setting.assign_default_channel(desk)
    (place,) = await desk.storage.read(lambda tx: tx.cards.of(CardKind.ALERT, [1]))
    assert place.channel_id == 0
    await projects.change(desk, "shop", {"default_channel_id": 77}, actor=ANNA)
    (place,) = await desk.storage.read(lambda tx: tx.cards.of(CardKind.ALERT, [1]))
    assert place.channel_id == 77


async def test_what_has_something_is_not_removed_and_the_first_never(desk: Desk) -> None:
    shop = await make(desk)
    source = await add_source(shop)
    await tokens.add(shop, "ci", ["alerts.read"], actor=ANNA)
    await take_in(desk, [submission(source, firing())])
    with pytest.raises(ConflictError, match="still has 1 source, 1 token, 1 open alert"):
        await projects.remove(desk, "shop", actor=ANNA)
    await sources.remove(shop, "prod", actor=ANNA)
    await tokens.revoke(shop, "ci", actor=ANNA)
    await alerts.resolve(shop, 1, actor=ANNA)
    await projects.remove(desk, "shop", actor=ANNA)
    with pytest.raises(NotFoundError):
        await projects.of(desk, "shop")
    assert shop.project.id not in desk.projects
    assert {each.project.id for each in await projects.with_removed(desk)} == {1, shop.project.id}
    again = await make(desk)
    assert again.project.id != shop.project.id
    for name in ("default",):
        with pytest.raises(ConflictError, match="cannot be"):
            await projects.remove(desk, name, actor=ANNA)
        with pytest.raises(ConflictError, match="cannot be"):
            await projects.rename(desk, name, "other", actor=ANNA)


async def test_a_new_name_moves_nothing(desk: Desk) -> None:
    shop = await make(desk)
    await projects.rename(desk, "shop", "store", actor=ANNA)
    assert (await projects.of(desk, "store")) is shop
    assert shop.project.name == "store"
    with pytest.raises(ConflictError, match="already"):
        await projects.rename(desk, "store", "default", actor=ANNA)
    with pytest.raises(InvalidInputError):
        await projects.rename(desk, "store", "No Name", actor=ANNA)
    with pytest.raises(InvalidInputError):
        await projects.change(desk, "store", {"guild_id": 1}, actor=ANNA)


async def test_there_is_an_end_to_projects(desk: Desk) -> None:
    now = desk.clock.now()

    def fill(tx: Transaction) -> None:
        for number in range(MOST - 1):
            tx.projects.create(f"p{number}", now=now)

    await desk.storage.write(fill)
    with pytest.raises(ConflictError, match=f"{MOST} projects"):
        await projects.add(desk, "more", actor=ANNA)


async def test_incidents_and_silent_sources_are_each_projects_own(desk: Desk, clock: ManualClock) -> None:
    await setting.choose_channel(desk, 55, actor=ANNA)
    shop = await make(desk)
    fired = firing(severity=Severity.CRITICAL, service="checkout")
    up_since = clock.now()
    for each in (desk, shop):
        source = await add_source(each)
        (receipt,) = await take_in(desk, [submission(source, fired)])
        alert_id = int(receipt.alerts[0].ref.removeprefix("A-"))
        opened = await open_incident(each, OpenRequest(alert_id=alert_id), actor=ANNA)
        assert opened.incident.project_id == each.project.id
    assert (
        (await incidents.listing(shop, OPEN_INCIDENTS)).total
        == (await incidents.listing(desk, OPEN_INCIDENTS)).total
        == 1
    )
    await expectation.expect(shop, "prod", every=timedelta(minutes=5), actor=ANNA)
    clock.advance(timedelta(minutes=30))
    assert [await expectation.look(each, up_since=up_since) for each in desk.everybody] == [0, 1]
    silent = await desk.storage.read(lambda tx: tx.sources.named(shop.project.id, "tocsin"))
    assert silent is not None
    assert await desk.storage.read(lambda tx: tx.sources.named(desk.project.id, "tocsin")) is None


async def test_a_channel_that_is_shut_is_told_in_its_own_project_and_opened_again(
    desk: Desk, clock: ManualClock
) -> None:
    shop = await make(desk)
    await take_in(desk, [submission(await add_source(shop), firing())])
    taken = await outbox.take(desk, 77, worker="w")
    assert isinstance(taken, outbox.Task)
    await outbox.park(desk, taken.card, ParkReason.MISSING_PERMISSION, alone=False)
    rules = WatchRules()
    watch = Watch(desk, rules, process_health=ProcessHealth, disk=lambda: None)
    await watch.look()
    clock.advance(rules.channel_parked)
    assert await watch.look() == 1
    assert (await status.condition(desk)).open_alerts == 0
    assert (await status.condition(shop)).open_alerts == 2
    assert await outbox.unpark(desk, 77) >= 1
    assert await watch.look() == 1
    assert (await status.condition(shop)).open_alerts == 1
