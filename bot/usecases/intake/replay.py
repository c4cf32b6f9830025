"""Replay: whether a body was taken in already. Nothing here writes."""

from datetime import datetime

from bot.usecases.desk import Desk


async def was_taken(desk: Desk, digest: str, *, since: datetime) -> bool:
    """Whether the body with this digest was stored at ``since`` or later."""
    return await desk.storage.read(lambda tx: tx.events.holds(digest, since=since))
