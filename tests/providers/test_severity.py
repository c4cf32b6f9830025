from pathlib import Path

import pytest

import bot.providers
from bot.domain.alert.signal import Severity
from bot.providers.severity import LONGEST_WORD, WORDS, read_severity


@pytest.mark.parametrize("severity", Severity)
def test_our_own_words_mean_themselves_and_are_not_kept(severity: Severity) -> None:
    assert read_severity(severity) == (severity, "")
    assert read_severity(f" {severity.upper()} ") == (severity, "")


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        *(
            (word, "critical")
            for word in ("page", "Emergency", "fatal", "HIGH", "P1", "disaster", "error", "sev1")
        ),
        *((word, "warning") for word in ("warn", "average", "medium", "minor", "P3")),
        *((word, "info") for word in ("none", "low", "debug", "P5", "notice")),
    ],
)
def test_senders_words_are_mapped_and_kept(word: str, severity: str) -> None:
    assert read_severity(word) == (Severity(severity), word)


def test_an_unknown_word_is_info_and_kept_within_bounds() -> None:
    assert read_severity("purple") == (Severity.INFO, "purple")
    assert len(read_severity("x" * 999)[1]) == LONGEST_WORD


def test_no_word_at_all_is_a_warning() -> None:
    assert read_severity("") == read_severity("  ") == (Severity.WARNING, "")


def test_the_table_is_in_plain_lower_case() -> None:
    assert all(word == word.strip().lower() for word in WORDS)


def test_the_table_in_the_readme_is_the_table_in_the_code() -> None:
    lines = (Path(bot.providers.__path__[0]) / "README.md").read_text().splitlines()
    for severity in Severity:
        (row,) = [line for line in lines if line.startswith(f"| {severity} |")]
        told = row.split("|")[2].partition(";")[0].split(",")
        assert {word.strip() for word in told} == {word for word, meant in WORDS.items() if meant is severity}
