"""Address: secrets in URLs and connection strings: user and password, paths that are keys, queries."""

import re
from typing import Final

from bot.domain.access.rule import Rule, pattern
from bot.domain.access.secret_name import is_secret_name
from bot.domain.access.value import is_mixed, is_ordinary, is_placeholder, is_random
from bot.domain.text import words

SHORTEST_VALUE: Final = 6
LONG_VALUE: Final = 16
_QUERY_ENDINGS: Final = frozenset(
    words(
        "key sig signature code appid pwd auth apikey token secret pass password pw hash otp ticket jwt "
        "assertion sid session credential"
    )
)
_PLAIN_QUERY: Final = frozenset(
    words(
        "sort primary order group partition cache status country language lang zip postal error exit "
        "currency source msg trans i18n region"
    )
)
_KEYISH: Final = (
    r"(?:web)?hooks?(?:b2)?|catch|keys?|reset(?:[-_]?password)?|password[-_]?reset|magic(?:[-_]?(?:link|"
    r"login))?|"
    r"invit(?:e|es|ation|ations)|bot|activate|activation|confirm|verify|verification|unsubscribe|"
    r"login[-_]?link|share|shared|"
    r"token|auth|feed|private|secret|callback|join|ping|services|workflows|triggers|integrations?|"
    r"heartbeat|push"
)


def _plain_query(found: re.Match[str]) -> bool:
    parts = words(found["name"])
    value = found["secret"]
    if is_placeholder(value) or value.startswith("[redacted"):
        return True
    if is_secret_name(found["name"]):
        return value.isdigit() and len(value) < 4  # noqa: PLR2004
    if not parts or parts[-1] not in _QUERY_ENDINGS or (len(parts) > 1 and parts[-2] in _PLAIN_QUERY):
        return True
    if parts[-1] in {"sig", "signature", "pwd", "pw"}:
        return False
    if is_ordinary(value) or len(value) < SHORTEST_VALUE:
        return True
    return not (is_mixed(value) or is_random(value) or len(value) >= LONG_VALUE)


def _plain_path(found: re.Match[str]) -> bool:
    secret = found["secret"]
    if re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", secret, re.IGNORECASE):
        return False
    if re.search(r"/(?:services|webhookb2|catch|hooks?)/$", found["keep"]) and any(
        char.isdigit() for char in secret
    ):
        return False
    return not is_mixed(secret) or not is_random(secret, longest=3.4)


def _plain_pair(found: re.Match[str]) -> bool:
    secret = found["secret"]
    if is_placeholder(secret) or "@" in found["user"] or secret.startswith("[redacted"):
        return True
    return len(secret) < 6 or not is_mixed(secret) or found["host"].startswith(("sha256", "sha512"))  # noqa: PLR2004


def _stands_for(found: re.Match[str]) -> bool:
    """Whether a variable is filled in where the password stands, or stars hide it."""
    value = found["secret"].partition(":")[2]
    return _VARIABLE.fullmatch(value) is not None


_VARIABLE: Final = re.compile(
    r"\$\{\w{1,64}\}|\$\(\w{1,64}\)|\{\{[\w.]{1,64}\}\}|%\(\w{1,64}\)s|\$[A-Z][A-Z_]{2,64}|\*{3,}|\{[a-z_]{1,40}\}",
    re.ASCII,
)

ADDRESSES: Final = (
    Rule(
        name="webhook",
        clue=r"webhooks?(?:b2)?/|hooks\.slack\.com|hooks/|hooks\.zapier",
        find=pattern(
            r"(?:/api/(?:v\d{1,2}/)?webhooks/\d{1,20}/|hooks\.slack\.com/(?:services|workflows|"
            r"triggers)/|/webhookb2/|/hooks/catch/(?:\d{1,12}/)?)"
            r"(?P<secret>[^\s\"'<>?#\\]++)",
            flags=re.IGNORECASE,
        ),
        matches=(
            "/api/webhooks/12/ab-C_d",
            "https://hooks.slack.com/services/T0/B0/XyZ",
            "x.webhook.office.com/webhookb2/a@b/c",
        ),
        misses=("/api/webhooks", "hooks.slack.com is down", "GET /api/webhooks/12/"),
    ),
    Rule(
        name="user and password in an address",
        clue=r"://[^\s/\"'<>]*@|:(?:/|\\/){2}[^\s/\"'<>]*@",
        find=pattern(
            r"://(?!\[redacted\]@)(?P<secret>[^\s/@:\"'<>]*+:[^\s/\"'<>]*(?:/[^\s/@\"'<>]*(?=@[\w.-]+[:/]"
            r"))?|[^\s/@:\"'<>]{20,})(?=@)",
            spare=_stands_for,
        ),
        matches=(
            "postgres://app:p@ss:w0rd@db/x",
            "redis://:hunter2@cache:6379",
            "https://0123456789abcdef0123@git.org/x",
        ),
        misses=("ssh://git@git.org/x", "http://prom:9090/graph", "http://[redacted]@g.org/d"),
    ),
    Rule(
        name="connection string",
        clue=r":[^\s@\"]*@[a-z0-9(]",
        find=pattern(
            r"(?<![\w/@.:-])(?P<user>[\w.-]{1,64}):(?P<secret>[^\s@\"'<>/]{1,128}+)(?=@(?P<host>(?:tcp|"
            r"unix|udp|cloudsql)?\(|[\w.-]{1,255}(?::\d|/|\s|$)))",
            spare=lambda found: _plain_pair(found) and not found["host"].endswith("("),
        ),
        matches=(
            "bob:hunter2@tcp(db:3306)/shop",
            "app:x@unix(/run/m.sock)/shop",
            "smtp bob:Hunter22@mx.example.org:587",
        ),
        misses=("user@host:22", "nginx:1.25@sha256:0a0a0a", "unit getty@tty1.service"),
    ),
    Rule(
        name="name/password@database",
        clue=r"thin:|(?:sqlplus|impdp|expdp|sqlldr|rman|exp|imp) ",
        find=pattern(
            r"(?:thin:|(?:sqlplus(?: -\w+)?|impdp|expdp|sqlldr|rman target|exp|imp) "
            r")[A-Za-z][\w$.-]{0,63}/(?P<secret>[^\s@\"'/]{1,64})(?=@|\s|$)",
            spare=lambda found: is_placeholder(found["secret"]),
        ),
        matches=(
            "jdbc:oracle:thin:scott/tiger1@db:1521",
            "sqlplus scott/tiger1@orcl",
            "expdp bob/tiger1 full=y",
        ),
        misses=("jdbc:oracle:thin:@db:1521/x", "user/group@example.org", "exp 3/4"),
    ),
    Rule(
        name="query of an address",
        clue=r"(?:[?&;#]|%26|%3f|u0026)[\w.%-]*(?:key|sig|signature|code|appid|pwd|pw|auth|token|secret|"
        r"pass|password|hash|otp|ticket|jwt|assertion|sid|session|credential)[\w.%-]*(?:=|%3d)",
        find=pattern(
            r"(?<=[?&;#6fF])(?P<name>[A-Za-z_][\w.-]{0,63})(?:=|%3[Dd])(?P<secret>[^\s&\"'<>#;\\]++)",
            spare=_plain_query,
        ),
        matches=("https://x.org/a?sig=def&page=2", "?appid=0a1b2c3d4e5f", "https://x.org/?key=aB3dE5gH7"),
        misses=("?page=2&lang=de", "https://x.org/?sort_key=name2020", "?code=500"),
    ),
    Rule(
        name="address that is a key",
        clue=rf"/(?:{_KEYISH})(?:/|-[0-9a-z])",
        find=pattern(
            rf"(?P<keep>/(?:{_KEYISH})/(?:\d{{1,20}}/)?)(?P<secret>[A-Za-z0-9_~-]{{16,}}+(?:/[A-Za-z0-9_-"
            rf"]{{20,}}+)?)",
            spare=_plain_path,
            flags=re.IGNORECASE,
        ),
        matches=(
            "https://x.org/reset/a1b2c3d4e5f6g7h8i9",
            "https://x.org/hook/1b4e28ba-2fa1-4d2b-883f-0016d3cca427",
            "/invite/aB3dE5gH7jK9mN1pQ3",
        ),
        misses=(
            "/reset/password",
            "/products/1b4e28ba-2fa1-41d2-883f-0016d3cca427",
            "/auth/authentication-service",
        ),
    ),
)
