"""Change: a sender tells what was changed; the cards of what it may have to do with say so."""

from bot.domain import actor as actors
from bot.domain.access.source import Source
from bot.domain.actor import Actor
from bot.domain.alert.change import Change
from bot.domain.alert.verdict import Lane
from bot.domain.audit import Entry
from bot.usecases.desk import Desk
from storage.codec import encode
from storage.transaction import Transaction


async def record(desk: Desk, source: Source, change: Change, *, actor: Actor | None = None) -> int:
    """Keep it and draw the cards anew that it concerns; returns how many."""
    now = desk.clock.now()

    def record_alert(tx: Transaction) -> int:
        number = tx.changes.add(desk.project.id, source.id, change, now=now)
        concerned = tx.changes.concerned(desk.project.id, source.id, change)
        tx.cards.touch_alerts([(alert_id, Lane.INFO) for alert_id in concerned], now=now)
        told = {"summary": change.summary, "service": change.service, "at": change.at.isoformat()}
        entry = Entry(
            at=now,
            actor=actor or actors.source(source.name),
            action="change",
            subject=f"change:{number}",
            after=encode(told),
        )
        tx.audit.append(desk.project.id, entry)
        return len(concerned)

    told = await desk.storage.write(record_alert)
    desk.bell.ring()
    return told
