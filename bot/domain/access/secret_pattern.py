r"""Leak: a secret inside running text, recognised by its shape or by what stands before it.

Law: no rule fires on a text without a clue. `CLUES` begin with literals, for which `re` searches at memory
speed; that is what makes clean text cheap. A new rule brings its clue along.

Every expression takes linear time whatever the text: it starts at a literal or where a word starts, and
runs possessively to a delimiter which the next start cannot lie before. What must not stand before it is
asked for after its first character, for `re` skips ahead only to what begins with one. All are ASCII.
"""

import re
from collections.abc import Callable
from typing import Final

from bot.domain.access.secret_name import is_secret_name
from bot.domain.text import words

MARK: Final = "[redacted]"

CLUES: Final = (
    r"ss(?:(?<=pass)|(?<=sess)ion)",
    r"k(?:(?<=tok)en|(?<=cook)ie|(?<=hook)s|ey(?<!groupkey))",
    r"cre(?:(?<=secre)t|ds|dential)",
    r"auth(?:oriz|[^a-z0-9]|$)",
    r"b(?:earer|asic[\s\\])",
    r"j(?:wt|(?<=eyj))",
    r"pwd",
    r"=(?:(?<=sig=)|(?<=signature=))",
    r"@(?<=[^\s\"]@)",
    r"-(?:(?<=xapp-)|(?<=xox[a-z]-)|(?<=glpat-)|(?<=pypi-)|(?<=sk-)[\w-]{20})",
    r"_(?:(?<=gh[pousr]_)|(?<=github_pat_)|(?<=toc_)|(?<=tocs_)|(?<=npm_)|(?<=glsa_)|(?<=k_live_)|(?<=k_test_))",
    r"ia(?:(?<=akia)|(?<=asia))[0-9a-z]{16}",
    r"za(?<=aiza)[\w-]{35}",
    r"\.[\w-]{6,7}\.[\w-]{27}",
    r":aa[\w-]{33}",
    r" -(?:p\S|(?:u|-user)[ =])",
)
"""Expressions for lower-cased text, one of which is found wherever `scrub` or a secret's name would fire;
nor can JSON's short escapes hide it (``\\n`` brings a letter with it)."""

ANY_CLUE: Final = re.compile("|".join(f"(?:{clue})" for clue in CLUES), re.ASCII)

_PROSE: Final = frozenset(
    words(
        "a an and the is was are were has have had not no none null nil empty true false expired expires "
        "invalid missing required incorrect wrong denied refused rejected revoked failed failure unknown "
        "unauthorized forbidden malformed mismatch permission access error errors context cannot could "
        "does for in of on or to with must should too request response server timeout unable unexpected"
    )
)
"""Words that follow ``token:`` in a sentence about a token, not in a setting."""

_SCHEME_PROSE: Final = _PROSE | frozenset(
    words("token tokens auth authentication authorization scheme realm header headers credentials")
)

_SHAPE: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END [A-Z0-9 ]{0,40}-----|\Z)"
    r"|e(?:(?<![\w-]e)|(?<=%[0-9A-F]{2}e))yJ[\w-]{5,}+(?:\.[\w-]*+){2,4}"  # JSON Web Token
    r"|A(?<![A-Z0-9]A)(?:KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])"  # AWS access key id
    r"|gh[pousr]_[A-Za-z0-9]{20,}+|github_pat_\w{20,}+|glpat-[\w-]{20,}+"
    r"|xox[a-z]-[\w-]{10,}+|xapp-[\w-]{10,}+"  # Slack
    r"|[MNO](?<![\w-][MNO])[\w-]{22,27}\.[\w-]{6,7}\.[\w-]{27,}+"  # Discord bot
    r"|AIza[\w-]{35}"  # Google
    r"|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}+"  # Stripe
    r"|s(?<![\w-]s)k-(?:(?:proj|ant|svcacct|admin)-[\w-]{16,}+|[A-Za-z0-9]{32,}+)"  # OpenAI, Anthropic
    r"|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}+|glsa_\w{32,}+"  # npm, PyPI, Grafana
    r"|:AA(?<=\d{8}:AA)[\w-]{33}(?![\w-])"  # Telegram bot, behind its number
    r"|tocs?_[\w-]{32,}+",  # our own: a source's token, a source's signing secret
    re.ASCII,
)
_WEBHOOK: Final = re.compile(
    r"(?P<keep>/api/(?:v\d{1,2}/)?webhooks/\d{1,20}/|hooks\.slack\.com/(?:services|workflows|triggers)/)"
    r"(?P<secret>[^\s\"'<>?#\\]++)",
    re.ASCII | re.IGNORECASE,
)
_USERINFO: Final = re.compile(
    r"(?P<keep>://)(?P<secret>[^\s/@:\"'<>]*+:[^\s/\"'<>]*|[^\s/@:\"'<>]{20,})(?=@)", re.ASCII
)
_HEADER: Final = re.compile(
    r"(?P<keep>(?:[Aa](?<!\w[Aa])(?i:uthorization)|[Cc](?<!\w[Cc])(?i:ookies?2?))\\{0,3}[\"']?"
    r"[ \t]{0,3}[:=][ \t]{0,3}\\{0,3}[\"']?)(?P<secret>[^\n\"']++)",
    re.ASCII,
)
_SCHEME: Final = re.compile(
    r"(?P<keep>(?P<scheme>[Bb](?<!\w[Bb])(?i:earer|asic))\s{1,3})(?P<secret>[\w.~+/=-]{6,}+)", re.ASCII
)
_LOGIN: Final = re.compile(  # curl -u name:password, but not docker -u 1000:1000
    r"(?P<keep> -(?:u|-user)[ =]{1,2}[\"']?(?!\d{1,10}:)[^\s:\"'@]{1,64}:)(?P<secret>[^\s\"'\\]++)", re.ASCII
)
_GLUED: Final = re.compile(  # mysqldump -uroot -ppassword
    r"(?P<keep>(?:mysql|mariadb)[^\n|;&]{0,160}? -p)(?P<secret>[^\s\"'\\]++)", re.ASCII
)
_FLAG: Final = re.compile(r"-(?<![\w-]-)-?(?P<name>[A-Za-z][\w-]*+)(?P<sign>[ \t]{1,3})(?!-)", re.ASCII)
_PAIR: Final = re.compile(
    r"(?<![\w.-])(?P<name>[\w.-]++)\\{0,3}[\"']?[ \t]{0,3}(?P<sign>[=:]|%3[ADad])(?![=~]|//)[ \t]{0,3}",
    re.ASCII,
)
_VALUE: Final = re.compile(
    r"\\{0,3}\"(?P<double>[^\"\n]*+)|\\{0,3}'(?P<single>[^'\n]*+)|(?P<bare>[^\s\"'&;]++)", re.ASCII
)
_ROUNDS: Final = 4
"""A secret glued to another is seen once its neighbour is gone; the last round finds nothing."""
_QUERY_NAMES: Final = frozenset({"sig", "signature", "x-amz-signature"})


def scrub(text: str) -> tuple[str, int]:
    """``text`` with every secret in it replaced by `MARK`, and how many there were."""
    total = 0
    for _ in range(_ROUNDS):
        if not ANY_CLUE.search(text.lower()):
            break
        text, hits = _scrub_once(text)
        total += hits
        if not hits:
            break
    return text, total


def _scrub_once(text: str) -> tuple[str, int]:
    total = 0
    for pattern, mend in _SHAPES:
        text, hits = _replace(pattern, mend, text)
        total += hits
    for pattern in (_FLAG, _PAIR):
        text, hits = _replace_values(pattern, text)
        total += hits
    return text, total


Mend = Callable[[re.Match[str]], str]


def _replace(pattern: re.Pattern[str], mend: Mend, text: str) -> tuple[str, int]:
    hits = 0

    def swap(found: re.Match[str]) -> str:
        nonlocal hits
        mended = mend(found)
        hits += mended != found[0]
        return mended

    return pattern.sub(swap, text), hits


def _replace_values(pattern: re.Pattern[str], text: str) -> tuple[str, int]:
    """Replace what follows a secret's name; the value of any other name is searched for names in turn."""
    done, pieces, hits = 0, list[str](), 0
    for found in pattern.finditer(text):
        if found.start() < done or not _names_secret(found):
            continue
        value = _VALUE.match(text, found.end())
        if value is None or (found["sign"] == ":" and value["bare"] and _is_prose(value["bare"])):
            continue
        secret = value[value.lastgroup or 0].rstrip("\\")
        start = value.start(value.lastgroup or 0)
        if secret in ("", MARK):
            continue
        pieces += (text[done:start], MARK)
        done = start + len(secret)
        hits += 1
    return "".join([*pieces, text[done:]]), hits


def _names_secret(found: re.Match[str]) -> bool:
    name = found["name"]
    before = found.string[found.start() - 1 : found.start()]
    if before == "%":  # the word begins with the two digits of a percent escape
        name = name[2:]
    return is_secret_name(name) or (before in {"?", "&"} and name.lower() in _QUERY_NAMES)


def _hide(_found: re.Match[str]) -> str:
    return MARK


def _hide_secret(found: re.Match[str]) -> str:
    return found["keep"] + MARK


def _hide_header(found: re.Match[str]) -> str:
    return found[0] if _is_prose(found["secret"]) else found["keep"] + MARK


def _hide_scheme(found: re.Match[str]) -> str:
    secret = found["secret"]
    if found["scheme"].lower() == "bearer":
        spared = secret.rstrip(".,=").lower() in _SCHEME_PROSE
    else:  # "basic" is an English word: only what looks like base64 is taken for credentials
        spared = secret.isalpha() and secret[1:].islower()
    return found[0] if spared else found["keep"] + MARK


def _is_prose(text: str) -> bool:
    first = text.split(None, 1)[:1]
    return bool(first) and first[0].rstrip(".,:!)").lower() in _PROSE


_SHAPES: Final[tuple[tuple[re.Pattern[str], Mend], ...]] = (
    (_SHAPE, _hide),
    (_WEBHOOK, _hide_secret),
    (_USERINFO, _hide_secret),
    (_HEADER, _hide_header),
    (_SCHEME, _hide_scheme),
    (_LOGIN, _hide_secret),
    (_GLUED, _hide_secret),
)
