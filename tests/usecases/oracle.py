"""The oracle: what there is to know of a recurrence, computed the slow way from events and audit alone.

It replays what senders said (the event table) and what people and time did (the audit log), and looks at
neither alerts nor recurrences.
"""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.domain.actor import SILENCE, Actor, ActorKind
from bot.domain.recurrence.recurrence import BOUND, Memory, Remedy
from bot.domain.recurrence.rhythm import find_rhythm
from bot.domain.recurrence.settlement import LONGEST
from bot.usecases.desk import Desk
from storage.codec import moment

MONTH = timedelta(days=30)


class Life(msgspec.Struct):
    """One episode as it went."""

    alert_id: int
    opened_at: datetime
    first_acked_at: datetime | None = None
    acked_at: datetime | None = None
    owner: Actor | None = None
    resolved_at: datetime | None = None
    resolved_by: Actor | None = None
    note: str = ""
    note_by: Actor | None = None
    attention: timedelta = timedelta(0)

    def let_go(self, at: datetime) -> None:
        if self.acked_at is not None:
            self.attention += min(at - self.acked_at, LONGEST)
        self.acked_at = self.owner = None

    def end(self, at: datetime, by: Actor) -> None:
        if self.acked_at is not None:
            self.attention += min(at - self.acked_at, LONGEST)
        self.resolved_at, self.resolved_by, self.acked_at = at, by, None

    @property
    def is_over(self) -> bool:
        return self.resolved_at is not None and self.resolved_by != SILENCE

    @property
    def is_alone(self) -> bool:
        ended_by = self.resolved_by.kind if self.resolved_by else None
        return self.owner is None and ended_by is ActorKind.SOURCE


class Oracle:
    """Everything about one recurrence."""

    def __init__(self, events: list[Any], entries: list[Any], source: Actor) -> None:
        self.lives: dict[int, Life] = {}
        self.verdicts = Counter(each.verdict for each in events)
        self.hours = Counter(
            moment(each.received_at).replace(minute=0, second=0, microsecond=0)
            for each in events
            if each.status == "firing"
        )
        happened = [(each.received_at, 0, each.id, each) for each in events]
        happened += [(each.at, 1, each.id, each) for each in entries]
        for at, is_entry, _, each in sorted(happened, key=lambda row: row[:3]):
            (self._entry if is_entry else self._event)(moment(at), each, source)

    def _event(self, at: datetime, event: Any, source: Actor) -> None:
        match event.verdict:
            case "opened":
                self.lives[event.alert_id] = Life(event.alert_id, at)
            case "raised" if self.lives[event.alert_id].acked_at is not None:
                self.lives[event.alert_id].let_go(at)
            case "reopened":
                life = self.lives[event.alert_id]
                life.resolved_at = life.resolved_by = life.owner = None
            case "resolved":
                self.lives[event.alert_id].end(at, source)

    def _entry(self, at: datetime, entry: Any, _: Actor) -> None:
        life = self.lives.get(int(entry.subject.partition(":")[2]))
        actor = Actor.parse(entry.actor, entry.actor_name)
        if life is None:
            return
        match entry.action:
            case "ack":
                life.first_acked_at = life.first_acked_at or at
                life.acked_at, life.owner = at, actor
            case "claim":
                life.owner = actor
            case "unack" | "release" | "lease_expire":
                life.let_go(at)
            case "resolve" | "expire":  # a resolve may confirm what has expired
                life.end(at, actor)
            case "succeed":  # a new episode began after this one's silence
                after = json.loads(entry.after)
                life.end(at, SILENCE if after["expired"] else actor)
                life.resolved_at = datetime.fromisoformat(after["resolved_at"])
                return
        if entry.note:
            life.note, life.note_by = entry.note, actor

    def memory(self, alert_id: int) -> Memory:
        """What had to stand on the card of this alert."""
        fired = self.lives[alert_id].opened_at
        before = [life for life in self.lives.values() if life.alert_id < alert_id][-BOUND:]
        recent = [life for life in before if life.opened_at >= fired - MONTH]
        starts = [*(life.opened_at for life in recent), fired]
        gaps = [starts[place + 1] - starts[place] for place in range(len(starts) - 1)]
        over = [life for life in recent if life.is_over]
        alone = [life for life in over if life.is_alone]
        return Memory(
            episodes=len(recent) + 1,
            more=len(recent) >= BOUND,
            previous_at=before[-1].opened_at if before else None,
            gap=_middle(gaps),
            ended=len(over),
            self_resolved=len(alone),
            self_resolved_within=max((_lasted(life) for life in alone), default=None),
            rhythm=find_rhythm(starts),
            remedy=_remedy(before),
        )

    def sums(self) -> dict[str, object]:
        """What the row of the recurrence has to hold."""
        lives = list(self.lives.values())
        over = [life for life in lives if life.is_over]
        counts = self.verdicts
        return {
            "occurrences": sum(counts[each] for each in ("opened", "folded", "raised", "reopened")),
            "episodes": counts["opened"],
            "duplicates": counts["folded"] + counts["raised"],
            "flaps": counts["reopened"],
            "acks": sum(life.first_acked_at is not None for life in lives),
            "ack_time": sum(
                (life.first_acked_at - life.opened_at for life in lives if life.first_acked_at), timedelta(0)
            ),
            "resolves": len(over),
            "resolve_time": sum(map(_lasted, over), timedelta(0)),
            "self_resolves": sum(life.is_alone for life in over),
            "attention": sum((life.attention for life in lives), timedelta(0)),
        }


async def consult(desk: Desk, recurrence_id: int, source: Actor) -> Oracle:
    """Ask about one recurrence."""
    events, entries = await desk.storage.read(
        lambda tx: (
            tx.run_raw(f"SELECT * FROM event WHERE recurrence_id = {recurrence_id}").all(),  # noqa: S608 -- an int
            tx.run_raw(
                "SELECT * FROM audit WHERE subject LIKE 'alert:%'"
                " AND (actor NOT LIKE 'source:%' OR action = 'succeed')"
            ).all(),
        )
    )
    return Oracle(list(events), list(entries), source)


def _middle(spans: list[timedelta]) -> timedelta | None:
    ordered, half = sorted(spans), len(spans) // 2
    if not ordered:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _lasted(life: Life) -> timedelta:
    assert life.resolved_at is not None
    return life.resolved_at - life.opened_at


def _remedy(before: list[Life]) -> Remedy | None:
    people = {ActorKind.PERSON, ActorKind.PROGRAM}
    told = [life for life in before if life.note_by and life.note_by.kind in people]
    if told:
        life = told[-1]
        assert life.note_by is not None
        return Remedy(
            alert_id=life.alert_id, at=life.opened_at, who=life.note_by, note=life.note, by_hand=True
        )
    for life in reversed(before):
        by_hand = life.resolved_by is not None and life.resolved_by.kind in people
        who = life.resolved_by if by_hand else life.owner
        if who is not None:
            return Remedy(alert_id=life.alert_id, at=life.opened_at, who=who, by_hand=by_hand)
    return None
