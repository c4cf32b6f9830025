"""Expectation: who has to be heard how often, and the alert that says who was not.

A source that is overdue opens an alert of Tocsin's own; whatever it sends next resolves it. Time in which
Tocsin itself was down is nobody's silence.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.access.expectation import Expectation
from bot.domain.access.expectation import expect as bounded
from bot.domain.access.source import Source
from bot.domain.access.wake import chosen
from bot.domain.actor import Actor
from bot.domain.alert.signal import Severity
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.usecases.admin import own
from bot.usecases.admin.own import Trouble
from bot.usecases.desk import Desk
from bot.usecases.source_entry import record
from storage.transaction import Transaction
from storage.writer import Turn


async def expect(
    desk: Desk, name: str, *, every: timedelta | None, actor: Actor, grace: timedelta | None = None
) -> Expectation | None:
    """Wait for a source from now on; without ``every`` wait no longer.

    Raises:
        NotFoundError: there is no such source.
        InvalidInputError: a span is too short or too long, or the source is Tocsin's own.
    """
    now = desk.clock.now()
    expected = None if every is None else bounded(every, grace, since=now)
    if name == own.NAME:
        raise InvalidInputError("name", "this is Tocsin's own source; it speaks when something is wrong")

    def store_expectation(tx: Transaction) -> None:
        source = _named(tx, desk, name)
        tx.sources.expect(source.id, expected)
        if expected is None:
            own.tell(tx, desk, [_trouble(source, "")], now)
        record(tx, desk, "source.expect", actor=actor, before=source, name=name, now=now)

    await desk.storage.write(store_expectation)
    desk.bell.ring()
    return expected


async def grade(
    desk: Desk,
    name: str,
    severity: Severity | None = None,
    *,
    actor: Actor,
    wakes: Mapping[Severity, Sequence[str]] | None = None,
) -> None:
    """What alerts of a source are that name no severity, and whom they wake; None leaves it as it is.

    Raises:
        NotFoundError: there is no such source.
        InvalidInputError: nobody can be woken by these words.
    """
    now = desk.clock.now()

    def store_grade(tx: Transaction) -> None:
        source = _named(tx, desk, name)
        if severity is not None:
            tx.sources.grade(source.id, severity)
        if wakes:
            tx.sources.wake(source.id, chosen(source.wakes, wakes))
        record(tx, desk, "source.grade", actor=actor, before=source, name=name, now=now)

    await desk.storage.write(store_grade)


async def look(desk: Desk, *, up_since: datetime) -> int:
    """Open and resolve the alerts about silent sources; returns how many changed."""
    now = desk.clock.now()

    def waited_for(tx: Transaction) -> bool:
        return any(each.expected for each in tx.sources.listing(desk.project.id))

    if not await desk.storage.read(waited_for):
        return 0

    def look_for_overdue(tx: Transaction) -> int:
        sources = [each for each in tx.sources.listing(desk.project.id) if each.expected is not None]
        return own.tell(tx, desk, [_trouble(each, _words(each, up_since, now)) for each in sources], now)

    changed = await desk.storage.write(look_for_overdue, turn=Turn.BULK)
    if changed:
        desk.bell.ring()
    return changed


def _words(source: Source, up_since: datetime, now: datetime) -> str:
    """What is wrong, "" while it is not overdue."""
    expected = source.expected
    if expected is None:
        return ""
    heard = max(filter(None, (source.last_event_at, up_since)))
    if now < expected.due(heard):
        return ""
    last = "never" if source.last_event_at is None else f"at {source.last_event_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{source.name} is expected every {expected.every} and was last heard {last}"


def _trouble(source: Source, words: str) -> Trouble:
    return Trouble(key=f"expectation/{source.id}", name="SourceSilent", words=words, target=source.name)


def _named(tx: Transaction, desk: Desk, name: str) -> Source:
    source = tx.sources.named(desk.project.id, name)
    if source is None:
        raise NotFoundError("source", name)
    return source
