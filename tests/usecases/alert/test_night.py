"""The list at 3 am: what cries and nobody has stands above everything; of two check marks the last counts."""

from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox
from bot.usecases.reaction import reaction as reactions
from bot.usecases.reaction.reaction import ACK, Effect
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, firing

CRITICAL = Severity.CRITICAL


async def test_criticals_that_nobody_has_stand_above_everything(desk: Desk, send: Send) -> None:
    await send(firing("old", CRITICAL), firing("warning"), firing("acked", CRITICAL), firing("new", CRITICAL))
    await alerts.acknowledge(desk, 3, actor=ANNA)
    page = await alert_query.listing(desk)
    assert [each.alert.name for each in page.lines] == ["new", "old", "acked", "warning"]


async def test_of_two_check_marks_the_alert_stays_acknowledged_until_the_last_one_goes(
    desk: Desk, send: Send
) -> None:
    await send(firing())
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    await outbox.settle(desk, task.card, worker="w", message_id=900, shown=1, pinged=False)
    await reactions.apply(desk, 900, ACK, actor=ANNA, present=True)
    await reactions.apply(desk, 900, ACK, actor=BEN, present=True)
    assert await reactions.apply(desk, 900, ACK, actor=ANNA, present=False) == (Effect.APPLIED, "")
    alert = (await alert_query.find(desk, 1)).view.alert
    assert alert.state is State.ACKED
    assert alert.owner is not None
    assert alert.owner.ident == BEN.ident
    await reactions.apply(desk, 900, ACK, actor=BEN, present=False)
    assert (await alert_query.find(desk, 1)).view.alert.state is State.NEW
