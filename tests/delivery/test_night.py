"""Three in the morning: five alerts, the critical second; whoever opens the channel sees it at its bottom."""

from datetime import timedelta

from bot.domain.alert.signal import Severity
from bot.usecases.alert import lifecycle as alerts
from tests.delivery.conftest import Stage
from tests.senders import ANNA, firing

CRITICAL = Severity.CRITICAL
MINUTE = timedelta(minutes=1)
FIVE = (
    ("disk", Severity.WARNING),
    ("payments", CRITICAL),
    *((f"queue {n}", Severity.WARNING) for n in (1, 2, 3)),
)


async def test_of_five_alerts_the_last_message_shows_the_critical_that_nobody_has(
    stage: Stage,
) -> None:
    stage.desk.guild_id = 7
    for name, severity in FIVE:
        await stage.send(firing(name, severity))
        await stage.ring(timedelta(seconds=20))
    (card,) = [each for each in stage.shown() if "CRITICAL payments" in each["content"]]
    assert card["sandbox"]["pinged"]["roles"], "it rang at once"
    for minutes, call in ((5, "5 min (2nd call)"), (10, "15 min (3rd call)"), (15, "30 min (4th call)")):
        await stage.ring(minutes * MINUTE)
        last = stage.shown()[-1]
        assert "🔴 CRITICAL payments" in last["content"]
        assert call in last["content"]
        assert last["sandbox"]["pinged"]["roles"]
        assert last["message_reference"]["message_id"] == card["id"]
        assert f"/{stage.channel_id}/{card['id']})" in last["content"], "one tap leads to its card"
    assert len(stage.shown()) == len(FIVE) + 1, "the calls do not pile up"
    await alerts.acknowledge(stage.desk, 2, actor=ANNA)
    await stage.ring()
    assert stage.shown()[-1]["content"].startswith("🟨 acked by Anna: payments")
