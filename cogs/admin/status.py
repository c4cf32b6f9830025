"""``/status``: can the desk hear, keep and show?"""

from collections.abc import AsyncIterator, Iterator
from importlib.metadata import version
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands
from msgspec.structs import replace

from bot.cards.admin import checklist as checklist_card
from bot.cards.admin import status as status_card
from bot.cards.admin.status import LaneStatus, LastAlert, Parked, SourceLine, StatusView
from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import ParkReason
from bot.domain.process_health import ProcessHealth
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.admin import status
from bot.usecases.admin.status import BY_ITSELF, REASONS, Condition, Standing
from cogs.admin import checklist
from cogs.context import BotContext
from cogs.interaction import InteractionContext
from cogs.rights import Capability

_LIBRARIES: Final = ("tocsin", "discord.py")


class StatusCommand(commands.Cog):
    """The command."""

    def __init__(self, bot_context: BotContext) -> None:
        self._bot_context = bot_context
        self._versions = tuple((name, version(name)) for name in _LIBRARIES)

    @app_commands.command(name="status", description="Whether every channel shows the truth, and if not, why")
    async def status(self, interaction: discord.Interaction[Any]) -> None:
        """``/status``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.VIEW, "see the status")
        condition = await context.defer_if_slow(status.condition(context.bot_context.desk), thinking=True)
        standing = await context.defer_if_slow(status.standing(context.bot_context.desk), thinking=True)
        left = await context.defer_if_slow(checklist.steps(context), thinking=True)
        unwritable = await context.defer_if_slow(
            status.write_trouble(context.bot_context.desk), thinking=True
        )
        lanes = tuple(LaneStatus(lane.name.lower(), count) for lane, count in condition.outbox.dirty.items())
        view = StatusView(
            now=context.bot_context.desk.clock.now(),
            lanes=lanes,
            parked=tuple(self._parked(condition, interaction.guild)),
            sources=tuple(
                SourceLine(each.name, each.provider, each.last_event_at, each.wakes.get(Severity.CRITICAL))
                for each in condition.sources
            ),
            open_alerts=condition.open_alerts,
            oldest_due=condition.oldest_due,
            pace=condition.pace,
            process_health=_seen_by(context, self._bot_context.options.process_health()),
            versions=self._versions,
            database=condition.database,
            storms=condition.storms,
            last=tuple([each async for each in _last(context, standing)]),
            integrity=standing.integrity,
            unwritable=unwritable,
            unfinished=checklist_card.summary(left) if left.missing else "",
        )
        await context.reply_ephemeral(status_card.render(view))

    def _parked(self, condition: Condition, guild: discord.Guild | None) -> Iterator[Parked]:
        for channel_id, reason, count in condition.outbox.parked:
            words = self._explain(channel_id, reason, guild)
            yield Parked(channel_id, words, count, by_itself=reason in BY_ITSELF)

    def _explain(self, channel_id: int, reason: ParkReason, guild: discord.Guild | None) -> str:
        """The reason; what is missing now is named, as it may be another permission than at first."""
        channel = guild.get_channel(channel_id) if guild else None
        if channel is not None and guild is not None and reason is ParkReason.MISSING_PERMISSION:
            lacking = self._bot_context.options.lacking(channel.permissions_for(guild.me))
            if lacking:
                return f"the bot needs {', '.join(lacking)} there"
        return REASONS[reason]


def _seen_by(context: InteractionContext, health: ProcessHealth) -> ProcessHealth:
    """Channels and roles that hurt are the first project's; another one is told how the process is."""
    desk = context.bot_context.desk
    if desk is desk.everybody[0]:
        return health
    return replace(health, hints=(), troubles=(), wakes_nobody=False)


async def _last(context: InteractionContext, standing: Standing) -> AsyncIterator[LastAlert]:
    """Of each severity, unless it is not for these eyes."""
    for severity, alert in standing.last.items():
        if alert is not None and await context.hidden([SubjectRef(Subject.ALERT, alert.id)]) is None:
            yield LastAlert(alert.ref, severity, alert.name, alert.state.value, alert.last_seen_at)
