"""``/gate``: may this be released now, and a way past a block."""

from datetime import timedelta
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.gate import decision as gate_card
from bot.domain.gate.gate import MAX_BYPASS, MAX_REASON
from bot.usecases.gate import release
from cogs.interaction import InteractionContext
from cogs.rights import Capability

_DAY: Final = MAX_BYPASS // timedelta(minutes=1)
Name = app_commands.Range[str, 1, release.MAX_NAME]


class GateCommands(commands.GroupCog, group_name="gate", group_description="May this be released now?"):
    """The commands."""

    @app_commands.command(
        name="release", description="Pass or block, from open criticals, incidents and SLOs"
    )
    @app_commands.describe(service="What is to go out (everything)", env="Where to (everywhere)")
    async def release(
        self, interaction: discord.Interaction[Any], service: Name | None = None, env: Name | None = None
    ) -> None:
        """``/gate release``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.VIEW, "ask the gate")
        asked = release.ask(context.bot_context.desk, service or "", env or "", sight=context.sight)
        await context.reply_ephemeral(gate_card.render(await context.defer_if_slow(asked, thinking=True)))

    @app_commands.command(name="bypass", description="Let pass what would be blocked, for a while")
    @app_commands.describe(
        reason="Why; it lands in the incident's timeline and in the audit log",
        service="What is to go out (everything)",
        env="Where to (everywhere)",
        minutes="For how long (60)",
    )
    async def bypass(
        self,
        interaction: discord.Interaction[Any],
        reason: app_commands.Range[str, 1, MAX_REASON],
        service: Name | None = None,
        env: Name | None = None,
        minutes: app_commands.Range[int, 1, _DAY] = 60,
    ) -> None:
        """``/gate bypass``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.MANAGE, "pass a gate by")
        done = release.pass_by(
            context.bot_context.desk,
            service or "",
            env or "",
            actor=context.actor,
            reason=reason,
            lasts=timedelta(minutes=minutes),
            sight=context.sight,
        )
        await context.reply_ephemeral(gate_card.render(await context.defer_if_slow(done, thinking=True)))
