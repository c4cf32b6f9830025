"""Build: a Signal out of what a provider found, with every bound kept in one place."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bot.domain.alert.signal import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_SUMMARY,
    Reading,
    Severity,
    Signal,
    Status,
)
from bot.domain.text import cut, one_line
from bot.providers.field import flat
from bot.providers.label import bound_identity, bound_labels, bound_said, locate
from bot.providers.link import read_links
from bot.providers.severity import LONGEST_WORD, read_severity

NAMELESS = "unnamed alert"


def build_signal(
    *,
    firing: bool,
    name: str,
    severity: str | Severity = "",
    severity_word: str = "",
    summary: str = "",
    description: str = "",
    labels: Mapping[str, str] | None = None,
    links: Iterable[tuple[str, object]] = (),
    key: str = "",
    namespace: str = "",
    service: str = "",
    target: str = "",
    group: str = "",
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    rest: Mapping[str, object] | None = None,
) -> Signal:
    """A signal within its bounds; ``key`` is the sender's identity for it, ``severity`` its word or ours.

    ``rest`` is what the sender said: what of it has no other place is kept for those who ask for more.
    """
    level, word = (
        (severity, cut(severity_word, LONGEST_WORD))
        if isinstance(severity, Severity)
        else read_severity(severity)
    )
    title = cut(one_line(name), MAX_NAME) or NAMELESS
    said = summary.strip()
    known = dict(labels or {})
    return Signal(
        status=Status.FIRING if firing else Status.RESOLVED,
        name=title,
        severity=level,
        severity_word=word,
        summary="" if said == title else cut(said, MAX_SUMMARY),
        description="" if description.strip() == said else cut(description.strip(), MAX_DESCRIPTION),
        labels=bound_labels(known),
        links=read_links(links),
        fingerprint=bound_identity(key),
        **locate(known, namespace=namespace, service=service, target=target),
        group_key=bound_identity(group),
        started_at=started_at,
        ended_at=None if firing else ended_at,
        said=bound_said(_unseen(rest or {}, known, {title, said, description.strip(), key})),
    )


def _unseen(
    rest: Mapping[str, object], labels: Mapping[str, str], shown: set[str]
) -> Iterator[tuple[str, str]]:
    values = shown | set(labels.values())
    for name, text in flat(dict(rest)).items():
        if name not in labels and text not in values and not name.startswith("_"):
            yield name, text


def one(signal: Signal) -> Reading:
    """The reading of a request about one alert."""
    return Reading(((0, signal),))
