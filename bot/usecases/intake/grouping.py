"""Grouping: which alerts of a batch go to which group, and what their cards have to show then.

Where no source groups its alerts nothing is asked; else one question finds the groups of all causes at
once, and one more the alerts with cards of their own that may have to share one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from bot.domain.alert.group import (
    CROWD,
    CardShape,
    Group,
    Joined,
    Loner,
    admits,
    cause_of,
    join,
    lane_of,
    rise,
)
from bot.domain.alert.ring import RingReason
from bot.domain.alert.signal import Signal
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind
from bot.usecases import ring as rings
from bot.usecases.desk import Desk
from bot.usecases.intake.track import SignatureState, standing_of
from storage.transaction import Transaction


class _GroupState(msgspec.Struct):
    """A group as the batch leaves it; a new one was begun by the alert of ``track``.

    ``loners`` are alerts with cards of their own that it takes in. ``channel_id`` is where its card stands.
    """

    group: Group
    is_open: bool
    channel_id: int | None = None
    track: SignatureState | None = None
    lane: Lane = Lane.COUNT
    is_moved: bool = False
    loners: tuple[Loner, ...] = ()

    def take(self, joined: Joined, lane: Lane | None) -> None:
        """Take over the group as it is after a change."""
        self.group = joined.group
        self.is_moved = True
        if lane is not None:
            self.lane = min(self.lane, lane_of(lane, wakes=joined.wakes or self.track is not None))


_Joining: TypeAlias = list[tuple[str, Signal, SignatureState]]


class Grouping:
    """One use for one batch: `assign` before its alerts are written, `show` with the cards."""

    def __init__(self, tx: Transaction, desk: Desk, now: datetime) -> None:
        self._tx = tx
        self._desk = desk
        self._now = now
        self._circles: dict[int, _GroupState] = {}
        self._lanes: dict[int, Lane] = {}
        self._old: dict[int, SignatureState] = {}

    def assign(self, fresh: Iterable[tuple[Signal, SignatureState]], old: Iterable[SignatureState]) -> None:
        """Give new alerts their groups, and hear what the others mean for theirs."""
        joining = [
            (cause_of(track.source.id, track.source.channel_id, signal), signal, track)
            for signal, track in fresh
            if track.source.card is not CardShape.ALERT
        ]
        self._old = {standing_of(track).alert_id: track for track in old}
        risen = {group_id for group_id, track in self._members() if track.risen}
        if not joining and not any(self._members()):
            return
        causes = {cause for cause, _, _ in joining}
        known = self._tx.groups.known(self._desk.project.id, causes, risen)
        self._circles = {
            each.group.id: _GroupState(each.group, each.is_open, each.channel_id) for each in known
        }
        self._join(joining)
        for group_id, track in self._members():
            if track.risen:
                circle, severity = self._circles[group_id], standing_of(track).severity
                if rise(circle.group, severity).wakes:
                    circle.take(rise(circle.group, severity), track.lane)
            if track.lane is not None:
                self._touch(group_id, lane_of(track.lane, wakes=False))
        self._write()

    def channel_of(self, track: SignatureState) -> int:
        """Where the card of a new alert will be, or that of its group; 0 while there is no channel."""
        group_id = standing_of(track).group_id
        shared = None if group_id is None else self._circles[group_id].channel_id
        if shared is not None:
            return shared
        return track.source.channel_id or self._desk.default_channel_id or 0

    def show(self, own: Iterable[tuple[int, Lane]], default_channel_id: int | None) -> None:
        """New groups get cards; those of the others, and of the alerts ``own``, want one more revision."""
        cards = self._tx.cards
        gathered = [each for each in self._circles.values() if each.loners]
        began_as, unsent = cards.fold(
            {each.group.id: ([one.id for one in each.loners], each.lane) for each in gathered}, now=self._now
        )
        self._tx.groups.began_as(began_as)
        self._ring_for(unsent)
        new = [
            (each.group.id, each.track.source.channel_id or default_channel_id, each.lane)
            for each in self._circles.values()
            if each.track is not None and each.group.id not in began_as
        ]
        cards.create(self._desk.project.id, CardKind.GROUP, new, now=self._now)
        changed = [each for each in self._circles.values() if each.track is None and each.is_moved]
        for each in changed:
            self._touch(each.group.id, each.lane)
        cards.touch_known(own, self._lanes, now=self._now)

    def _ring_for(self, unsent: Mapping[int, Sequence[int]]) -> None:
        """Call for what lost its card before that rang, if it is worse than what the group's card tells."""
        found: list[int] = []
        for group_id, ids in unsent.items():
            loners = self._circles[group_id].loners
            told = max((each.severity.rank for each in loners if each.id not in ids), default=-1)
            worst = max((each for each in loners if each.id in ids), key=lambda each: each.severity.rank)
            found += [worst.id] if worst.severity.rank > told else []
        if found:
            self._tx.rings.plan(
                rings.first(self._desk.project.id, each.id, each.run, RingReason.NEW, self._now)
                for each in self._tx.alerts.many(found)
            )

    def _members(self) -> Iterator[tuple[int, SignatureState]]:
        """The known alerts that share a card."""
        for track in self._old.values():
            group_id = standing_of(track).group_id
            if group_id is not None:
                yield group_id, track

    def _join(self, joining: _Joining) -> None:
        """Into the newest group of the cause, if that takes in any more; else a new one begins."""
        if not joining:
            return
        newest = {each.group.cause: each for _, each in sorted(self._circles.items())}
        open_to = {
            cause: each
            for cause, each in newest.items()
            if admits(each.group, self._now, self._desk.rules.group_window)
        }
        crowds = self._crowds(joining, open_to)
        missing: dict[str, tuple[Signal, SignatureState]] = {}
        for cause, signal, track in joining:
            if cause not in crowds:
                standing_of(track).cause = cause
            elif cause not in open_to or (crowds[cause] is not None and not open_to[cause].is_open):
                missing.setdefault(cause, (signal, track))
        ids = self._tx.groups.allocate(len(missing))
        for group_id, (cause, (signal, track)) in zip(ids, missing.items(), strict=True):
            open_to[cause] = self._gather(group_id, cause, signal, track, crowds[cause] or [])
        for cause, _, track in joining:
            if cause not in crowds:
                continue
            circle, standing = open_to[cause], standing_of(track)
            standing.group_id = circle.group.id
            joined = join(circle.group, standing.severity, self._now, is_over=not circle.is_open)
            circle.take(joined, track.lane)
            if joined.wakes and (circle.track is None or circle.loners) and standing.loud:
                track.rings = RingReason.NEW
            circle.is_open |= standing.state.open

    def _crowds(self, joining: _Joining, open_to: Mapping[str, _GroupState]) -> dict[str, list[Loner] | None]:
        """The causes whose alerts share a card, each with the alerts that have one of their own so far.

        None where the source says so from the first on.
        """
        count = Counter(cause for cause, _, track in joining if standing_of(track).state.open)
        crowds: dict[str, list[Loner] | None] = {}
        undecided = set()
        for cause, _, track in joining:
            if track.source.card is CardShape.GROUP:
                crowds[cause] = None
            elif cause in open_to and open_to[cause].is_open:
                crowds[cause] = []
            else:
                undecided.add(cause)
        if not undecided:
            return crowds
        over = {alert_id for alert_id, track in self._old.items() if not standing_of(track).state.open}
        loners: dict[str, list[Loner]] = {}
        since = self._now - self._desk.rules.group_window
        for loner in self._tx.groups.loners(undecided, since=since):
            if loner.id not in over:
                loners.setdefault(loner.cause, []).append(loner)
        for cause in undecided:
            if count[cause] + len(loners.get(cause, ())) >= CROWD:
                crowds[cause] = loners.get(cause, [])
        return crowds

    def _gather(
        self, group_id: int, cause: str, signal: Signal, track: SignatureState, loners: list[Loner]
    ) -> _GroupState:
        """A new group; those who have called people for themselves need not do so once more."""
        group = self._begin(group_id, cause, signal, track)
        if loners:
            worst = max((each.severity for each in loners), key=lambda each: each.rank)
            group = msgspec.structs.replace(group, severity=worst)
        ids = [each.id for each in loners]
        circle = _GroupState(group, is_open=True, track=track, loners=tuple(loners))
        self._circles[group_id] = circle
        self._tx.groups.take_in((group_id, alert_id) for alert_id in ids)
        for alert_id in ids:
            if alert_id in self._old:
                standing_of(self._old[alert_id]).group_id = group_id
        return circle

    def _touch(self, group_id: int, lane: Lane) -> None:
        self._lanes[group_id] = min(self._lanes.get(group_id, lane), lane)

    def _begin(self, group_id: int, cause: str, signal: Signal, track: SignatureState) -> Group:
        standing = standing_of(track)
        return Group(
            id=group_id,
            project_id=self._desk.project.id,
            source_id=track.source.id,
            cause=cause,
            name=signal.name,
            service=signal.service,
            severity=standing.severity,
            opened_at=self._now,
            joined_at=self._now,
        )

    def _write(self) -> None:
        circles = self._circles.values()
        self._tx.groups.begin(each.group for each in circles if each.track is not None)
        self._tx.groups.move(each.group for each in circles if each.track is None and each.is_moved)
