"""Gateway: keeps a client connected whatever happens to it, and says how it is.

discord.py gives up, or sleeps for up to 17 minutes, on failures that pass by themselves: Discord unreachable
at login or at the first connect, an event without an expected field, a long outage. Each of them ends in a
new client here, as does a fault of our own while a client is made or closed. What discord.py mends itself
(op 7, op 9, closes that allow a resume) is left to it. Only a token or an intent that Discord refuses needs a
person: it is said in plain words and tried again slowly, for it may be mended in the Developer Portal
meanwhile. Nothing here ends the process: alerts are taken in and kept whatever Discord does.

A line that looks open may be dead: when nothing was heard for a while, not even the answer to a heartbeat,
the client is replaced too.
"""

import asyncio
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot import metrics
from bot.clock import Clock
from bot.domain.process_health import GatewayStatus

SILENCE: Final = timedelta(minutes=3)  # three to four heartbeats of the real Discord
FIRST_PAUSE: Final = 1.0  # seconds
LONGEST_PAUSE: Final = 120.0  # seconds: every start may cost one of 1,000 identifies a day
FATAL_PAUSE: Final = 300.0  # seconds
CLOSING: Final = 5.0  # seconds; a dead line does not answer a goodbye
_TICK: Final = 1.0  # seconds between looks at the line
_PORTAL: Final = "in the Developer Portal"
_TOKEN: Final = f"Discord refuses the bot token: make a new one {_PORTAL} and configure it"
_INTENTS: Final = f"Discord refuses the intents that the bot asks for: allow them {_PORTAL}"
_OUTDATED: Final = "Discord refuses this version of the bot: update Tocsin"
_FATAL_CLOSES: Final = {
    4004: _TOKEN,
    4010: _OUTDATED,
    4011: "Discord wants a bot on so many servers to be sharded: invite it to fewer",
    4012: _OUTDATED,
    4013: _INTENTS,
    4014: _INTENTS,
}
"""Closes that no reconnect mends (topics/opcodes-and-status-codes)."""

_log: Final = structlog.stdlib.get_logger(__name__)


class Gateway:
    """The state of the line, for probes, `/status` and metrics."""

    def __init__(self) -> None:
        self.connected = False
        self.ready = False
        self.heard_at: datetime | None = None
        self.latency: timedelta | None = None
        self.starts = 0
        self.trouble = "not connected yet"

    def line(self) -> GatewayStatus:
        """The state as data."""
        up = self.ready and self.connected
        return GatewayStatus(
            trouble=None if up else self.trouble,
            latency=self.latency if up else None,
            heard_at=self.heard_at,
            starts=self.starts,
        )

    async def gateway_ready(self) -> str | None:
        """None while events arrive, else what is wrong, in words."""
        return None if self.ready and self.connected else self.trouble


class Supervisor:
    """Runs clients one after the other; ``factory`` makes a fresh bot each time, with all attached."""

    def __init__(
        self,
        factory: Callable[[], commands.Bot],
        token: str,
        clock: Clock,
        *,
        silence: timedelta = SILENCE,
        first_pause: float = FIRST_PAUSE,
        closing: float = CLOSING,
    ) -> None:
        self._factory = factory
        self._token = token
        self._clock = clock
        self._silence = silence.total_seconds()
        self._first_pause = first_pause
        self._closing = closing
        self._heard = 0.0
        self._told: tuple[str, datetime] | None = None
        self.state = Gateway()

    async def run(self) -> None:
        """Until cancelled."""
        pause = self._first_pause
        while True:
            began = self._clock.monotonic()
            self.state.starts += 1
            metrics.GATEWAY_STARTS.inc()
            fatal = await self._live()
            await self._clock.sleep(FATAL_PAUSE if fatal else pause)
            lasted = self._clock.monotonic() - began
            pause = self._first_pause if lasted > 2 * LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)

    async def _live(self) -> bool:
        """One client from start to end, however it ends; returns whether a person has to do something."""
        try:
            bot = self._factory()
        except Exception as error:  # noqa: BLE001 -- the same boundary: alerts are taken in meanwhile
            self._fail(f"no client could be made ({_name(error)})")
            return False
        self._listen(bot)
        self._heard = self._clock.monotonic()
        life = asyncio.create_task(self._connect(bot), name="gateway")
        watch = asyncio.create_task(self._watch(bot), name="gateway-watch")
        try:
            await asyncio.wait({life, watch}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            life.cancel()
            watch.cancel()
            closing = asyncio.create_task(_close(bot), name="gateway-close")
            await asyncio.wait({life, watch, closing}, timeout=self._closing)
        return life.done() and not life.cancelled() and life.result()

    async def _connect(self, bot: commands.Bot) -> bool:
        """The boundary for all that discord.py raises."""
        try:
            await bot.start(self._token)
        except discord.LoginFailure:
            return self._fail(_TOKEN, fatal=True)
        except discord.PrivilegedIntentsRequired:
            return self._fail(_INTENTS, fatal=True)
        except discord.ConnectionClosed as error:
            words = _FATAL_CLOSES.get(error.code)
            return self._fail(words or f"Discord closed the connection ({error.code})", fatal=bool(words))
        except (aiohttp.ClientError, OSError) as error:
            return self._fail(f"Discord cannot be reached ({_name(error)})")
        except Exception as error:  # noqa: BLE001 -- the boundary: a new client starts, whatever it was
            return self._fail(f"the connection to Discord broke ({_name(error)})")
        return self._fail("the connection to Discord was closed")

    async def _watch(self, bot: commands.Bot) -> None:
        """Returns when nothing was heard for too long. An answer to a heartbeat shows as a new latency."""
        last = math.nan
        while self._clock.monotonic() - self._heard < self._silence:
            await self._clock.sleep(min(_TICK, self._silence / 4))
            latency = bot.latency
            if math.isfinite(latency) and latency != last:
                last = latency
                self._hear()
                self.state.latency = timedelta(seconds=latency)
                metrics.GATEWAY_LATENCY.set(latency)
        self._fail(f"nothing was heard from Discord for {self._silence:.0f} s")

    def _fail(self, trouble: str, *, fatal: bool = False) -> bool:
        """Say it, and return whether it is fatal; the client's own last words come later and do not count."""
        self.state.connected = self.state.ready = False
        metrics.GATEWAY_UP.set(0)
        self.state.trouble = trouble
        self._tell(trouble, again=fatal)
        return fatal

    def _tell(self, trouble: str, *, again: bool = False) -> None:
        """One line for an outage however often it is tried again, another when a person has to mend it."""
        if self._told is None:
            self._told = (trouble, self._clock.now())
        elif not again or self._told[0] == trouble:
            return
        else:
            self._told = (trouble, self._told[1])
        _log.error("discord_away", note="alerts are taken in and kept", trouble=trouble)

    def _tell_over(self) -> None:
        if self._told is not None:
            away = self._clock.now() - self._told[1]
            _log.info("discord_back", away_seconds=round(away.total_seconds()))
            self._told = None

    def _hear(self) -> None:
        self._heard = self._clock.monotonic()
        self.state.heard_at = self._clock.now()
        metrics.GATEWAY_LAST_EVENT.set(self.state.heard_at.timestamp())

    def _listen(self, bot: commands.Bot) -> None:
        """Keep the state in step with the client's own events."""
        state = self.state

        async def on_connect() -> None:
            state.connected = True
            self._hear()

        async def on_disconnect() -> None:
            if state.connected:
                state.connected = False
                metrics.GATEWAY_UP.set(0)
                state.trouble = "the line to Discord is broken, reconnecting"
                self._tell(state.trouble)

        async def on_ready() -> None:
            state.connected = state.ready = True
            metrics.GATEWAY_UP.set(1)
            self._hear()
            self._tell_over()

        async def on_resumed() -> None:
            state.connected = True
            metrics.GATEWAY_UP.set(1)
            self._hear()
            self._tell_over()

        async def on_socket_event_type(_: str) -> None:
            self._hear()

        for listener in (on_connect, on_disconnect, on_ready, on_resumed, on_socket_event_type):
            bot.add_listener(listener)


async def _close(bot: commands.Bot) -> None:
    try:
        await bot.close()
    except Exception as error:  # noqa: BLE001 -- it is gone either way
        _log.warning("gateway_close", trouble=_name(error))


def _name(error: Exception) -> str:
    """An error in a line, without our token: discord.py puts none in its errors."""
    return f"{type(error).__name__}: {str(error)[:200]}" if str(error) else type(error).__name__
