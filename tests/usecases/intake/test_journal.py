"""Each alert that changed something is one line in the log, without secrets; repeats are none."""

from structlog.testing import capture_logs

from bot.domain.alert.signal import Severity
from bot.usecases.desk import Desk
from bot.usecases.intake import journal
from tests.senders import Send, firing, resolved


async def test_an_alert_is_one_line_and_a_repeat_is_none(desk: Desk, send: Send) -> None:
    assert desk.project.name
    with capture_logs() as lines:
        await send(firing("disk"), firing("lag", Severity.INFO))
        await send(firing("disk"))
        await send(firing("disk", Severity.CRITICAL))
        await send(resolved("disk", Severity.CRITICAL))
    told = [each for each in lines if each["event"] == "alert"]
    assert [(each["ref"], each["severity"], each["verdict"]) for each in told] == [
        ("A-1", "warning", "opened"),
        ("A-2", "info", "opened"),
        ("A-1", "critical", "raised"),
        ("A-1", "critical", "resolved"),
    ]
    assert told[0] == {
        "event": "alert",
        "log_level": "info",
        "ref": "A-1",
        "severity": "warning",
        "name": "disk",
        "source": "prod",
        "verdict": "opened",
    }


async def test_of_a_storm_the_first_are_told_and_the_rest_counted(send: Send) -> None:
    with capture_logs() as lines:
        await send(*(firing(f"a{number}") for number in range(journal.MOST + 7)))
    assert len([each for each in lines if each["event"] == "alert"]) == journal.MOST
    assert [each["count"] for each in lines if each["event"] == "more_alerts"] == [7]
