"""Chat: messages that programs write for people, as posted to incoming webhooks, read as alerts.

Discord's embeds and Slack's attachments are the same thing in two spellings; `discord` and `slack` make
`Part`s of them, and this file makes signals of parts. There is no key in such a message. What it is about is
said by its title without the words of state (`wording`), and by what it names as host, service or check:
that is the identity, so that a recovery in colour or words resolves what it names.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from bot.domain.alert.signal import (
    MAX_DESCRIPTION,
    MAX_LABEL_NAME,
    MAX_NAME,
    MAX_SUMMARY,
    Reading,
    Severity,
    Signal,
    Status,
)
from bot.domain.text import cut, one_line, words
from bot.providers.label import NAMESPACE, SERVICE, TARGET, bound_identity, bound_labels, first_of
from bot.providers.link import read_links
from bot.providers.severity import WORDS, read_severity
from bot.providers.wording import (
    Said,
    identity_of,
    read_line,
    severity_of,
    status_of_colour,
    without_measure,
)

MAX_PARTS: Final = 20
MAX_FIELDS: Final = 50

_PLACES: Final = frozenset(
    words(
        "host hostname server instance node service monitor check project job chart device site container "
        "pod namespace cluster repository application app"
    )
)
_PLACE_LINE: Final = re.compile(r"^[\s*_>-]*([A-Za-z][A-Za-z ]{1,30}?)[\s*_]*:[\s*_]+(\S[^\n]{0,200})$")
_CODE: Final = re.compile(r"`([^`\n]{1,200})`")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """An embed or an attachment; ``lead`` is the line in front of it, ``colour`` is RGB in one number."""

    lead: str = ""
    title: str = ""
    text: str = ""
    colour: int | None = None
    colour_word: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    footer: str = ""


def read_parts(parts: Sequence[Part]) -> Reading:
    """One signal for each part that says anything."""
    signals = [(place, signal) for place, part in enumerate(parts) if (signal := _read(part)) is not None]
    return Reading(tuple(signals))


def _read(part: Part) -> Signal | None:
    lines = [line for line in (part.title, *_first_lines(part)) if line.strip()]
    if not lines:
        return None
    said = [read_line(line) for line in lines]
    telling = next((each for each in said if each.status is not None), None)
    colour = _status(part)
    status = colour or (telling.status if telling else None) or Status.FIRING
    labels = {**_places(part.text), **_labels(part.fields)}
    name = without_measure(_naming(part, said, telling).subject)
    severity, word = _severity(part, labels, status, " ".join(lines))
    if severity is Severity.INFO and not word and telling is not None and status is Status.FIRING:
        severity = read_severity("")[0]  # it says that something is wrong, and not how bad it is
    text = "\n\n".join(each for each in (part.lead, part.text) if each and each.strip() != part.title)
    return Signal(
        status=status,
        name=cut(one_line(name), MAX_NAME),
        severity=severity,
        severity_word=word,
        summary=cut(part.title or one_line(lines[0]), MAX_SUMMARY),
        description=cut(text, MAX_DESCRIPTION),
        labels=bound_labels(labels),
        links=read_links(part.links),
        fingerprint=bound_identity(_identity(lines, said, labels)),
        namespace=cut(first_of(labels, NAMESPACE), MAX_LABEL_NAME),
        service=cut(first_of(labels, SERVICE), MAX_LABEL_NAME),
        target=cut(first_of(labels, TARGET), MAX_LABEL_NAME),
    )


def _naming(part: Part, said: Sequence[Said], telling: Said | None) -> Said:
    """The title, unless it is one word without a state: then it names the program, as Gatus does."""
    if telling is None or (part.title and (said[0].status is not None or len(words(said[0].subject)) > 1)):
        return said[0]
    return telling if not part.title or len(words(telling.subject)) > 1 else said[0]


def _places(text: str) -> dict[str, str]:
    """What lines such as ``Host: nas-01`` name."""
    found: dict[str, str] = {}
    for line in text.splitlines()[:MAX_FIELDS]:
        match = _PLACE_LINE.match(line)
        if match is not None and _is_place(match[1]):
            found.setdefault("_".join(words(match[1])), one_line(match[2]))
    return found


def _first_lines(part: Part) -> tuple[str, ...]:
    """Where a state may be said besides the title."""
    texts = (part.lead, part.text)
    return tuple(text.strip().partition("\n")[0] for text in texts if text.strip())


def _identity(lines: Sequence[str], said: Sequence[Said], labels: dict[str, str]) -> str:
    """The title's subject; where the title says no state, also of the first line that does."""
    parts = [identity_of(said[0].subject)]
    if said[0].status is None:
        for line, each in zip(lines[1:], said[1:], strict=True):
            if each.status is not None:
                parts += [identity_of(each.subject), *_CODE.findall(line)]
                break
    parts += [f"{name}={value}" for name, value in sorted(labels.items()) if _is_place(name)]
    return "chat:" + "|".join(dict.fromkeys(parts))


def _is_place(name: str) -> bool:
    found = words(name)
    return bool(found) and (
        found[-1] in _PLACES or (len(found) > 1 and found[-1] == "name" and found[-2] in _PLACES)
    )


def _status(part: Part) -> Status | None:
    match part.colour_word.lower():
        case "good":
            return Status.RESOLVED
        case "danger" | "warning":
            return Status.FIRING
        case _:
            return status_of_colour(part.colour)


def _severity(part: Part, labels: dict[str, str], status: Status, text: str) -> tuple[Severity, str]:
    given = labels.get("severity", "").strip()
    if given.lower() in WORDS:
        return read_severity(given)
    if part.colour_word.lower() == "danger":
        return Severity.CRITICAL, ""
    if part.colour_word.lower() == "warning":
        return Severity.WARNING, ""
    if status is Status.RESOLVED:
        return Severity.INFO, ""
    return severity_of(part.colour, text), ""


def _labels(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Fields by their names in the form of labels: ``Service Name`` becomes ``service_name``."""
    labels: dict[str, str] = {}
    for name, value in list(fields)[:MAX_FIELDS]:
        plain = "_".join(words(name)) or one_line(name)
        if plain and value.strip():
            labels.setdefault(plain, one_line(value))
    return labels
