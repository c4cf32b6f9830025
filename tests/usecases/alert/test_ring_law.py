"""The law of rings over random lives of alerts, on the real tables.

After each quiet moment: for every open alert that nobody has and nothing holds quiet, people were rung since
it last became worse, came back or was given back; and nobody was rung twice for the same state.
"""

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cards.alert.alert import AlertView
from bot.cards.alert.ring import RingView
from bot.clock import ManualClock
from bot.domain.alert.alert import Alert
from bot.domain.alert.ring import RingReason, is_loud
from bot.domain.alert.signal import Severity
from bot.domain.errors import TocsinError
from bot.domain.outbox.outbox import Outgoing
from bot.usecases.admin.startup import open_desk
from bot.usecases.alert import ack, snooze
from bot.usecases.alert import flap as flaps
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk, Rules
from bot.usecases.intake.queue import take_in
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ring
from storage.engine import Storage
from tests.senders import ANNA, add_source, firing, resolved, submission

CHANNEL = 555
NOON = datetime(2026, 10, 6, 12, tzinfo=UTC)
CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING
STEPS = (
    "fire critical",
    "fire warning",
    "resolve by the sender",
    "ack",
    "ack for an hour",
    "unack",
    "claim",
    "release",
    "resolve",
    "snooze",
    "snooze until worse",
    "crash",
    "minutes",
    "half an hour",
    "hours",
)


class Watch:
    """A desk with one alert, delivery at its channel, and what the channel has rung for."""

    def __init__(self, desk: Desk, clock: ManualClock) -> None:
        self.desk = desk
        self.clock = clock
        self.message = 900
        self.rung: list[tuple[int, int, int]] = []

    async def open(self) -> None:
        self.source = await add_source(self.desk)

    async def step(self, step: str) -> None:
        """Something happens; what is not possible now is refused and changes nothing."""
        self.clock.advance(timedelta(seconds=7))
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "fire critical": lambda: self._send(firing("disk", CRITICAL)),
            "fire warning": lambda: self._send(firing("disk", WARNING)),
            "resolve by the sender": lambda: self._send(resolved("disk")),
            "ack": lambda: alerts.acknowledge(self.desk, self.alert_id, actor=ANNA),
            "ack for an hour": lambda: alerts.acknowledge(
                self.desk, self.alert_id, actor=ANNA, lasts=timedelta(hours=1)
            ),
            "unack": lambda: alerts.unacknowledge(self.desk, self.alert_id, actor=ANNA),
            "claim": lambda: alerts.claim(self.desk, self.alert_id, actor=ANNA),
            "release": lambda: alerts.release(self.desk, self.alert_id, actor=ANNA),
            "resolve": lambda: alerts.resolve(self.desk, self.alert_id, actor=ANNA),
            "snooze": lambda: snooze.snooze(
                self.desk, self.alert_id, actor=ANNA, until=self.clock.now() + timedelta(hours=2)
            ),
            "snooze until worse": lambda: snooze.snooze(self.desk, self.alert_id, actor=ANNA, until=None),
            "crash": self._crash,
            "minutes": lambda: self._wait(timedelta(minutes=6)),
            "half an hour": lambda: self._wait(timedelta(minutes=31)),
            "hours": lambda: self._wait(timedelta(hours=5)),
        }
        with contextlib.suppress(TocsinError):
            await acts[step]()

    @property
    def alert_id(self) -> int:
        return self._known or 1

    _known = 0

    async def _send(self, signal: object) -> None:
        (receipt,) = await take_in(self.desk, [submission(self.source, signal)])  # type: ignore[arg-type]
        refs = [each.ref for each in receipt.alerts if each.ref]
        if refs:
            self._known = int(refs[-1].removeprefix("A-"))

    async def _wait(self, span: timedelta) -> None:
        self.clock.advance(span)

    async def _crash(self) -> None:
        """A worker dies with a claim in its hand; its lease runs out."""
        await outbox.take(self.desk, CHANNEL, worker="dead")
        self.clock.advance(outbox.LEASE)

    async def quiet_moment(self) -> None:
        """Everything that is due by itself happens, and delivery shows all."""
        for _ in range(3):
            self.clock.advance(timedelta(seconds=5))
            await alerts.expire_leases(self.desk)
            await flaps.calm_down(self.desk)
            await snooze.wake_due(self.desk)
            await ack.end_due(self.desk)
            await ring.make_due(self.desk)
            await self._deliver()

    async def _deliver(self) -> None:
        for _ in range(20):
            task = await outbox.take(self.desk, CHANNEL, worker="w")
            if not isinstance(task, outbox.Task):
                if task == 0 or task > 30:
                    return
                self.clock.advance(timedelta(seconds=task))
                continue
            await self._show(task)

    async def _show(self, task: outbox.Task) -> None:
        card, view, rang = task.card, task.view, None
        if isinstance(view, RingView):
            if card.message_id is None and not view.live:
                await ring.leave_out(self.desk, card, worker="w")
                return
            if card.message_id is None:
                for each in view.live:
                    if each.ring.reason is not RingReason.ACK_ENDING:
                        self.rung.append((each.alert.id, each.alert.run, each.ring.ordinal))
        elif isinstance(view, AlertView) and card.message_id is None and _rings(card, view.alert):
            rang = view.alert.run
            self.rung.append((view.alert.id, view.alert.run, 1))
        self.message += card.message_id is None
        message_id = card.message_id or self.message
        await outbox.settle(
            self.desk, card, worker="w", message_id=message_id, shown=card.wanted, pinged=False, rang=rang
        )

    async def judge(self) -> None:
        """The law."""
        assert len(set(self.rung)) == len(self.rung), f"somebody was rung twice for one state: {self.rung}"
        found = await self.desk.storage.read(lambda tx: tx.alerts.many(range(1, 200)))
        for alert in found:
            runs = {run for alert_id, run, _ in self.rung if alert_id == alert.id}
            if is_loud(alert):
                assert alert.run in runs, f"nobody was rung for {_say(alert)}: {self.rung}"


def _rings(card: Outgoing, alert: Alert) -> bool:
    """Whether the first post of its card rings."""
    return is_loud(alert) and (card.rung_run is None or card.rung_run < alert.run)


def _say(alert: Alert) -> str:
    return f"{alert.ref} {alert.state} {alert.severity} in run {alert.run}"


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.booleans()), min_size=4, max_size=14))
def test_whoever_must_know_was_rung_once_for_each_state(
    sqlite_template: Path, tmp_path: Path, steps: list[tuple[str, bool]]
) -> None:
    async def live() -> None:
        path = tmp_path / "law.db"
        for ending in ("-wal", "-shm"):
            path.with_name(f"law.db{ending}").unlink(missing_ok=True)
        shutil.copy(sqlite_template, path)
        storage = Storage.open(f"sqlite:///{path}")
        try:
            clock = ManualClock(NOON)
            desk = await open_desk(storage, clock, rules=Rules(default_channel_id=CHANNEL))
            watch = Watch(desk, clock)
            await watch.open()
            await watch.step("fire warning")
            for step, settles in steps:
                await watch.step(step)
                if settles:
                    await watch.quiet_moment()
                    await watch.judge()
            await watch.quiet_moment()
            await watch.judge()
        finally:
            await storage.close()

    asyncio.run(live())
