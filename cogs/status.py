"""``/status``: can the desk hear, keep and show?"""

import math
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import version
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import status as cards
from bot.cards.status import Lane, Parked, SourceLine, StatusView
from bot.domain.outbox import ParkReason
from bot.usecases import status
from bot.usecases.status import REASONS, Condition
from cogs.door import Door
from cogs.errand import Errand
from cogs.rights import Capability

_LIBRARIES: Final = ("tocsin", "discord.py")


class StatusCommand(commands.Cog):
    """The command; it knows since when this process is up."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._started_at = door.desk.clock.now()
        self._versions = tuple((name, version(name)) for name in _LIBRARIES)

    @app_commands.command(name="status", description="Whether every channel shows the truth, and if not, why")
    async def status(self, interaction: discord.Interaction[Any]) -> None:
        """``/status``."""
        errand = Errand.of(interaction)
        errand.demand(Capability.VIEW, "see the status")
        condition = await errand.patiently(status.condition(self._door.desk), thinking=True)
        lanes = tuple(Lane(lane.name.lower(), count) for lane, count in condition.outbox.dirty.items())
        view = StatusView(
            lanes=lanes,
            parked=tuple(self._parked(condition, interaction.guild)),
            sources=tuple(
                SourceLine(each.name, each.provider, each.last_event_at) for each in condition.sources
            ),
            open_alerts=condition.open_alerts,
            gateway_lag=_lag(interaction.client),
            versions=self._versions,
            database=condition.database,
            started_at=self._started_at,
        )
        await errand.whisper(cards.render(view))

    def _parked(self, condition: Condition, guild: discord.Guild | None) -> Iterator[Parked]:
        for channel_id, reason, count in condition.outbox.parked:
            yield Parked(channel_id, self._explain(channel_id, reason, guild), count)

    def _explain(self, channel_id: int, reason: ParkReason, guild: discord.Guild | None) -> str:
        """The reason; what is missing now is named, as it may be another permission than at first."""
        channel = guild.get_channel(channel_id) if guild else None
        if channel is not None and guild is not None and reason is ParkReason.MISSING_PERMISSION:
            lacking = self._door.options.lacking(channel.permissions_for(guild.me))
            if lacking:
                return f"the bot needs {', '.join(lacking)} there"
        return REASONS[reason]


def _lag(client: discord.Client) -> timedelta | None:
    """The round trip of the last heartbeat, None while there is no gateway."""
    return timedelta(seconds=client.latency) if math.isfinite(client.latency) else None
