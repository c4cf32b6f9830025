"""Event lists: what came in last, and how well each provider tells where its alerts come from.

Nothing here writes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.alert.event import ListedEvent
from bot.domain.alert.ref import SourceRef, find_refs
from bot.usecases.admin.event import DEDUPED
from bot.usecases.desk import Desk

MOST: Final = 5_000
"""Events that a coverage looks at, the newest."""

CHAT: Final = frozenset({"discord", "slack"})
APIS: Final = frozenset({"alertmanager-api", "pagerduty", "opsgenie"})
CHANNELS: Final = ("webhook", "api", "chat", "own")


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event in a list: ``channel`` is the way it came, ``refs`` what was found in it."""

    listed: ListedEvent
    channel: str
    refs: tuple[SourceRef, ...]

    @property
    def duplicate(self) -> bool:
        """Whether it was absorbed by what was already known."""
        return self.listed.event.verdict in DEDUPED

    @property
    def redacted(self) -> bool:
        """Whether something was taken out of its request."""
        return self.listed.redactions > 0


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A list in figures; ``refs`` counts by kind, ``missing_refs`` are events without any."""

    total: int
    sources: dict[str, int]
    duplicates: int
    redacted: int
    missing_refs: int
    refs: dict[str, int]
    latest: datetime | None


async def recent(
    desk: Desk, *, project: str = "", channel: str = "", prefix: str = "", limit: int = 20
) -> list[EventLine]:
    """The newest events, newest first; of another project there is none."""
    if project not in {"", desk.project.name}:
        return []
    found = await desk.storage.read(
        lambda tx: tx.event_lists.newest(desk.project.id, limit=limit if not channel else MOST, prefix=prefix)
    )
    lines = [_line(each) for each in found]
    return [each for each in lines if channel in {"", each.channel}][:limit]


async def coverage(desk: Desk, *, window: timedelta, prefix: str = "") -> dict[str, Summary]:
    """By provider: totals, duplicates, redacted, refs by kind, of the newest `MOST` events of the window."""
    since = desk.clock.now() - window
    found = await desk.storage.read(
        lambda tx: tx.event_lists.newest(desk.project.id, limit=MOST, prefix=prefix, since=since)
    )
    by_provider: dict[str, list[EventLine]] = {}
    for each in found:
        by_provider.setdefault(each.provider, []).append(_line(each))
    return {provider: summarise(lines) for provider, lines in sorted(by_provider.items())}


def summarise(lines: Iterable[EventLine]) -> Summary:
    """Events in figures."""
    listed = list(lines)
    sources: dict[str, int] = {}
    refs: dict[str, int] = {}
    for line in listed:
        sources[line.listed.source] = sources.get(line.listed.source, 0) + 1
        for ref in line.refs:
            refs[ref.kind] = refs.get(ref.kind, 0) + 1
    return Summary(
        total=len(listed),
        sources=sources,
        duplicates=sum(line.duplicate for line in listed),
        redacted=sum(line.redacted for line in listed),
        missing_refs=sum(not line.refs for line in listed),
        refs=refs,
        latest=max((line.listed.event.received_at for line in listed), default=None),
    )


def channel_of(provider: str, source: str) -> str:
    """The way an event came."""
    if source == "tocsin":
        return "own"
    if provider in CHAT:
        return "chat"
    return "api" if provider in APIS else "webhook"


def _line(listed: ListedEvent) -> EventLine:
    refs = find_refs(listed.links, listed.labels, listed.said)
    return EventLine(listed=listed, channel=channel_of(listed.provider, listed.source), refs=refs)
