"""What single settings may look like: the same in TOML, in the environment and in a secret file."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.environment import keys
from bot.settings.secret import Secret
from bot.settings.tree import ConfigError, Settings
from bot.settings.value import read_number, read_size, read_switch, read_whole

GIVEN = st.text(alphabet="0123456789kmgtibBI.,_+-eE xytrufalseno", max_size=12) | st.floats() | st.integers()


def test_every_setting_has_a_reader() -> None:
    assert [str(key) for key in keys(Settings) if not key.readers] == []


def test_a_default_is_what_its_reader_makes_of_it() -> None:
    for key in keys(Settings):
        default = getattr(getattr(Settings(), key.section), key.name)
        assert default is None or key.read(default) == default, key


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3),
        ("3", 3),
        (" +3\n", 3),
        ("-3", -3),
        ("007", 7),
        ("1_000", 1_000),
        ("3.0", 3),
        (3.0, 3),
        (True, 1),
    ],
)
def test_a_whole_number_may_be_written_in_many_ways(value: object, number: int) -> None:
    assert (read_whole(value), type(read_whole(value))) == (number, int)


@pytest.mark.parametrize(
    "value",
    ["", "3.5", 3.5, "3.", "1__0", "_1", "0x10", "1e3", "٣", "9" * 5_000, 1e20, float("inf"), [3], {}],
)
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^must be a whole number$"):
        read_whole(value)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (5, 5),
        ("1_000", 1_000),
        ("512KiB", 512 * 1_024),
        ("1 MB", 10**6),
        ("1.5mib", 1_572_864),
        (".5k", 500),
        ("1g", 10**9),
        ("8EiB", 2**63),
        ("8bit", 1),
        ("1 b", 1),
    ],
)
def test_a_size_has_units_of_1000_or_1024(value: object, size: int) -> None:
    assert read_size(value) == size


@pytest.mark.parametrize(
    "value", ["", "1 lot", "-1", -1, "1,000MB", "1MBx", "1ki", "MB", 1.5, [], "9" * 500 + "MB"]
)
def test_what_is_no_size_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^must be a size such as "):
        read_size(value)


@pytest.mark.parametrize("value", [True, 1, 1.0, "1", "true", "T", "Yes", "y", "ON"])
def test_many_words_say_yes(value: object) -> None:
    assert read_switch(value) is True


@pytest.mark.parametrize("value", [False, 0, 0.0, "0", "FALSE", "f", "no", "N", "off"])
def test_many_words_say_no(value: object) -> None:
    assert read_switch(value) is False


@pytest.mark.parametrize("reader", [read_whole, read_number, read_size, read_switch])
@given(value=GIVEN)
def test_a_reader_reads_or_refuses_in_its_own_words(reader: object, value: object) -> None:
    assert callable(reader)
    try:
        reader(value)
    except ValueError as error:
        said = str(error)
    else:
        said = "must be"
    assert said.startswith("must be")


def load(text: str, folder: Path) -> Settings:
    file = folder / "tocsin.toml"
    file.write_text(text, encoding="utf-8")
    return Settings.load(file, environ={})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '[retention]\nalerts = "30d"',
            "retention.alerts (TOCSIN_RETENTION_ALERTS): must be kept at least as long",
        ),
        (
            '[storage]\ndata = "~nobody-of-this-name/x"',
            "storage.data (TOCSIN_DATA): begins with ~ and somebody",
        ),
        (
            "[gate]\nmax_error_rate = 1.5",
            "gate.max_error_rate (TOCSIN_GATE_MAX_ERROR_RATE): must be less than or",
        ),
        (
            "[gate]\nmax_error_rate = nan",
            "gate.max_error_rate (TOCSIN_GATE_MAX_ERROR_RATE): must be greater than",
        ),
        (
            '[gate]\nmax_error_rate = "x"',
            "gate.max_error_rate (TOCSIN_GATE_MAX_ERROR_RATE): must be a number",
        ),
        ("[roles]\nview = [1.5, 2.5]", "roles.view (TOCSIN_ROLES_VIEW): must be a text in quotes"),
        ("[ping]\nagain_info = [[]]", "ping.again_info (TOCSIN_PING_AGAIN_INFO): must be a duration such as"),
        (
            "[ping]\nagain_info = [nan]",
            "ping.again_info (TOCSIN_PING_AGAIN_INFO): must be a duration such as",
        ),
        (
            f"[ping]\nagain_info = {[f'{minute}m' for minute in range(1, 12)]}",
            "ping.again_info (TOCSIN_PING_AGAIN_INFO): must be 10 spans at most",
        ),
    ],
)
def test_a_wrong_value_is_told_once_by_both_names(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(text, tmp_path)
    (said,) = map(str, caught.value.problems)
    assert said.startswith(problem)


def test_a_conflict_is_told_beside_other_problems_but_not_when_one_of_them_is_its_cause(
    tmp_path: Path,
) -> None:
    said = []
    for more in ('ledger = "soon"\nevents = "0s"', 'events = "soon"\nalerts = "1d"'):
        with pytest.raises(ConfigError) as caught:
            load(f"[retention]\n{more}", tmp_path)
        said.append([problem.where.partition(" ")[0] for problem in caught.value.problems])
    assert said == [["retention.ledger", "retention.alerts"], ["retention.events"]]


def test_spans_may_be_seconds(tmp_path: Path) -> None:
    spans = load('[ping]\nagain_info = [60, " 5m ", "", 900.0]', tmp_path).ping.again_info
    assert spans == (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))


def test_a_secret_is_one_by_its_text_and_shows_it_to_nobody() -> None:
    secret = Secret("hunter2")
    assert (secret, secret.reveal()) == (Secret("hunter2"), "hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {secret!s} {[secret]}"
