"""Gathering: which alerts of a batch go to which group, and what their cards have to show then.

Where no source groups its alerts nothing is asked; else one question finds the groups of all causes at once.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from bot.domain.alert.group import CardShape, Group, Joined, admits, cause_of, join, lane_of, rise
from bot.domain.alert.ring import RingReason
from bot.domain.alert.signal import Signal
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind
from bot.usecases.desk import Desk
from bot.usecases.intake.track import SignatureState, standing_of
from storage.transaction import Transaction


class _GroupState(msgspec.Struct):
    """A group as the batch leaves it; a new one was begun by the alert of ``track``."""

    group: Group
    is_open: bool
    track: SignatureState | None = None
    lane: Lane = Lane.COUNT
    is_moved: bool = False

    def take(self, joined: Joined, lane: Lane | None) -> None:
        """It has changed."""
        self.group = joined.group
        self.is_moved = True
        if lane is not None:
            self.lane = min(self.lane, lane_of(lane, wakes=joined.wakes or self.track is not None))


class Grouping:
    """One use for one batch: `assign` before its alerts are written, `show` with the cards."""

    def __init__(self, tx: Transaction, desk: Desk, now: datetime) -> None:
        self._tx = tx
        self._desk = desk
        self._now = now
        self._circles: dict[int, _GroupState] = {}
        self._lanes: dict[int, Lane] = {}

    def assign(self, fresh: Iterable[tuple[Signal, SignatureState]], old: Iterable[SignatureState]) -> None:
        """Give new alerts their groups, and hear what the others mean for theirs."""
        joining = [
            (cause_of(track.source.id, track.source.channel_id, signal), signal, track)
            for signal, track in fresh
            if track.source.card is CardShape.GROUP
        ]
        members = [(group_id, track) for track in old if (group_id := standing_of(track).group_id)]
        if not joining and not members:
            return
        risen = [(group_id, track) for group_id, track in members if track.risen]
        known = self._tx.groups.known(
            self._desk.project.id,
            {cause for cause, _, _ in joining},
            {group_id for group_id, _ in risen},
        )
        self._circles = {each.group.id: _GroupState(each.group, each.is_open) for each in known}
        self._join(joining)
        for group_id, track in risen:
            circle, severity = self._circles[group_id], standing_of(track).severity
            if rise(circle.group, severity).wakes:
                circle.take(rise(circle.group, severity), track.lane)
        for group_id, track in members:
            if track.lane is not None:
                self._touch(group_id, lane_of(track.lane, wakes=False))
        self._write()

    def show(self, own: Iterable[tuple[int, Lane]], default_channel_id: int | None) -> None:
        """New groups get cards; those of the others, and of the alerts ``own``, want one more revision."""
        cards = self._tx.cards
        new = [
            (each.group.id, each.track.source.channel_id or default_channel_id, each.lane)
            for each in self._circles.values()
            if each.track is not None
        ]
        cards.create(self._desk.project.id, CardKind.GROUP, new, now=self._now)
        changed = [each for each in self._circles.values() if each.track is None and each.is_moved]
        for each in changed:
            self._touch(each.group.id, each.lane)
        cards.touch_known(own, self._lanes, now=self._now)

    def _join(self, joining: list[tuple[str, Signal, SignatureState]]) -> None:
        """Into the newest group of the cause, if that takes in any more; else a new one begins."""
        if not joining:
            return
        newest = {each.group.cause: each for _, each in sorted(self._circles.items())}
        open_to = {
            cause: each
            for cause, each in newest.items()
            if admits(each.group, self._now, self._desk.rules.group_window)
        }
        missing: dict[str, tuple[Signal, SignatureState]] = {}
        for cause, signal, track in joining:
            if cause not in open_to:
                missing.setdefault(cause, (signal, track))
        ids = self._tx.groups.allocate(len(missing))
        for group_id, (cause, (signal, track)) in zip(ids, missing.items(), strict=True):
            group = self._begin(group_id, cause, signal, track)
            self._circles[group_id] = open_to[cause] = _GroupState(group, is_open=True, track=track)
        for cause, _, track in joining:
            circle, standing = open_to[cause], standing_of(track)
            standing.group_id = circle.group.id
            joined = join(circle.group, standing.severity, self._now, is_over=not circle.is_open)
            circle.take(joined, track.lane)
            if joined.wakes and circle.track is None and standing.loud:
                track.rings = RingReason.NEW
            circle.is_open |= standing.state.open

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
