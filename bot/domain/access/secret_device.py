"""Device: passwords in lines of routers' configurations, of clients' files and of consoles."""

import re
from typing import Final

from bot.domain.access.rule import Rule, pattern
from bot.domain.access.secret_name import is_secret_name
from bot.domain.access.secret_pair import is_harmless_value
from bot.domain.access.secret_prose import is_named, wordy
from bot.domain.access.value import is_mixed, is_placeholder, is_prose


def _typed(found: re.Match[str]) -> bool:
    """For what stands where only a password can: anything but a placeholder and a sentence."""
    return is_placeholder(found["secret"]) or is_prose(found["secret"])


def _plain_line(found: re.Match[str]) -> bool:
    secret = found["secret"]
    if not is_mixed(secret) or is_placeholder(secret) or is_named(secret):
        return True
    return not any(char.isupper() or char in "!#$%^&*+?@~" for char in secret)


def _plain_default(found: re.Match[str]) -> bool:
    return not is_secret_name(found["name"]) or is_harmless_value(found["secret"], found["name"])


_QUOTE: Final = r"\\{0,3}[\"']?"

DEVICES: Final = (
    Rule(
        name="line of a device",
        clue=r"(?:tacacs|radius)-?server |isakmp key |pre-shared-key |psk ascii|message-digest-key |"
        r"standby |key-string |com2sec ",
        find=pattern(
            r"(?:(?:tacacs|radius)[\w-]{0,10} [^\n]{0,100}?\bkey|isakmp key|pre-shared-key|psk ascii|"
            r"message-digest-key \d{1,3} md5|standby \d{1,4} authentication|key-string|"
            r"com2sec \S{1,60} \S{1,60})"
            r"(?: (?:text|ascii-text|hexadecimal|local|remote|ascii|"
            r"md5))?(?: \d)? [\"']?(?P<secret>[^\s\"'<>]{5,})",
            spare=wordy,
            flags=re.IGNORECASE,
        ),
        matches=(
            "crypto isakmp key Kr4ken22 address 10.0.0.1",
            "radius-server host 10.0.0.1 key 7 Kr4ken22",
            'ike policy p pre-shared-key ascii-text "$9$Kr4ken"',
        ),
        misses=(
            "pre-shared-key mismatch on tunnel 4",
            "radius-server host 10.2.3.4 key mismatch",
            "tacacs-server key missing",
        ),
    ),
    Rule(
        name="user of SNMP",
        clue=r"(?:auth|priv) (?:md5|sha|des|3des|aes)|createuser ",
        find=pattern(
            r"(?:(?:auth|priv)|createUser \S{1,60}(?: (?:MD5|SHA)\S{0,6} \S{1,80})?)(?<!-) (?:md5|sha|"
            r"des|3des|aes)(?:[ -]?\d{1,3})? "
            r"[\"']?(?P<secret>[^\s\"'<>]{8,})",
            spare=wordy,
            flags=re.IGNORECASE,
        ),
        matches=(
            "snmp-server user ops v3 auth sha Kr4kensea priv aes 128 Kr4kensee2",
            'createUser ops SHA "Kr4kensea1" AES',
            "usm user x auth MD5 Kr4kensea",
        ),
        misses=("auth md5 failed", "priv aes 128", "auth sha mismatch for user ops1"),
    ),
    Rule(
        name="login of a file of machines",
        clue=r"login[ \t]+[^\s\\]+(?:\s|\\[nrt])+pass",
        find=pattern(
            r"(?:machine|login)[ \t]{1,4}\S{1,120}\s{1,8}(?:login[ \t]{1,4}\S{1,120}\s{1,8})?"
            r"(?:password|passwd)[ \t]{1,4}(?P<secret>\S{4,})",
            spare=_typed,
        ),
        matches=(
            "machine x.org login bob password krakensea",
            "machine x.org\n  login bob\n  password krakensea",
            "default login bob password krakensea",
        ),
        misses=("machine x.org is down", "login bob password expired", "login page password"),
    ),
    Rule(
        name="line of pgpass",
        clue=r":(?:[0-9]{4,5}|\*):[\w*-]+:[\w*.-]",
        find=pattern(
            r"(?<![\w.:/*@-])(?:[\w.-]{1,120}|\*):(?:\d{4,5}|\*):[\w*-]{1,64}:[\w*.-]{1,64}:"
            r"(?P<secret>[^\s:/\"'<>]{5,128})(?![^\s\"'])",
            spare=_plain_line,
        ),
        matches=(
            "db.internal:5432:shop:app:Kr4ken_sea",
            "*:*:*:app:Kr4ken_sea",
            "in db:5432:*:app:hunter!22",
        ),
        misses=("10.2.3.4:5432:shop:app:timeout1", "web:8080:api:v1:started", "a:1234:b:c:12345"),
    ),
    Rule(
        name="code of a wireless network",
        clue=r"wifi:[a-z]:",
        find=pattern(r"WIFI:(?:[A-OQ-Z]:[^;\n]{0,64};){0,4}P:(?P<secret>[^;\n]{4,128})", spare=_typed),
        matches=("WIFI:T:WPA;S:office;P:krakensea;;", "WIFI:P:krakensea;S:x;", "WIFI:S:a b;T:WPA;P:Kr4_ken;"),
        misses=("WIFI:T:nopass;S:guest;;", "WIFI: P: up", "wifi:P:krakensea"),
    ),
    Rule(
        name="console of Redis",
        clue=r"(?:^|\\[nrt]|[>\"'\n\t])\s?auth\\*[\"']?\s|setuser ",
        find=pattern(
            r"(?:(?:^|>|(?<=[\"']))[ ]?AUTH[\"']? (?!LOGIN|PLAIN|CRAM|NTLM|XOAUTH|DIGEST|"
            r"GSSAPI)(?:[\"']?[\w-]{1,32}"
            r"[\"']? )?|SETUSER \S{1,64} (?:[^\s>]{1,64} ){0,8}>)[\"']?(?P<secret>[^\s\"'<>]{5,})",
            spare=wordy,
            flags=re.MULTILINE,
        ),
        matches=(
            "redis:6379> AUTH Kr4ken_sea",
            "> AUTH default Kr4ken_sea",
            "ACL SETUSER app on >Kr4ken_sea ~* +@all",
        ),
        misses=(
            "AUTH failed for client 10.2.3.4:6379",
            "AUTH PLAIN XOAUTH2",
            "NOAUTH Authentication required",
        ),
    ),
    Rule(
        name="secure string",
        clue=r"convertto-securestring",
        find=pattern(
            rf"ConvertTo-SecureString\s{{1,3}}(?:-\w{{1,20}}\s{{1,3}}){{0,3}}{_QUOTE}(?P<secret>[^\s\"'$\\][^\"'\n\\]{{3,200}}?)"
            rf"(?=\\{{0,3}}[\"'])",
            spare=_typed,
            flags=re.IGNORECASE,
        ),
        matches=(
            'ConvertTo-SecureString "krakensea" -AsPlainText -Force',
            "ConvertTo-SecureString -String 'kraken sea' -AsPlainText",
            'ConvertTo-SecureString -AsPlainText -Force "krakensea"',
        ),
        misses=(
            "ConvertTo-SecureString $plain -AsPlainText",
            "ConvertTo-SecureString : Key not valid",
            'ConvertTo-SecureString "$env:PW" -AsPlainText',
        ),
    ),
    Rule(
        name="default of a variable",
        clue=r"variable\s+[\\\"']",
        find=pattern(
            r"variable\s{1,3}[\"'](?P<name>[\w-]{1,64})[\"']\s{0,3}\{[^{}]{0,300}?\bdefault\s{0,20}=\s{0,3}[\"']"
            r"(?P<secret>[^\"'\n]{3,200})",
            spare=_plain_default,
        ),
        matches=(
            'variable "db_password" { default = "krakensea" }',
            'variable "api_token" {\n  type    = string\n  default = "kr4"\n}',
            "variable 'admin_pwd' { default='krakensea' }",
        ),
        misses=(
            'variable "db_password" { type = string }',
            'variable "region" { default = "eu" }',
            'variable "token_count" { default = "three" }',
        ),
    ),
)
