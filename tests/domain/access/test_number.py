"""Numbers of cards and accounts are secrets where that was asked for, and other numbers never."""

import json
from collections.abc import Iterator

import pytest

from bot.domain.access.people import without_secrets
from bot.domain.access.redaction import redact, redact_body
from bot.domain.access.rule import MARK
from bot.domain.access.secret_number import look_for_numbers
from bot.domain.access.secret_pattern import scrub

CARDS = (
    "4111111111111111",
    "4111 1111 1111 1111",
    "5555-5555-5555-4444",
    "2223003122003222",
    "378282246310005",
    "3782 822463 10005",
    "6011111111111117",
    "3530111333300000",
)
ACCOUNTS = ("DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "NL91ABNA0417164300", "NO9386011117947")
OTHERS = (
    "order 4111111111111111 shipped",
    "order no. 4111111111111111",
    "trace_id=4111111111111111 span_id=5555555555554444",
    '"traceId":"4111111111111111"',
    "dd.trace_id: 4111111111111111",
    "offset: 4111111111111111",
    "at 1764371234567890123 ns",
    "ts=1764371234567 took 4111 ms",
    "2026-11-28T23:00:00.123456789Z",
    "request 4b7c5c1e-1111-4111-8111-111111111111",
    "4111111111111112",
    "value 4111111111111111.25",
    "4111111111111111-a",
    "sha 41111111111111114111111111111111abcdef01",
    "phone +49 4111 1111 1111",
    "DE88370400440532013000",
    "DE8937040044053201300",
    "build AB12CD34EF56GH78",
    "imei 353011133330000",
)


@pytest.fixture
def asked() -> Iterator[None]:
    look_for_numbers(asked=True)
    yield
    look_for_numbers(asked=False)


@pytest.mark.parametrize("number", [*CARDS, *ACCOUNTS])
def test_a_number_is_a_secret_only_where_that_was_chosen(number: str) -> None:
    text = f"payment {number} was declined"
    assert scrub(text) == (text, 0)
    assert scrub(text, numbers=True) == (f"payment {MARK} was declined", 1)


def test_a_word_that_only_ends_like_an_id_spares_nothing() -> None:
    assert scrub("paid 4111111111111111", numbers=True) == (f"paid {MARK}", 1)


@pytest.mark.usefixtures("asked")
def test_what_was_chosen_counts_for_all_who_redact() -> None:
    body = {"summary": "card 4111111111111111", "pan": 4111111111111111, "order_id": 4111111111111111}
    clean = {"summary": f"card {MARK}", "pan": MARK, "order_id": 4111111111111111}
    assert redact(body).value == clean
    assert redact_body(json.dumps(body).encode(), body).value == clean
    assert without_secrets("I used 4111 1111 1111 1111") == f"I used {MARK}"
    assert redact(body, numbers=False).value == body


@pytest.mark.parametrize("text", OTHERS)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert scrub(text, numbers=True) == (text, 0)
    assert redact_body(json.dumps([text]).encode(), [text], numbers=True).hits == 0


@pytest.mark.parametrize("name", ["trace_id", "spanId", "offset", "order", "timestamp", "id"])
def test_numbers_under_other_names_are_left_alone(name: str) -> None:
    body = {name: 4111111111111111, "at": 1764371234567890}
    assert redact_body(json.dumps(body).encode(), body, numbers=True).value == body
