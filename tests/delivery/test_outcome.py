"""Every way a call can end has one name, and the name says what may be done next."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.wire.limits import Heard
from bot.delivery.wire.message import Message
from bot.delivery.wire.outcome import SendOutcome, classify
from bot.delivery.wire.wire import read_answer
from bot.domain.outbox.outbox import ParkReason

CODES = {
    10003: (404, SendOutcome.CHANNEL_GONE),
    10008: (404, SendOutcome.MESSAGE_GONE),
    50001: (403, SendOutcome.NO_ACCESS),
    50005: (403, SendOutcome.MESSAGE_GONE),
    50006: (400, SendOutcome.REFUSED),
    50013: (403, SendOutcome.NO_PERMISSION),
    50035: (400, SendOutcome.REFUSED),
    40005: (413, SendOutcome.REFUSED),
    50083: (400, SendOutcome.ARCHIVED),
    160005: (400, SendOutcome.LOCKED),
    200000: (400, SendOutcome.REFUSED),
    240000: (400, SendOutcome.REFUSED),
    130000: (503, SendOutcome.PASSING),
    160004: (400, SendOutcome.THREAD_EXISTS),
    160006: (400, SendOutcome.CROWDED),
    20028: (429, SendOutcome.LIMITED),
    30046: (429, SendOutcome.LIMITED),
}
STATUSES = {
    400: SendOutcome.REFUSED,
    401: SendOutcome.UNAUTHORIZED,
    403: SendOutcome.NO_PERMISSION,
    404: SendOutcome.PASSING,
    429: SendOutcome.LIMITED,
    500: SendOutcome.PASSING,
    502: SendOutcome.PASSING,
    520: SendOutcome.PASSING,
}


@pytest.mark.parametrize("code", CODES)
def test_discords_codes_have_their_meaning(code: int) -> None:
    status, outcome = CODES[code]
    assert classify(status, code, is_json=True) is outcome


@pytest.mark.parametrize("status", STATUSES)
def test_without_a_known_code_the_status_speaks(status: int) -> None:
    assert classify(status, 0, is_json=True) is STATUSES[status]


def test_only_lasting_troubles_of_the_channel_park_it() -> None:
    parking = {outcome: outcome.park_reason for outcome in SendOutcome if outcome.park_reason is not None}
    assert parking == {
        SendOutcome.CHANNEL_GONE: ParkReason.UNKNOWN_CHANNEL,
        SendOutcome.NO_ACCESS: ParkReason.MISSING_ACCESS,
        SendOutcome.NO_PERMISSION: ParkReason.MISSING_PERMISSION,
        SendOutcome.NO_TEXT: ParkReason.NO_TEXT,
        SendOutcome.LOCKED: ParkReason.LOCKED,
    }


@given(st.integers(400, 599), st.integers(0, 1_000_000), st.booleans())
def test_an_error_is_never_taken_for_success(status: int, code: int, is_json: bool) -> None:
    assert classify(status, code, is_json=is_json) is not SendOutcome.DONE


@given(st.integers(400, 599).filter(lambda status: status != 429), st.integers(0, 1_000_000))
def test_an_error_page_of_the_network_decides_nothing(status: int, code: int) -> None:
    assert classify(status, code, is_json=False) is SendOutcome.PASSING


@given(
    st.integers(200, 599),
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(msgspec.json.encode),
)
def test_no_body_whatever_breaks_the_wire(status: int, body: bytes) -> None:
    answer, _ = read_answer(status, Heard(), body, Message)
    assert (answer.outcome is SendOutcome.DONE) == (answer.body is not None)


def test_a_refusals_body_knows_better_than_its_headers() -> None:
    heard = Heard(retry_after=2.0)
    answer, told = read_answer(429, heard, b'{"retry_after": 1.3, "global": false, "message": ""}', Message)
    assert (answer.retry_after, told.retry_after, told.is_refusal, told.is_global) == (1.3, 1.3, True, False)


def test_a_refusal_from_before_discord_is_meant_for_all_calls() -> None:
    answer, told = read_answer(429, Heard(), b"error code: 1015", Message)
    assert (answer.outcome, told.is_global) == (SendOutcome.LIMITED, True)
    assert answer.retry_after > 0


def test_the_words_of_an_error_are_kept_short() -> None:
    body = msgspec.json.encode({"code": 50035, "message": "x" * 10_000})
    answer, _ = read_answer(400, Heard(), body, Message)
    assert answer.words.startswith("400 50035 xx")
    assert len(answer.words) <= 200
