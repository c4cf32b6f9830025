"""Key: identifiers that are keys by what stands before them, and keys in small letters alone."""

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.access.rule import Rule, Span, pattern
from bot.domain.access.secret_name import is_plain_key
from bot.domain.access.secret_run import is_spared
from bot.domain.access.value import is_prose, is_random
from bot.domain.text import words

_UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])"
_KEY_CLUE: Final = (
    r"(?:auth|key|token|secret|password|pat)[\\\"']*(?: ?[:=] ?| (?:is )?)[\\\"']*[0-9a-f]{8}-[0-9a-f]{4}-"
)
_OTHER_KEYS: Final = frozenset(
    words("kms cmk encryption signing data s3 entity ssh gpg pgp document shard row")
)
_LOWER: Final = re.compile(r"(?<![\w/.+%@-])[a-z0-9]{40,90}(?![\w/+@%-]|\.\w)", re.ASCII)
_ADDRESS: Final = re.compile(r"bafy|bafk|k51|bc1|tb1|ltc1|cosmos1|addr1|lnbc|npub1|age1")
"""How addresses of content, coins and public keys begin."""
_NAMED: Final = re.compile(
    r"(?:cid|onion|address|wallet|pubkey|peer|container|pod|node|volume|file) ?[:= ]? ?$", re.IGNORECASE
)
_LOWER_CLUE: Final = r"(?-i:[g-z][0-9][a-z0-9]{18})"
"""A letter beyond *f* beside a digit: in 98 of 100 runs that were drawn by lot, and hardly in words."""

_YEAR: Final = re.compile(r"20[0-3]\d", re.ASCII)
"""In names that are put together of words and a date."""


def _plain_uuid(found: re.Match[str]) -> bool:
    before = (found["before"] or "").strip().lower()
    if found["word"].lower() != "key":
        return before in {"id", "trace"}
    return not before or is_plain_key(before) or before in _OTHER_KEYS or is_prose(before)


def _find_lower(text: str) -> Iterator[Span]:
    for found in _LOWER.finditer(text):
        run, start = found[0], found.start()
        digits = sum(char.isdigit() for char in run)
        if (
            not 4 <= digits <= len(run) * 0.6  # noqa: PLR2004
            or sum(char > "f" for char in run) < 8  # noqa: PLR2004
            or not is_random(run, longest=6.0)
            or _YEAR.search(run)
            or _ADDRESS.match(run)
            or _NAMED.search(text, max(0, start - 16), start)
            or is_spared(text, start, found.end())
        ):
            yield start, start
        else:
            yield found.span()


KEYS: Final = (
    Rule(
        name="UUID that is a key",
        clue=_KEY_CLUE,
        find=pattern(
            r"(?P<before>(?<![\w-])[\w-]{0,24} )?(?<![A-Za-z0-9-])(?P<word>auth|(?:api|access|license|"
            r"integration|ingest|account)[ _-]?key|"
            rf"apikey|(?:api |access |auth |server |bearer |bot )?token|secret|key|password|"
            rf"pat)[\"']?(?: ?[:=] ?| (?:is )?)[\"']?(?P<secret>{_UUID})",
            spare=_plain_uuid,
            flags=re.IGNORECASE,
        ),
        matches=(
            "snyk auth 2a500372-0e9c-49bb-8143-0a3bc5ae6f2d",
            "heroku key 2a500372-0e9c-49bb-8143-0a3bc5ae6f2d refused",
            "server token: 2a500372-0e9c-49bb-8143-0a3bc5ae6f2d",
        ),
        misses=(
            "auth: trace 2a500372-0e9c-49bb-8143-0a3bc5ae6f2d",
            "idempotency key 2a500372-0e9c-49bb-8143-0a3bc5ae6f2d",
            "auth request 2a500372-0e9c-49bb-8143-0a3bc5ae6f2d",
        ),
    ),
    Rule(
        name="UUID in the address of an integration",
        clue=r"/(?:integrations?|inputs?|webhooks?|ingest|hooks?)/[\w.-]|//(?:hc-)?ping|"
        r"\?(?:key|token|access_token|apikey)=[0-9a-f]{8}-",
        find=pattern(
            rf"(?:/(?:integrations?|inputs?|webhooks?|ingest|hooks?)/(?:[\w.-]{{1,40}}/){{0,4}}|"
            rf"//(?:hc-)?ping[\w.-]{{0,60}}/(?:ping/)?|"
            r"/(?:webhook|robot|bot|hook|send|push|notify|alert|trigger|ingest)(?:/\w{1,20})?\?(?:key|"
            r"token|access_token|apikey)=)"
            rf"(?P<secret>{_UUID})",
            flags=re.IGNORECASE,
        ),
        matches=(
            "https://x.com/integrations/generic/2013/alert/2a500372-0e9c-49bb-8143-0a3bc5ae6f2d/db",
            "https://x.com/cgi-bin/webhook/send?key=2a500372-0e9c-49bb-8143-0a3bc5ae6f2d",
            "https://hc-ping.com/2a500372-0e9c-49bb-8143-0a3bc5ae6f2d",
        ),
        misses=(
            "GET /alert/2a500372-0e9c-49bb-8143-0a3bc5ae6f2d HTTP/1.1",
            "https://x.com/incidents/2a500372-0e9c-49bb-8143-0a3bc5ae6f2d",
            "GET /cache?key=2a500372-0e9c-49bb-8143-0a3bc5ae6f2d",
        ),
    ),
    Rule(
        name="long run of small letters and digits",
        clue=_LOWER_CLUE,
        find=_find_lower,
        matches=(
            "PAT i5ezqteo7mvikdbas3gdvmgaggam2ubyqlcucig246vgv3l3evr6",
            "token=q7w8e9r0t1y2u3i4o5p6a7s8d9f0g1h2j3k4l5z6x7",
            "got h5ezqteo7mvikdbas3gdvmgaggam2ubyqlcucig246vg",
        ),
        misses=(
            f"commit {'0a1b' * 10}",
            "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
            "http://p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd.onion/",
        ),
    ),
    Rule(
        name="seed of one-time codes",
        clue=r"(?:2fa|mfa|otp|authenticator|setup|seed|secret)[ _-]?(?:setup|secret|seed|key|code|"
        r"is)?[ _:=\\\"'a-z]{1,16}(?-i:[A-Z2-7]{4})",
        find=pattern(
            r"(?i:2fa|mfa|t?otp|authenticator|setup|seed|secret)(?:[ _-]?(?i:setup|secret|seed|key|"
            r"code)){0,2}(?: \w{1,12})?"
            r"(?: ?[:=] ?| (?:is )?)[\"']?(?P<secret>(?=[A-Z]*[2-7]+[A-Z]+[2-7])[A-Z2-7]{16,64}(?!\w)|"
            r"[A-Z2-7]{4}(?: [A-Z2-7]{4}){3,15}(?!\w))"
        ),
        matches=(
            "MFA secret key: JBSWY3DPEHPK3PXP",
            "2FA setup key JBSW Y3DP EHPK 3PXP JBSW Y3DP",
            "totp seed is JBSWY3DPEHPK3PXP",
        ),
        misses=("MFA secret key: MISSINGFORUSERALICE", "secret SERVICEUNAVAILABLE", "OTP seed JBSW"),
    ),
    Rule(
        name="backup codes",
        clue=r"(?:backup|recovery|scratch|rescue)[ _-]codes?",
        find=pattern(
            r"(?:backup|recovery|scratch|rescue)[ _-]codes?[\"']?(?: ?[:=] ?| (?:is |are )?)[\"'\[]{0,2}"
            r"(?P<secret>(?=[a-z-]{0,9}\d)[a-z0-9]{4,6}-[a-z0-9]{4,6}"
            r"(?:[\"']?[, ]{1,2}[\"']?[a-z0-9]{4,6}-[a-z0-9]{4,6}){0,15})",
            flags=re.IGNORECASE,
        ),
        matches=(
            "backup codes: 4k7d-9x2m",
            "recovery code is 12345-67890",
            "backup codes: 4k7d-9x2m, 8dk2-3jf8",
        ),
        misses=("backup codes: 3 left", "recovery code sent", "backup codes used-often"),
    ),
)
