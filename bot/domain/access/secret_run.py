"""Run: long runs of characters drawn by lot, whoever issued them; a few rules beat any list of vendors.

Their spares matter as much: digests, public keys, certificates and identifiers look like secrets and are not.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.access.rule import Rule, Span, is_marked
from bot.domain.access.secret_name import Confidence, grade
from bot.domain.access.value import has_three_classes, is_random

SHORTEST: Final = 20
SHORTEST_BASE64: Final = 38
SHORTEST_WORD: Final = 3
LONGEST_WORD: Final = 12
MANY_PARTS: Final = 2
LONG: Final = 40
"""From here on chance evens out, so that the measure may be less strict."""
_LOOK_BACK: Final = 48
_LONGEST_BASE64: Final = 800
_BASE64_CHARS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DATED: Final = re.compile(r"(?:19|20)\d\d-?[01]\d-?[0-3]\d", re.ASCII)
_DIGEST: Final = re.compile(r"(?:SHA\d{1,3}|MD5)[:=-]$", re.ASCII | re.IGNORECASE)

_THREE: Final = "|".join(
    rf"[\w-]*{first}[\w-]*{second}[\w-]*{third}"
    for first, second, third in (
        ("[a-z]", "[A-Z]", "[0-9]"),
        ("[a-z]", "[0-9]", "[A-Z]"),
        ("[A-Z]", "[a-z]", "[0-9]"),
        ("[A-Z]", "[0-9]", "[a-z]"),
        ("[0-9]", "[a-z]", "[A-Z]"),
        ("[0-9]", "[A-Z]", "[a-z]"),
    )
)
THREE_CLASSES: Final = rf"(?:^|[^\w%-]|%[0-9a-f]{{2}})(?-i:{_THREE})"
"""The clue of all that was drawn by lot: capitals, small letters and digits in one run."""
_RUN: Final = re.compile(r"[A-Za-z0-9_-]{20,}+", re.ASCII)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{38,}+={0,2}", re.ASCII)
_ESCAPE: Final = re.compile(r"[0-9A-Fa-f]{2}", re.ASCII)
_PREFIX: Final = (
    r"(?<![A-Za-z0-9/_.~-])(?P<word>[A-Za-z][A-Za-z0-9]{0,11}(?:[_.~-][A-Za-z0-9]{1,10}){0,3}?[_.~-]{1,2})"
)
_PREFIXED: Final = re.compile(
    rf"{_PREFIX}(?P<run>[A-Za-z0-9]{{16,}}+)(?:[_.~-][A-Za-z0-9]++){{0,4}}", re.ASCII
)
_BEGINNING: Final = re.compile(rf"{_PREFIX}[A-Za-z0-9]{{16}}", re.ASCII)
_AFTER_SIGN: Final = re.compile(r"[_.~-](?=(?P<run>[A-Za-z0-9]{16}))", re.ASCII)
_LONGEST_PREFIX: Final = 12 + 3 * 11 + 2
_RUN_WITH_DIGIT: Final = rf"[_.~-](?:{'|'.join(f'[a-z]{{{n}}}[0-9][a-z0-9]{{{15 - n}}}' for n in range(16))})"
_SEPARATORS: Final = " \t-_:=/\"'\\<[(.#"
_LAST_WORD: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_BEFORE_IDS: Final = frozenset(
    "md5 ed25519 rsa dss digest checksum hash etag w integrity fingerprint commit revision rev uuid guid "  # noqa: SIM905
    "uid ulid serial cursor "
    "nonce build evt cus req run pi ch in sub prod price acct txn msg usr org proj thread asst file "
    "chatcmpl resp publickey peer h1 bh b "
    "inbox amq gen ctag node objectid resolved d id grafana key-cert certificate certificate-data "
    "client-certificate-data "
    "certificate-authority-data dashboard snapshot message-id x-amz-id-2 x-amz-cf-id request rule "
    "pipeline customer event ksuid cuid nanoid xid trace span".split()
)
_HIDDEN_IDS: Final = (
    "session id",
    "session_id",
    "sessionid",
    "session-id",
    "secret id",
    "secret_id",
    "secret-id",
    "secretid",
)
_NAMED_ID: Final = re.compile(
    r"(?:^|[a-z_.-])(?:id|ids|uid|uuid|guid|etag|digest|checksum|hash|fingerprint|signature|sha|ref|"
    r"commit|revision|cursor|slug)$|(?:Id|ID|Uid|Uuid|Hash)$",
    re.ASCII | re.IGNORECASE,
)
_ALONE: Final = re.compile(r"[\w+/=.-]+", re.ASCII)
_IN_BRACKETS: Final = re.compile(r"\[[\w.-]{1,40}/$", re.ASCII)
_PUBLIC_KEY: Final = re.compile(r"AAAA(?:B3NzaC1|C3NzaC1|E2VjZHNh|GnNrLXNz|InNrLWVj)", re.ASCII)
_IDS: Final = frozenset(
    "evt cus req run pi ch in sub prod price acct txn msg usr user org proj thread asst file chatcmpl "  # noqa: SIM905
    "resp build job "
    "trace span event order sha md5 i vol subnet sg vpc ami eni snap rtb igw nat eipalloc lt tgw vpce "
    "acl pod node "
    "deploy task session container image layer nonce commit rev ref id uid uuid libc lib python seti si "
    "pm dp po re cs call batch".split()
)
_HEX: Final = re.compile(r"[0-9a-fA-F]+", re.ASCII)
_BLOCK: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}?(?:CERTIFICATE(?: REQUEST)?|PUBLIC KEY(?: BLOCK)?|X509 CRL|PGP "
    r"SIGNATURE|PGP MESSAGE|SIGNATURE)-----"
)


def is_identified(name: str, value: str) -> bool:
    """Whether ``value`` is a single run and ``name`` says that it only identifies or proves something."""
    return is_alone(value) and _NAMED_ID.search(name) is not None


def is_alone(value: str) -> bool:
    """Whether it is a single run, as identifiers are."""
    return len(value) >= SHORTEST and _ALONE.fullmatch(value) is not None


def _find_runs(text: str) -> Iterator[Span]:
    public = _public_until(text)
    for start, end in _whole(_RUN, text, SHORTEST, ""):
        run = text[start:end]
        if (
            not has_three_classes(run)
            or not is_random(run.strip("-_"), longest=3.5 if len(run) >= LONG else 3.0)
            or _is_spelled(run)
            or _is_spared(text, start, end, public)
        ):
            yield start, start
        else:
            yield start, end


def _find_base64(text: str) -> Iterator[Span]:
    public = _public_until(text)
    for start, end in _whole(_BASE64, text, SHORTEST_BASE64, "_-"):
        run = text[start:end]
        if (
            run.count("/") > len(run) // 8
            or not has_three_classes(run)
            or not is_random(run, longest=2.6)
            or _is_spared(text, start, end, public)
        ):
            yield start, start
        else:
            yield start, end


def _whole(pattern: re.Pattern[str], text: str, shortest: int, glued: str) -> Iterator[Span]:
    """Where runs stand, without the digits of a percent escape and without those ``glued`` to more."""
    for found in pattern.finditer(text):
        start, end = found.span()
        before = text[start - 1 : start]
        if before == "$" and text.startswith("25", start):  # `%` as consoles of AWS write it
            start = start + 4 if _ESCAPE.match(text, start + 2) else start
        elif before == "%":
            start = start + 2 if _ESCAPE.match(text, start) else end
        if end - start >= shortest and not (before and before in glued):
            yield start, end


def _find_prefixed(text: str) -> Iterator[Span]:
    public = _public_until(text)
    for found in _prefixed(text):
        run, word = found["run"], found["word"].rstrip("_.~-").lower()
        if (
            _HEX.fullmatch(run.removeprefix("0x"))
            or run[:16].isalpha()
            or run.isdigit()
            or word in _IDS
            or word.startswith("amq.")
            or word == "nonce"
            or _DIGEST.fullmatch(word + "-")
            or not is_random(run)
            or _is_spared(text, found.start(), found.end(), public)
        ):
            yield found.start(), found.start()
        else:
            yield found.span()


def _prefixed(text: str) -> Iterator[re.Match[str]]:
    """All of `_PREFIXED`; it is looked for only before a run with a digit near its beginning."""
    done = 0
    for run in _AFTER_SIGN.finditer(text):
        if run.start() < done or run["run"].isalpha():
            continue
        begun = _BEGINNING.search(text, max(done, run.start() - _LONGEST_PREFIX), run.end("run"))
        found = begun and _PREFIXED.match(text, begun.start())
        if found:
            done = found.end()
            yield found


def is_spared(text: str, start: int, end: int) -> bool:
    """Whether what stands before or around it says that it identifies or proves something."""
    return _is_spared(text, start, end, _public_until(text))


def _is_spelled(run: str) -> bool:
    """Whether it is made of many short parts with words among them, or around a number in hexadecimal."""
    parts = re.split("[-_]+", run)
    longest = max(parts, key=len)
    spelled = sum(part.isalpha() and len(part) >= SHORTEST_WORD for part in parts)
    if len(parts) > MANY_PARTS and spelled * 2 >= len(parts):
        return True
    if len(parts) == 1:
        return False
    return _HEX.fullmatch(longest) is not None or (len(longest) < LONGEST_WORD and spelled > 0)


def _is_spared(text: str, start: int, end: int, public: list[Span]) -> bool:
    if is_marked(text, start, end) or any(first <= start < last for first, last in public):
        return True
    before = text[max(0, start - _LOOK_BACK) : start]
    if before.endswith(("+", "/")):  # base64 that the sign cut in two: what stands before all of it counts
        whole = text[max(0, start - _LONGEST_BASE64) : start].rstrip(_BASE64_CHARS)
        if _PUBLIC_KEY.match(text, max(0, start - _LONGEST_BASE64) + len(whole)):
            return True
        before = whole[-_LOOK_BACK:]
    return (
        _PUBLIC_KEY.match(text, start) is not None
        or _DATED.search(text, start, end) is not None
        or _is_identified_by(before)
        or before.endswith(";base64,")
        or _is_mail(text, end, before)
        or _begins_as_id(text[start : start + 16].lower())
        or (text[end : end + 1] == "]" and _IN_BRACKETS.search(before) is not None)
    )


def _is_mail(text: str, end: int, before: str) -> bool:
    """Whether it belongs to an identifier of a message, or of an answer of a mail server."""
    if text[end : end + 1] == "@":
        return before.rpartition(" ")[2].startswith(("<", "message-id"))
    return text[end : end + 16].endswith(" - gsmtp")


def _begins_as_id(beginning: str) -> bool:
    first = re.split("[-_]", beginning, maxsplit=1)[0]
    return first != beginning and (first in _IDS or _DIGEST.fullmatch(first + "-") is not None)


def _is_identified_by(before: str) -> bool:
    """Whether the last word before says that an identifier or a digest follows."""
    tail = before.rstrip(_SEPARATORS)
    found = _LAST_WORD.match(tail[::-1])
    if found is None:
        return False
    word = found[0][::-1]
    small = word.lower()
    if (
        small in _BEFORE_IDS
        or _DIGEST.fullmatch(small + "-")
        or small.endswith(("public_key", "public-key", "publickey"))
    ):
        return True
    if small.endswith(("key", "accept")) and grade(word) is Confidence.NONE:  # a key in the sense of a name
        return True
    ends = small.endswith(
        ("_id", "-id", "uuid", "guid", "_uid", "-uid", "etag", "digest", "checksum", "hash", "fingerprint")
    )
    return (ends or word.endswith(("Id", "ID"))) and not tail.lower().endswith(_HIDDEN_IDS)


def _public_until(text: str) -> list[Span]:
    """Where blocks of certificates and public keys stand."""
    spans = []
    for found in _BLOCK.finditer(text):
        end = text.find("-----END", found.end())
        spans.append((found.start(), len(text) if end < 0 else end))
        if len(spans) >= 64 or end < 0:  # noqa: PLR2004
            break
    return spans


RUNS: Final = (
    Rule(
        name="run of three classes",
        clue=THREE_CLASSES,
        find=_find_runs,
        matches=("got aB3dE5gH7jK9mN1pQ3sT", "x=Zx9Yw8Vu7Ts6Rq5Po4Nm!", "key Q1w2E3r4T5y6U7i8O9p0aa."),
        misses=(
            "SHA256:aB3dE5gH7jK9mN1pQ3sT",
            "RequestMappingHandlerAdapter2Test",
            "evt_1aB3dE5gH7jK9mN1pQ3sT",
        ),
    ),
    Rule(
        name="long base64",
        clue=THREE_CLASSES,
        find=_find_base64,
        matches=(f"x {'aB3+dE5/gH7j' * 4}", f"={'Q1w2E3r4+T5y' * 5}==", f"got {'Zx9Yw8Vu7Ts6' * 4}="),
        misses=(
            f"sha512-{'aB3+dE5/gH7j' * 4}",
            "/usr/lib/python3/dist-packages/sqlalchemy/engine/base",
            "a" * 64,
        ),
    ),
    Rule(
        name="short word and a long run",
        clue=_RUN_WITH_DIGIT,
        find=_find_prefixed,
        matches=("tok_4f9k2m7x1q8z3v6b0n5c", "got r8.a1b2c3d4e5f6g7h8i9", "acme-live-q7w8e9r0t1y2u3i4o5"),
        misses=(
            "vol-0abc1234def567890",
            "checkout-deployment-unavailablereplicas",
            "/x/tok_4f9k2m7x1q8z3v6b0n5c",
        ),
    ),
)
