"""Running a sandbox until it is told to stop; the command line calls this."""

import asyncio
import os
from pathlib import Path

import msgspec

from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.server import Sandbox


def write_ready_file(path: Path, description: dict[str, object]) -> None:
    """Write a ready file whole or not at all, readable by its owner alone: it holds the token."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(msgspec.json.encode(description))
    draft.replace(path)


async def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    ready_file: Path | None = None,
    settings: SandboxSettings | None = None,
) -> None:
    """Serve until cancelled; the ready file is written once the port answers."""
    sandbox = Sandbox(settings=settings)
    await sandbox.start(host, port)
    try:
        if ready_file is not None:
            await asyncio.to_thread(write_ready_file, ready_file, sandbox.describe())
        await asyncio.Event().wait()
    finally:
        await sandbox.stop()
