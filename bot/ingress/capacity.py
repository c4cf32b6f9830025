"""Room: a bound on what is inside at once. Nobody queues, who finds it full comes back later."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from bot.ingress.problem import Reason, Refusal


class CapacityLimit:
    """``with room: ...`` holds one of ``places``.

    Raises:
        Refusal: on entering a full one.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self.taken = 0

    def __enter__(self) -> None:
        self._enter(1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.taken -= 1

    @contextmanager
    def hold(self, places: int) -> Iterator[None]:
        """The same for several places at once, which may be bytes."""
        self._enter(places)
        try:
            yield
        finally:
            self.taken -= places

    def _enter(self, places: int) -> None:
        if self.taken + places > self._places:
            raise Refusal(Reason.OVERLOADED, "Too many requests at once.", retry_after=1)
        self.taken += places
