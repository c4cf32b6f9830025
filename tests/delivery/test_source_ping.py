"""A source may say itself whom its alerts wake: on cards, in replies, on shared cards."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.domain import actor as actors
from bot.domain.alert.signal import Severity
from bot.usecases.admin import expectation
from bot.usecases.alert import lifecycle as alerts
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing, resolved

CRITICAL = Severity.CRITICAL


async def choose(stage: Stage, wakes: Mapping[Severity, Sequence[str]]) -> None:
    (name,) = await stage.desk.storage.read(lambda tx: [each.name for each in tx.sources.listing(1)])
    await expectation.grade(stage.desk, name, actor=actors.job("test"), wakes=wakes)


def rung(stage: Stage) -> list[list[str]]:
    names = {str(role.id): role.name for role in stage.sandbox.world.guild.roles.values()}
    return [[names[each] for each in one["sandbox"]["pinged"]["roles"]] for one in stage.shown()]


async def test_its_own_role_is_rung_by_the_card_and_by_every_reply(stage: Stage) -> None:
    await stage.send(firing("first"))
    await stage.ring()
    await choose(stage, {Severity.WARNING: ["on-call"]})
    await stage.send(firing("disk"))
    await stage.ring()
    await stage.send(resolved("disk"))
    await stage.ring()
    await stage.send(firing("disk"))
    await stage.ring(timedelta(seconds=3))
    assert rung(stage) == [[], ["on-call"], ["on-call"]]
    assert "is back" in stage.shown()[-1]["content"]


async def test_nobody_is_nobody_and_what_is_not_said_is_the_desks(stage: Stage) -> None:
    await stage.send(firing("first"))
    await stage.ring()
    await choose(stage, {CRITICAL: ["nobody"]})
    await stage.send(firing("disk", CRITICAL))
    await stage.ring()
    await choose(stage, {CRITICAL: ["desk"]})
    await stage.send(firing("queue", CRITICAL))
    await stage.ring()
    assert rung(stage) == [[], [], ["on-call"]]
    await alerts.acknowledge(stage.desk, 2, actor=ANNA)
    await stage.ring()
    assert "<@" not in stage.shown()[1]["content"]
