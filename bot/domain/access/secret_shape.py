"""Shape: tokens that are known by their own form, as their vendors publish it.

Also the rule that needs no list: a short word, a sign, and a long run that was drawn by lot.
"""

import re
from typing import Final

from bot.domain.access.rule import Rule, pattern
from bot.domain.access.secret_run import THREE_CLASSES

_HEX: Final = "[0-9a-f]"

# Prefix and body, as published; a body that is only hexadecimal would be spared by the general rules.
_VENDORS: Final = (
    r"gh[pousr]_[A-Za-z0-9]{20,}+|github_pat_\w{20,}+|gl(?:pat|rt|ptt|dt|ft|soat|cbt|imt|agent|oas|ffct|"
    r"rtr)-[\w-]{20,}+|GR1348941[\w-]{20}"
    r"|xox[a-z](?:\.xox[a-z])?-[\w-]{10,}+|xapp-[\w-]{10,}+"  # Slack
    r"|(?:AC|SK)[0-9a-f]{32}(?![\w-])"  # Twilio
    r"|LTAI[A-Za-z0-9]{12,20}(?!\w)"  # Alibaba Cloud
    r"|(?:shp(?:at|ss|ca|pa)_|dapi|do[orp]_v1_|sq[apu]_|b(?:kua|kct)_|sbp_|rubygems_|pul-|key-|xkeysib-|"
    r"xsmtpsib-|PMAK-|FLWSECK(?:_TEST)?-)"
    r"[0-9a-f]{24,}+(?:-[A-Za-z0-9]{2,})*+"
    r"|[0-9a-f]{32}-us\d{1,2}(?!\w)"  # Mailchimp
    r"|AGE-SECRET-KEY-1[A-Z0-9]{20,}+"
    r"|SG\.[\w-]{16,}+\.[\w-]{16,}+|hv[sbr]\.[\w-]{24,}+|ya29\.[\w-]{20,}+|1//0[\w-]{30,}+|GOCSPX-[\w-]{20,}+"
    r"|eyJrIjoi[\w-]{20,}+=*|AIza[\w-]{35}|AAAA[\w-]{7}:APA91b[\w-]{40,}+"
    r"|(?:whsec|wh_secret)_[\w+/=-]{20,}+|[srp]k_(?:live|test|prod)_[A-Za-z0-9]{16,}+"
    r"|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}+|gl(?:sa|c)_[\w+/=]{32,}+|cio[A-Za-z0-9]{32}(?!\w)|"
    r"oy2[a-z0-9]{43}(?!\w)"
    r"|hf_[A-Za-z0-9]{20,}+|api_org_[A-Za-z0-9]{20,}+|dckr_[op]at_[\w-]{20,}+|"
    r"pscale_[a-z]{2,8}_[\w-]{20,}+|lin_api_\w{20,}+|figd_[\w-]{20,}+|nfp_\w{20,}+"
    r"|dp\.(?:pt|ct|st|sa|scim|audit)(?:\.[\w-]{1,40})?\.[A-Za-z0-9]{30,}+|"
    r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{40,}+"
    r"|atlasv1\.[\w-]{40,}+|NR(?:AK|AA|JS|II|IQ|BR|RA)-[\w-]{19,}+|[0-9a-f]{36}(?:FFFF)?NRAL"
    r"|sntry[su]_[\w+/=-]{30,}+|AKCp[A-Za-z0-9]{40,}+|ATATT3[\w-]{40,}+(?:=[0-9A-F]{8})?|ATBB\w{24,}+|"
    r"ATCTT3[\w=-]{40,}+"
    r"|access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[0-9a-f]{32}|access-(?:production|sandbox|"
    r"development)-[0-9a-f-]{36}"
    r"|p(?:at)-(?:na|eu|ap)\d-[0-9a-f-]{36}|sdk-[0-9a-f]{8}-[0-9a-f-]{27}|mob-[0-9a-f]{8}-[0-9a-f-]{27}|"
    r"api-[0-9a-f]{8}-[0-9a-f-]{27}"
    r"|CODECOV-[0-9a-f-]{36}|pat[A-Za-z0-9]{14}\.[0-9a-f]{64}|st\.[0-9a-f]{8}\.[0-9a-f]{16,}+\.[0-9a-f]{16,}+"
    r"|v1\.0-[0-9a-f]{24}-[0-9a-f]{100,}+|\d/\d{16}:[0-9a-f]{32}|A3(?:-[A-Z0-9]{5,6}){5,7}(?![\w-])"
    r"|0\.[0-9a-f]{8}-[0-9a-f-]{27}\.\w{30}:[\w+/]{22}==|tskey-[a-z]{2,12}-[\w-]{16,}+|shippo_(?:live|"
    r"test)_[0-9a-f]{40}"
    r"|lsv2_[ps][kt]_[0-9a-f]{32}_[0-9a-f]{10}|CCIPAT_\w{20,}+|fm[12]_[\w+/=]{40,}+|cflt[\w+/]{50,}+|"
    r"u\+[\w-]{18}(?![\w-])"
    r"|[A-Za-z0-9_~.]{3}[78]Q~[\w.~-]{31,34}(?![\w~])|sl\.[\w-]{100,}+"
)

_VENDOR_CLUE: Final = (
    r"-us[0-9]{1,2}|nral|[78]q~|(?:^|[^a-z0-9]|\\[nrt]|%[0-9a-f]{2})(?:gh[pousr]_|github_pat_|"
    r"gl[a-z]{2,5}-|gr1348941|ltai[a-z0-9]{12}|xox[a-z][-.]|xapp-|(?:ac|sk)[0-9a-f]{32}(?:[^0-9a-f]|$)|"
    r"(?:shp[a-z]{2}_|dapi|do[orp]_v1_|sq[apu]_|bk[a-z]{2}_|sbp_|rubygems_|pul-|key-|xkeysib-|xsmtpsib-|"
    r"pmak-|flwseck)|"
    r"age-secret|sg\.[\w-]|hv[sbr]\.|ya29\.|1//0|gocspx-|eyjrij|aiza|apa91b|wh_?sec|[srp]k_(?:live|test|"
    r"prod)_|npm_|pypi-|gl(?:sa|c)_|"
    r"cio[a-z0-9]{12}|oy2[a-z0-9]{12}|hf_|api_org_|dckr_|pscale_|lin_api_|figd_|nfp_|dp\.[a-z]{2,5}\.|"
    r"dt0[a-z][0-9]|atlasv1\.|nr[a-z]{2}-|"
    r"sntry[su]_|akcp|at(?:att|bb|ctt)|access_token\$|access-(?:prod|sand|dev)|pat-[a-z]{2}[0-9]|(?:sdk|"
    r"mob|api)-[0-9a-f]{8}-|codecov-|"
    r"pat[a-z0-9]{14}\.|st\.[0-9a-f]{8}\.|v1\.0-|[0-9]/[0-9]{16}|a3-[a-z0-9]{5}|0\.[0-9a-f]{8}-|tskey-|"
    r"shippo_|lsv2_|ccipat|fm[12]_|"
    r"cflt|u\+[\w-]{18}|sl\.[\w-]{12})"
)


def _not_in_word(found: re.Match[str]) -> bool:
    r"""A prefix that only ends another word is none (``monkey-``), except behind an escape (``\n``)."""
    start = found.start()
    before = found.string[start - 1 : start]
    if not before or not (before.isalnum() and before.isascii()):
        return False
    return (
        found.string[start - 2 : start - 1] not in {"\\", "%"} and found.string[start - 3 : start - 2] != "%"
    )


SHAPES: Final = (
    Rule(
        name="vendor token",
        clue=_VENDOR_CLUE,
        find=pattern(_VENDORS, spare=_not_in_word),
        matches=(f"glrt-{'aB3-_' * 4}", f"dop_v1_{'0a1b' * 16}", f"SG.{'aB3x' * 6}.{'aB3x' * 10}"),
        misses=("key-value store", "hf_model loads", f"monkey-{'0a' * 16}"),
    ),
    Rule(
        name="routing key of a pager",
        clue=r"routing_?key",
        find=pattern(
            r"routing_?key\\{0,3}[\"']?[ \t]{0,3}[:=][ \t]{0,3}\\{0,3}[\"']?"
            r"(?P<secret>[0-9a-z]{32})(?![\w-])",
            flags=re.IGNORECASE,
        ),
        matches=(
            f"routing_key={'0a1b' * 8} is disabled",
            f'"routing_key": "{"0a1b" * 8}"',
            f"routingKey: {'R0A1' * 8}",
        ),
        misses=("routing_key=orders.created", "routing key missing", f"routing_key={'0a' * 20}"),
    ),
    Rule(
        name="JSON Web Token",
        clue="eyj",
        find=pattern(
            r"e(?:(?<![\w-]e)|(?<=%[0-9A-F]{2}e)|(?<=_e)|(?<=\\[nrt]e))yJ[\w-]{5,}+(?:\.[\w-]*+){2,4}"
        ),
        matches=("eyJhbGciOi.eyJzdWIi.c2ln", "at=eyJhbGciOi.eyJzdWIi.", "x eyJhbGciOi.e30.c2ln y"),
        misses=("eyJ", "heyJude.x.y", "eyJab.cd"),
    ),
    Rule(
        name="AWS key id",
        clue=r"(?:a3t[a-z0-9]|akia|asia|abia|acca)[0-9a-z]{8}",
        find=pattern(r"A(?<![A-Z0-9]A)(?:KIA|SIA|BIA|CCA|3T[A-Z0-9])[A-Z0-9]{16}(?![A-Z0-9])"),
        matches=("AKIAIOSFODNN7EXAMPLE", "id=ASIAIOSFODNN7EXAMPLE,", "(AKIAIOSFODNN7EXAMPLE)"),
        misses=("AKIA", "XAKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE7"),
    ),
    Rule(
        name="Discord bot token",
        clue=THREE_CLASSES,
        find=pattern(r"[MNO](?<![\w-][MNO])[\w-]{22,27}\.[\w-]{6,7}\.[\w-]{27,}+"),
        matches=tuple(f"{'MNO'[n]}{'x1' * 11}.{'G' * 6}.{'y' * 27}" for n in range(3)),  # type: ignore[arg-type]
        misses=("a.b.c", "module.package.function_with_a_rather_long_name", f"x{'M' * 30}.G.y"),
    ),
    Rule(
        name="sk- key",
        clue=r"(?:^|[^a-z0-9]|\\[nrt])sk-[\w-]{12}",
        find=pattern(
            r"s(?<![\w-]s)k-(?:(?:proj|ant|svcacct|admin|or|lf)-[\w-]{16,}+|[A-Za-z0-9]{32,}+|"
            r"(?=[a-z-]*[A-Z0-9])[\w-]{40,}+)"
        ),
        matches=(f"sk-{'aB3x' * 8}", f"sk-ant-{'aB3x' * 8}", f"sk-proj-{'aB3x' * 8}"),
        misses=("sk-prod-database-server-01", "task-runner", "sk-learn"),
    ),
    Rule(
        name="Telegram bot",
        clue=r"[0-9]:aa[\w-]{8}",
        find=pattern(r"(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])"),
        matches=tuple(f"{number}:AA{'Hdq-_' * 6}abc" for number in (123456789, 12345678, 1234567890)),  # type: ignore[arg-type]
        misses=("12:AA:BB", "at 123456789:AA", "mac 00:AA:bb"),
    ),
    Rule(
        name="token of our own",
        clue=r"tocs?_[\w-]{8}",
        find=pattern(r"tocs?_[\w-]{32,}+"),
        matches=(f"toc_{'a1' * 16}", f"tocs_{'x' * 43}", f"sent toc_{'aB3-_' * 8}."),
        misses=("toc_", "a toc_depth of 3", "tocs"),
    ),
)
