"""Chart renderer: draws charts in a process of their own and one at a time.

Drawing never holds up the loop, and its memory is given back. Whatever goes wrong, there is no picture, and
words have to do: a picture is never worth an error.
"""

import asyncio
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec
import structlog

import bot
from bot.cards.recurrence.chart import Chart, describe

PATIENCE: Final = 30.0  # seconds, the wait for others included
_ROOT: Final = Path(bot.__file__).parents[1]

_log: Final = structlog.stdlib.get_logger(__name__)


class Picture(msgspec.Struct, frozen=True):
    """A PNG, and the same in words."""

    png: bytes
    words: str


class ChartRenderer:
    """Draws what it is asked for, one after the other; `RENDERER` is that of the process."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    @property
    def busy(self) -> bool:
        """Whether somebody's picture is being drawn."""
        return self._turn.locked()

    async def draw(self, chart: Chart) -> Picture | None:
        """The picture, None when it would tell nothing, cannot be drawn here or takes too long."""
        if not chart.tells or find_spec("matplotlib") is None:
            return None
        try:
            async with asyncio.timeout(PATIENCE), self._turn:
                png = await _run(msgspec.json.encode(chart))
        except (OSError, TimeoutError) as error:
            _log.warning("chart_not_drawn", reason=repr(error))
            return None
        if not png:
            _log.warning("chart_not_drawn", reason="the program that draws failed")
            return None
        return Picture(png, describe(chart))


RENDERER: Final = ChartRenderer()


async def _run(chart: bytes) -> bytes:
    """What the drawing program makes of a chart, nothing when it fails."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cards.recurrence.chart"),
        cwd=_ROOT,
        stdin=pipe,
        stdout=pipe,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        png, _ = await process.communicate(chart)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return png if process.returncode == 0 else b""
