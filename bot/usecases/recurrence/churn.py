"""Churn: which labels a source had better ignored, and ignoring them.

An alert that is open under its old identity would never hear its resolve again, for that arrives under the
new one. So what is open at that source ends by silence, unless its sender's own resolve was quicker.
"""

from typing import Final

import msgspec

from bot.domain.access.source import Source
from bot.domain.actor import Actor
from bot.domain.alert.signal import MAX_LABEL_NAME
from bot.domain.audit import Entry
from bot.domain.errors import InvalidInputError, NotFoundError
from bot.domain.recurrence.churn import Suggestion, suggest
from bot.domain.sight import EVERYTHING, Sight
from bot.usecases.desk import Desk
from storage.codec import encode
from storage.transaction import Transaction

LOOKED_AT: Final = 500  # recurrences of a source
MOST_LABELS: Final = 32


class Advice(msgspec.Struct, frozen=True):
    """What one source could ignore, the most telling first."""

    source: Source
    suggestions: tuple[Suggestion, ...]


async def advise(desk: Desk, sight: Sight = EVERYTHING) -> list[Advice]:
    """Advice for the sources that need any, from the newest recurrences of each."""

    def read_advice(tx: Transaction) -> list[Advice]:
        found = []
        for source in tx.sources.listing(desk.project.id):
            if not sight.sees(source.channel_id or 0):
                continue
            kin = tx.memories.kin(source.id, limit=LOOKED_AT)
            if suggestions := tuple(suggest(kin, source.ignored_labels)):
                found.append(Advice(source, suggestions))
        return found

    return await desk.storage.read(read_advice)


async def source_id(desk: Desk, name: str) -> int:
    """The number of a source, for filters.

    Raises:
        NotFoundError: there is no such source.
    """
    found = await desk.storage.read(lambda tx: tx.sources.named(desk.project.id, name))
    if found is None:
        raise NotFoundError("source", name)
    return found.id


async def ignore(desk: Desk, source_name: str, labels: frozenset[str], *, actor: Actor) -> Source:
    """Let these labels, and no others, take no part any more in telling the alerts of a source apart.

    Raises:
        NotFoundError: there is no such source.
        InvalidInputError: a name is empty or too long, or there are too many.
    """
    if len(labels) > MOST_LABELS or not all(0 < len(label) <= MAX_LABEL_NAME for label in labels):
        raise InvalidInputError("labels", f"at most {MOST_LABELS} names of up to {MAX_LABEL_NAME} characters")
    now = desk.clock.now()

    def ignore_churn(tx: Transaction) -> Source:
        source = tx.sources.named(desk.project.id, source_name)
        if source is None:
            raise NotFoundError("source", source_name)
        if labels == source.ignored_labels:
            return source
        ending = tx.sources.ignore_labels(source.id, labels, silent_after=now + desk.rules.silence)
        entry = Entry(
            at=now,
            actor=actor,
            action="source.ignore",
            subject=f"source:{source_name}",
            before=encode({"labels": sorted(source.ignored_labels)}),
            after=encode({"labels": sorted(labels), "ending": ending}),
        )
        tx.audit.append(desk.project.id, entry)
        return msgspec.structs.replace(source, ignored_labels=labels)

    return await desk.storage.write(ignore_churn)
