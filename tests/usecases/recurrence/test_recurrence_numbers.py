"""The numbers of a recurrence equal those that the oracle computes, whatever happened in whatever order."""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.domain.actor import source as source_actor
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError
from bot.usecases.admin.startup import open_desk
from bot.usecases.alert import lapse
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk, Rules
from bot.usecases.intake.queue import take_in
from bot.usecases.recurrence import query as recurrences
from storage.engine import Storage
from tests.conftest import CHANNEL, SIGNING_KEY, START
from tests.senders import ANNA, BEN, add_source, firing, resolved, submission
from tests.usecases.oracle import consult

PAUSES = [
    timedelta(**span) for span in ({"seconds": 1}, {"minutes": 7}, {"hours": 5}, {"days": 3}, {"days": 20})
]
DOINGS = ["fire", "fire", "fire", "twice", "worse", "resolve", "resolve", "flap", "ack", "unack", "claim"]
DOINGS += ["release", "end", "end", "note", "storm", "tick", "restart"]
steps = st.lists(
    st.tuples(st.sampled_from(DOINGS), st.sampled_from("xy"), st.sampled_from(PAUSES)),
    min_size=1,
    max_size=40,
)
numbers = count()


class World:
    """A desk that can be restarted, with one source and two signatures of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.mark = f"s{next(numbers)}"
        self.clock = ManualClock(START)
        self.fired: dict[int, Any] = {}

    async def open(self) -> None:
        self.storage = Storage.open(self.url)
        rules = Rules(default_channel_id=CHANNEL, silence=timedelta(days=1))
        self.desk = await open_desk(self.storage, self.clock, rules=rules, signing_key=SIGNING_KEY)

    async def begin(self) -> None:
        await self.open()
        self.source = await add_source(self.desk, self.mark, silence=timedelta(days=2))

    async def say(self, *signals: Any) -> None:
        said = submission(self.source, *signals, key=f"{self.mark}{next(numbers)}")
        envelope = msgspec.structs.replace(said.envelope, received_at=self.clock.now())
        (receipt,) = await take_in(self.desk, [msgspec.structs.replace(said, envelope=envelope)])
        for outcome, verdict in zip(receipt.alerts, receipt.verdicts, strict=True):
            if verdict == "opened":
                alert_id = int(outcome.ref.removeprefix("A-"))
                self.fired[alert_id] = await memory(self.desk, alert_id)

    async def do(self, doing: str, which: str) -> None:
        name = f"{self.mark}{which}"
        match doing:
            case "fire":
                await self.say(firing(name))
            case "twice":
                await self.say(firing(name), firing(name))
            case "worse":
                await self.say(firing(name, Severity.CRITICAL))
            case "resolve":
                await self.say(resolved(name))
            case "flap":
                await self.say(resolved(name), firing(name), resolved(name))
            case "storm":
                await self.say(firing(name), resolved(name), firing(name, Severity.CRITICAL), firing(name))
            case "tick":
                await lapse.end_silent(self.desk)
                await alerts.expire_leases(self.desk)
            case "restart":
                await self.storage.close()
                await self.open()
            case _:
                await self.act(doing, which)

    async def act(self, doing: str, which: str) -> None:
        acts: dict[str, Callable[[int], Coroutine[Any, Any, object]]] = {
            "ack": lambda ident: alerts.acknowledge(self.desk, ident, actor=ANNA),
            "unack": lambda ident: alerts.unacknowledge(self.desk, ident, actor=BEN),
            "claim": lambda ident: alerts.claim(self.desk, ident, actor=BEN),
            "release": lambda ident: alerts.release(self.desk, ident, actor=BEN),
            "end": lambda ident: alerts.resolve(self.desk, ident, actor=ANNA),
            "note": lambda ident: alerts.annotate(self.desk, ident, actor=BEN, note=f"did {next(numbers)}"),
        }
        if (alert_id := await self.newest(which)) is not None:
            try:
                await acts[doing](alert_id)
            except ConflictError:
                return

    async def newest(self, which: str) -> int | None:
        found = await self.desk.storage.read(
            lambda tx: tx.run_raw(
                f"SELECT max(id) FROM alert WHERE signature = '{self.mark}{which}'"  # noqa: S608 -- made here
            ).scalar()
        )
        return None if found is None else int(found)


async def memory(desk: Desk, alert_id: int) -> Any:
    return (await alert_query.find(desk, alert_id)).view.memory


async def check(world: World) -> None:
    for which in "xy":
        alert_id = await world.newest(which)
        if alert_id is None:
            continue
        known = await recurrences.find_of_alert(world.desk, alert_id)
        assert known is not None
        oracle = await consult(world.desk, known.id, source_actor(world.mark))
        assert {name: getattr(known, name) for name in oracle.sums()} == oracle.sums()
        for fired_id in oracle.lives:
            now = await memory(world.desk, fired_id)
            assert now == oracle.memory(fired_id)
            then = world.fired[fired_id]
            assert msgspec.structs.replace(now, remedy=None) == msgspec.structs.replace(then, remedy=None)
        await check_periods(world, known.id, oracle.hours)


async def check_periods(world: World, recurrence_id: int, hours: Any) -> None:
    days = "SELECT sum(occurrences), sum(self_resolves), sum(attention_us) FROM recurrence_day"
    counted, summed = await world.desk.storage.read(
        lambda tx: (
            tx.memories.hours(recurrence_id, since=START),
            tx.run_raw(f"{days} WHERE recurrence_id = {recurrence_id}").one(),
        )
    )
    row = (await recurrences.find(world.desk, recurrence_id)).profile.recurrence
    assert dict(counted) == hours
    assert tuple(summed)[:2] == (row.occurrences, row.self_resolves)
    assert timedelta(microseconds=int(tuple(summed)[2])) == row.attention


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happening=steps)
async def test_memory_and_sums_equal_the_oracle(
    database_url: str, happening: list[tuple[str, str, Any]]
) -> None:
    world = World(database_url)
    await world.begin()
    try:
        for doing, which, pause in happening:
            world.clock.advance(pause)
            await world.do(doing, which)
        await check(world)
    finally:
        await world.storage.close()
