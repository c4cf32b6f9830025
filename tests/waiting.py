"""Waiting: until what has to happen has happened, in real time; no test sleeps for luck."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, overload

T = TypeVar("T")

PATIENCE: Final = 30.0
"""Seconds until it is given up: a busy machine is no fault."""

_FIRST_PAUSE: Final = 0.002  # seconds between two looks, and twice as many after each
_LONGEST_PAUSE: Final = 0.02


@overload
async def until(
    look: Callable[[], Awaitable[T | None]], what: str = ..., patience: float = ...
) -> T: ...  # fmt: skip
@overload
async def until(look: Callable[[], object], what: str = ..., patience: float = ...) -> Any: ...
async def until(
    look: Callable[[], object], what: str = "what has to happen", patience: float = PATIENCE
) -> Any:
    """The first answer of ``look`` that is true; ``what`` is told when there is none within ``patience``."""
    pause = _FIRST_PAUSE
    try:
        async with asyncio.timeout(patience):
            while True:
                found = look()
                seen = await found if inspect.isawaitable(found) else found
                if seen:
                    return seen
                await asyncio.sleep(pause)  # noqa: TID251 -- sockets and processes live in real time
                pause = min(2 * pause, _LONGEST_PAUSE)
    except TimeoutError:
        raise AssertionError(f"waited {patience:.0f} s in vain for {what}") from None
