"""Readiness line: the last line of a start, for whoever sits at the terminal."""

from collections.abc import Sequence

from bot.usecases.admin import source as sources
from bot.usecases.desk import Desk


async def readiness_line(desk: Desk, wakes: Sequence[str]) -> str:
    """What is ready, whom criticals wake, and in plain words what is not set up yet.

    ``wakes`` are the words of the configuration.
    """
    senders = await sources.listing(desk)
    picked = {desk.default_channel_id, *(each.channel_id for each in senders)} - {None}
    channels = len(picked)
    said = [f"{channels} channel{'' if channels == 1 else 's'}", _waking(wakes)]
    missing = []
    if desk.default_channel_id is None:
        missing.append("no channel for cards is chosen")
    if not senders:
        missing.append("no sender is let in")
    if not missing:
        return f"ready: {', '.join(said)}; type /setup in Discord to change that"
    return f"ready: {', '.join(said)}; not set up yet: {', '.join(missing)}: type /setup in Discord"


def _waking(wakes: Sequence[str]) -> str:
    if not wakes:
        return "criticals wake nobody"
    return f"criticals wake {' and '.join(f'@{word}' for word in wakes)}"
