"""The law of rings in a storm as a state machine: bursts of several causes, judged by what pinged.

After each quiet moment the first critical of each cause was rung or its cause named in a ring, what became
worse, came back or was given back was rung anew, and what nobody took up was called for again when that was
due. Nobody is rung for a cause of which nothing is new, by a crash or otherwise, and no board rings.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from msgspec.structs import replace

from bot.delivery import picture
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.alert.verb import AlertVerb
from bot.domain.outbox import plan
from bot.sandbox.model.settings import SandboxSettings
from bot.usecases.alert import ack, bulk
from bot.usecases.alert import flap as flaps
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ring as rings
from tests.delivery.conftest import DAY_MS, ON_CALL
from tests.delivery.machine import DeskMachine, live
from tests.delivery.storm_witness import CAUSES, MINUTE, Witness
from tests.senders import ANNA, firing

CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING
STEP: Final = timedelta(seconds=10)
STEPS: Final = 13  # of a quiet moment: a channel that has rung five times waits for a minute


def signal(cause: str, number: int, severity: Severity, *, over: bool = False) -> Signal:
    """One alert of a cause."""
    found = firing(
        cause, severity, fingerprint=f"{cause}-{number}", target=f"{cause}/{number}", service="node"
    )
    return replace(found, status=Status.RESOLVED) if over else found


class StormMachine(DeskMachine):
    """The desk's life within Discord's limits."""

    pace = timedelta(seconds=1)

    def __init__(self, template: Path, folder: Path, numbers: Any) -> None:
        super().__init__(template, folder, numbers)
        self.witness = Witness()
        self.acts: list[int] = []

    @initialize(
        shape=st.sampled_from([CardShape.ALERT, CardShape.AUTO]),
        each=st.integers(1, 3),
        warnings=st.integers(0, 3),
        settles=st.booleans(),
    )
    def open(self, shape: CardShape, each: int, warnings: int, *, settles: bool) -> None:
        """A board opens at once."""
        self.run(self.start(SandboxSettings(heartbeat_ms=DAY_MS, session_life=DAY_MS), shape, ON_CALL))
        self._burst(CAUSES[:-1], each, warnings, settles=settles)

    async def _look(self) -> None:
        now = self.clock.now()
        found, storm = await self.storage.read(
            lambda tx: (tx.alerts.many(range(1, 200)), tx.boards.storm(self.stage.channel_id, now=now))
        )
        stands = storm is not None and storm.left_at is None
        self.witness.look(found, storm.entered_at if storm is not None and stands else None, now)

    def _hear(self) -> None:
        self.witness.hear(self.stage.shown(), self.clock.now())

    async def see(self) -> None:
        """Delivery goes on for a moment."""
        await self._look()
        await self._go_on()

    def _open_ones(self, cause: str | None = None) -> list[Alert]:
        return [each for each in self.witness.open_ones if cause in {None, each.name}]

    @rule(
        causes=st.integers(3, len(CAUSES)),
        each=st.integers(1, 3),
        warnings=st.integers(0, 3),
        settles=st.booleans(),
    )
    def burst(self, causes: int, each: int, warnings: int, *, settles: bool) -> None:
        """Some of each cause at once; the first causes are warnings."""
        self._burst(CAUSES[:causes], each, warnings, settles=settles)

    def _burst(self, causes: Sequence[str], each: int, warnings: int, *, settles: bool) -> None:
        many = [
            signal(cause, number, WARNING if place < warnings else CRITICAL)
            for place, cause in enumerate(causes)
            for number in range(each)
        ]
        self.act(lambda: self.stage.send(*many), settles=settles)

    @rule(cause=st.sampled_from(CAUSES), number=st.integers(3, 5), settles=st.booleans())
    def fire(self, cause: str, number: int, *, settles: bool) -> None:
        """One more of a cause."""
        self.act(lambda: self.stage.send(signal(cause, number, CRITICAL)), settles=settles)

    @rule(cause=st.sampled_from(CAUSES[:3]), settles=st.booleans())
    def rise(self, cause: str, *, settles: bool) -> None:
        """What is open of a cause is critical now."""
        again = [replace(self._said(each), severity=CRITICAL) for each in self._open_ones(cause)]
        if again:
            self.act(lambda: self.stage.send(*again), settles=settles)

    @rule(cause=st.sampled_from([None, *CAUSES[:4]]), returns=st.booleans(), settles=st.booleans())
    def resolve(self, cause: str | None, *, returns: bool, settles: bool) -> None:
        """The sender says that a cause is over, or all, and perhaps takes that back."""
        said = [self._said(each) for each in self._open_ones(cause)]
        if said:
            over = [replace(each, status=Status.RESOLVED) for each in said]
            self.act(lambda: self.stage.send(*over), settles=settles)
        if said and returns:
            self.act(lambda: self.stage.send(*said), settles=settles)

    def _said(self, alert: Alert) -> Signal:
        return signal(alert.name, int(alert.target.rpartition("/")[2]), alert.severity)

    @rule(
        which=st.integers(0, 20),
        whole=st.sampled_from(["one", "cause", "all"]),
        verb=st.sampled_from([verbs.ACK, verbs.ACK, verbs.RESOLVE]),
        settles=st.booleans(),
    )
    def take(self, which: int, whole: str, verb: AlertVerb, *, settles: bool) -> None:
        """Somebody takes up one alert, or what a board holds of its cause, or all of it."""
        desk, found = self.stage.desk, self._open_ones()
        if not found:
            return
        alert = found[which % len(found)]

        async def act() -> None:
            if whole == "one":
                change = alerts.acknowledge if verb is verbs.ACK else alerts.resolve
                await change(desk, alert.id, actor=ANNA)
                return
            member = alert.id if whole == "cause" else None
            done = await bulk.act(desk, self.stage.channel_id, verb, actor=ANNA, member_id=member)
            self.acts.append(done.act_id)

        self.act(act, settles=settles)

    @rule(settles=st.booleans())
    def give_back(self, *, settles: bool) -> None:
        """Whoever has it has it no more."""
        desk, held = self.stage.desk, [each for each in self._open_ones() if each.owner is not None]
        if self.acts:
            act_id = self.acts.pop()
            self.act(lambda: bulk.undo(desk, act_id, actor=ANNA), settles=settles)
        elif held:
            self.act(lambda: alerts.unacknowledge(desk, held[0].id, actor=ANNA), settles=settles)

    @rule(cause=st.sampled_from(CAUSES), posts=st.integers(0, 2), settles=st.booleans())
    def crash(self, cause: str, posts: int, *, settles: bool) -> None:
        """The process dies, at its worst between a post and its row; another begins with the same rows."""
        self.run(self._crash(cause, posts))
        if settles:
            self.quiet_moment()

    async def _crash(self, cause: str, posts: int) -> None:
        risen = [self._said(each) for name in CAUSES[:3] for each in self._open_ones(name)]
        new = [signal(each, 6, CRITICAL) for each in (cause, CAUSES[-1])]
        await self.stage.send(*(replace(each, severity=CRITICAL) for each in risen), *new)
        await self._make_due()
        for _ in range(posts):
            await self.stage.worker.step()
            self._hear()
        await self.die_after_a_post()
        self._hear()
        self.stage.restart(outbox.LEASE)
        await self._look()

    @rule(span=st.sampled_from([6 * MINUTE, 16 * MINUTE]))
    def wait(self, span: timedelta) -> None:
        """What nobody took up is called for again."""
        self.clock.advance(span)
        self.quiet_moment()

    async def _make_due(self) -> None:
        """What happens by itself, one thing after the other."""
        await self._look()
        for job in (flaps.calm_down, ack.end_due, rings.make_due):
            if await job(self.stage.desk):
                await self._look()

    async def _go_on(self) -> None:
        await self._make_due()
        for _ in range(40):
            rest = await self.stage.worker.step()
            self._hear()
            if rest > 0:
                break

    async def _settle_down(self) -> None:
        for _ in range(STEPS):
            self.clock.advance(STEP)
            await self._go_on()

    def quiet_moment(self) -> None:
        self.run(self._settle_down())
        assert not self.witness.broken
        assert not self.witness.missed(self.clock.now(), STEP * STEPS)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A storm is more than five cards, and a board with more than three alerts keeps them."""
    monkeypatch.setattr(picture, "find_spec", lambda _: None)
    monkeypatch.setattr(plan, "PATIENCE", 5.0)
    monkeypatch.setattr(plan, "FEW", 3)


def test_each_cause_is_rung_once_in_a_storm_and_none_is_left_out(
    sqlite_template: Path, tmp_path: Path
) -> None:
    live(StormMachine, sqlite_template, tmp_path, lives=5, steps=8)
