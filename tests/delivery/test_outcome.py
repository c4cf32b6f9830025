"""Every way a call can end has one name, and the name says what may be done next."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.limits import Heard
from bot.delivery.message import Message
from bot.delivery.outcome import Outcome, classify
from bot.delivery.wire import read_answer
from bot.domain.outbox.outbox import ParkReason

CODES = {
    10003: (404, Outcome.CHANNEL_GONE),
    10008: (404, Outcome.MESSAGE_GONE),
    50001: (403, Outcome.NO_ACCESS),
    50005: (403, Outcome.MESSAGE_GONE),
    50006: (400, Outcome.REFUSED),
    50013: (403, Outcome.NO_PERMISSION),
    50035: (400, Outcome.REFUSED),
    40005: (413, Outcome.REFUSED),
    50083: (400, Outcome.ARCHIVED),
    160005: (400, Outcome.NO_PERMISSION),
    200000: (400, Outcome.REFUSED),
    240000: (400, Outcome.REFUSED),
    130000: (503, Outcome.PASSING),
    160004: (400, Outcome.THREAD_EXISTS),
    160006: (400, Outcome.CROWDED),
    20028: (429, Outcome.LIMITED),
    30046: (429, Outcome.LIMITED),
}
STATUSES = {
    400: Outcome.REFUSED,
    401: Outcome.UNAUTHORIZED,
    403: Outcome.NO_PERMISSION,
    404: Outcome.PASSING,
    429: Outcome.LIMITED,
    500: Outcome.PASSING,
    502: Outcome.PASSING,
    520: Outcome.PASSING,
}


@pytest.mark.parametrize("code", CODES)
def test_discords_codes_have_their_meaning(code: int) -> None:
    status, outcome = CODES[code]
    assert classify(status, code, is_json=True) is outcome


@pytest.mark.parametrize("status", STATUSES)
def test_without_a_known_code_the_status_speaks(status: int) -> None:
    assert classify(status, 0, is_json=True) is STATUSES[status]


def test_only_lasting_troubles_of_the_channel_park_it() -> None:
    parking = {outcome: outcome.park_reason for outcome in Outcome if outcome.park_reason is not None}
    assert parking == {
        Outcome.CHANNEL_GONE: ParkReason.UNKNOWN_CHANNEL,
        Outcome.NO_ACCESS: ParkReason.MISSING_ACCESS,
        Outcome.NO_PERMISSION: ParkReason.MISSING_PERMISSION,
    }


@given(st.integers(400, 599), st.integers(0, 1_000_000), st.booleans())
def test_an_error_is_never_taken_for_success(status: int, code: int, is_json: bool) -> None:
    assert classify(status, code, is_json=is_json) is not Outcome.DONE


@given(st.integers(400, 599).filter(lambda status: status != 429), st.integers(0, 1_000_000))
def test_an_error_page_of_the_network_decides_nothing(status: int, code: int) -> None:
    assert classify(status, code, is_json=False) is Outcome.PASSING


@given(
    st.integers(200, 599),
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(msgspec.json.encode),
)
def test_no_body_whatever_breaks_the_wire(status: int, body: bytes) -> None:
    answer, _ = read_answer(status, Heard(), body, Message)
    assert (answer.outcome is Outcome.DONE) == (answer.body is not None)


def test_a_refusals_body_knows_better_than_its_headers() -> None:
    heard = Heard(retry_after=2.0)
    answer, told = read_answer(429, heard, b'{"retry_after": 1.3, "global": false, "message": ""}', Message)
    assert (answer.retry_after, told.retry_after, told.is_refusal, told.is_global) == (1.3, 1.3, True, False)


def test_a_refusal_from_before_discord_is_meant_for_all_calls() -> None:
    answer, told = read_answer(429, Heard(), b"error code: 1015", Message)
    assert (answer.outcome, told.is_global) == (Outcome.LIMITED, True)
    assert answer.retry_after > 0


def test_the_words_of_an_error_are_kept_short() -> None:
    body = msgspec.json.encode({"code": 50035, "message": "x" * 10_000})
    answer, _ = read_answer(400, Heard(), body, Message)
    assert answer.words.startswith("400 50035 xx")
    assert len(answer.words) <= 200
