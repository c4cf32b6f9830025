"""The law of rings as a state machine: random lives of some alerts, judged by whom the sandbox pinged.

After each quiet moment: for every open alert that nobody has and nothing holds quiet, people were rung since
it last became so, or worse; nobody was rung twice for the same state, but by the schedule; and nobody was
rung for what needs nobody. What counts as a state is worked out here from what can be seen of an alert, not
from the runs that the code under test keeps.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    rule,
)

from bot.cards.alert.alert import find_marker
from bot.delivery import picture
from bot.domain.alert.alert import Alert, State
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from bot.domain.silence.matcher import Matcher
from bot.sandbox.model.settings import Limits, SandboxSettings
from bot.usecases.alert import ack, snooze
from bot.usecases.alert import flap as flaps
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ring as rings
from bot.usecases.silence import settlement
from bot.usecases.silence import silence as silences
from tests.conftest import START
from tests.delivery.conftest import DAY_MS
from tests.delivery.machine import DeskMachine, live
from tests.senders import ANNA, firing, resolved

MINUTE: Final = timedelta(minutes=1)
NAMES: Final = ("alpha", "bravo", "carol", "delta")
CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING
ON_CALL: Final[dict[Severity, tuple[str, ...]]] = {CRITICAL: ("on-call",), WARNING: ("on-call",)}
APART: Final = timedelta(minutes=4)  # repeated calls of one state, unless a crash held one back
REPEATS: Final = tuple(minutes * MINUTE for minutes in (5, 15, 30, 90))


@dataclass
class Known:
    """What is known of an alert: whether people must know of it, in which state, and when they were rung."""

    alert: Alert
    loud: bool = False
    state: int = 0
    since: datetime = START
    rung: dict[int, list[datetime]] = field(default_factory=dict)
    worst: int = 0  # rank of severity for which people were rung

    def see(self, alert: Alert, now: datetime) -> None:
        """It is like this now; a new state begins when it becomes loud, or worse while it is loud."""
        loud = alert.state.open and alert.owner is None and not alert.quiet_kinds
        worse = alert.severity.rank > self.alert.severity.rank
        if loud and (not self.loud or worse):
            self.state, self.since = self.state + 1, now
        self.alert, self.loud = alert, loud

    @property
    def calls(self) -> list[datetime]:
        return self.rung.setdefault(self.state, [])

    def may_ring(self, now: datetime) -> bool:
        """Whether it is the first of its state, long after the last, or one that the schedule has by now."""
        if not self.calls or now - self.calls[-1] >= APART:
            return True
        return now - self.since >= REPEATS[min(len(self.calls), len(REPEATS)) - 1]


class RingMachine(DeskMachine):
    """The desk's life as alerts see it."""

    pace = timedelta(seconds=7)

    def __init__(self, template: Path, folder: Path, numbers: Any) -> None:
        super().__init__(template, folder, numbers)
        self.known: dict[int, Known] = {}
        self.heard: set[str] = set()
        self.broken: list[str] = []

    @initialize()
    def open(self) -> None:
        still = SandboxSettings(limits=Limits(enabled=False), heartbeat_ms=DAY_MS, session_life=DAY_MS)
        self.run(self.start(still, CardShape.AUTO, ON_CALL))

    async def see(self) -> None:
        """What alerts there are, and how they are."""
        found = await self.storage.read(lambda tx: tx.alerts.many(range(1, 60)))
        for alert in found:
            if alert.id not in self.known:
                self.known[alert.id] = Known(alert)
            self.known[alert.id].see(alert, self.clock.now())

    async def _hear(self) -> None:
        """Who was rung by what was posted since; it counts for the state in which the alerts are."""
        for message in self.stage.shown():
            if message["id"] in self.heard:
                continue
            self.heard.add(message["id"])
            if not message["sandbox"]["pinged"]["roles"]:
                continue
            meant = [each for each in self._named(message) if each.loud]
            if not meant:
                self.broken.append(f"rung for what needs nobody: {message['content']!r}")
            for each in meant:
                if not each.may_ring(self.clock.now()):
                    self.broken.append(f"rung twice for one state: {message['content']!r}, {each}")
                each.calls.append(self.clock.now())
                each.worst = max(each.worst, each.alert.severity.rank + 1)

    def _named(self, message: dict[str, Any]) -> list[Known]:
        """The alerts that a message calls for: its card's, or those it names; of a shared card the new."""
        marker = find_marker(message)
        if marker is not None:
            return [self.known[marker[1]]]
        footer = str(message["embeds"][0]["footer"]["text"]) if message["embeds"] else ""
        if footer.startswith("G-"):
            group = int(footer.removeprefix("G-").split(" ")[0])
            members = [each for each in self.known.values() if each.alert.group_id == group]
            return [each for each in members if each.loud and not each.calls]
        line = message["content"].split("\n", 1)[0]
        return [each for each in self.known.values() if re.search(rf"\b{each.alert.name}\b", line)]

    def _pick(self, which: int, *, held: bool) -> Alert | None:
        """One of the open alerts that somebody has, or that nobody has."""
        open_ones = [each.alert for each in self.known.values() if each.alert.state.open]
        found = [each for each in open_ones if (each.owner is not None) is held]
        return found[which % len(found)] if found else None

    @rule(
        name=st.sampled_from(NAMES),
        severity=st.sampled_from([CRITICAL, WARNING]),
        hurries=st.booleans(),
        settles=st.booleans(),
    )
    def fire(self, name: str, severity: Severity, *, hurries: bool, settles: bool) -> None:
        """It fires, and perhaps was over and back before anybody could be told."""
        signal = firing(name, severity, group_key="one cause")
        if hurries:
            self.act(lambda: self.stage.send(signal), settles=False)
            self.act(lambda: self.stage.send(resolved(name)), settles=False)
        self.act(lambda: self.stage.send(signal), settles=settles)

    @rule(severity=st.sampled_from([CRITICAL, WARNING]), settles=st.booleans())
    def fire_many(self, severity: Severity, *, settles: bool) -> None:
        """From the third of one cause on they share a card."""
        many = [firing(name, severity, group_key="one cause") for name in NAMES]
        self.act(lambda: self.stage.send(*many), settles=settles)

    @rule(which=st.integers(0, 3), held=st.booleans(), returns=st.booleans(), settles=st.booleans())
    def resolve(self, which: int, *, held: bool, returns: bool, settles: bool) -> None:
        """The sender says that it is over, and perhaps takes that back: often enough, that is flapping."""
        alert = self._pick(which, held=held)
        if alert is None:
            return
        self.act(lambda: self.stage.send(resolved(alert.name)), settles=settles)
        if returns:
            again = firing(alert.name, alert.severity, group_key="one cause")
            self.act(lambda: self.stage.send(again), settles=settles)

    @rule(
        which=st.integers(0, 3),
        how=st.sampled_from(["ack", "ack for an hour", "claim", "snooze", "silence", "resolve"]),
        settles=st.booleans(),
    )
    def take(self, which: int, how: str, *, settles: bool) -> None:
        """Somebody takes on what nobody has, or wants to hear nothing of it."""
        desk, alert = self.stage.desk, self._pick(which, held=False)
        if alert is None:
            return
        now, hour = self.clock.now(), timedelta(hours=1)
        wish = silences.Wish(
            matchers=(Matcher("alertname", alert.name),), starts_at=now, ends_at=now + timedelta(minutes=40)
        )
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "ack": lambda: alerts.acknowledge(desk, alert.id, actor=ANNA),
            "ack for an hour": lambda: alerts.acknowledge(desk, alert.id, actor=ANNA, lasts=hour),
            "claim": lambda: alerts.claim(desk, alert.id, actor=ANNA),
            "snooze": lambda: snooze.snooze(desk, alert.id, actor=ANNA, until=now + hour),
            "silence": lambda: silences.put(desk, wish, actor=ANNA),
            "resolve": lambda: alerts.resolve(desk, alert.id, actor=ANNA),
        }
        self.act(acts[how], settles=settles)

    @rule(which=st.integers(0, 3), settles=st.booleans())
    def give_back(self, which: int, *, settles: bool) -> None:
        """Whoever has it has it no more."""
        desk, alert = self.stage.desk, self._pick(which, held=True)
        if alert is not None:
            give = alerts.unacknowledge if alert.state is State.ACKED else alerts.release
            self.act(lambda: give(desk, alert.id, actor=ANNA), settles=settles)

    @rule(
        how=st.sampled_from(["after the claim", "after the post", "after the post"]),
        name=st.sampled_from(NAMES),
        settles=st.booleans(),
    )
    def crash(self, how: str, name: str, *, settles: bool) -> None:
        """The process dies, at its worst between a post and its row; another begins with the same rows."""
        self.act(lambda: self.stage.send(firing(name, CRITICAL, group_key=name)), settles=False)
        self.run(self._crash(how))
        if settles:
            self.quiet_moment()

    async def _crash(self, how: str) -> None:
        if how == "after the claim":
            await outbox.take(self.stage.desk, self.stage.channel_id, worker="dead")
        else:
            await self._make_due()
            await self.die_after_a_post()
            await self._hear()
        self.stage.restart()
        await self.see()

    @rule(span=st.sampled_from([timedelta(minutes=6), timedelta(minutes=31), timedelta(hours=5)]))
    def wait(self, span: timedelta) -> None:
        """Leases, snoozes, silences and acknowledgements end, and calls repeat."""
        self.clock.advance(span)
        self.quiet_moment()

    async def _make_due(self) -> None:
        """What happens by itself, one thing after the other."""
        desk = self.stage.desk
        for job in (
            alerts.expire_leases,
            flaps.calm_down,
            snooze.wake_due,
            settlement.settle,
            ack.end_due,
            rings.make_due,
        ):
            await job(desk)
            await self.see()

    def quiet_moment(self) -> None:
        self.run(self._settle_down())
        assert not self.broken, self.broken
        for each in self.known.values():
            if each.loud:
                told = each.calls or (each.state == 1 and self._is_counted(each))
                assert told, f"nobody was rung for {each.alert.ref} {each.alert.name}: {each}"

    def _is_counted(self, known: Known) -> bool:
        """Whether it came to a card of a cause that has rung for the like of it, where it is only counted."""
        group = known.alert.group_id
        others = [each for each in self.known.values() if each is not known and each.alert.group_id == group]
        return group is not None and any(each.worst > known.alert.severity.rank for each in others)

    async def _settle_down(self) -> None:
        for _ in range(4):
            self.clock.advance(timedelta(seconds=20))
            await self._make_due()
            for _ in range(60):
                rest = await self.stage.worker.step()
                await self._hear()
                if rest > 0:
                    break


@pytest.fixture(autouse=True)
def _words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "find_spec", lambda _: None)


def test_whoever_must_know_was_rung_and_nobody_twice(sqlite_template: Path, tmp_path: Path) -> None:
    live(RingMachine, sqlite_template, tmp_path, lives=9, steps=12)
