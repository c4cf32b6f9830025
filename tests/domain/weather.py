"""A channel in a storm, as a model: alerts come and go, buckets are fixed windows, calls take a while."""

import math
from dataclasses import dataclass, field

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.plan import CALM, Board, Bucket, PlannedCall, PlanStep, Waiting, choose, storms

_TICK = 0.001  # seconds; a clock that stands still shows nothing new


@dataclass
class Alert:
    """``lane`` is that of its card when it is new; ``seen`` is when people could see it first."""

    begins: float
    lane: Lane
    ends: float
    has_card: bool = False
    shows_end: bool = False
    seen: float | None = None
    is_dropped: bool = False


@dataclass
class Window:
    """Discord's side of a bucket."""

    calls: int
    seconds: float
    opened: float = -math.inf
    used: int = 0

    def take(self, now: float) -> bool:
        if now >= self.opened + self.seconds:
            self.opened, self.used = now, 0
        self.used += 1
        return self.used <= self.calls

    def told(self, now: float) -> Bucket:
        """What its last answer said; nothing was heard before the first."""
        if self.opened == -math.inf:
            return Bucket()
        resets_in = max(self.opened + self.seconds + 0.01 - now, 0.0)
        return Bucket(self.calls, max(self.calls - self.used, 0), resets_in, self.seconds)


@dataclass
class Sky:
    """``run`` lets a worker follow the plan; what is due is derived as in the house."""

    alerts: list[Alert]
    calls: int
    window: float
    latency: float
    now: float = 0.0
    refused: int = 0
    storms: int = 0
    board_is_up: bool = False
    board_is_posted: bool = False
    board_at: float = -math.inf
    listed: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.post = Window(self.calls, self.window)
        self.edit = Window(self.calls, self.window)

    def run(self, until: float) -> None:
        while self.now < until:
            step = self._step()
            if step.call is not PlannedCall.WAIT:
                self._act(step)
                continue
            changes = [
                at for each in self.alerts for at in (each.begins, each.ends) if self.now < at < math.inf
            ]
            following = min([self.now + max(step.wait, _TICK), *changes])
            if following == math.inf:
                return
            self.now = following

    @property
    def latest_sight(self) -> float:
        """The longest that an open alert could be seen nowhere."""
        blind = [
            min(math.inf if each.seen is None else each.seen, each.ends) - each.begins for each in self.alerts
        ]
        return max(blind)

    def _held(self) -> list[int]:
        return [
            index
            for index, each in enumerate(self.alerts)
            if each.begins <= self.now and not each.has_card and not each.is_dropped
        ]

    def _step(self) -> PlanStep:
        waiting = self._waiting()
        if not self.board_is_up and storms(waiting, self.post.told(self.now)):
            self.board_is_up = True
            self.board_is_posted = False
            self.storms += 1
        if self.board_is_up:
            for index in self._held():
                self.alerts[index].is_dropped = self.alerts[index].ends <= self.now
            waiting = self._waiting()
        return choose(waiting, self._board(), self.post.told(self.now), self.edit.told(self.now))

    def _waiting(self) -> Waiting:
        new: dict[Lane, int] = {}
        for index in self._held():
            lane = self._lane(self.alerts[index])
            new[lane] = new.get(lane, 0) + 1
        over = sum(each.has_card and not each.shows_end and each.ends <= self.now for each in self.alerts)
        return Waiting(new, {Lane.RESOLVE: over} if over else {})

    def _lane(self, alert: Alert) -> Lane:
        return alert.lane if self.now < alert.ends else min(alert.lane, Lane.RESOLVE)

    def _board(self) -> Board:
        if not self.board_is_up:
            return Board()
        held = set(self._held())
        over = {index for index in self.listed if self.alerts[index].ends <= self.now}
        return Board(
            active=True,
            posted=self.board_is_posted,
            lacking=not held or not held <= self.listed or bool(over) or not self.board_is_posted,
            drifted=held != self.listed,
            rested=self.now - self.board_at,
            held=len(held),
            young=sum(self.alerts[index].begins > self.now - CALM for index in held),
        )

    def _act(self, step: PlanStep) -> None:
        is_post = step.call is PlannedCall.POST or (
            step.call is PlannedCall.BOARD and not self.board_is_posted
        )
        self.refused += not (self.post if is_post else self.edit).take(self.now)
        self.now += self.latency
        if step.call is PlannedCall.BOARD:
            self._show_board()
        elif step.call is PlannedCall.POST:
            held = [index for index in self._held() if self._lane(self.alerts[index]) in step.lanes]
            if held:
                alert = self.alerts[held[0]]
                alert.has_card, alert.shows_end = True, alert.ends <= self.now
                self._see(alert)
        else:
            over = [each for each in self.alerts if each.has_card and not each.shows_end]
            next(each for each in over if each.ends <= self.now).shows_end = True

    def _show_board(self) -> None:
        self.listed = set(self._held())
        for index in self.listed:
            self._see(self.alerts[index])
        self.board_at = self.now
        self.board_is_posted = True
        if not self.listed:
            self.board_is_up = False

    def _see(self, alert: Alert) -> None:
        alert.seen = self.now if alert.seen is None else alert.seen
