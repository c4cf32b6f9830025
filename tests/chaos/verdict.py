"""Verdict: three truths side by side: the book, the record, the channel.

Lost: something promised is not there. Duplicate: two messages bear the mark of one alert, or wake people for
it. Wrong: a state that nothing explains, in the database or on a card. Count: numbers that do not add up.
Chain: the audit log broke.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from bot.cards.alert.alert import find_marker
from tests.chaos.book import Book, Story, Violation
from tests.chaos.deed import ACK, BELL, CLAIM, SIREN
from tests.chaos.record import AlertRow, CardRow, Record

Messages = list[dict[str, Any]]

_SEVERITIES: Final = {"critical": ("🔴", "CRITICAL"), "warning": ("🟠", "WARNING"), "info": ("🔵", "INFO")}
_STATES: Final = {
    "processing": ("👀", "CLAIMED · "),
    "acked": ("🟨", "ACKED · "),
    "resolved": ("✅", "RESOLVED · "),
}


def judge(book: Book, record: Record, messages: Messages) -> list[Violation]:
    """All that is untrue when everything is quiet."""
    found = [*book.violations]
    if record.broken_entry is not None:
        found.append(Violation("chain", "audit", f"the chain breaks at entry {record.broken_entry}"))
    rows: defaultdict[str, list[AlertRow]] = defaultdict(list)
    for row in record.alerts.values():
        rows[row.name].append(row)
    for story in book.stories:
        said = [*_promises(story, record), *_counts(story, rows[story.name], record)]
        found += [Violation(kind, story.name, f"{text}\n{story.history()}") for kind, text in said]
    histories = {story.name: story.history() for story in book.stories}
    unshown = {
        episode.number for story in book.stories for episode in story.episodes.values() if episode.deleted
    }
    for kind, alert_id, text in _channel(record, messages, unshown):
        alert = record.alerts.get(alert_id)
        name = alert.name if alert else "?"
        whole = f"A-{alert_id} {text}; database: {alert}\n{histories.get(name, '')}"
        found.append(Violation(kind, name, whole))
    return found


def unheard(record: Record, messages: Messages, people: dict[str, str]) -> set[tuple[int, int, str]]:
    """Emoji on the cards of open alerts that are not in the record, or the reverse."""
    shown = _open_cards(record)
    standing = {
        (int(message["id"]), int(people[name]), reaction["emoji"]["name"])
        for message in messages
        for reaction in message["reactions"]
        for name in reaction["users"]
        if int(message["id"]) in shown and reaction["emoji"]["name"] in {ACK, CLAIM, SIREN, BELL}
    }
    return standing ^ {each for each in record.heard if each[0] in shown}


def vanished(record: Record, messages: Messages) -> set[int]:
    """Messages of the cards of open alerts that do not stand in the channel."""
    return _open_cards(record) - {int(message["id"]) for message in messages}


def _open_cards(record: Record) -> set[int]:
    return {
        card.message_id
        for card in record.cards
        if card.message_id is not None and record.alerts[card.alert_id].state != "resolved"
    }


def _promises(story: Story, record: Record) -> Iterator[tuple[str, str]]:
    """Every ref that was promised exists, and stands as sender and people were told."""
    for episode in story.episodes.values():
        row = record.alerts.get(episode.number)
        if row is None or row.name != story.name:
            yield "lost", f"{episode.ref} was promised; the database has {row}"
        elif not story.blamed:
            allowed = episode.final(state=row.state)
            if row.look not in allowed:
                yield "wrong", f"{episode.ref} is {row.look} but can only be {sorted(allowed)}"


def _counts(story: Story, rows: list[AlertRow], record: Record) -> Iterator[tuple[str, str]]:
    """What was promised was counted once, what was in doubt at most once, and all sums are equal."""
    total = sum(row.occurrences for row in rows)
    most = story.fires_promised + story.fires_in_doubt
    if not story.fires_promised <= total <= most:
        yield "count", f"{total} occurrences, {story.fires_promised} to {most} were sent"
    for row in rows:
        if row.occurrences != record.fired.get(row.id, 0):
            yield "count", f"A-{row.id} has {row.occurrences} occurrences, {record.fired.get(row.id)} events"
    for key in {row.recurrence_id for row in rows}:
        if not record.recurrences[key] == record.hours[key] == (total, len(rows)):
            yield "count", f"{total} in {len(rows)}, {record.recurrences[key]}, by hours {record.hours[key]}"
    if sum(row.state != "resolved" for row in rows) > 1:
        yield "wrong", f"more than one open episode: {rows}"


def _channel(record: Record, messages: Messages, deleted: set[int]) -> Iterator[tuple[str, int, str]]:
    """Every alert has one card, in one message, that says what the database says; see `flock`, `held`."""
    marked: defaultdict[int, Messages] = defaultdict(list)
    for message in messages:
        marker = find_marker(message)
        if marker is not None and marker[0] == record.tag:
            marked[marker[1]].append(message)
    for alert_id in marked.keys() - record.alerts.keys():
        yield "wrong", alert_id, "is shown but does not exist"
    cards: defaultdict[int, list[CardRow]] = defaultdict(list)
    for card in record.cards:
        cards[card.alert_id].append(card)
    for alert_id, row in record.alerts.items():
        if row.group_id is not None:
            continue
        if alert_id in record.held and not marked[alert_id]:
            continue  # the board has to name it, which is awaited
        kind, text = _compare(row, marked[alert_id], cards[alert_id], was_deleted=alert_id in deleted)
        if kind:
            yield kind, alert_id, f"{text}; {cards[alert_id]}"
        elif marked[alert_id] and (calls := _calls(marked[alert_id][0], messages)) > 1:
            yield "duplicate", alert_id, f"woke people {calls} times"


def _compare(row: AlertRow, shown: Messages, cards: list[CardRow], *, was_deleted: bool) -> tuple[str, str]:
    """What is wrong with one alert's card, as kind and text; both are empty when nothing is.

    A resolved alert needs no card if a person threw it away, or if it was over before there was room for it.
    """
    if len(shown) > 1:
        return "duplicate", f"has messages {[each['id'] for each in shown]}"
    if not shown:
        may_lack = row.state == "resolved" and (was_deleted or _let_go(cards))
        return ("", "") if may_lack else ("lost", "has no message")
    if [card.message_id for card in cards] != [int(shown[0]["id"])]:
        return "wrong", f"stands as {shown[0]['id']}"
    text = _untold(row, shown[0])
    return ("wrong", text) if text else ("", "")


def _calls(card: dict[str, Any], messages: Messages) -> int:
    """How often somebody's device rang for a card: when it came, or by messages that lead to it."""
    ringing = [each for each in messages if each["sandbox"]["pinged"]["roles"]]
    return sum(each["id"] == card["id"] or each["content"].endswith(f"/{card['id']}") for each in ringing)


def _let_go(cards: list[CardRow]) -> bool:
    """Whether the outbox has decided that a card which was never posted need not be."""
    return all(card.message_id is None and card.wanted <= card.shown for card in cards)


def _untold(row: AlertRow, card: dict[str, Any]) -> str:
    """What a card should say and does not."""
    sign, word = _SEVERITIES[row.severity]
    sign, before = _STATES.get(row.state, (sign, ""))
    wanted = f"{sign} {before}{word} {row.name}".replace(" · ", " ")
    line, told = card["content"], card["embeds"][0]["description"]
    if not re.search(rf"(?:^|> |@here |@everyone ){re.escape(wanted)}(?: ·| —|$)", line):
        return f"shows {line!r} instead of {wanted!r}"
    if row.occurrences > 1 and f"×{row.occurrences}" not in told:  # noqa: RUF001 -- as it stands on cards
        return f"does not count {row.occurrences}: {told!r}"
    if row.owner and row.owner.replace("person:", "<@") not in told:
        return f"does not name its owner {row.owner}: {told!r}"
    if bool(row.snooze) is not ("🔕 Snoozed" in told):
        return f"does not say whether it is snoozed, {row.snooze!r}: {told!r}"
    return ""
