"""Prose: what people and programs write in sentences: headers, "the password is ...", in many languages."""

import re
from typing import Final

from bot.domain.access.rule import Rule, pattern
from bot.domain.access.secret_pair import is_harmless_value
from bot.domain.access.value import is_mixed, is_ordinary, is_placeholder, is_prose, is_random

_PROTOCOL: Final = re.compile(r"HTTP/\d", re.ASCII)
"""Behind the path of a line of an access log."""


def wordy(found: re.Match[str]) -> bool:
    """Whether it is no password but an ordinary word, a name or the like."""
    secret = found["secret"].strip("\"'`.,;:!?()[]")
    if len(secret) < 5 or is_placeholder(secret) or "[redacted" in found["secret"] or is_ordinary(secret):  # noqa: PLR2004
        return True
    if secret.startswith("}}") or _PROTOCOL.match(secret):
        return True
    return not is_mixed(secret) or is_name(secret)


def is_name(secret: str) -> bool:
    """Whether it is the name of a thing: ``web-tls-2024``, ``db/creds``, ``v2beta1``, ``A-12``."""
    if re.fullmatch(
        r"(?:[a-z]+|\d+)(?:[-_./:](?:[a-z]+|\d+|v\d+))*|v\d+[a-z]*\d*|[A-Z]{1,3}-\d+|[\w.-]+@[\w.-]+",
        secret,
        re.ASCII,
    ):
        return True
    return secret.startswith("/") and not is_random(secret)


def _unlikely(found: re.Match[str]) -> bool:
    """For words that often stand before names: only what was drawn by lot, or has signs and digits."""
    secret = found["secret"].strip("\"'`.,;:!?()[]")
    if wordy(found) or "gsmtp" in found.string[found.end() : found.end() + 12]:
        return True
    return not (is_random(secret, longest=3.6) and len(secret) >= 12)  # noqa: PLR2004


def said(found: re.Match[str]) -> bool:
    """For what a sentence or a sign gives as the password: anything mixed but an address or a path."""
    secret = found["secret"].strip("\"'`.,;:!?()[]")
    if len(secret) < 5 or is_placeholder(secret) or "[redacted" in found["secret"]:  # noqa: PLR2004
        return True
    return not is_mixed(secret) or secret.startswith(("http://", "https://", "/"))


def _said_of(found: re.Match[str]) -> bool:
    secret = found["secret"].strip("\"'`.,;:!?()[]")
    if found[0][:3].lower() == "pin" and secret.isdigit():
        return not 4 <= len(secret) <= 8  # noqa: PLR2004
    return said(found) or (found["gap"] is not None and is_named(secret))


def is_named(secret: str) -> bool:
    """Whether it is the name of a thing, also one with a number: ``db-prod-01``, ``web1``."""
    return is_name(secret) or _KEBAB.fullmatch(secret) is not None


_KEBAB: Final = re.compile(r"[a-z]+\d{0,3}(?:[-._/:][a-z]*\d{0,5})+|[a-z]{1,6}\d", re.ASCII)


def _not_login(found: re.Match[str]) -> bool:
    return said(found) or is_named(found["secret"].strip("\"'`.,;:!?()[]"))


_LOGIN: Final = (
    "(?:log|sign)[ -]?in|credentials?|creds|zugangsdaten|anmeldedaten|identifiants|credenciales|credenciais|"
    "credenziali|inloggegevens|dane logowania"
)


def _header_prose(found: re.Match[str]) -> bool:
    secret = found["secret"].strip()
    name = found["name"].lower()
    if is_placeholder(secret.partition(" ")[2]) and secret.partition(" ")[2]:
        return True
    if (
        is_prose(secret) and not secret.lower().startswith(("bearer ", "basic ", "token "))
    ) or is_placeholder(secret):
        return True
    if name.startswith("cookie") or name == "set-cookie":
        return ("=" not in secret and not is_random(secret)) or is_harmless_value(secret, name)
    return secret.startswith("[redacted")


def _scheme_prose(found: re.Match[str]) -> bool:
    secret = found["secret"]
    if found["scheme"].lower() == "bearer":
        return is_prose(secret) or secret.rstrip(".,=").lower() in _SCHEME_WORDS
    # "basic" is an English word: only what looks like base64 is taken for credentials
    return (
        (secret.isalpha() and secret[1:].islower())
        or secret.startswith("realm")
        or (secret.islower() and "-" in secret)
    )


_SCHEME_WORDS: Final = frozenset(
    "token tokens auth authentication authorization scheme realm header headers credentials error format "  # noqa: SIM905
    "type".split()
)

PROSE: Final = (
    Rule(
        name="header",
        clue=r"authorization|cookies?2?",
        find=pattern(
            r"(?:(?P<name>[Aa](?<!\w[Aa])(?i:uthorization)|[Cc](?<!\w[Cc])(?i:ookies?2?))\\{0,3}[\"']?[ "
            r"\t]{0,3}[:=][ \t]{0,3}\\{0,3}[\"']?)"
            r"(?P<secret>[^\n\"']++)",
            spare=_header_prose,
        ),
        matches=(
            "Authorization: Bearer abc.def",
            "-H 'Authorization: token abc' https://x",
            "Cookie: sid=1; theme=dark",
        ),
        misses=("authorization: permission denied", "authorization: enabled", "cookies: 12"),
    ),
    Rule(
        name="bearer and basic",
        clue=r"bearer|basic(?:\s|\\[nrt])",
        find=pattern(
            r"(?P<scheme>[Bb](?<!\w[Bb])(?i:earer|asic))\s{1,3}(?P<secret>[\w.~+/=-]{6,}+)",
            spare=_scheme_prose,
        ),
        matches=("sent Bearer s3cr3tvalue to x", "Basic dXNlcjpwYXNzd29yZA==", "bearer abcdefgh"),
        misses=("Basic authentication failed", "bearer token missing", 'Basic realm="x"'),
    ),
    Rule(
        name="digest",
        clue=r"response=",
        find=pattern(r"response=\\{0,3}\"?(?P<secret>[0-9a-f]{32,}+)"),
        matches=(f'response="{"0a" * 16}"', f"response={'0a' * 16}", f'Digest a="b", response="{"0a" * 32}"'),
        misses=("response=200", 'response="ok"', "response=0a0a"),
    ),
    Rule(
        name="password, then its value",
        clue=r"(?:pass(?:word|wd|wort|phrase|code)?|pwd?|requirepass|masterauth|community|"
        r"psk|wpa[23]? key)[\"']?(?:\s|\\[nrt])|passw",
        find=pattern(
            r"(?:pass(?:word|wd|wort|phrase|code)|requirepass|masterauth|community|wpa[23]? key|"
            r"(?<![\w-])(?:pass|(?:root|bind)?pwd?|psk))[\"']?[ \t]{1,4}"
            r"(?:\d )?(?:(?:N|E|U&)(?=['\"]))?(?P<secret>[^\s<>]{5,})",
            spare=wordy,
            flags=re.IGNORECASE,
        ),
        matches=("requirepass hunter22", "login bob password hunter22", "user a / password 'hunter22'"),
        misses=("password authentication failed", "password ${PW}", "password web-tls-2024"),
    ),
    Rule(
        name="token, then its value",
        clue=r"(?:token|secret|key|credentials?|authtoken)[\"']?(?:\s|\\[nrt])",
        find=pattern(
            r"(?:token|secret|(?:api|access|auth|signing|license|secret)[ _-]?key|credentials?|"
            r"_key)[\"']?[ \t]{1,4}(?P<secret>[^\s<>]{12,})",
            spare=_unlikely,
            flags=re.IGNORECASE,
        ),
        matches=("use token a1b2c3d4e5f6g7h8 now", "ENV API_TOKEN aB3dE5gH7jK9", "setx API_KEY q7w8e9r0t1y2"),
        misses=("token authentication", "secret web-tls-2024-prod", "token expired after 30m"),
    ),
    Rule(
        name="the password is",
        clue=r"(?:pass(?:word|wd|phrase|code)?|pwd?|pin|token|secret|key|credentials?|creds|login)(?:\s|"
        r"\\[nrt])(?:(?:for|of|on|to|in|from) |[^\n]*(?:is|was|are|to|now)(?:\s|\\[nrt]))",
        find=pattern(
            r"(?:pass(?:word|wd|phrase|code)?|(?<!\w)pwd?|(?<!\w)pin|token|secret|(?:api|access|secret) "
            r"?key|credentials?|creds)(?P<gap>\s(?:(?:for|of|on|to|in|"
            r"from)(?= ))(?:\s[\w.@/'-]{1,60}){1,6}?)?"
            r"(?:(?:(?(gap):|(?!))|\s(?:is|was|are|now|set|reset|changed|back|still|currently|to|has|"
            r"been|be|will|again|=|"
            r":))){1,5}+:?\s{1,3}(?P<secret>[^\s<>]{5,})",
            spare=_said_of,
            flags=re.IGNORECASE,
        ),
        matches=(
            "the password is hunter22, ok",
            "pw is now Hunter22",
            "Password for the new db: hunter22",
        ),
        misses=(
            "the password is wrong",
            "token is expired since 2026-11-01",
            "the password was changed by bob",
        ),
    ),
    Rule(
        name="login and its password",
        clue=rf"(?:{_LOGIN})[a-z]?(?:[ -](?:with|as))?[: ]",
        find=pattern(
            rf"(?:{_LOGIN})(?:(?: [\w.'-]{{1,24}}){{0,6}}?(?:\s?:|\s(?:is|are|ist|lauten|sind|son|sont|"
            rf"sono|zijn))|"
            r"[ -]?(?:with|as))?\s{1,2}(?:[\w.@\\-]{1,64}\s?/\s?|[\w.@-]{1,64}:)(?P<secret>[^\s<>/]{5,})",
            spare=_not_login,
            flags=re.IGNORECASE,
        ),
        matches=(
            "login with root / Monkey22",
            "Login for the switch: bob / C0pperK3",
            "credentials are a@b.org:Hunter_22",
        ),
        misses=("login with google / github", "Login failed for user admin / 10.2.3.4", "log in / sign up"),
    ),
    Rule(
        name="recovery phrase",
        clue=r"(?:mnemonic|seed|recovery|backup)(?: phrase| words)?\\*[\"']?(?: "
        r"is)?[\s:=\\\"']{1,8}[a-z]{3,8} [a-z]{3,8} [a-z]{3,8} ",
        find=pattern(
            r"(?:mnemonic|(?:seed|recovery|backup)(?: (?:phrase|words))?)[\"']?(?: is)?[ \t]{0,3}[:=]?[ "
            r"\t]{0,3}[\"']?(?P<secret>[a-z]{3,8}(?: [a-z]{3,8}){11,23})",
            flags=re.IGNORECASE,
        ),
        matches=(
            "mnemonic: " + "legal winner thank year " * 3,
            "seed phrase: " + "legal winner thank year " * 3,
            'recovery phrase is "' + "wave sausage worth useful " * 3,
        ),
        misses=("seed: 42", "recovery in progress", "mnemonic: legal winner"),
    ),
)
