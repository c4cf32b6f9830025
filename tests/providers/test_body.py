import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import InvalidInputError
from bot.domain.text import harmless
from bot.providers.body import UnsupportedMediaError, decode

JSON = "application/json"
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def reason(body: bytes) -> str:
    with pytest.raises(InvalidInputError) as caught:
        decode(body, JSON)
    assert caught.value.field == "body"
    return caught.value.reason


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"status=firing", "is not JSON"),
        (b'{"a": 1', "is not JSON"),
        (b'{"a": 1} x', "is not JSON"),
        (b"NaN", "is not JSON"),
        (b'{"a": [Infinity]}', "is not JSON"),
        (b'"\x01"', "is not JSON"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b"\xff\xfe{\0}\0", "is not UTF-8"),
        (b'"\xed\xa0\x80"', "is not UTF-8"),
        (b"9" * 5_000, "holds a number that is too large"),
        (b"[1e400]", "holds a number that is too large"),
        (b"[" * 20_000 + b"]" * 20_000, "is nested more than 64 levels deep"),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "is nested more than 64 levels deep"),
        (b"[" * 20_000, "is nested more than 64 levels deep"),
        (b"[" * 65 + b"]" * 65, "is nested more than 64 levels deep"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(body: bytes, why: str) -> None:
    assert reason(body).startswith(why)


def test_sixty_four_levels_are_fine_however_wide() -> None:
    assert decode(b"[" * 64 + b"]" * 64, JSON)
    assert decode(b"[" + b",".join([b"[{}]"] * 1_000) + b"]", JSON)
    assert decode(b'"' + b"[" * 1_000 + b'"', JSON) == "[" * 1_000


def test_a_byte_order_mark_is_no_harm_and_the_last_of_two_keys_counts() -> None:
    assert decode(b'\xef\xbb\xbf{"a": 1, "a": 2}', JSON) == {"a": 2}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'"\ud800"', "\ufffd"),
        (rb'"a\udc00b"', "a\ufffdb"),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        (rb'"\\ud800"', r"\ud800"),
        (rb'"a\u0000b\r\n\u001b[1mc"', "a\ufffdb\nc"),
        ('"\u202eabc\x7f\x85"'.encode(), "\ufffdabc\ufffd\ufffd"),
    ],
)
def test_characters_that_would_harm_later_are_replaced_in_values_and_names(body: bytes, text: str) -> None:
    assert decode(body, JSON) == text
    assert decode(b"[{" + body + b":1}]", JSON) == [{text: 1}]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        JSON,
        "application/json; charset=utf-8",
        "text/json",
        "APPLICATION/JSON",
        "application/cloudevents+json",
    ],
)
def test_json_goes_by_many_names(content_type: str) -> None:
    assert decode(b"{}", content_type) == {}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain; charset=UTF-8", "application/x-www-form-urlencoded", "application/octet-stream"],
)
def test_json_under_the_type_of_who_sets_none_is_taken(content_type: str) -> None:
    assert decode(b'\xef\xbb\xbf {"a": 1}', content_type) == {"a": 1}
    with pytest.raises(UnsupportedMediaError, match="Content-Type"):
        decode(b"payload=%7B%7D", content_type)


@pytest.mark.parametrize(
    "content_type", ["application/xml", "json", "application/jsonx", "multipart/form-data"]
)
def test_anything_else_is_no_supported_medium(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaError, match="Content-Type"):
        decode(b"{}", content_type)


def clean(value: object) -> object:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, dict):
        return {harmless(name): clean(inner) for name, inner in value.items()}
    return [clean(inner) for inner in value] if isinstance(value, list) else value


@settings(deadline=None)
@given(values, st.booleans())
def test_json_comes_out_as_it_went_in_but_harmless(value: object, ascii_only: bool) -> None:
    assert decode(json.dumps(value, ensure_ascii=ascii_only).encode(), "") == clean(value)


@settings(deadline=None)
@given(st.binary() | st.binary().map(lambda noise: b'{"a":["' + noise + b'"]}'))
def test_no_bytes_whatever_raise_anything_else(body: bytes) -> None:
    with suppress(InvalidInputError):
        decode(body, JSON)
