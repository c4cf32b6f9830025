"""Capacity: a bound on what is inside at once. Nobody queues, who finds it full comes back later."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final

from bot.ingress.problem import ProblemType, Refusal

_STEP: Final = 256 * 1024  # bytes by which a body without a length takes more room


class CapacityLimit:
    """``with room: ...`` holds one of ``places``.

    Raises:
        Refusal: on entering a full one.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self.taken = 0

    def has_room(self, places: int) -> bool:
        """Whether so many could be held now."""
        return self.taken + places <= self._places

    def enter(self) -> None:
        """Hold one of them until `leave`, for what begins and ends in different calls."""
        self._enter(1)

    def leave(self) -> None:
        """Give it back."""
        self.taken -= 1

    def __enter__(self) -> None:
        self._enter(1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.taken -= 1

    @contextmanager
    def hold(self, places: int) -> Iterator[None]:
        """Hold several places at once, which may be bytes."""
        self._enter(places)
        try:
            yield
        finally:
            self.taken -= places

    @contextmanager
    def reserve(self, places: int) -> Iterator[Callable[[int], None]]:
        """``places`` at once, and more as they are needed: what is given takes the total."""
        self._enter(places)
        held = places

        def ensure(total: int) -> None:
            nonlocal held
            if total > held:
                step = max(total - held, min(_STEP, self._places // 8))
                self._enter(step)
                held += step

        try:
            yield ensure
        finally:
            self.taken -= held

    def _enter(self, places: int) -> None:
        if self.taken + places > self._places:
            raise Refusal(ProblemType.OVERLOADED, "Too many requests at once.", retry_after=1)
        self.taken += places
