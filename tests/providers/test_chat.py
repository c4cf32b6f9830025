"""Messages for people are read as alerts: which thing, firing or over, how bad."""

import json
import re
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.errors import InvalidInputError
from bot.providers import discord_webhook, slack_webhook
from bot.providers.wording import identity_of, read_line, severity_of, status_of_colour

RED, GREEN, GREY, ORANGE = 15158332, 3066993, 0x95A5A6, 0xFFA500
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                re.findall(
                    r"\w+",
                    "content embeds title description color fields name value text "
                    "attachments blocks type elements footer author url",
                )
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


def discord(**body: object) -> Signal:
    ((_, signal),) = discord_webhook.read_message(body).signals
    return signal


def slack(**body: object) -> Signal:
    ((_, signal),) = slack_webhook.read_message(body).signals
    return signal


@pytest.mark.parametrize(
    ("on", "over"),
    [
        ("PROBLEM: High CPU on nas-01", "OK: High CPU on nas-01"),
        ("Problem: High CPU on nas-01", "Resolved in 5m 10s: High CPU on nas-01"),
        ("[FIRING:2] HighErrorRate for shop", "[RESOLVED] HighErrorRate for shop"),
        ("**[FIRING:1]** Disk", "**[RESOLVED]** Disk"),
        ("[Checkout API] [🔴 Down] status code 503", "[Checkout API] [✅ Up] 200 - OK"),
        ("“nightly backup” is DOWN.", "“nightly backup” is UP."),
        ("❌ Your service Checkout went down. ❌", "✅ Your service Checkout is up! ✅"),
        ("nas-01 needs attention, `disk`", "nas-01 recovered, `disk`"),
        ("CRITICAL High CPU on nas-01", "RESOLVED High CPU on nas-01"),
        ("🔥 api", "✅ api"),
        (
            "An alert for **api** has been triggered due to 3 failures",
            "An alert for **api** has been resolved",
        ),
    ],
)
def test_a_recovery_in_words_names_what_fired(on: str, over: str) -> None:
    fired, resolved = read_line(on), read_line(over)
    assert (fired.status, resolved.status) == (Status.FIRING, Status.RESOLVED)
    assert identity_of(fired.subject) == identity_of(resolved.subject)
    assert discord(content=on).fingerprint == discord(content=over).fingerprint
    assert slack(text=on).fingerprint == slack(text=over).fingerprint


@pytest.mark.parametrize(
    "line", ["Scaling up failed", "Backup is up to date", "Deploy done", "High CPU on x", "recovery plan", ""]
)
def test_words_elsewhere_say_nothing(line: str) -> None:
    assert read_line(line).status is None


def test_two_things_stay_two() -> None:
    one = discord(embeds=[{"title": "DOWN: api on nas-01:9100", "color": RED}])
    other = discord(embeds=[{"title": "DOWN: api on nas-01:9200", "color": RED}])
    assert one.fingerprint != other.fingerprint
    host = [{"title": "High CPU", "color": RED, "fields": [{"name": "Host", "value": name}]} for name in "ab"]
    found = [signal.fingerprint for _, signal in discord_webhook.read_message({"embeds": host}).signals]
    assert len(set(found)) == 2


def test_a_recovery_in_colour_alone() -> None:
    on = discord(embeds=[{"title": "Disk of nas-01", "color": RED}])
    over = discord(embeds=[{"title": "Disk of nas-01", "color": GREEN}])
    assert (on.status, over.status, on.fingerprint) == (Status.FIRING, Status.RESOLVED, over.fingerprint)
    on = slack(attachments=[{"title": "Disk", "color": "danger"}])
    over = slack(attachments=[{"title": "Disk", "color": "good"}])
    assert (on.status, over.status, on.fingerprint) == (Status.FIRING, Status.RESOLVED, over.fingerprint)


def test_a_measured_value_is_no_identity() -> None:
    texts = ("nas-01 is critical, `disk_space._srv` (_disk_)", "nas-01 recovered, `disk_space._srv` (_disk_)")
    titles = ("disk space usage = 93.4%", "disk space usage (alarm was raised for 5 minutes)")
    on, over = (
        slack(text=text, attachments=[{"title": title, "color": colour}])
        for text, title, colour in zip(texts, titles, ("#ca414b", "#77ca6d"), strict=True)
    )
    assert on.fingerprint == over.fingerprint
    assert (on.name, on.severity, over.status) == ("disk space usage", Severity.CRITICAL, Status.RESOLVED)


def test_severity_and_colours() -> None:
    assert [status_of_colour(each) for each in (RED, ORANGE, GREEN, GREY, None)] == [
        Status.FIRING,
        Status.FIRING,
        Status.RESOLVED,
        None,
        None,
    ]
    assert severity_of(RED, "x") is Severity.CRITICAL
    assert severity_of(ORANGE, "x") is Severity.WARNING
    assert severity_of(RED, "warning: x") is Severity.WARNING
    assert severity_of(None, "api is down") is Severity.CRITICAL
    assert severity_of(GREY, "note") is Severity.INFO


def test_slack_markup_becomes_plain() -> None:
    found = slack(text="<!channel> disk &amp; <https://x.example/a|the page> of <@U1>")
    assert found.name == "disk & the page of @U1"
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Problem: api"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Host*\nweb-1"}]},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": {"text": "Open"}, "url": "https://x.example/"}],
        },
    ]
    found = slack(blocks=blocks)
    assert (found.name, found.target, found.links[0].title) == ("api", "web-1", "Open")


def test_an_empty_message_is_refused_in_the_products_words() -> None:
    bodies: tuple[object, ...] = ({}, {"content": " "}, {"embeds": []}, {"embeds": 5}, [], "x")
    for body in bodies:
        with pytest.raises(InvalidInputError):
            discord_webhook.read_message(body)
        with pytest.raises(InvalidInputError):
            slack_webhook.read_message(body)


def test_recorded_form_of_netdata_is_one_object() -> None:
    body = parse_qs("payload=" + json.dumps({"text": "x is critical, `y`"}))["payload"][0]
    assert slack(**json.loads(body)).severity is Severity.CRITICAL


@settings(derandomize=True, max_examples=60)
@given(JSON)
def test_any_json_is_read_or_refused(body: object) -> None:
    for module in (discord_webhook, slack_webhook):
        try:
            module.read_message(body)
        except InvalidInputError:
            continue


def test_long_lines_stay_cheap() -> None:
    for text in ("[" * 100_000, "is " * 100_000, "x: 1" * 50_000, "1" * 500_000, " = 1" * 100_000):
        discord_webhook.read_message({"content": text})
