"""Escalation: what a siren on a card must lead to, however often the bot died meanwhile.

Lost: a siren was heard, and its alert belongs to no incident. Duplicate: an alert belongs to two, an incident
has two heads or two threads, or something was said twice in a thread. Wrong: head and database differ.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Final

from bot.cards.incident.incident import find_marker
from tests.chaos.book import Book, Violation
from tests.chaos.deed import SIREN
from tests.chaos.record import IncidentRow, Record
from tests.chaos.window import footer

Messages = list[dict[str, Any]]

_OURS: Final = ("N-", "BR-")  # how the footers of what is said in threads begin


def homeless(record: Record) -> list[int]:
    """Incidents that have no thread yet and get one."""
    return [each.id for each in record.incidents if each.lacks_thread]


def judge_incidents(
    book: Book, record: Record, messages: Messages, threads: dict[int, Messages]
) -> list[Violation]:
    """All that is untrue of incidents when everything is quiet."""
    found = [*_members(record), *_states(book, record)]
    found += [*_heads(record, messages), *_threads(record, messages, threads)]
    return [Violation(kind, "incidents", text) for kind, text in found]


def _states(book: Book, record: Record) -> Iterator[tuple[str, str]]:
    """Every incident stands as people were told."""
    for row in record.incidents:
        story = book.incident(row.id)
        allowed = {
            each.state for episode in story.episodes.values() for each in episode.final(state=row.state)
        }
        if not story.blamed and row.state not in allowed:
            yield "wrong", f"I-{row.id} is {row.state} but can only be {sorted(allowed)}\n{story.history()}"
    for number in book.incidents.keys() - {each.id for each in record.incidents}:
        yield "lost", f"I-{number} was there"


def _members(record: Record) -> Iterator[tuple[str, str]]:
    cards = {card.message_id: card.alert_id for card in record.cards}
    escalated = {cards[message] for message, _, emoji in record.heard if emoji == SIREN and message in cards}
    homes = Counter(alert for alert, _, active in record.members if active)
    for alert in sorted(escalated - homes.keys()):
        yield "lost", f"A-{alert} was escalated and belongs to no incident"
    for alert, count in homes.items():
        if count > 1:
            yield "duplicate", f"A-{alert} belongs to {count} incidents: {sorted(record.members)}"
    for incident in record.incidents:
        if incident.id not in {home for _, home, _ in record.members}:
            yield "wrong", f"{incident} is about nothing"


def _heads(record: Record, messages: Messages) -> Iterator[tuple[str, str]]:
    heads: defaultdict[int, Messages] = defaultdict(list)
    for message in messages:
        marker = find_marker(message)
        if marker is not None and marker[0] == record.tag:
            heads[marker[1]].append(message)
    for number in heads.keys() - {each.id for each in record.incidents}:
        yield "wrong", f"I-{number} is shown but does not exist"
    for incident in record.incidents:
        shown = heads[incident.id]
        if len(shown) > 1:
            yield "duplicate", f"{incident} has heads {[each['id'] for each in shown]}"
        elif not shown:
            yield "lost", f"{incident} has no head"
        elif incident.message_id != int(shown[0]["id"]):
            yield "wrong", f"{incident} stands as {shown[0]['id']}"
        elif untold := _untold(incident, shown[0]["content"]):
            yield "wrong", f"{incident} does not say {untold}"


def _untold(incident: IncidentRow, title: str) -> str:
    wanted = f"I-{incident.id} · {incident.severity} · {incident.state.upper()} · "
    return "" if wanted in title else f"{wanted!r} but {title!r}"


def _threads(record: Record, messages: Messages, threads: dict[int, Messages]) -> Iterator[tuple[str, str]]:
    homes = {each.thread_id: each for each in record.incidents}
    for thread in threads.keys() - homes.keys():
        yield "duplicate", f"thread {thread} is nobody's: {record.incidents}"
    for incident in record.incidents:
        if incident.lacks_thread or incident.thread_id not in {None, *threads}:
            yield "lost", f"{incident} has no thread among {sorted(threads)}"
    everywhere = [*messages, *(each for said in threads.values() for each in said)]
    said = Counter(mark for each in everywhere if (mark := footer(each)).startswith(_OURS))
    for mark, count in said.items():
        if count > 1:
            yield "duplicate", f"{mark!r} was said {count} times"
    standing = {int(each["id"]) for each in everywhere}
    for channel, message in record.words:
        if message not in standing:
            yield "lost", f"what was said in {channel} as {message} does not stand there"
