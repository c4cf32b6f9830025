import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access.redaction import redact, redact_body
from bot.domain.access.rule import MARK
from bot.domain.access.secret_name import is_secret_name
from bot.domain.access.secret_pattern import LookBudget, scrub

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
DISCORD = "MTk4NjIyNDgzNDcxOTI1MjQ4" + ".Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"

SECRET_NAMES = [
    *(
        "password",
        "Password",
        "PASSWORD",
        "passwd",
        "pwd",
        "db_password",
        "dbPassword",
        "DB_PASS",
        "PGPASSWORD",
        "passphrase",
        "secret",
    ),
    *(
        "clientSecret",
        "client-secret",
        "AWS_SECRET_ACCESS_KEY",
        "token",
        "access_token",
        "authToken",
        "X-Api-Key",
        "apiKey",
        "apikey",
        "api_key",
    ),
    *(
        "x.api.key",
        "Authorization",
        "Proxy-Authorization",
        "cookie",
        "Set-Cookie",
        "private_key",
        "privateKey",
        "credential",
        "credentials",
    ),
    *("session_id", "secret_id", "SharedAccessKey", "AccountKey", "password2", "jwt", "bearerToken"),
]

HARMLESS_NAMES = [
    *(
        "token_count",
        "tokenCount",
        "max_tokens",
        "keyspace",
        "secretary",
        "author",
        "authority",
        "primary_key",
        "monkey",
        "key",
        "keyboard",
        "groupKey",
    ),
    *(
        "foreign_key",
        "secretName",
        "secret_name",
        "password_expires_at",
        "token_ttl",
        "compass",
        "passed",
        "bypass",
        "cookiecutter",
    ),
    *(
        "access_key_id",
        "tokenizer",
        "credentialed_at",
        "host",
        "name",
        "value",
        "id",
        "alertname",
        "severity",
        "instance",
        "auth_type",
    ),
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_what_stands_under_a_secret_name_is_hidden(name: str) -> None:
    assert redact({name: "hunter"}).value == {name: MARK}
    assert redact({name: 1234}).value == {name: MARK}
    assert redact({name: {"a": ["hunter"]}}).value == {name: MARK}


@pytest.mark.parametrize("name", HARMLESS_NAMES)
def test_a_harmless_name_hides_nothing(name: str) -> None:
    assert not is_secret_name(name)
    assert redact({name: "hunter"}).value == {name: "hunter"}
    assert scrub(f"{name}=hunter {name}: hunter") == (f"{name}=hunter {name}: hunter", 0)


def test_nothing_is_no_secret() -> None:
    fields = {"password": "", "token": None, "secret": True, "api_key": MARK}
    assert redact(fields) == redact_body(json.dumps(fields).encode(), fields)
    assert redact(fields).value == fields
    assert redact(fields).hits == 0


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("-H 'Authorization: token abc' https://x.org", "-H 'Authorization: [redacted]' https://x.org"),
        ("Cookie: sid=1; theme=dark\nHost: x", "Cookie: [redacted]\nHost: x"),
        ("sent Bearer s3cr3tvalue to x", "sent Bearer [redacted] to x"),
        ("Basic dXNlcjpwYXNzd29yZA== was sent", "Basic [redacted] was sent"),
        (f"jwt {JWT}!", "jwt [redacted]!"),
        (f"bot {DISCORD}, stop", "bot [redacted], stop"),
        (f"key:\n{PEM}\nend", "key:\n[redacted]\nend"),
        (PEM[:40] + " and then the text was cut", "[redacted]"),
        ("AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE", "[redacted] and [redacted]"),
        ("pushed with ghp_0123456789abcdefghijABCDEFGHIJ012345", "pushed with [redacted]"),
        ("github_pat_0123456789abcdefghij_0123 glpat-0123456789abcdefghij", "[redacted] [redacted]"),
        ("xoxb-123456789012-abcdef xapp-1-A0123456789", "[redacted] [redacted]"),
        (f"google AIza{'Sy-_5' * 7} end", "google [redacted] end"),
        (f"stripe sk_{'live'}_{'4eC39Hq' * 4}, rk_{'test'}_{'4eC39Hq' * 4}", "stripe [redacted], [redacted]"),
        (f"sk-proj-{'aB3-_' * 8} or sk-{'aB3x' * 12}", "[redacted] or [redacted]"),
        (f"npm_{'aB3x' * 9} pypi-{'AgEI-' * 12} glsa_{'aB3x' * 9}", "[redacted] [redacted] [redacted]"),
        (f"bot123456789:AA{'Hdq-_' * 6}abc fails", "bot[redacted] fails"),
        ("curl -fsS -u admin:hunter2 http://x", "curl -fsS -u admin:[redacted] http://x"),
        ("wget --user=ops:hunter2 x", "wget --user=ops:[redacted] x"),
        ("mysqldump -h db -uroot -phunter2 shop: exit 2", "mysqldump -h db -uroot -p[redacted] shop: exit 2"),
        (f"sent toc_{'aB3-_' * 9} and tocs_{'x' * 43}.", "sent [redacted] and [redacted]."),
        ("postgres://app:p@ss:w0rd@db/x", "postgres://[redacted]@db/x"),
        ("clone https://0123456789abcdef0123@git.org/x", "clone https://[redacted]@git.org/x"),
        ("ssh://git@git.org/x", "ssh://git@git.org/x"),
        (
            "https://x.org/a?token=abc&sig=def&page=2",
            "https://x.org/a?token=[redacted]&sig=[redacted]&page=2",
        ),
        ("https://discord.com/api/webhooks/123/ab-C_d", "https://discord.com/api/webhooks/123/[redacted]"),
        (
            "https://discord.com/api/v10/webhooks/123/ab",
            "https://discord.com/api/v10/webhooks/123/[redacted]",
        ),
        ("https://hooks.slack.com/services/T0/B0/XyZ", "https://hooks.slack.com/services/[redacted]"),
        ("Server=db;User Id=sa;Password=a b;x=1", "Server=db;User Id=sa;Password=[redacted] b;x=1"),
        ("host=db password='a b' user=x", "host=db password='[redacted]' user=x"),
        ('{"db_password": "a b", "x": 1}', '{"db_password": "[redacted]", "x": 1}'),
        (r"{\"token\":\"abc\",\"x\":1}", r"{\"token\":\"[redacted]\",\"x\":1}"),
        ("password: swordfish", "password: [redacted]"),
        ("run --password hunter --user x", "run --password [redacted] --user x"),
        ("level=info msg=token=abc", "level=info msg=token=[redacted]"),
        ("?g0.expr=up%7Btoken%3D%22abc%22%7D&g0.tab=1", "?g0.expr=up%7Btoken%3D[redacted]&g0.tab=1"),
        ('Get "http://admin:s3cret@prom:9090/api": EOF', 'Get "http://[redacted]@prom:9090/api": EOF'),
    ],
)
def test_a_secret_in_running_text_is_hidden_and_the_rest_stays(text: str, clean: str) -> None:
    assert scrub(text)[0] == clean
    assert redact({"a": [text]}).value == {"a": [clean]}
    assert scrub(clean) == (clean, 0)


def test_a_name_can_hold_a_secret_itself() -> None:
    assert redact({"http://u:p@host": 1}).value == {"http://[redacted]@host": 1}
    assert redact({"token=abc": 1}).value == {"token=[redacted]": MARK}


@pytest.mark.parametrize(
    "text",
    [
        "invalid token: expired",
        "authorization: permission denied for user x",
        "Basic authentication failed; bearer token missing",
        "process killed, sig=9",
        "mail ops@example.org or ask @everyone",
        "docker run -u 1000:1000 x; ssh -p2222 h; mkdir -p /srv/disk-usage; sort -u a; mysql -P 3306 -p",
        "host sk-prod-database-server-01 runs task_test_suite at 12:AA:BB",
        "unit getty@tty1.service failed on http://prom:9090/graph",
        "v1.27.3 of registry.example.org/team/image",
        "http://prom.example.org:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
    ],
)
def test_a_sentence_about_secrets_keeps_its_words(text: str) -> None:
    assert scrub(text) == (text, 0)


def test_names_and_values_that_stand_side_by_side_are_paired() -> None:
    value = {"env": [{"name": "DB_PASSWORD", "value": "x"}, {"name": "HOME", "value": "/"}]}
    assert redact(value).value == {
        "env": [{"name": "DB_PASSWORD", "value": MARK}, {"name": "HOME", "value": "/"}]
    }
    assert redact([["Cookie", "a=b"], ["Host", "x"]]).value == [["Cookie", MARK], ["Host", "x"]]


def test_hits_are_counted() -> None:
    assert redact({"password": "x", "a": ["token=1", "token=1"], "b": "fine"}).hits == 3


def test_a_clean_body_is_handed_back_as_it_is() -> None:
    value = {"alerts": [{"generatorURL": "http://x/graph?a=1&b=2", "groupKey": "{}"}]}
    raw = json.dumps(value).replace("&", r"\u0026").encode()
    assert redact_body(raw, value).value is value


@pytest.mark.parametrize(
    "raw", [rb'{"to\u006ben":"x"}', rb'{"a":"to\u001b[0mken=x"}', rb'{"a":"x:\/\/u:p@h"}']
)
def test_no_escape_hides_a_secret_from_the_first_glance(raw: bytes) -> None:
    decoded = json.loads(raw.replace(rb"\u001b[0m", b""))
    assert redact_body(raw, decoded).hits == 1


def test_what_lies_too_deep_to_be_looked_into_is_hidden() -> None:
    value: object = "x"
    for _ in range(5_000):
        value = [value]
    assert "x" not in str(redact(value).value)


FRAGMENTS = [
    *(
        "password",
        "token",
        "api_key",
        "Secret",
        "auth",
        "Authorization",
        "Cookie",
        "Bearer ",
        "basic ",
        "name",
    ),
    *(
        "=",
        ":",
        ": ",
        " = ",
        "%3D",
        "://",
        "@",
        "?",
        "&",
        ";",
        ",",
        '"',
        "'",
        "\\",
        '\\"',
        "\n",
        " ",
        "--",
        "-",
        ".",
    ),
    *(
        "hunter2",
        "expired",
        "sig",
        "a",
        "X9",
        MARK,
        "redacted",
        "[",
        "]",
        JWT,
        JWT[:20],
        DISCORD,
        PEM,
        PEM[:31],
    ),
    *(
        "ghp_0123456789abcdefghij",
        "AKIAIOSFODNN7EXAMPLE",
        "xoxb-0123456789",
        "sk-ant-0123456789abcdef",
        "AIza" + "a1-_x" * 7,
        "12345678:AA" + "b1-" * 11,
        " -u u:pw",
        "mysql",
        " -ppw",
        "toc_" + "a1" * 16,
        "/api/webhooks/1/",
        "user:pw@",
        "é",
        "/",
    ),
    *(
        "-----END KEY-----",
        "hooks.slack.com/services/",
        "session",
        "Id",
        "pass",
        "phrase",
        "key",
        "groupKey",
        "\u212a",
    ),
]
pieced = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | pieced | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(pieced | st.text(), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None, max_examples=300)
@given(values)
def test_redacting_twice_changes_nothing(value: object) -> None:
    once = redact(value)
    assert redact(once.value) == type(once)(once.value, 0)


@settings(deadline=None, max_examples=300)
@given(values, st.booleans())
def test_the_first_glance_never_misses_what_the_walk_would_find(value: object, ascii_only: bool) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert redact_body(raw, value) == redact(value)


@settings(deadline=None)
@given(values)
def test_redaction_is_bounded(value: object) -> None:
    before, after = json.dumps(value), json.dumps(redact(value).value)
    assert len(after) <= (1 + len(MARK)) * len(before)


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(
        [
            *(
                "password={}",
                "token: {}",
                "?api_key={}&x",
                "Bearer {}",
                "Authorization: Basic {}",
                "x://u:{}@h/",
            ),
            *(
                "--secret {} -v",
                '"password":"{}"',
                "PGPASSWORD='{}'",
                "a/api/webhooks/77/{}",
                "Set-Cookie: a={}",
            ),
        ]
    ),
    st.from_regex(r"[a-z0-9]{4,8}7Q[a-z0-9]{4,8}", fullmatch=True),
    st.sampled_from(["", " ", "log: ", "é ", "(", "\n"]),
    st.sampled_from(["", " ", "\n", "&", " tail"]),
)
def test_a_planted_secret_is_never_seen_again(frame: str, secret: str, before: str, after: str) -> None:
    planted = {"annotations": {"summary": before + frame.format(secret) + after}}
    assert secret not in json.dumps(redact_body(json.dumps(planted).encode(), planted).value)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    [
        "a.",
        "://a:b",
        "eyJa.",
        "-----BEGIN PRIVATE KEY-----",
        "token='",
        "ghp_a",
        "M" * 24,
        "mysql ",
        " -u a",
        ":AA",
        "sk-",
    ],
)
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    """Anything worse than linear would not end within the timeout on a text of this size."""
    text = unit * (1_000_000 // len(unit)) + " token=x"
    assert scrub(text)[1] >= 1


HOSTILE = (
    "password=a ",
    "token a ",
    "mysql ",
    "aB3dE5gH7jK9mN1pQ3sT4 ",
    "--password x ",
    "http://a:b@c/d?token=e ",
)


@pytest.mark.parametrize("unit", HOSTILE)
def test_rules_look_at_a_hostile_text_a_bounded_number_of_times(unit: str) -> None:
    for size in (50_000, 100_000, 400_000):
        text = unit * (size // len(unit))
        looks = LookBudget(len(text))
        most = looks.left
        assert most <= 4_096 + size // 64
        scrub(text, looks=looks)
        assert looks.left > -1_000  # a few a window, once there are none left


def test_what_is_made_to_cost_much_is_masked_whole_where_a_clue_stands_in_it() -> None:
    unit = "password=a "
    whole = {
        "alerts": [{"summary": f"{at} {unit * 20} PIN_TOKEN=hunter22"} for at in range(2_000)],
        "title": "disk full",
    }
    clean = redact(whole).value
    assert "hunter22" not in str(clean)
    assert clean["title"] == "disk full"  # type: ignore[index]
    assert clean["alerts"][-1] == {"summary": MARK}  # type: ignore[index]


def test_a_long_log_with_a_secret_in_every_hundredth_line_keeps_its_words() -> None:
    line = "2026-11-28T23:00:00Z level=info msg=served path=/api/v1/orders/8121 ms=12 status=200\n"
    text = (line * 99 + "connect password=hunter22 to db\n") * 40
    clean, hits = scrub(text)
    assert hits == 40
    assert clean == text.replace("hunter22", MARK)
