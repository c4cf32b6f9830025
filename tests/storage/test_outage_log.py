"""A database that is away is one line a minute, and one when it is back."""

from dataclasses import dataclass

from structlog.testing import capture_logs

from storage.outage_log import OutageLog


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_outage_of_three_minutes_is_four_lines() -> None:
    seconds = Seconds()
    log = OutageLog(seconds)
    with capture_logs() as lines:
        log.worked()
        for tenth in range(1_800):
            seconds.now = tenth / 10
            log.failed("the disk is full")
        log.worked()
        log.worked()
    assert [line["event"] for line in lines] == ["database_unavailable"] * 3 + ["database_available_again"]
    assert lines[2]["seconds"] == 120
    assert lines[2]["failures"] == 1_201
    assert lines[3]["failures"] == 1_800


def test_the_next_outage_is_told_at_once() -> None:
    log = OutageLog(Seconds())
    with capture_logs() as lines:
        for _ in range(2):
            log.failed("locked")
            log.worked()
    assert len(lines) == 4
