"""Intake: one transaction writes event, alert, recurrence, verdict, card and audit entry.

Law: an answer is given only after the commit is on disk; what was answered with an error left nothing.

Theory: requests that arrive while a commit is under way wait together and share the next one, so that
durability costs one fsync a batch and not one a request. A batch that fails for another reason than the
database being out of reach is taken apart, so that one request cannot cost the others.
"""

import asyncio
from collections import deque
from datetime import datetime
from typing import Final

from bot import metrics
from bot.domain.errors import NotDurableError
from bot.domain.signal import Status
from bot.usecases.batch import Batch
from bot.usecases.desk import Desk
from bot.usecases.submission import Receipt, Submission
from storage.transaction import Transaction

MAX_BATCH: Final = 500
MAX_WAITING: Final = 20_000


class Intake:
    """The queue in front of the database; one for each process. ``commits`` counts its transactions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: deque[tuple[Submission, asyncio.Future[Receipt]]] = deque()
        self._signals_waiting = 0
        self._runner: asyncio.Task[None] | None = None
        self.commits = 0

    @property
    def waiting(self) -> int:
        """Signals that wait for a commit."""
        return self._signals_waiting

    async def take(self, submission: Submission) -> Receipt:
        """Store everything in ``submission`` and say what was decided, after it is durable.

        Raises:
            NotDurableError: too much waits already, or the database cannot be written.
        """
        weight = max(1, len(submission.signals))
        room = MAX_WAITING * (2 if _only_resolves(submission) else 1)
        if self._signals_waiting + weight > room:
            raise NotDurableError("more alerts wait to be stored than the database can take now")
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((submission, answer))
        self._signals_waiting += weight
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run())
        return await answer

    async def drain(self) -> None:
        """Return when nothing waits any more."""
        if self._runner is not None:
            await asyncio.wait([self._runner])

    async def _run(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            try:
                await self._commit(batch)
            finally:
                self._signals_waiting -= sum(max(1, len(submission.signals)) for submission, _ in batch)

    def _next_batch(self) -> list[tuple[Submission, asyncio.Future[Receipt]]]:
        batch = [self._waiting.popleft()]
        size = len(batch[0][0].signals)
        while self._waiting and size + len(self._waiting[0][0].signals) <= MAX_BATCH:
            batch.append(self._waiting.popleft())
            size += len(batch[-1][0].signals)
        return batch

    async def _commit(self, batch: list[tuple[Submission, asyncio.Future[Receipt]]]) -> None:
        self.commits += 1
        metrics.BATCH_SIGNALS.observe(sum(len(submission.signals) for submission, _ in batch))
        try:
            with metrics.COMMIT_SECONDS.time():
                receipts = await take_in(self._desk, [submission for submission, _ in batch])
        except NotDurableError as error:
            _fail(batch, error)
        except Exception as error:  # noqa: BLE001 -- the boundary: it belongs to one request, find which
            if len(batch) == 1:
                _fail(batch, error)
                return
            for single in batch:
                await self._commit([single])
        else:
            for (_, answer), receipt in zip(batch, receipts, strict=True):
                if not answer.done():
                    answer.set_result(receipt)


async def take_in(desk: Desk, submissions: list[Submission]) -> list[Receipt]:
    """Store several requests in one transaction; the receipts are in the same order."""
    now = desk.clock.now()

    def work(tx: Transaction) -> list[Receipt]:
        return _write(tx, desk, submissions, now)

    receipts = await desk.storage.write(work, urgent=False)
    desk.bell.ring()
    return receipts


def _write(tx: Transaction, desk: Desk, submissions: list[Submission], now: datetime) -> list[Receipt]:
    batch = Batch(tx, desk, now)
    return batch.write(submissions)


def _only_resolves(submission: Submission) -> bool:
    return all(each.signal.status is Status.RESOLVED for each in submission.signals)


def _fail(batch: list[tuple[Submission, asyncio.Future[Receipt]]], error: Exception) -> None:
    for _, answer in batch:
        if not answer.done():
            answer.set_exception(error)
