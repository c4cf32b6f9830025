"""Backlog: what waits for a commit, bounded before memory grows, and in which order it is written.

Law: requests of one sender about one alert are written in the order in which they came. Whatever is refused
was never begun.

Theory: when storage cannot keep up, an alert that is over is worth more than one more that fires: it takes a
card off everybody's list, and a sender that was refused a resolve may never repeat it. So resolves are still
admitted where firing ones are refused, and are written first. A resolve overtakes only what is about other
alerts: one whose firing still waits stays behind it.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec

from bot import metrics
from bot.domain.alert.signal import Status
from bot.domain.errors import NotDurableError
from bot.usecases.intake.submission import Receipt, Submission

MAX_BATCH: Final = 500
"""Signals in a transaction; a single larger request is never split."""

_FOR_RESOLVES: Final = 2  # times the room that firing ones have

Entry: TypeAlias = tuple[Submission, asyncio.Future[Receipt]]


class Bounds(msgspec.Struct, frozen=True):
    """How much may wait, in signals and in bytes of bodies; about 200 MB of memory where they are reached.

    One request may be larger than that, if nothing else waits: it would be refused for ever.
    """

    signals: int = 10_000
    size: int = 16 * 1024 * 1024


DEFAULT: Final = Bounds()


class Backlog:
    """Everything from its admission until its batch is `done`."""

    def __init__(self, bounds: Bounds = DEFAULT) -> None:
        self._bounds = bounds
        self._usual: deque[Entry] = deque()
        self._first: deque[Entry] = deque()
        self._usual_signatures: Counter[str] = Counter()
        self.signals = 0
        self.size = 0

    def __bool__(self) -> bool:
        return bool(self._first or self._usual)

    @property
    def requests(self) -> int:
        """Those that are in no batch yet."""
        return len(self._first) + len(self._usual)

    def add(self, submission: Submission) -> asyncio.Future[Receipt]:
        """Admit a request; the future is for whoever writes it.

        Raises:
            NotDurableError: too much waits already.
        """
        is_over = only_resolves(submission)
        self._demand_room(submission, is_over=is_over)
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self.signals += _weight(submission)
        self.size += submission.envelope.original_length
        if is_over and self._overtakes(submission):
            self._first.append((submission, answer))
        else:
            self._usual.append((submission, answer))
            self._usual_signatures.update(_signatures(submission))
        return answer

    def next_batch(self) -> list[Entry]:
        """What is written together next: at least one request, if any waits."""
        batch: list[Entry] = []
        room = MAX_BATCH
        while self:
            queue = self._first or self._usual
            size = len(queue[0][0].signals)
            if batch and size > room:
                break
            batch.append(queue.popleft())
            room -= size
            if queue is self._usual:
                self._uncount(batch[-1][0])
        return batch

    def done(self, batch: list[Entry]) -> None:
        """The batch was answered, however it ended."""
        self.signals -= sum(_weight(submission) for submission, _ in batch)
        self.size -= sum(submission.envelope.original_length for submission, _ in batch)

    def _uncount(self, submission: Submission) -> None:
        for each in _signatures(submission):
            self._usual_signatures[each] -= 1
            if not self._usual_signatures[each]:
                del self._usual_signatures[each]

    def _demand_room(self, submission: Submission, *, is_over: bool) -> None:
        times = _FOR_RESOLVES if is_over else 1
        full = None
        if not self.signals:
            return
        if self.signals + _weight(submission) > self._bounds.signals * times:
            full = "signals"
        elif self.size + submission.envelope.original_length > self._bounds.size * times:
            full = "bytes"
        if full is not None:
            metrics.TURNED_AWAY.labels(full).inc()
            raise NotDurableError("more alerts wait to be stored than the database can take now")

    def _overtakes(self, submission: Submission) -> bool:
        """Where all fits into the next batch, there is nothing to overtake."""
        return self.signals > MAX_BATCH and self._usual_signatures.keys().isdisjoint(_signatures(submission))


def only_resolves(submission: Submission) -> bool:
    """Whether nothing in it begins or goes on."""
    return all(each.signal.status is Status.RESOLVED for each in submission.signals)


def _signatures(submission: Submission) -> Iterator[str]:
    return (each.signature for each in submission.signals)


def _weight(submission: Submission) -> int:
    return max(1, len(submission.signals))
