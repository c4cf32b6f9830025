"""Query: looking at what comes back, ranking it, and saying that it is mended.

All raise `NotFoundError` for a recurrence this desk does not have.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.domain.actor import Actor
from bot.domain.alert.event import Event
from bot.domain.audit import Entry
from bot.domain.errors import NotFoundError
from bot.domain.paging import total_of
from bot.domain.recurrence.profile import RecurrenceProfile
from bot.domain.recurrence.ranking import Query, Ranked
from bot.domain.recurrence.recurrence import SPAN, Fix, Recurrence, format_ref
from bot.domain.recurrence.run import Run
from bot.domain.recurrence.work import CheckRun
from bot.domain.sight import EVERYTHING, Sight, Subject, SubjectRef
from bot.domain.snowflake import is_snowflake
from bot.usecases.alert.move import bounded
from bot.usecases.desk import Desk
from bot.usecases.recurrence import regression
from bot.usecases.recurrence.profile import build_profiles
from storage.codec import encode
from storage.transaction import Transaction

SUGGESTIONS: Final = 25  # Discord's limit for autocomplete choices
MOST: Final = 100
_RUNS: Final = 5
_REFS: Final = 5
_VOTERS: Final = 10


class RecurrencePage(msgspec.Struct, frozen=True):
    """A part of a ranking: ``total`` counts all that match, ``offset`` those before this page.

    It is counted up to `bot.domain.recurrence.ranking.COUNTED_TO`. ``complete`` says whether words were
    looked for in all of them: if not, in so many as `bot.domain.recurrence.ranking.SEARCHED_AMONG` says.
    """

    lines: tuple[Ranked, ...]
    offset: int
    total: int
    complete: bool = True


class FoundRecurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One recurrence with its last 30 days.

    ``hours`` are those in which it fired, with how often; ``days`` add how many episodes began. ``jumps``
    leads from an alert's id to its card; ``events`` are the last ones, that is its references to what the
    source sent.
    """

    profile: RecurrenceProfile
    hours: tuple[tuple[datetime, int], ...]
    days: tuple[tuple[datetime, int, int], ...]
    runs: tuple[Run, ...]
    checks: tuple[CheckRun, ...]
    events: tuple[Event, ...]
    voters: tuple[str, ...]
    jumps: dict[int, str]
    seen_at: datetime


async def listing(desk: Desk, query: Query, *, offset: int = 0, limit: int = 10) -> RecurrencePage:
    """A page of the ranking."""
    now = desk.clock.now()

    def read_page(tx: Transaction) -> RecurrencePage:
        if query.text:
            found, total, complete = tx.rankings.with_words(
                desk.project.id, query, now=now, offset=offset, limit=limit
            )
            return RecurrencePage(tuple(found), offset, total, complete)
        lines = tx.rankings.page(desk.project.id, query, now=now, offset=offset, limit=limit)
        total = total_of(lines, offset, limit, lambda: tx.rankings.count(desk.project.id, query, now=now))
        return RecurrencePage(tuple(lines), offset, total)

    return await desk.storage.read(read_page)


async def find(desk: Desk, recurrence_id: int) -> FoundRecurrence:
    """Everything about one recurrence."""
    now = desk.clock.now()

    def read_one(tx: Transaction) -> FoundRecurrence:
        (profile,) = build_profiles(tx, desk, [_get(tx, desk, recurrence_id)])
        return FoundRecurrence(
            profile=profile,
            hours=tuple(tx.memories.hours(recurrence_id, since=now - SPAN)),
            days=tuple(tx.memories.days(recurrence_id, since=now - SPAN)),
            runs=tuple(tx.runs.of_recurrence(recurrence_id, limit=_RUNS)),
            checks=tuple(tx.work_items.checks_of(recurrence_id, limit=_RUNS)),
            events=tuple(tx.events.of_recurrence(recurrence_id, limit=_REFS)),
            voters=tuple(tx.noise_votes.voters(recurrence_id, limit=_VOTERS)),
            jumps=_jumps(tx, desk, [episode.alert_id for episode in profile.last_episodes]),
            seen_at=now,
        )

    return await desk.storage.read(read_one)


async def find_of_alert(desk: Desk, alert_id: int) -> Recurrence | None:
    """The recurrence that an alert is an episode of, None when there is no such alert."""

    def read_of_alert(tx: Transaction) -> Recurrence | None:
        alert = tx.alerts.get(desk.project.id, alert_id)
        return None if alert is None else tx.recurrences.get(desk.project.id, alert.recurrence_id)

    return await desk.storage.read(read_of_alert)


async def suggest(desk: Desk, text: str, sight: Sight = EVERYTHING) -> list[Recurrence]:
    """Recurrences whose ref, name, service or target fits what was typed so far, at most 25."""
    digits = text.strip().lower().lstrip("rw-")

    def read_suggestions(tx: Transaction) -> list[Recurrence]:
        found = tx.recurrences.suggest(desk.project.id, text.strip(), limit=SUGGESTIONS, sight=sight)
        exact = tx.recurrences.get(desk.project.id, int(digits)) if is_snowflake(digits) else None
        if exact and not tx.audiences.sees(desk.project.id, sight, SubjectRef(Subject.RECURRENCE, exact.id)):
            exact = None
        others = [each for each in found if exact is None or each.id != exact.id]
        return others if exact is None else [exact, *others][:SUGGESTIONS]

    return await desk.storage.read(read_suggestions)


async def mark_fixed(
    desk: Desk,
    recurrence_id: int,
    *,
    actor: Actor,
    owner: Actor | None = None,
    note: str = "",
    action_id: int | None = None,
) -> Recurrence:
    """Say that it is mended; when it fires again, its card says so and names ``owner`` (or ``actor``).

    ``action_id`` is the action item that mended it. It is done now, and so are those that were named before;
    when the recurrence comes back, they are open again (see `regression`).

    Raises:
        NotFoundError: this desk has no such recurrence or action item.
        InvalidInputError: the note is too long.
    """
    now, text = desk.clock.now(), bounded(note)

    def do_mark_fixed(tx: Transaction) -> Recurrence:
        known = tx.recurrences.held(desk.project.id, recurrence_id)
        if known is None:
            raise NotFoundError("recurrence", format_ref(recurrence_id))
        fix = Fix(at=now, by=actor, owner=owner or actor, note=text)
        tx.recurrences.mark_fixed(recurrence_id, fix)
        regression.finish(tx, desk, known, action_id, actor=actor, now=now)
        entry = Entry(
            at=now,
            actor=actor,
            action="recurrence.fixed",
            subject=f"recurrence:{recurrence_id}",
            before=encode(_mark(known.fix)),
            after=encode(_mark(fix)),
            note=text,
        )
        tx.audit.append(desk.project.id, entry)
        return msgspec.structs.replace(known, fix=fix)

    fixed = await desk.storage.write(do_mark_fixed)
    desk.bell.ring()
    return fixed


def _get(tx: Transaction, desk: Desk, recurrence_id: int) -> Recurrence:
    found = tx.recurrences.get(desk.project.id, recurrence_id)
    if found is None:
        raise NotFoundError("recurrence", format_ref(recurrence_id))
    return found


def _jumps(tx: Transaction, desk: Desk, alert_ids: Sequence[int]) -> dict[int, str]:
    if desk.guild_id is None:
        return {}
    guild_id, places = desk.guild_id, tx.cards.of_alerts(alert_ids)
    return {alert_id: place.jump_url(guild_id) for alert_id, place in places.items()}


def _mark(fix: Fix | None) -> dict[str, str]:
    if fix is None:
        return {}
    regressed = fix.regressed_at.isoformat() if fix.regressed_at else ""
    return {"fixed_at": fix.at.isoformat(), "owner": str(fix.owner), "regressed_at": regressed}
