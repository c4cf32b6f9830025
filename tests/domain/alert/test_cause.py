import pytest

from bot.domain.alert.cause import MOST, find_cause

POD = {"namespace": "payments", "pod": "checkout-7d9f"}


@pytest.mark.parametrize(
    ("summary", "description", "expected"),
    [
        ("", "", ""),
        ("Down", "", ""),  # the name again
        ("It is down.", "", "It is down."),
        ("", "It is\n down.", "It is down."),
        (
            "Pod is crash looping.",
            "Pod payments/checkout-7d9f is waiting (reason: CrashLoopBackOff).",
            "Pod payments/checkout-7d9f is waiting (reason: CrashLoopBackOff). Pod is crash looping.",
        ),
        ("checkout-7d9f is slow", "p99 is 3 s", "checkout-7d9f is slow — p99 is 3 s"),
        ("p99 is high", "p99 is high on checkout-7d9f", "p99 is high on checkout-7d9f"),
        ("容器崩溃", "磁盘已满", "容器崩溃 — 磁盘已满"),
        (
            "Host out of memory (instance nas-01)",
            "Node memory is filling up (< 10% left)\n  VALUE = 4.2\n  LABELS = map[instance:nas-01 job:node]",
            "Host out of memory (instance nas-01) — Node memory is filling up (< 10% left) VALUE = 4.2",
        ),
    ],
)
def test_both_texts_are_said_where_they_differ_first_the_one_that_names_the_patient(
    summary: str, description: str, expected: str
) -> None:
    assert find_cause("Down", summary, description, POD) == expected


def test_a_second_text_that_does_not_fit_two_lines_is_left_for_more() -> None:
    named = "checkout-7d9f " + "is slow " * 18
    assert find_cause("Slow", "All is slow.", named, POD) == named.strip()
    assert len(named) <= MOST
