"""Every limit of form: what Discord refuses, the sandbox refuses in Discord's own words."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox.limit.message import field_of, read_draft
from bot.sandbox.model.error import ApiError
from bot.sandbox.model.mention import ALL_ALLOWED
from tests.sandbox.desk import codes

Json = dict[str, Any]
BUTTON: Json = {"type": 2, "style": 1, "label": "ok", "custom_id": "a"}
SELECT: Json = {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]}
TEXT: Json = {"type": 10, "content": "words"}
V2 = 1 << 15


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def refused_message(body: Json) -> dict[str, str]:
    with pytest.raises(ApiError) as caught:
        read_draft(field_of(body), {}, ALL_ALLOWED, extra_flags=V2)
    return codes(caught.value.errors or {"_errors": [{"code": str(caught.value.code)}]})


MESSAGES = [
    ({"content": "x" * 2001}, {"content": "BASE_TYPE_MAX_LENGTH"}),
    ({"content": 5, "embeds": "x"}, {"embeds": "LIST_TYPE_CONVERT"}),
    ({"content": ["x"]}, {"content": "STRING_TYPE_CONVERT"}),
    ({"content": "x", "nonce": "n" * 26}, {"nonce": "BASE_TYPE_MAX_LENGTH"}),
    ({"content": "x", "nonce": 1 << 63}, {"nonce": "NUMBER_TYPE_MAX"}),
    ({"content": "x", "tts": "yes"}, {"tts": "BOOLEAN_TYPE_CONVERT"}),
    ({"embeds": [{"title": "x"}] * 11}, {"embeds": "BASE_TYPE_MAX_LENGTH"}),
    ({"embeds": [{"title": "x" * 257}]}, {"embeds.0.title": "BASE_TYPE_MAX_LENGTH"}),
    ({"embeds": [{"description": "x" * 4097}]}, {"embeds.0.description": "BASE_TYPE_MAX_LENGTH"}),
    ({"embeds": [{"footer": {"text": "x" * 2049}}]}, {"embeds.0.footer.text": "BASE_TYPE_MAX_LENGTH"}),
    ({"embeds": [{"author": {"name": "x" * 257}}]}, {"embeds.0.author.name": "BASE_TYPE_MAX_LENGTH"}),
    (
        {"embeds": [{"fields": [{"name": "x" * 257, "value": "v" * 1025}]}]},
        {
            "embeds.0.fields.0.name": "BASE_TYPE_MAX_LENGTH",
            "embeds.0.fields.0.value": "BASE_TYPE_MAX_LENGTH",
        },
    ),
    (
        {"embeds": [{"fields": [{"name": " ", "value": "v"}]}]},
        {"embeds.0.fields.0.name": "BASE_TYPE_REQUIRED"},
    ),
    ({"embeds": [{"fields": [{"name": "n"}]}]}, {"embeds.0.fields.0.value": "BASE_TYPE_REQUIRED"}),
    (
        {"embeds": [{"title": "t", "fields": [{"name": "n", "value": "v"}] * 26}]},
        {"embeds.0.fields": "BASE_TYPE_MAX_LENGTH"},
    ),
    (
        {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]},
        {"embeds": "MAX_EMBED_SIZE_EXCEEDED"},
    ),
    ({"embeds": [{"title": "t", "color": 1 << 24}]}, {"embeds.0.color": "NUMBER_TYPE_MAX"}),
    ({"embeds": [{"title": "t", "timestamp": "soon"}]}, {"embeds.0.timestamp": "DATE_TIME_TYPE_PARSE"}),
    ({"embeds": [{"title": "t", "url": "ftp://x"}]}, {"embeds.0.url": "URL_TYPE_INVALID_SCHEME"}),
    ({"embeds": [{"title": "t", "url": "x"}]}, {"embeds.0.url": "URL_TYPE_INVALID_URL"}),
    *(
        ({"embeds": [{"title": "t", "url": url}]}, {"embeds.0.url": "URL_TYPE_INVALID_URL"})
        for url in (
            "http://localhost/",
            "http://prometheus:9090/graph",
            "http://a.example:99999",
            "http://[::1]/",
        )
    ),
    (
        {"components": [row({"type": 2, "style": 5, "label": "x", "url": "http://alertmanager:9093"})]},
        {"components.0.components.0.url": "URL_TYPE_INVALID_URL"},
    ),
    (
        {"embeds": [{"title": "t", "image": {"url": "attachment://none.png"}}]},
        {"embeds.0.image.url": "URL_TYPE_INVALID_URL"},
    ),
    ({"embeds": [{}]}, {"embeds.0.description": "BASE_TYPE_REQUIRED"}),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        {"allowed_mentions": "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
    ),
    (
        {"content": "x", "allowed_mentions": {"parse": ["all"]}},
        {"allowed_mentions.parse.0": "BASE_TYPE_CHOICES"},
    ),
    (
        {"content": "x", "allowed_mentions": {"roles": [str(at) for at in range(101)]}},
        {"allowed_mentions.roles": "BASE_TYPE_MAX_LENGTH"},
    ),
    ({"content": "x", "components": [row(BUTTON)] * 6}, {"components": "BASE_TYPE_MAX_LENGTH"}),
    ({"content": "x", "components": [BUTTON]}, {"components.0.type": "UNION_TYPE_CHOICES"}),
    (
        {"content": "x", "components": [row(BUTTON, BUTTON)]},
        {"components.0.components.1.custom_id": "COMPONENT_CUSTOM_ID_DUPLICATED"},
    ),
    ({"content": "x", "components": [row()]}, {"components.0.components": "BASE_TYPE_BAD_LENGTH"}),
    (
        {"content": "x", "components": [row(SELECT, BUTTON)]},
        {"components.0.components": "COMPONENT_LAYOUT_WIDTH_EXCEEDED"},
    ),
    (
        {"content": "x", "components": [row(BUTTON | {"label": "x" * 81})]},
        {"components.0.components.0.label": "BASE_TYPE_MAX_LENGTH"},
    ),
    (
        {"content": "x", "components": [row(BUTTON | {"custom_id": "x" * 101})]},
        {"components.0.components.0.custom_id": "BASE_TYPE_BAD_LENGTH"},
    ),
    (
        {"content": "x", "components": [row({"type": 2, "style": 1, "custom_id": "a"})]},
        {"components.0.components.0.label": "BUTTON_COMPONENT_LABEL_REQUIRED"},
    ),
    (
        {"content": "x", "components": [row({"type": 2, "style": 5, "label": "x", "url": "h" * 513})]},
        {"components.0.components.0.url": "BASE_TYPE_MAX_LENGTH"},
    ),
    (
        {"content": "x", "components": [row(BUTTON | {"style": 5, "url": "https://a.example"})]},
        {"components.0.components.0.custom_id": "BUTTON_COMPONENT_MUTUALLY_EXCLUSIVE"},
    ),
    (
        {"content": "x", "components": [row(BUTTON | {"style": 7})]},
        {"components.0.components.0.style": "BASE_TYPE_CHOICES"},
    ),
    (
        {"content": "x", "components": [row(SELECT | {"options": SELECT["options"] * 2})]},
        {"components.0.components.0.options.1.value": "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
    ),
    (
        {"content": "x", "components": [row(SELECT | {"max_values": 2})]},
        {"components.0.components.0.max_values": "SELECT_COMPONENT_MAX_VALUES"},
    ),
    (
        {"content": "x", "components": [row(SELECT | {"placeholder": "x" * 151})]},
        {"components.0.components.0.placeholder": "BASE_TYPE_MAX_LENGTH"},
    ),
    (
        {"flags": V2, "content": "x", "components": [TEXT]},
        {"content": "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"},
    ),
    (
        {"flags": V2, "components": [TEXT | {"content": "x" * 4001}]},
        {"components.0.content": "BASE_TYPE_BAD_LENGTH"},
    ),
    (
        {"flags": V2, "components": [TEXT | {"content": "x" * 2001}] * 2},
        {"components": "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"},
    ),
    (
        {"flags": V2, "components": [{"type": 17, "components": [TEXT] * 20}] * 2},
        {"components": "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"},
    ),
    (
        {"flags": V2, "components": [{"type": 9, "components": [TEXT] * 4, "accessory": BUTTON}]},
        {"components.0.components": "BASE_TYPE_BAD_LENGTH"},
    ),
    (
        {"flags": V2, "components": [{"type": 12, "items": []}]},
        {"components.0.items": "BASE_TYPE_BAD_LENGTH"},
    ),
    ({"content": "  "}, {"": "50006"}),
    ({}, {"": "50006"}),
    (
        {"poll": {"question": {"text": "?" * 301}, "answers": []}},
        {
            "poll.question.text": "BASE_TYPE_BAD_LENGTH",
            "poll.answers": "BASE_TYPE_BAD_LENGTH",
        },
    ),
]


@pytest.mark.parametrize(("body", "errors"), MESSAGES, ids=[str(at) for at in range(len(MESSAGES))])
def test_a_message_beyond_a_limit_is_refused_by_path_and_code(body: Json, errors: dict[str, str]) -> None:
    assert refused_message(body) == errors


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2000},
        {"content": "\N{FIRE}" * 2000},
        {"content": " " * 5 + "x" * 2000 + "\n"},
        {"embeds": [{"description": "x" * 4096, "title": "t" * 256}, {"description": "x" * 1648}]},
        {"content": "x", "components": [row(*({**BUTTON, "custom_id": str(at)} for at in range(5)))]},
        {"content": "x", "components": [row(SELECT)]},
        {"flags": V2, "components": [{"type": 17, "accent_color": 5, "components": [TEXT, {"type": 14}]}]},
        {"flags": V2, "components": [{"type": 9, "components": [TEXT], "accessory": BUTTON}]},
        {"content": "x", "allowed_mentions": {"parse": [], "roles": ["1"]}, "nonce": "n" * 25},
        {"content": "x", "flags": "4096"},
        *(
            {"embeds": [{"title": "t", "url": url}]}
            for url in (
                "http://10.0.0.1:9090/graph",
                "HTTPS://Grafana.Example:3000/?a=b#c",
                "http://bücher.example/",
            )
        ),
    ],
)
def test_a_message_at_a_limit_passes(body: Json) -> None:
    read_draft(field_of(body), {}, ALL_ALLOWED, extra_flags=V2)


def test_all_errors_of_a_body_are_told_at_once() -> None:
    found = refused_message({"content": "x" * 2001, "embeds": [{"title": "x" * 257}], "nonce": "x" * 26})
    assert found.keys() == {"content", "embeds.0.title", "nonce"}


def test_every_component_gets_an_id() -> None:
    draft = read_draft(field_of({"content": "x", "components": [row(BUTTON)]}), {}, ALL_ALLOWED)
    assert (draft.components[0]["id"], draft.components[0]["components"][0]["id"]) == (1, 2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
KEYS = ("content", "embeds", "components", "flags", "attachments", "allowed_mentions", "nonce", "poll", "tts")
BODY = st.dictionaries(
    st.sampled_from(KEYS), JSON | st.lists(st.fixed_dictionaries({"type": st.integers(0, 20)}))
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(BODY)
def test_any_body_whatever_is_read_or_refused(body: Json) -> None:
    refused: Json = {}
    try:
        read_draft(field_of(body), {}, ALL_ALLOWED)
    except ApiError as error:
        refused = error.body()
    assert refused.get("code") in (None, 50035, 50006)
    json.dumps(refused)
