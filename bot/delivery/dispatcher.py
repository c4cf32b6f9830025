"""Dispatcher: starts a worker for every channel where something is due, and lets none hold another up.

It owns no truth: it looks at the database when the bell rings, when a worker's rest is over, and at least
once a second for what other processes changed. It begins when a client was ready for the first time and then
needs none: cards are sent over REST, so that an ill gateway keeps nobody from hearing of an alert.
"""

import asyncio
import math
import uuid
from datetime import timedelta
from typing import Final

import structlog

from bot.delivery.bot_view import BotView
from bot.delivery.confirmation import MessageConfirmations
from bot.delivery.ping import Pings
from bot.delivery.wire.wire import Wire
from bot.delivery.worker import Worker
from bot.domain.errors import NotDurableError
from bot.usecases.admin import status
from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox

POLL: Final = 1.0  # seconds between looks when nothing rings
_NOTES: Final = 1.0  # seconds between writing down what was seen
AT_ONCE: Final = 32  # workers
_SHARE: Final = 4.0  # a look may cost so many times its length in waiting, but never more than a poll
_SICK: Final = 5.0  # seconds to leave a channel alone whose worker broke
_STUCK: Final = timedelta(minutes=2)
_log: Final = structlog.stdlib.get_logger(__name__)


class Dispatcher:
    """One for each process."""

    def __init__(
        self, desk: Desk, wire: Wire, *, pings: Pings, confirmations: MessageConfirmations, bot_view: BotView
    ) -> None:
        self._desk = desk
        self._wire = wire
        self._pings = pings
        self._confirmations = confirmations
        self._bot_view = bot_view
        self._name = f"delivery-{uuid.uuid4().hex[:12]}"
        self._workers: dict[int, Worker] = {}
        self._runs: dict[int, asyncio.Task[None]] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._asked_again = False
        self._loop: asyncio.Task[None] | None = None
        self._clerk: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin to send; again is harmless."""
        if self._loop is None and not self._stopping:
            self._loop = asyncio.create_task(self._run(), name="dispatcher")
            self._clerk = asyncio.create_task(self._keep_ledger(), name="ledger")

    def abandon(self) -> None:
        """Let go of everything at once, calls on their way too: another process goes on with it."""
        self._stopping = True
        for run in self._runs.values():
            run.cancel()

    async def stop(self) -> None:
        """Begin nothing new, let the calls on their way finish, and close the wire."""
        self._stopping = True
        self._desk.bell.ring()
        if self._loop is not None:
            await self._loop
        if self._runs:
            await asyncio.wait(self._runs.values())
        if self._clerk is not None:
            self._clerk.cancel()
            await asyncio.wait([self._clerk])
            await self._note()
        for timer in self._timers.values():
            timer.cancel()
        await self._wire.close()

    def hope(self) -> None:
        """The connection is back: nobody waits out a rest that was meant for an ill Discord."""
        for worker in self._workers.values():
            worker.hope()
        self._desk.bell.ring()

    @property
    def channels(self) -> list[int]:
        """Those that something was sent to."""
        return list(self._workers)

    def open(self, channel_id: int) -> None:
        """The channel may be written to, whatever it answered before."""
        self._workers[channel_id].open()

    async def unpark(self, channel_id: int) -> int:
        """The channel's cause may have changed; returns how many cards are due again."""
        if channel_id in self._workers:
            self._workers[channel_id].hope()
        return await outbox.unpark(self._desk, channel_id)

    async def cards_not_stuck(self) -> str | None:
        """None while cards get out, else what is wrong, in words."""
        if self._loop is None:
            return "cards wait for the first connection to Discord"
        due = await status.oldest_due(self._desk)
        if due is None or self._desk.clock.now() - due < _STUCK:
            return None
        quiet = self._desk.clock.monotonic() - max(
            (worker.sent_at for worker in self._workers.values()), default=-math.inf
        )
        return None if quiet < _STUCK.total_seconds() else f"cards have been waiting since {due:%H:%M:%S} UTC"

    async def _run(self) -> None:
        clock = self._desk.clock
        await self._take_over()
        while not self._stopping:
            began = clock.monotonic()
            for channel_id in await self._due():
                self._launch(channel_id)
            ended = clock.monotonic()
            await self._desk.bell.wait(POLL)
            await clock.sleep(ended + min((ended - began) * _SHARE, POLL) - clock.monotonic())

    async def _keep_ledger(self) -> None:
        """Confirmations are written down beside everything else: no card waits for them."""
        while True:
            await self._note()
            await self._desk.clock.sleep(_NOTES)

    async def _note(self) -> None:
        try:
            await self._confirmations.write_down()
        except NotDurableError as error:
            _log.debug("ledger_waits", reason=str(error))
        except Exception:  # noqa: BLE001 -- the boundary: a ledger that breaks keeps no card waiting
            _log.exception("ledger_failed")

    async def _take_over(self) -> None:
        """Free what a killed process had claimed; without it those cards would wait out their leases."""
        try:
            freed = await outbox.begin_work(self._desk, worker=self._name)
        except NotDurableError as error:
            _log.warning("claims_wait_for_leases", reason=str(error))
        else:
            _log.info("delivery_begins", worker=self._name, freed=freed)

    async def _due(self) -> list[int]:
        try:
            return await outbox.channels_due(self._desk)
        except NotDurableError as error:
            _log.debug("outbox_unreadable", reason=str(error))
            return []

    def _launch(self, channel_id: int) -> None:
        if channel_id in self._runs or len(self._runs) >= AT_ONCE:
            self._asked_again = True
        elif not self._stopping:
            run = asyncio.create_task(self._work(channel_id), name=f"channel-{channel_id}")
            self._runs[channel_id] = run
            run.add_done_callback(lambda _: self._end(channel_id))

    def _end(self, channel_id: int) -> None:
        del self._runs[channel_id]
        if self._asked_again:
            self._asked_again = False
            self._desk.bell.ring()

    async def _work(self, channel_id: int) -> None:
        """Step until nothing is due or the channel has to rest. The boundary for all that goes wrong."""
        worker = self._worker(channel_id)
        try:
            rest = 0.0
            while rest == 0.0 and not self._stopping:
                rest = await worker.step()
        except NotDurableError as error:
            _log.debug("channel_waits_for_database", channel=channel_id, reason=str(error))
            rest = POLL
        except Exception:  # noqa: BLE001 -- the boundary: one channel's trouble stays its own
            _log.exception("worker_failed", channel=channel_id)
            rest = _SICK
        self._ring_in(channel_id, rest)

    def _ring_in(self, channel_id: int, seconds: float) -> None:
        """Look again when the channel's rest is over."""
        timer = self._timers.pop(channel_id, None)
        if timer is not None:
            timer.cancel()
        if seconds < math.inf:
            loop = asyncio.get_running_loop()
            self._timers[channel_id] = loop.call_later(seconds, self._desk.bell.ring)

    def _worker(self, channel_id: int) -> Worker:
        worker = self._workers.get(channel_id)
        if worker is None:
            worker = self._workers[channel_id] = Worker(
                self._desk,
                self._wire,
                channel_id=channel_id,
                name=self._name,
                pings=self._pings,
                confirmations=self._confirmations,
                bot_view=self._bot_view,
            )
        return worker
