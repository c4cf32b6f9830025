"""Wording: what a message for people says of the state of a thing, and which thing it is.

Programs that write to a chat have no field for this. They put it in front (``PROBLEM: High CPU``,
``[FIRING:1] HighErrorRate``), in brackets (``[Checkout API] [🔴 Down] ...``), or say it (``“backup” is
DOWN``, ``nas-01 recovered, ...``); some only choose a colour. What is left when the words of state are
taken away names the thing, so that a recovery finds what it is about. Words elsewhere in a sentence mean
nothing: "Scaling up failed" is no recovery.
"""

import re
from typing import Final

import msgspec

from bot.domain.alert.signal import Severity, Status
from bot.domain.text import cut, one_line

LONGEST_LINE: Final = 1_000

_FIRING: Final = (
    r"firing|alerting|alarm|problem|down|critical|crit|error|failed|failure|failing|fail|warning|warn|alert|"
    r"triggered|trigger|degraded|offline|unreachable|emergency|disaster|high|average|unhealthy|no ?data|new|"
    r"open(?:ed)?|outage"
)
_OVER: Final = (
    r"resolved|resolve|recovered|recovery|ok|okay|up|clear(?:ed)?|closed|close|fixed|normal|online|healthy|"
    r"success(?:ful)?|succeeded|passed|back online|back"
)
_SAID_FIRING: Final = (
    r"(?:is|are|was|has been|have been|went|has gone|gone|became|has|just)\s+"
    r"(?:now\s+|currently\s+|again\s+|been\s+|gone\s+)*"
    r"(?:down|critical|firing|failing|failed|offline|unreachable|triggered|degraded|unhealthy|alerting|"
    r"in alarm|in (?:critical|warning|error|unknown|alarm) state)"
    r"|needs attention|started failing|timed out"
)
_SAID_OVER: Final = (
    r"(?:is|are|was|has been|have been|went|came|has|just)\s+"
    r"(?:now\s+|currently\s+|again\s+|been\s+|gone\s+)*"
    r"(?:up(?! to)|ok|okay|back(?: (?:up|online|to normal))?|online|healthy|resolved|recovered|normal|"
    r"cleared|fixed)"
    r"|has recovered|recovered|came back|back online"
)
_MARK: Final = r"[^\w\[\]<>(){}*`\"'“”«»]*"  # what stands around a word of state: colours, ticks, blanks
_DASH: Final = r"\-\u2013\u2014"
_STATE: Final = rf"(?:(?P<over>{_OVER})|(?P<firing>{_FIRING}))(?::?\s?\d+)?"
_LEAD: Final = re.compile(
    rf"^{_MARK}[*_]{{0,2}}\[?{_MARK}{_STATE}(?:\s+(?:in|after)\s[^:]{{1,20}}(?=:))?{_MARK}"
    rf"(?:\][*_]{{0,2}}\s*|[*_]{{0,2}}\s*[:{_DASH}|]\s*|(?<=[:{_DASH}|])\s*|(?<=[:{_DASH}|]\s)|\s*$)",
    re.IGNORECASE,
)
_SHOUTED: Final = re.compile(
    rf"^[*_\s]*{_MARK}(?:(?P<over>RESOLVED|RECOVERED|RECOVERY|CLEARED|CLEAR|CLOSED|OK|UP)"
    r"|(?P<firing>FIRING|ALERTING|ALARM|PROBLEM|CRITICAL|WARNING|ERROR|ALERT|DOWN|TRIGGERED))\s+(?=\S)"
)
_BRACKET: Final = re.compile(rf"\[{_MARK}{_STATE}{_MARK}\]", re.IGNORECASE)
_SAID: Final = re.compile(
    rf"(?<!\w)(?:(?P<over>{_SAID_OVER})|(?P<firing>{_SAID_FIRING}))(?=[\s:|!.,;\]){_DASH}]|$)", re.IGNORECASE
)
_LAST: Final = re.compile(rf"\s*(?:[:{_DASH}].*)?\W*$", re.DOTALL)
"""What may follow a state that was said twice: ``PROBLEM: nas-01/Disk is CRITICAL: 1% free``."""
_TICKS: Final = {"✅": Status.RESOLVED, "🟢": Status.RESOLVED, "✔": Status.RESOLVED, "💚": Status.RESOLVED}
_CROSSES: Final = dict.fromkeys("❌🔴🚨🔥⛔🛑❗💥🟠🟡⚠", Status.FIRING)
_SIGNS: Final = {**_TICKS, **_CROSSES}
_SPELT: Final = {
    **dict.fromkeys(
        (
            "white_check_mark",
            "heavy_check_mark",
            "large_green_circle",
            "green_circle",
            "ballot_box_with_check",
        ),
        "✅",
    ),
    **dict.fromkeys(
        (
            "x",
            "cross_mark",
            "rotating_light",
            "red_circle",
            "fire",
            "warning",
            "no_entry",
            "bangbang",
            "skull",
            "boom",
            "exclamation",
        ),
        "❌",
    ),
}
"""Signs as Slack and Discord let them be written: ``:white_check_mark:``; others mean nothing."""
_KIND: Final = r"(?:issue|alert|incident|problem|alarm|event|monitor|check|site|service|host)"
_OF_A_KIND: Final = re.compile(
    rf"^\W*(?:new\s+{_KIND}|(?:(?:health|system|new)\s+)?{_KIND}\s+(?:(?:is|was|has|been|are)\s+)*{_STATE})"
    r"\s*:\s+(?P<subject>\S.*)$",
    re.IGNORECASE,
)
"""``Monitor is DOWN: shop (https://...) - Reason: ...``: the first word names a kind of thing, no thing."""
_ASIDE: Final = re.compile(
    r"\s+\(\s*https?://\S*\s*\).*|\s+-\s+(?:reason|it was)\b.*|\.\s+it was\b.*", re.IGNORECASE
)
_NOTIFIED: Final = re.compile(
    r"\b(?:(?P<over>RECOVERY|RECOVERED|RESOLVED)|(?P<firing>PROBLEM))\s+(?=notification\b)", re.IGNORECASE
)
_SHORTCODE: Final = re.compile(r"(?<!\w):([a-z][a-z0-9_+-]{1,40}):(?!\w)")
_MEASURED: Final = re.compile(
    r"(?:\s=\s|:\s)\s*-?\d[\d.,]*\s*(?:%|[kKMGT]?i?B(?:/s)?|ms|s|h)?\s*$"
    r"|\s+(?:at|is)\s+-?\d[\d.,]*\s*%\s*$|\s*\(-?\d[\d.,]*\s*%\)\s*$"
)
_BEFORE: Final = re.compile(
    r"\s*\((?:alarm )?(?:is|was|were|been|has been) \w+ (?:for|since) [^()]*\)", re.IGNORECASE
)
"""How it was before, as Netdata adds it: ``disk space usage (was critical for 5 minutes)``."""
_EDGES: Final = " \t\n-\u2013\u2014:|,;.!#>\ufe0f"
_PAIRS: Final = {"“": "”", "«": "»", "[": "]", "(": ")", **{each: each for each in "*_~`\"'"}}
_DECORATION: Final = re.compile(r"[*_~`\"'“”«»]")
_CRITICAL: Final = re.compile(
    r"(?<!\w)(?:critical|disaster|emergency|fatal|p1|sev1|down|error|failed|failure)(?!\w)", re.IGNORECASE
)
_WARNING: Final = re.compile(
    r"(?<!\w)(?:warning|warn|average|degraded|p3|needs attention)(?!\w)", re.IGNORECASE
)

_RED_SHARE: Final = 1.6
_LEAST: Final = 40  # how much stronger one colour has to be than the weakest


class Said(msgspec.Struct, frozen=True):
    """``status`` is None where a line says nothing of a state; ``subject`` is the rest of it."""

    status: Status | None
    subject: str


def read_line(text: str) -> Said:
    """What one line says, and about what."""
    line = one_line(cut(text, LONGEST_LINE))
    line = _BEFORE.sub("", line) or line
    line = _SHORTCODE.sub(lambda found: _SPELT.get(found[1], " "), line).strip() or line
    if found := _OF_A_KIND.match(line):
        return Said(_status_of(found), _bare(_ASIDE.sub("", found["subject"])) or _bare(found["subject"]))
    if found := _NOTIFIED.search(line):
        return Said(_status_of(found), _bare(line[: found.start()] + line[found.end() :]))
    if found := _LEAD.match(line) or _SHOUTED.match(line):
        rest = _bare(line[found.end() :])
        again = _SAID.search(rest)
        if again is not None and _LAST.match(rest, again.end()):
            rest = _bare(rest[: again.start()]) or rest
        if rest:
            return Said(_status_of(found), rest)
    if found := _BRACKET.search(line):
        return Said(_status_of(found), _beside(line, found))
    if found := _SAID.search(line):
        return Said(_status_of(found), _beside(line, found))
    sign = next((_SIGNS[each] for each in line if each in _SIGNS), None)
    return Said(sign, _bare(line) or line)


def identity_of(subject: str) -> str:
    """``subject`` without what changes from message to message: a measured value, marks, case."""
    return one_line(_DECORATION.sub(" ", without_measure(subject))).strip(_EDGES).lower()


def without_measure(subject: str) -> str:
    """``disk space usage = 93.4%`` without the value, unless nothing else is there."""
    return _MEASURED.sub("", subject) or subject


def status_of_colour(colour: int | None) -> Status | None:
    """Green is over, red to yellow is on; grey, blue and none say nothing."""
    if colour is None:
        return None
    red, green, blue = colour >> 16 & 255, colour >> 8 & 255, colour & 255
    if green > red and green >= blue and green - min(red, blue) > _LEAST:
        return Status.RESOLVED
    if red > blue and red >= green and red - min(green, blue) > _LEAST:
        return Status.FIRING
    return None


def severity_of(colour: int | None, text: str) -> Severity:
    """Words first, for people choose colours to please; then red is critical, orange and yellow a warning."""
    if _WARNING.search(text):
        return Severity.WARNING
    if _CRITICAL.search(text):
        return Severity.CRITICAL
    if status_of_colour(colour) is Status.FIRING and colour is not None:
        red, green = colour >> 16 & 255, colour >> 8 & 255
        return Severity.CRITICAL if red > _RED_SHARE * green else Severity.WARNING
    return Severity.INFO


def _status_of(found: re.Match[str]) -> Status:
    return Status.RESOLVED if found["over"] else Status.FIRING


def _beside(line: str, found: re.Match[str]) -> str:
    """What stands before the words of state, else what follows."""
    return _bare(line[: found.start()]) or _bare(line[found.end() :]) or line


def _bare(text: str) -> str:
    """``text`` without ticks, and without marks, quotes or brackets around the whole of it."""
    plain = "".join(each for each in text if each not in _SIGNS).strip(_EDGES)
    while len(plain) > 1 and _PAIRS.get(plain[0]) == plain[-1] and plain[-1] not in plain[1:-1]:
        plain = plain[1:-1].strip(_EDGES)
    return plain
