"""Structure: documents and hashes whose form says that they are secret: keys, hashes, manifests, SQL."""

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.access.rule import Rule, Span, is_marked, pattern
from bot.domain.access.value import is_placeholder

_DASHES: Final = r"-{4,5} ?"
_PRIVATE: Final = re.compile(
    rf"{_DASHES}BEGIN [A-Z0-9 ]{{0,40}}?PRIVATE KEY(?: BLOCK)? ?-{{4,5}}|PuTTY-User-Key-File-\d:[^\n]*",
    re.ASCII,
)
_PRIVATE_END: Final = re.compile(
    rf"{_DASHES}END [A-Z0-9 ]{{0,40}}?(?:PRIVATE KEY|KEY BLOCK)[A-Z ]*-{{4,5}}|Private-MAC: ?[0-9a-f]+",
    re.ASCII,
)
_KIND: Final = re.compile(r"^[ \t]*\"?kind\"?:[ \t]*\"?Secret\"?[ \t,]*\r?$", re.ASCII | re.MULTILINE)
_KIND_INLINE: Final = re.compile(r"\\{0,3}\"kind\\{0,3}\":[ ]?\\{0,3}\"Secret\\{0,3}\"", re.ASCII)
_DATA: Final = re.compile(r"^(?P<indent>[ \t]*)(?:data|stringData):[ \t]*\r?\n", re.ASCII | re.MULTILINE)
_LINE: Final = re.compile(
    r"(?P<indent>[ \t]*)(?P<name>[\w.\"'-]+):(?:[ \t]+(?P<value>[^\n]*))?(?:\n|$)|(?P<more>[ "
    r"\t]+)(?P<text>[^\n]*)(?:\n|$)",
    re.ASCII,
)
_INLINE_DATA: Final = re.compile(
    r"\\{0,3}\"(?:data|stringData)\\{0,3}\":[ ]?\{(?P<secret>[^{}]*)\}", re.ASCII
)


def _find_private_keys(text: str) -> Iterator[Span]:
    done = 0
    while found := _PRIVATE.search(text, done):
        end = _PRIVATE_END.search(text, found.end())
        done = end.end() if end else len(text)
        yield found.start(), done


def _find_manifest_data(text: str) -> Iterator[Span]:
    """The values under ``data`` of a Kubernetes Secret; documents of YAML end at ``---``."""
    if _KIND_INLINE.search(text):
        for found in _INLINE_DATA.finditer(text):
            if not is_marked(text, *found.span("secret")) and found["secret"].strip():
                yield found.span("secret")
    for start, end in _documents(text):
        if not _KIND.search(text, start, end):
            continue
        for data in _DATA.finditer(text, start, end):
            yield from _values_under(text, data.end(), end, len(data["indent"]))


def _documents(text: str) -> Iterator[Span]:
    start = 0
    for cut in re.finditer(r"^---", text, re.MULTILINE):
        yield start, cut.start()
        start = cut.end()
    yield start, len(text)


def _values_under(text: str, at: int, end: int, indent: int) -> Iterator[Span]:
    while at < end and (line := _LINE.match(text, at, end)):
        if line["name"] and len(line["indent"]) <= indent:
            return
        group = "value" if line["name"] else "text"
        start, stop = line.span(group)
        value = (line[group] or "").strip("\r\"' ")
        if (
            value
            and value not in {"|", ">", "|-", ">-"}
            and not is_placeholder(value)
            and not is_marked(text, start, stop)
        ):
            yield start, stop
        at = line.end()


def _spared(found: re.Match[str]) -> bool:
    return is_placeholder(found["secret"])


STRUCTURES: Final = (
    Rule(
        name="private key",
        clue=r"private key|putty-user-key",
        find=_find_private_keys,
        matches=(
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY----- and then the text was cut",
            "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nx\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
        ),
        misses=(
            "no private key found",
            "-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----",
            "BEGIN PRIVATE KEY",
        ),
    ),
    Rule(
        name="hash of a password",
        clue=r"\$(?:[0-9a-z]{1,3}|apr1|sha1|md5|argon2[a-z]{0,2}|scrypt|pbkdf2[a-z0-9-]*|"
        r"bcrypt[a-z0-9-]*)\$|\{[a-z0-9]{2,10}\}[\w./+=$-]{8}|pbkdf2_|md5[0-9a-f]{32}",
        find=pattern(
            r"(?P<secret>\$(?:[0-9]|2[abxy]|5|6|7|8|9|y|gy|apr1|sha1|md5|argon2(?:id|i|d)|scrypt|"
            r"pbkdf2(?:-[\w-]{1,20})?|bcrypt(?:-[\w-]{1,20})?)\$"
            r"[\w./+=,$-]{12,}+|\{S?(?:SHA|MD5|SHA256|SHA512|CRYPT|PBKDF2)[0-9]{0,3}\}[\w./+=$-]{12,}+|"
            r"pbkdf2_sha\d+\$\d+\$[\w./+=$]{12,}+"
            r"|(?<![\w])md5[0-9a-f]{32}(?!\w))"
        ),
        matches=(
            "root:$6$salt$0123456789abcdef:1",
            "$2b$12$abcdefghijklmnopqrstuv",
            "bob:{SHA}0123456789abcdef=",
        ),
        misses=("costs $5 and $6", "$1 of $2", "{SHA}"),
    ),
    Rule(
        name="SCRAM",
        clue=r"scram-sha-[0-9]{1,3}\$",
        find=pattern(r"SCRAM-SHA-\d{1,3}\$\d{1,8}:[\w+/=]{8,}+(?:\$[\w+/=]{8,}+:[\w+/=]{8,}+)?"),
        matches=(
            "SCRAM-SHA-256$4096:c2FsdHNhbHQ=$c3RvcmVk:c2VydmVy",
            "SCRAM-SHA-256$4096:c2FsdHNhbHQ=",
            "x SCRAM-SHA-1$10:abcdefgh y",
        ),
        misses=("SCRAM-SHA-256", "SCRAM-SHA-256 failed", "SCRAM-SHA-256$x"),
    ),
    Rule(
        name="NTLM hashes",
        clue=r"[0-9a-f]{6}:[0-9a-f]{6}",
        find=pattern(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{32}:[0-9A-Fa-f]{32}(?![0-9A-Fa-f])"),
        matches=(
            f"{'0a' * 16}:{'1b' * 16}",
            f"bob:1:{'0a' * 16}:{'1b' * 16}:::",
            f"-H {'AD' * 16}:{'0F' * 16}",
        ),
        misses=(f"{'0a' * 16}", f"{'0a' * 32}:{'1b' * 32}", "00:11:22:33"),
    ),
    Rule(
        name="Kubernetes Secret",
        clue=r"kind[\\\"]*:\s*[\\\"]*secret",
        find=_find_manifest_data,
        matches=(
            "kind: Secret\ndata:\n  a: eHl6\n",
            "kind: Secret\nstringData:\n  a.conf: |\n    x y\nmetadata: 1",
            '{"kind":"Secret","data":{"a":"eHl6"}}',
        ),
        misses=("kind: ConfigMap\ndata:\n  a: eHl6\n", "data:\n  a: 1", "kind: Secret\nmetadata:\n  name: x"),
    ),
    Rule(
        name="kubeconfig",
        clue=r"client-key-data",
        find=pattern(
            r"client-key-data\\{0,3}[\"']?: {0,4}\\{0,3}[\"']?(?P<secret>[\w+/=-]{8,}+)", spare=_spared
        ),
        matches=(
            "client-key-data: LS0tLS1CRUdJ",
            '"client-key-data":"LS0tLS1CRUdJ"',
            "  client-key-data:  LS0tLS1CRUdJ=",
        ),
        misses=("client-certificate-data: LS0tLS1CRUdJ", "client-key-data:", "client-key: /x.pem"),
    ),
    Rule(
        name="SQL",
        clue=r"identified|password(?:[\s(]|\\[nrt])",
        find=pattern(
            r"(?:identified\s{1,3}(?:with\s{1,3}[\w\"']{1,40}\s{1,3})?(?:by|as)\s{1,3}(?:password\s{1,3}|"
            r"values\s{1,3})?"
            r"|(?<=\s)(?:encrypted\s{1,3})?password\s{1,3}(?:for\s{1,3}\S{1,80}\s{0,3})?=?\s{0,3}(?=(?:N|E|U&)?['\"]"
            r")|(?<!\w)password\((?=(?:N|E|U&)?['\"]))(?:(?:N|E|U&)(?=['\"]))?(?P<secret>'[^'\n]++'|\"[^\"\n]++\"|[^\s;'\"),]{4,})",
            spare=lambda found: (
                _spared(found)
                or found["secret"].lower() in {"its", "their", "this", "a", "the", "externally"}
            ),
            flags=re.IGNORECASE,
        ),
        matches=(
            "ALTER USER a IDENTIFIED BY 'x y'",
            "IDENTIFIED BY hunter2 DEFAULT",
            "CREATE ROLE a LOGIN PASSWORD 'x'",
        ),
        misses=("identified by its label", "IDENTIFIED EXTERNALLY", "password policy"),
    ),
)
