"""Readiness line: the last line of a start, for whoever sits at the terminal."""

from collections.abc import Sequence
from typing import Final

from bot.domain.access.source import Source
from bot.domain.alert.signal import Severity
from bot.usecases.admin import source as sources
from bot.usecases.admin.setting import chosen_pings
from bot.usecases.desk import Desk

CRITICAL: Final = Severity.CRITICAL
_NAMED: Final = 5  # sources


async def readiness_line(desk: Desk, wakes: Sequence[str]) -> str:
    """What is ready, whom criticals wake, and in plain words what is not set up yet.

    ``wakes`` are the words of the configuration; what was chosen in `/setup` wins, what a source says itself
    is named besides.
    """
    senders = await sources.listing(desk)
    chosen = chosen_pings(desk.project.settings).get(Severity.CRITICAL, ())
    picked = {desk.default_channel_id, *(each.channel_id for each in senders)} - {None}
    channels = len(picked)
    said = [f"{channels} channel{'' if channels == 1 else 's'}", _waking(wakes, len(chosen)) + _own(senders)]
    missing = []
    if desk.default_channel_id is None:
        missing.append("no channel for cards is chosen")
    if not senders:
        missing.append("no sender is let in")
    if not missing:
        return f"ready: {', '.join(said)}; type /setup in Discord to change that"
    return f"ready: {', '.join(said)}; not set up yet: {', '.join(missing)}: type /setup in Discord"


def _waking(wakes: Sequence[str], chosen: int) -> str:
    if chosen:
        return f"criticals wake the role{'' if chosen == 1 else 's'} chosen in /setup"
    if not wakes:
        return "criticals wake nobody"
    return f"criticals wake {_named(wakes)}"


def _own(senders: Sequence[Source]) -> str:
    """Sources that say themselves whom their criticals wake."""
    own = {each.name: each.wakes[CRITICAL] for each in senders if CRITICAL in each.wakes}
    said = [f"{name} {_named(words)}" for name, words in list(own.items())[:_NAMED]]
    if len(own) > _NAMED:
        said.append(f"{len(own) - _NAMED} more sources others")
    return f" ({', '.join(said)})" if said else ""


def _named(words: Sequence[str]) -> str:
    return " and ".join(f"@{word}" for word in words) or "nobody"
