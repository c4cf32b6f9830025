"""Source entry: what the audit log holds of a change to a sender: all of it before and after, no secrets."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.access.source import Source
from bot.domain.actor import Actor
from bot.domain.audit import Entry
from bot.usecases.desk import Desk
from storage.codec import encode
from storage.transaction import Transaction


def record(
    tx: Transaction,
    desk: Desk,
    action: str,
    *,
    actor: Actor,
    before: Source | None,
    name: str,
    now: datetime,
    more: Mapping[str, object] | None = None,
) -> None:
    """Write down that the source ``name`` was as ``before`` and is as it stands now; ``more`` came of it."""
    after = tx.sources.named(desk.project.id, name)
    entry = Entry(
        at=now,
        actor=actor,
        action=action,
        subject=f"source:{name}",
        before=encode(mark(before)),
        after=encode({**mark(after), **(more or {})}),
    )
    tx.audit.append(desk.project.id, entry)


def mark(source: Source | None) -> dict[str, object]:
    """All that is configured of a source; {} where there is none."""
    if source is None:
        return {}
    expected = source.expected
    return {
        "name": source.name,
        "provider": source.provider,
        "channel_id": source.channel_id,
        "fallback_channel_id": source.fallback_channel_id,
        "silence": _text(source.silence),
        "reopen_window": _text(source.reopen_window),
        "generation": source.generation,
        "ignored_labels": sorted(source.ignored_labels),
        "card": source.card.value,
        "default_severity": source.default_severity.value,
        "wakes": dict(source.wakes),
        "every": _text(expected and expected.every),
        "grace": _text(expected and expected.grace),
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)
