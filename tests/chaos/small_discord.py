"""The small Discord as a process of its own: events before, after or between answers, by lot.

SIGUSR1 makes it forget all nonces, as Discord does after some minutes: what was posted is then only found
again by who looks for it. SIGUSR2 ends all sessions: the bot begins a new one, and has missed what it missed.
"""

import asyncio
import contextlib
import signal
from argparse import ArgumentParser
from pathlib import Path

import uvloop

from bot.sandbox.fault.fault import Effect, Rule
from bot.sandbox.line.gateway import Gateway
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.run import write_ready_file
from bot.sandbox.server import Sandbox


async def serve(ready_file: Path) -> None:
    """Serve until SIGTERM."""
    settings = SandboxSettings(event_order="random")
    sandbox = Sandbox(settings=settings)
    await sandbox.start()
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    loop.add_signal_handler(signal.SIGUSR1, sandbox.world.nonces.clear)
    loop.add_signal_handler(signal.SIGUSR2, end_sessions, sandbox.gateway)
    try:
        await asyncio.to_thread(write_ready_file, ready_file, sandbox.describe())
        await over.wait()
    finally:
        await sandbox.stop()


def end_sessions(gateway: Gateway) -> None:
    """Close every line, the dead ones too; nothing can be resumed."""
    for session in list(gateway.sessions.values()):
        gateway.end_session(session)
    gateway.suffer(Rule(effect=Effect.CLOSE, code=4009))


if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("--ready-file", type=Path, required=True)
    wish = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(serve(wish.ready_file))
