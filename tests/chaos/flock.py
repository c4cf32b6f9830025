"""Flock: alerts of one cause share a card, which has to tell of all that are open."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from tests.chaos.book import Violation
from tests.chaos.record import AlertRow, Record
from tests.chaos.window import footer

Messages = list[dict[str, Any]]

_MARKER: Final = re.compile(r"G-(\d+) · ([a-z0-9]+)")
_LISTED: Final = 10  # open alerts that a card names


def judge_flock(record: Record, messages: Messages) -> list[Violation]:
    """All that is untrue of shared cards when everything is quiet."""
    return [Violation(kind, "flock", text) for kind, text in _compare(record, messages)]


def _compare(record: Record, messages: Messages) -> Iterator[tuple[str, str]]:
    shown = _by_group(record.tag, messages)
    members: defaultdict[int, list[AlertRow]] = defaultdict(list)
    for row in record.alerts.values():
        if row.group_id is not None:
            members[row.group_id].append(row)
    for group in members.keys() ^ record.groups.keys():
        yield "wrong", f"G-{group} has {members[group]} and card {record.groups.get(group)}"
    for group, rows in members.items():
        found = shown[group]
        open_ones = [row for row in rows if row.state != "resolved"]
        if len(found) > 1:
            yield "duplicate", f"G-{group} has messages {[each['id'] for each in found]}"
        elif not found and any(row.id not in record.held for row in open_ones):
            yield "lost", f"G-{group} has no message for {open_ones}"
        elif found and record.groups[group] != int(found[0]["id"]):
            yield "wrong", f"G-{group} of message {record.groups[group]} stands as {found[0]['id']}"
        elif found and (untold := _untold(rows, open_ones, found[0])):
            yield "wrong", f"G-{group} {untold}: {rows}"


def _by_group(tag: str, messages: Messages) -> dict[int, Messages]:
    shown: defaultdict[int, Messages] = defaultdict(list)
    for message in messages:
        marker = _MARKER.match(footer(message))
        if marker is not None and marker[2] == tag:
            shown[int(marker[1])].append(message)
    return shown


def _untold(rows: list[AlertRow], open_ones: list[AlertRow], card: dict[str, Any]) -> str:
    """What a shared card should say and does not."""
    title, told = card["content"], card["embeds"][0]["description"]
    count = len(open_ones or rows)
    if f"({count} alert{'' if count == 1 else 's'})" not in title:
        return f"counts otherwise: {title!r}"
    if not open_ones:
        return "" if "RESOLVED" in title else f"does not say that it is over: {title!r}"
    missing = [row for row in open_ones if not re.search(rf"\bA-{row.id}\b", told)]
    if len(open_ones) <= _LISTED and missing:
        return f"does not name {missing}: {told!r}"
    return ""
