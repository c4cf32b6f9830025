"""Pair: a name and its value, in whatever notation: settings, JSON in a text, XML, YAML, hashes of Ruby."""

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.access.rule import MARK, Rule, Span, is_marked, pattern
from bot.domain.access.secret_name import Confidence, grade, is_counted
from bot.domain.access.value import is_mixed, is_ordinary, is_placeholder, is_prose, is_random
from bot.domain.text import words

WEAK_SHORTEST: Final = 12
_BLANK: Final = r"(?:[ \t\r\n]|\\[nrt]){0,12}+"
_QUOTE: Final = r"\\{0,3}[\"']"
_PAIR: Final = re.compile(
    rf"(?<![\w.-])(?P<name>[\w.-]++)(?P<close>\\{{0,3}}[\"'`]?\]?\)?){_BLANK}"
    rf"(?P<sign>:=|=>|->|=(?![=~])|:(?!//|:)|%3[ADad])(?P<gap>{_BLANK})",
    re.ASCII,
)
_VALUE: Final = re.compile(
    r"(?P<fence>\"\"\"|''')(?P<triple>(?s:.{1,4000}?))(?P=fence)|(?:[NnEeRrBb]|[Uu]&)?\\{0,3}\"(?P<double>[^\"\n]*+)|"
    r"(?:[NnEeRrBb]|[Uu]&)?\\{0,3}'(?P<single>[^'\n]*+)"
    r"|\[(?P<list>[ \t]*[\"'][^\[\]\n]{1,2000})\]|(?P<block>[|>][+-]?\d?[+-]?(?=[ \t]*\r?\n))|"
    r"(?P<bare>[^\s\"'&;<>]++|<[^\s>]*>?)",
    re.ASCII,
)
_LINE: Final = re.compile(r"[ \t]*\r?\n(?P<indent>[ \t]*)(?P<text>[^\n]*)")
_TRAILING: Final = ",.;:)]}\\`"
_IDENTIFIER: Final = re.compile(
    r"(?:[a-z]+|\d+|v\d+)(?:[-_./:](?:[a-z]+|\d+|[a-z]{1,3}\d{1,3}|\d{1,2}[a-z]{1,3}))+|"
    r"[\w.-]+/[\w./-]+:[\w.-]+",
    re.ASCII,
)
_CAMEL: Final = re.compile(r"(?:[A-Z][a-z]+){2,}|[A-Z][a-z]+(?:ed|ing|ion|ure|or)", re.ASCII)
"""What a reason or the beginning of a sentence looks like: ``CrashLoopBackOff``, ``Creation``."""
_ATTRIBUTE: Final = re.compile(r"(?:SameSite|HttpOnly|Secure|Max-Age|Path|Domain|Expires)\b", re.ASCII)
_PATH: Final = re.compile(
    r"(?:file:(?://)?|env:|vault:)?(?:~|\.{1,2})?(?:/[A-Za-z][\w.-]*)+/?|(?:file|env|vault):\S+", re.ASCII
)
_STORES: Final = frozenset({"secret", "secrets", "credentials", "creds", "existingsecret"})
_STORED: Final = re.compile(r"[a-z]+(?:[-/][a-z]+)+", re.ASCII)
"""The name of a place that holds secrets: ``secret=web-tls``, ``Secret: shop/db``."""
_NAME: Final = re.compile(r"[a-z]+(?:-[a-z]+)+", re.ASCII)
_QUERY_NAMES: Final = frozenset({"sig", "signature", "x-amz-signature"})
_FILE: Final = re.compile(
    r"\.(?:java|py|go|js|ts|tsx|rb|php|cs|rs|kt|scala|c|cc|cpp|h|git|json|ya?ml|xml|conf|cfg|ini|log|txt|"
    r"sh|sql)$",
    re.ASCII,
)


def _find_pairs(text: str) -> Iterator[Span]:
    done = 0
    for found in _PAIR.finditer(text):
        if found.start() < done:
            continue
        name = found["name"]
        before = text[found.start() - 1 : found.start()]
        if before == "%":  # the word begins with the two digits of a percent escape
            name = name[2:]
        sure = grade(name)
        if before in {"?", "&"} and name.lower() in _QUERY_NAMES:
            sure = Confidence.STRONG
        if sure is Confidence.NONE:
            continue
        span = None if _is_place(found, before) else _value_at(text, found, sure, name)
        if span:
            done = span[1]
        yield span or (found.start(), found.start())


def _is_place(found: re.Match[str], before: str) -> bool:
    """Whether the name is a file, a path, an image or a host: ``Token.java:81``, ``/api/token: 500``."""
    if found["sign"] != ":":
        return False
    if found["close"]:
        return before == "/" and found.string[found.end() : found.end() + 1] not in {'"', "'", "\\"}
    if _FILE.search(found["name"]):
        return True
    follows = found.string[found.end() : found.end() + 6]
    return before in {"/", "@", ":"} or (
        not found["gap"] and re.match(r"\d{1,5}(?!\w)|v?\d+\.\d", follows) is not None
    )


def _value_at(text: str, found: re.Match[str], sure: Confidence, name: str) -> Span | None:
    value = _VALUE.match(text, found.end())
    if value is None:
        return None
    group = value.lastgroup or "bare"
    group = "triple" if group == "fence" else group
    start, end = value.span(group)
    if group == "block":
        return _block(text, found.start(), value.end())
    if group == "bare":
        while end > start and text[end - 1] in _TRAILING:
            end -= 1
    secret = text[start:end].rstrip("\\")
    end = start + len(secret)
    if not secret or secret.startswith(MARK) or is_marked(text, start, end):
        return (
            (start, end) if len(secret) > len(MARK) and secret.startswith(MARK) and group != "bare" else None
        )
    crossed = "\n" in found["gap"]
    if crossed and (
        (group == "bare" and re.match(r"[ \t]*[:=]|[^\n]*: ", text[end : end + 80]))
        or secret.startswith(("-", "#"))
    ):
        return None
    if _is_spared(secret, name, sure, found["sign"], quoted=group != "bare", crossed=crossed):
        return None
    return start, end


def _is_spared(secret: str, name: str, sure: Confidence, sign: str, *, quoted: bool, crossed: bool) -> bool:
    if is_harmless_value(secret, name) or (name.lower() in {"pwd", "oldpwd"} and secret.startswith("/")):
        return True
    if sign == ":" and (name == "PASS" or (not quoted and _is_sentence(secret, name))):
        return True
    if sure is Confidence.WEAK:
        return not is_secret_under_weak(secret, name)
    return (sure is Confidence.LOOSE or crossed) and not quoted and not is_mixed(secret)


def _is_sentence(secret: str, name: str) -> bool:
    """Whether after ``name:`` a sentence, a reason, a status code or the name of a Secret follows."""
    if is_prose(secret) or _CAMEL.fullmatch(secret) or _CODE.fullmatch(secret):
        return True
    return name.lower().endswith("secret") and _NAME.fullmatch(secret) is not None


def is_harmless_value(secret: str, name: str) -> bool:
    """Whether no secret looks like this, whatever its name: yes, no, a count, a placeholder, a page."""
    small = name.lower()
    return (
        is_placeholder(secret)
        or secret.startswith(("http://", "https://"))
        or secret.lower().rstrip(".,)") in _NOTHING
        or not any(char.isalnum() for char in secret)
        or _ATTRIBUTE.match(secret) is not None
        or (_PATH.fullmatch(secret) is not None and not (is_random(secret) and _DIGIT.search(secret)))
        or (small in _STORES and _STORED.fullmatch(secret) is not None)
        or (small.endswith("id") and "/" in secret and not is_mixed(secret))  # a path in a store of secrets
        or (secret[:1] in "\"'" and is_prose(secret))
        or (is_counted(name) and _COUNT.fullmatch(secret) is not None)
    )


_DIGIT: Final = re.compile(r"\d", re.ASCII)
_CODE: Final = re.compile(r"\d{1,3}", re.ASCII)
_COUNT: Final = re.compile(r"(?:\w{1,20}=)?\d{1,9}", re.ASCII)
_NOTHING: Final = frozenset(
    words(
        "yes no true false null none nil on off undefined required optional enabled disabled missing empty "
        "invalid expired bearer basic"
    )
)


def is_secret_under_weak(secret: str, name: str) -> bool:
    """Whether it looks like a secret, under a name that alone says little."""
    shortest = 8 if name.lower().endswith(("psk", "pin", "sid")) else WEAK_SHORTEST  # people make those up
    if (
        len(secret) < shortest
        or (" " in secret and not name.lower().endswith("psk"))
        or is_ordinary(secret)
        or _IDENTIFIER.fullmatch(secret)
    ):
        return False
    if name.lower() in {"key", "keys"}:
        return len(secret) >= 16 and is_random(secret) and not secret.isdigit()  # noqa: PLR2004
    return is_random(secret) or is_mixed(secret)


def _block(text: str, name_at: int, at: int) -> Span | None:
    """The lines of a YAML block: all that are indented deeper than the line of the name."""
    line = text.rfind("\n", 0, name_at) + 1
    indent = len(text[line:name_at]) - len(text[line:name_at].lstrip(" \t-"))
    start = end = 0
    while (found := _LINE.match(text, at)) and (not found["text"].strip() or len(found["indent"]) > indent):
        if found["text"].strip():
            start = start or found.start("text")
            end = found.end("text")
        if found.end() == at:
            break
        at = found.end()
    return (start, end) if end > start and not is_marked(text, start, end) else None


def _not_secret(found: re.Match[str]) -> bool:
    secret, name = found["secret"].strip(" \t\r},]"), found["name"]
    if not secret or secret.startswith(MARK) or is_harmless_value(secret, name):
        return True
    sure = grade(name)
    return sure is Confidence.NONE or (sure is Confidence.WEAK and not is_secret_under_weak(secret, name))


_NO_MORE: Final = r"(?-i:[^a-z]|$)"
"""The word ends: not in a small letter, for ``sessionProd`` and ``PIN_2`` are read word by word."""
_WORD_CLUE: Final = (
    r"pass|pw|psk|secret|token|cookie|creds|credential|authoriz|bearer|jwt|sess(?:ion)?[_.-]?id|community|"
    r"csrf|xsrf|otpauth|mnemonic|kennwort|contrasena|senha|wachtwoord|haslo|masterauth|"
    rf"(?:auth|session|salt|licen[sc]e|access|otp|seed){_NO_MORE}|"
    r"(?-i:[Pp](?:at|in)(?:[^a-z]|$)|P(?:AT|IN)(?:[^A-Z]|[A-Z][a-z]|$))|"
    rf"(?:^|\\[nrt]|[^a-z])(?:sid|mdp){_NO_MORE}|(?-i:[a-z](?:Sid|SID|Mdp|MDP)){_NO_MORE}|"
    rf"(?:[^gp_-]|[^u]p|(?:[^n]|[^i]n|[^t]in)g)[_-]{{0,2}}keys?{_NO_MORE}|^[gp_-]?keys?{_NO_MORE}"
)

PAIRS: Final = (
    Rule(
        name="name and value",
        clue=_WORD_CLUE,
        find=_find_pairs,
        matches=("DB_PW = hunter2", ":password => 'x y'", "token: |\n  a\n  b\nc: d"),
        misses=("pass=120 fail=3", "TokenFilter.java:81", "password: ${DB_PASSWORD}"),
    ),
    Rule(
        name="element of XML",
        clue=r"<[\w:.-]*(?:pass|pwd|pw|secret|token|key|cred|auth|cookie|session|psk|salt|licen)",
        find=pattern(r"<(?P<name>[\w:.-]{1,64})(?:\s[^<>]{0,200})?>(?P<secret>[^<>]+)<", spare=_not_secret),
        matches=(
            "<password>a b</password>",
            '<Password type="x">hunter2</Password>',
            "<ns:apiKey>8fj3</ns:apiKey>",
        ),
        misses=("<password/>", "<token>[redacted]</token>", "<tokenCount>3</tokenCount>"),
    ),
    Rule(
        name="name beside value",
        clue=r"(?:name|key|header|field|id)\\*[\"']?(?:\s|\\[nrt])*[=:](?:\s|"
        r"\\[nrt])*\\*[\"'][^\"']*(?:pass|pw|secret|token|key|cred|auth|cookie|session)",
        find=pattern(
            rf"(?:name|key|header|field|id)\\{{0,3}}[\"']?\s{{0,3}}[=:]\s{{0,3}}{_QUOTE}(?P<name>[\w "
            rf".-]{{1,64}})\\{{0,3}}[\"'](?:[\s,;]|\\[nrt]){{0,12}}"
            rf"(?:(?:\\{{0,3}}[\"'])?(?:value|val|content|"
            rf"default)\\{{0,3}}[\"']?\s{{0,3}}[=:]\s{{0,3}}(?:\\{{0,3}}[\"'])?|>)(?P<secret>[^\"'\\<>\n]+)",
            spare=_not_secret,
            flags=re.IGNORECASE,
        ),
        matches=(
            '{"name":"DB_PASSWORD","value":"x"}',
            '<add key="ApiKey" value="8fj3" />',
            '<entry name="db.password">x</entry>',
        ),
        misses=(
            '{"name":"severity","value":"x"}',
            '{"name":"Password reset failing","value":3}',
            '<a id="token_count">3<',
        ),
    ),
    Rule(
        name="name above value",
        clue=r"name\\*[\"']?:[ \t]+\\*[\"']?[\w.-]*(?:pass|pw|secret|token|key|cred|auth|cookie|session)"
        r"[\w.-]*[\"']?[ \t]*(?:\s|\\)",
        find=pattern(
            r"name[\"']?:[ \t]{1,4}[\"']?(?P<name>[\w.-]{1,64})[\"']?[ \t]{0,40}\r?\n"
            r"[ \t]{0,80}[\"']?value[\"']?:[ \t]{1,4}[\"']?(?P<secret>[^\n\"']{1,400}+)",
            spare=_not_secret,
        ),
        matches=(
            "- name: SMTP_PASS\n  value: tiger+882",
            "name: API_TOKEN\n value: '8fj3kd 2'",
            'name: "db.password"\nvalue: "hunter22"',
        ),
        misses=(
            "- name: SMTP_HOST\n  value: mail",
            "- name: DB_PASSWORD\n  valueFrom: x",
            "name: TOKEN_COUNT\nvalue: 3",
        ),
    ),
    Rule(
        name="name before value in a list",
        clue=r"[(\[]\s*\\*[\"'][\w.-]*(?:pass|pw|secret|token|key|cred|auth|cookie|session)[\w.-]*\\*[\"'],",
        find=pattern(
            rf"{_QUOTE}(?P<name>[\w.-]{{1,64}})\\{{0,3}}[\"'],[ "
            rf"\t]{{0,3}}{_QUOTE}(?P<secret>[^\"'\\\n]+)(?=\\{{0,3}}[\"'][ \t]{{0,3}}[)\]])",
            spare=_not_secret,
        ),
        matches=('["password", "x"]', "define('DB_PASSWORD', 'x y');", '[["token","8fj3"]]'),
        misses=('["host", "x"]', '["token", "a", "b"]', "('password_file', '/x')"),
    ),
)
