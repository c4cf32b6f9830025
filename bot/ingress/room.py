"""Room: a bound on how many are inside at once. Nobody queues, who finds it full comes back later."""

from types import TracebackType

from bot.ingress.problem import Reason, Refusal


class Room:
    """``with room: ...`` holds one of ``places``.

    Raises:
        Refusal: on entering a full one.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self.taken = 0

    def __enter__(self) -> None:
        if self.taken >= self._places:
            raise Refusal(Reason.OVERLOADED, "Too many requests at once.", retry_after=1)
        self.taken += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.taken -= 1
