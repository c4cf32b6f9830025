"""Intake: one transaction writes event, alert, recurrence, verdict, card and audit entry.

Law: an answer is given only after the commit is on disk; what was answered with an error left nothing.

Theory: requests that arrive while a commit is under way wait together and share the next one (`Arrivals`
says when it begins), so that durability costs one fsync a batch and not one a request. A batch that fails,
unless the database is out of reach, is taken apart, so that one request cannot cost the others.
"""

import asyncio
from datetime import datetime

from bot import metrics
from bot.domain.errors import NotDurableError
from bot.usecases.desk import Desk
from bot.usecases.intake import journal
from bot.usecases.intake.arrival import MAX_SECONDS, PAUSE_SECONDS, Arrivals
from bot.usecases.intake.backlog import DEFAULT, Backlog, Bounds, Entry
from bot.usecases.intake.batch import Batch
from bot.usecases.intake.loss import Losses
from bot.usecases.intake.submission import Receipt, Submission
from bot.usecases.owner import owner
from storage.transaction import Transaction
from storage.writer import Turn


class Intake:
    """The queue in front of the database; one for each process.

    ``commits`` counts its transactions, ``losses`` the requests that never came so far. ``pause`` and
    ``most`` are those of `Arrivals`.
    """

    def __init__(
        self, desk: Desk, bounds: Bounds = DEFAULT, *, pause: float = PAUSE_SECONDS, most: float = MAX_SECONDS
    ) -> None:
        self._desk = desk
        self._backlog = Backlog(bounds)
        self._arrivals = Arrivals(self._backlog, desk.clock, pause=pause, most=most)
        self._runner: asyncio.Task[None] | None = None
        self.commits = 0
        self.losses = Losses()
        metrics.WAITING_SIGNALS.set_function(lambda: self._backlog.signals)
        metrics.WAITING_BYTES.set_function(lambda: self._backlog.size)

    @property
    def waiting(self) -> int:
        """Signals that wait for a commit."""
        return self._backlog.signals

    async def take(self, submission: Submission) -> Receipt:
        """Store everything in ``submission`` and say what was decided, after it is durable.

        Raises:
            NotDurableError: too much waits already, or the database cannot be written.
        """
        return await self.put(submission)

    def put(self, submission: Submission) -> asyncio.Future[Receipt]:
        """Queue ``submission``: what `take` says or raises becomes of the future.

        Raises:
            NotDurableError: too much waits already.
        """
        answer = self._backlog.add(submission)
        self._arrivals.tell()
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run())
        return answer

    async def drain(self) -> None:
        """Return when nothing waits any more."""
        if self._runner is not None:
            await asyncio.wait([self._runner])

    async def _run(self) -> None:
        while self._backlog:
            await self._arrivals.gather()
            batch = self._backlog.next_batch()
            try:
                await self._commit(batch)
            finally:
                self._backlog.done(batch)
                self._arrivals.expect(len(batch))

    async def _commit(self, batch: list[Entry]) -> None:
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

    def store_all(tx: Transaction) -> list[Receipt]:
        return _write(tx, desk, submissions, now)

    receipts = await desk.storage.write(store_all, turn=Turn.BULK)
    desk.bell.ring()
    journal.tell(submissions, receipts)
    return receipts


def _write(tx: Transaction, desk: Desk, submissions: list[Submission], now: datetime) -> list[Receipt]:
    ids = {each.source.project_id for each in submissions}
    if ids == {desk.project.id}:
        return Batch(tx, desk, now).write(submissions)
    receipts: dict[int, Receipt] = {}
    for project_id in sorted(ids):  # everybody takes the locks of projects in this order
        places = [at for at, each in enumerate(submissions) if each.source.project_id == project_id]
        batch = Batch(tx, owner(tx, desk, project_id), now)
        receipts |= zip(places, batch.write([submissions[at] for at in places]), strict=True)
    return [receipts[at] for at in range(len(submissions))]


def _fail(batch: list[Entry], error: Exception) -> None:
    for _, answer in batch:
        if not answer.done():
            answer.set_exception(error)
