"""Ref: where an alert comes from, as its sender's own tools know it, found in what the sender said.

Only what is there is told: an address whose shape names the tool, or a label that holds an id.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from bot.domain.alert.signal import Link

MAX_REFS: Final = 16
LONGEST: Final = 200

_ADDRESSES: Final = (
    ("sentry", re.compile(r"https?://[^/]*sentry[^/]*/.*?issues/(\d+)", re.IGNORECASE)),
    ("sentry", re.compile(r"https?://[^/]+/organizations/[^/]+/issues/(\d+)")),
    ("signoz", re.compile(r"https?://[^/]*signoz[^/]*/.*?(?:ruleId=|trace/)([\w-]+)", re.IGNORECASE)),
    ("signoz", re.compile(r"https?://[^/]*signoz[^/]*()/", re.IGNORECASE)),
    ("grafana", re.compile(r"https?://[^/]+/.*?alerting/(?:grafana/)?([\w-]+)/view")),
    ("grafana", re.compile(r"https?://[^/]+/(?:.*?/)?d/([\w-]+)")),
    ("grafana", re.compile(r"https?://[^/]*grafana[^/]*()/", re.IGNORECASE)),
    ("alertmanager", re.compile(r"https?://[^/]*alertmanager[^/]*()/?", re.IGNORECASE)),
    ("alertmanager", re.compile(r"https?://[^#]+#/alerts()")),
    ("prometheus", re.compile(r"https?://[^/]+/(?:.*?/)?graph\?g0\.expr=()")),
)
_IDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("trace_id", "traceid", "trace.id", "otel.trace_id", "dd.trace_id"), "trace_id"),
    **dict.fromkeys(("span_id", "spanid", "span.id", "otel.span_id", "dd.span_id"), "span_id"),
    **dict.fromkeys(("request_id", "requestid", "x-request-id", "http.request_id"), "request_id"),
    **dict.fromkeys(("correlation_id", "correlationid"), "correlation_id"),
    **dict.fromkeys(("sentry_issue", "sentry_issue_id", "issue_id"), "sentry"),
    **dict.fromkeys(("run_id", "runid", "job_run_id"), "run_id"),
}
CORRELATION: Final = ("trace_id", "span_id", "request_id", "correlation_id", "run_id")
"""The kinds by which its lines are found in a log."""


class SourceRef(msgspec.Struct, frozen=True):
    """``kind`` is the tool or the sort of id, ``id`` what it calls it ("" when only the place is known)."""

    kind: str
    id: str
    url: str = ""


def find_refs(
    links: Iterable[Link], labels: Mapping[str, str], said: Mapping[str, str] | None = None
) -> tuple[SourceRef, ...]:
    """Each once, at most `MAX_REFS`, addresses before ids."""
    found = [*_of_links(links), *_of_texts(labels), *_of_texts(said or {})]
    return tuple(dict.fromkeys(found))[:MAX_REFS]


def correlation(refs: Iterable[SourceRef]) -> dict[str, str]:
    """What to look for in a log."""
    return {ref.kind: ref.id for ref in refs if ref.kind in CORRELATION}


def _of_links(links: Iterable[Link]) -> Iterator[SourceRef]:
    for link in links:
        for kind, pattern in _ADDRESSES:
            if match := pattern.match(link.url):
                yield SourceRef(kind, match[1][:LONGEST], link.url)
                break


def _of_texts(texts: Mapping[str, str]) -> Iterator[SourceRef]:
    for name, text in texts.items():
        kind = _IDS.get(name.lower())
        if kind is not None and text:
            yield SourceRef(kind, text[:LONGEST])
