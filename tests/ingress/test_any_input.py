"""No input whatever is answered with an error of ours."""

import gzip
import zlib
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.providers.registry import PROVIDERS
from bot.usecases.admin.source import Issued
from tests.conftest import START
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import Door, alert, group

calm = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TOKENS: dict[str, str] = {}

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(
    [
        "status",
        "labels",
        "annotations",
        "startsAt",
        "endsAt",
        "generatorURL",
        "fingerprint",
        "values",
        "title",
    ]
)
alerts = st.dictionaries(fields, json_values) | json_values | st.builds(alert, st.text())
groups = st.fixed_dictionaries(
    {"alerts": st.lists(alerts, max_size=4) | json_values}, optional={"groupKey": json_values}
)


def loose_json(value: Any) -> bytes:
    """JSON as the careless write it: lone surrogates, NaN and all."""
    import json

    return json.dumps(value).encode()


bodies = (
    st.binary(max_size=300)
    | (groups | json_values | alerts).map(loose_json)
    | st.sampled_from([msgspec.json.encode(group(alert())), *map(msgspec.json.encode, ({}, [], [[[]]]))])
)
packed = bodies | bodies.map(gzip.compress) | bodies.map(zlib.compress)
header_text = st.binary(max_size=40).map(lambda raw: raw.translate(None, b"\r\n\0"))
headers = st.dictionaries(
    st.sampled_from(
        [
            b"Content-Type",
            b"Content-Encoding",
            b"Expect",
            b"Authorization",
            b"X-Tocsin-Signature",
            b"X-Tocsin-Timestamp",
            b"X-Grafana-Alerting-Signature",
            b"X-Forwarded-For",
            b"Connection",
            b"Upgrade",
            b"Transfer-Encoding",
            b"Accept-Encoding",
        ]
    ),
    header_text | st.sampled_from([b"gzip", b"deflate", b"chunked", b"application/json", b"100-continue"]),
    max_size=4,
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def any_door(open_door: OpenDoor) -> tuple[Door, dict[str, Issued]]:
    door = await open_door(patience=timedelta(seconds=0.02), reading_pause=timedelta(0))
    return door, {name: await door.add(name, name) for name in PROVIDERS}


@calm
@given(
    provider=st.sampled_from(sorted(PROVIDERS)),
    body=packed,
    encoding=st.sampled_from([None, "gzip", "deflate", "identity"]),
)
async def test_any_body_of_a_known_sender_is_taken_or_refused(
    any_door: tuple[Door, dict[str, Issued]], provider: str, body: bytes, encoding: str | None
) -> None:
    door, issued = any_door
    answer = await door.post(
        body,
        issued[provider].token,
        provider=provider,
        headers={} if encoding is None else {"Content-Encoding": encoding},
    )
    assert answer.status in {200, 202, 400, 413}
    if answer.status > 202:
        assert answer.json["status"] == answer.status


@calm
@given(
    method=st.sampled_from([b"POST", b"GET", b"HEAD", b"PUT", b"OPTIONS", b"CONNECT"]) | header_text,
    path=st.sampled_from(
        [b"/", b"*", b"/v1/hooks/generic", b"http://x/v1/hooks/generic", b"/readyz", b"//", b"x:1"]
    )
    | header_text,
    given_headers=headers,
    body=packed,
    known=st.booleans(),
)
async def test_any_bytes_that_look_like_http_get_an_answer_below_500(
    any_door: tuple[Door, dict[str, Issued]],
    method: bytes,
    path: bytes,
    given_headers: dict[bytes, bytes],
    body: bytes,
    known: bool,
) -> None:
    door, issued = any_door
    lines = [b"%b %b HTTP/1.1" % (method, path), b"Host: x", b"Content-Length: %d" % len(body)]
    if known:
        lines.append(b"Authorization: Bearer " + issued["generic"].token.encode())
    lines += [b"%b: %b" % pair for pair in given_headers.items()]
    answer = await door.exchange(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    if answer:
        assert int(answer.split()[1]) < 500


async def test_recorded_examples_survive_any_single_byte_changed(
    any_door: tuple[Door, dict[str, Issued]],
) -> None:
    door, issued = any_door
    body = bytearray(msgspec.json.encode(PROVIDERS["alertmanager"].example(START)))
    for place in range(0, len(body), 5):
        changed = bytes(body[:place]) + bytes([body[place] ^ 0x5B]) + bytes(body[place + 1 :])
        assert (await door.post(changed, issued["alertmanager"].token)).status in {202, 400}
