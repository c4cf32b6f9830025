"""A resolve is taken back for ten minutes as if it had not been; later the alert is opened again."""

from datetime import timedelta

import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain.alert.alert import State
from bot.domain.alert.transition import UNDO
from bot.domain.errors import ConflictError
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from tests.senders import ANNA, BEN, Send, add_source, firing, submission


@pytest.mark.parametrize(("late", "state"), [(timedelta(0), State.ACKED), (timedelta(seconds=1), State.NEW)])
async def test_within_ten_minutes_it_is_as_before_and_later_it_waits(
    desk: Desk, send: Send, clock: ManualClock, late: timedelta, state: State
) -> None:
    await send(firing())
    acked = await alerts.acknowledge(desk, 1, actor=ANNA)
    await alerts.resolve(desk, 1, actor=BEN)
    clock.advance(UNDO + late)
    reopened = await alerts.reopen(desk, 1, actor=BEN)
    assert reopened.state is state
    if state is State.ACKED:
        assert msgspec.structs.replace(reopened, run=acked.run) == acked
    else:
        assert (reopened.owner, reopened.acked_at, reopened.resolved_at) == (None, None, None)
    chain = await desk.storage.read(lambda tx: tx.audit.about("alert:1"))
    assert [each.entry.action for each in chain] == ["ack", "resolve", "reopen"]


async def test_what_silence_ends_gets_its_span_anew(desk: Desk, clock: ManualClock) -> None:
    source = await add_source(desk, "quiet", silence=timedelta(minutes=5))
    await take_in(desk, [submission(source, firing())])
    await alerts.resolve(desk, 1, actor=ANNA)
    clock.advance(timedelta(minutes=4))
    await alerts.reopen(desk, 1, actor=ANNA)
    assert (await alert_query.find(desk, 1)).view.alert.silent_after == clock.now() + timedelta(minutes=5)


async def test_one_episode_of_a_signature_is_open_at_a_time(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await alerts.resolve(desk, 1, actor=ANNA)
    clock.advance(timedelta(minutes=11))
    await send(firing())
    with pytest.raises(ConflictError, match="A-1 came back as A-2 already"):
        await alerts.reopen(desk, 1, actor=ANNA)
