"""A recurrence's row says in which channel its last alert is shown, whatever happens to either."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from bot.domain.access.source import Source
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Signal
from bot.domain.recurrence.ranking import Query
from bot.domain.sight import Sight, Subject, SubjectRef
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.recurrence import query as recurrences
from storage.transaction import Transaction
from tests.conftest import CHANNEL
from tests.senders import add_source, firing, resolved, submission

CHANNELS = (CHANNEL, CHANNEL + 1, CHANNEL + 2)
STEPS = 40


def compare(tx: Any) -> None:
    """The copy is what the join says, and where there is no alert there is no channel."""
    rows = tx.run_raw(
        "SELECT recurrence.id, recurrence.channel_id AS said, alert.channel_id AS shown FROM recurrence"
        " LEFT JOIN alert ON alert.id = recurrence.last_alert_id ORDER BY recurrence.id"
    ).all()
    assert [(row.id, row.said) for row in rows] == [(row.id, row.shown) for row in rows]


class Moves:
    """Whatever may change an alert's channel or a recurrence's last alert, by lot."""

    def __init__(self, desk: Desk, sources: list[Source], dice: Random) -> None:
        self._desk = desk
        self._sources = sources
        self._dice = dice

    async def step(self) -> None:
        act = self._dice.choice(
            (self._fire, self._fire, self._resolve, self._route, self._follow, self._adopt)
        )
        await act()

    async def _send(self, signal: Callable[[str], Signal]) -> None:
        numbers = self._dice.choices(range(8), k=self._dice.randint(1, 4))
        signals = (signal(f"disk {number}") for number in dict.fromkeys(numbers))
        await take_in(self._desk, [submission(self._dice.choice(self._sources), *signals)])

    async def _fire(self) -> None:
        cause = f'{{}}:{{alertname="{self._dice.choice("AB")}"}}'
        await self._send(lambda name: firing(name, group_key=cause))

    async def _resolve(self) -> None:
        await self._send(resolved)
        await self._pass_time()

    async def _pass_time(self) -> None:
        clock: Any = self._desk.clock
        clock.advance(self._desk.rules.reopen_window * self._dice.choice((0.1, 2)))

    async def _route(self) -> None:
        place = self._dice.randrange(len(self._sources))
        channel_id = self._dice.choice((*CHANNELS, None))
        self._sources[place] = replace(self._sources[place], channel_id=channel_id)
        source_id = self._sources[place].id
        await self._desk.storage.write(lambda tx: tx.sources.route(source_id, channel_id, None))

    async def _follow(self) -> None:
        now, source_id = self._desk.clock.now(), self._dice.choice(self._sources).id
        old, new = self._dice.sample((*CHANNELS, 0), k=2)
        await self._desk.storage.write(
            lambda tx: tx.channels.follow(source_id, old, new, all_of_them=True, now=now)
        )

    async def _adopt(self) -> None:
        now, channel_id = self._desk.clock.now(), self._dice.choice(CHANNELS)
        await self._desk.storage.write(
            lambda tx: tx.channels.adopt_homeless(self._desk.project.id, channel_id, now=now)
        )


@pytest.mark.parametrize("seed", range(4))
async def test_it_is_what_a_join_says_after_random_moves(desk: Desk, seed: int) -> None:
    sources = [
        replace(await add_source(desk, name), card=shape)
        for name, shape in zip(
            ("one", "many", "auto"), (CardShape.ALERT, CardShape.GROUP, CardShape.AUTO), strict=True
        )
    ]
    moves = Moves(desk, sources, Random(seed))  # noqa: S311 -- the same moves each time
    for _ in range(STEPS):
        await moves.step()
        await desk.storage.read(compare)
    await lists_and_single_looks_agree(desk)


async def lists_and_single_looks_agree(desk: Desk) -> None:
    """What a list shows to some is what these may look at one by one."""
    known = (await recurrences.listing(desk, Query(), limit=100)).lines
    refs = [SubjectRef(Subject.RECURRENCE, each.recurrence.id) for each in known]
    assert refs
    for channels in (CHANNELS[:1], CHANNELS[1:], (0,), (CHANNEL + 9,)):
        for sight in (Sight(frozenset(channels)), Sight(frozenset(channels), beyond=False)):
            seen = await desk.storage.read(partial(seen_one_by_one, desk, refs, sight))
            page = await recurrences.listing(desk, Query(sight=sight), limit=100)
            assert [each.recurrence.id for each in page.lines] == seen
            assert page.total == len(seen)
            suggested = await recurrences.suggest(desk, "disk", sight)
            assert {each.id for each in suggested} == set(seen)


def seen_one_by_one(desk: Desk, refs: list[SubjectRef], sight: Sight, tx: Transaction) -> list[int | str]:
    return [each.which for each in refs if tx.audiences.sees(desk.project.id, sight, each)]


async def test_without_an_alert_it_is_where_its_source_speaks(desk: Desk) -> None:
    """Such a row says nothing: it goes where its source goes."""
    source = await add_source(desk)
    await take_in(desk, [submission(source, firing("disk"))])
    await desk.storage.write(
        lambda tx: tx.run_raw("UPDATE recurrence SET last_alert_id = NULL, channel_id = NULL")
    )
    there = Query(sight=Sight(frozenset({CHANNEL + 1}), beyond=False))
    assert (await recurrences.listing(desk, there)).total == 0
    await desk.storage.write(lambda tx: tx.sources.route(source.id, CHANNEL + 1, None))
    assert (await recurrences.listing(desk, there)).total == 1
