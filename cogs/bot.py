"""Bot: the client that listens to Discord, with all its cogs; `build` puts it together."""

import secrets
import sys
from types import MappingProxyType
from typing import Any, Final

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.cards import answer
from bot.domain.errors import TocsinError
from bot.usecases.desk import Desk
from cogs.admin import help as help_command
from cogs.admin import setup
from cogs.admin.audit import AuditCommands
from cogs.admin.doctor import DoctorCommand
from cogs.admin.event import EventCommands
from cogs.admin.help import HelpCommand
from cogs.admin.integration import IntegrationCommand
from cogs.admin.me import MeCommands
from cogs.admin.setup import SetupCommand
from cogs.admin.status import StatusCommand
from cogs.admin.token import TokenCommands
from cogs.alert import ack_end, listing, snooze
from cogs.alert import board as board_buttons
from cogs.alert import button as alert_buttons
from cogs.alert import group as group_buttons
from cogs.alert.command import AlertCommands
from cogs.alert.message_menu import acknowledge_message
from cogs.alert.triage import TriageCommand, brief_message
from cogs.context import BotContext, BotOptions
from cogs.gate.command import GateCommands
from cogs.gateway_state import GatewayState
from cogs.home import HomeServer
from cogs.incident import action as incident_action
from cogs.incident import button as incident_buttons
from cogs.incident import escalation
from cogs.incident import listing as incident_listing
from cogs.incident.command import IncidentCommands
from cogs.incident.escalation import escalate_message
from cogs.incident.pin import Pins, add_message
from cogs.interaction import UNREACHABLE, InteractionContext
from cogs.press import Acts, Leftovers, pressable
from cogs.reaction.reaction import Reactions
from cogs.reconciliation import Reconciliation
from cogs.recurrence import button as recurrence_buttons
from cogs.recurrence.command import RecurrenceCommands
from cogs.reference import admit_named
from cogs.registration import Registration
from cogs.rights import Rights
from cogs.silence.command import SilenceCommands

# None is privileged: what people press and set says who they are.
INTENTS: Final = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True)
PRESSES: Final[Acts] = MappingProxyType(
    {
        **ack_end.PRESSES,
        **alert_buttons.PRESSES,
        **board_buttons.PRESSES,
        **escalation.PRESSES,
        **group_buttons.PRESSES,
        **help_command.PRESSES,
        **incident_buttons.PRESSES,
        **incident_action.PRESSES,
        **incident_listing.PRESSES,
        **listing.PRESSES,
        **recurrence_buttons.PRESSES,
        **setup.PRESSES,
        **snooze.PRESSES,
    }
)
FORMS: Final[Acts] = MappingProxyType(
    {**alert_buttons.FORMS, **escalation.FORMS, **incident_buttons.FORMS, **setup.FORMS}
)
_READY_LULL: Final = 0.5  # seconds for a server that READY named and that does not arrive
_FAREWELL: Final = 2.0  # seconds

_log: Final = structlog.stdlib.get_logger(__name__)


class DeskTree(app_commands.CommandTree["DeskBot"]):
    """The commands, their clock and their error boundary."""

    async def interaction_check(self, interaction: discord.Interaction["DeskBot"], /) -> bool:
        """Everything begins here, completions and commands alike, and asks for admission."""
        command = interaction.command
        name = command.qualified_name if command is not None else "unknown"
        is_typing = interaction.type is discord.InteractionType.autocomplete
        context = InteractionContext(
            self.client.bot_context, interaction, "completion" if is_typing else name
        )
        try:
            if not (self.client.bot_context.home is None and name == "setup"):  # it brings a code along
                await admit_named(context, name)
        except (TocsinError, *UNREACHABLE) as error:
            if is_typing:
                await interaction.response.autocomplete([])
            else:
                await context.excuse(error)
            return False
        return True

    async def on_error(
        self, interaction: discord.Interaction["DeskBot"], error: app_commands.AppCommandError, /
    ) -> None:
        """The boundary: every error becomes an answer."""
        context = InteractionContext.of(interaction)
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            _log.warning("command_outdated", reason=str(error))
            context.conclude("stale")
            await context.attend(context.reply_ephemeral(answer.stale()))
            return
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await context.excuse(cause)


class DeskBot(commands.Bot):
    """discord.py's client, bound to a desk; it keeps next to nothing in memory."""

    def __init__(self, bot_context: BotContext) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=DeskTree,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=_READY_LULL,
        )
        self.bot_context = bot_context

    def _get_state(self, **options: Any) -> GatewayState:
        """Remember servers in our way; discord.py asks for it while it is made."""
        return GatewayState.of(self, **options)

    async def setup_hook(self) -> None:
        """Add all cogs and pressable items; this is before the gateway is asked for."""
        reactions, pins = Reactions(self.bot_context, self), Pins(self.bot_context, self)
        for cog in (
            AlertCommands(self.bot_context),
            AuditCommands(self.bot_context),
            EventCommands(self.bot_context),
            TokenCommands(self.bot_context),
            IncidentCommands(),
            RecurrenceCommands(self.bot_context),
            SetupCommand(self.bot_context),
            SilenceCommands(self.bot_context),
            IntegrationCommand(self.bot_context),
            StatusCommand(self.bot_context),
            DoctorCommand(self.bot_context),
            GateCommands(),
            HelpCommand(),
            MeCommands(),
            TriageCommand(),
            Leftovers(self.bot_context, PRESSES, FORMS),
            reactions,
            pins,
            HomeServer(self.bot_context, self),
            Reconciliation(self.bot_context, self, reactions, pins),
        ):
            await self.add_cog(cog)
        for menu in (acknowledge_message, escalate_message, add_message, brief_message):
            self.tree.add_command(menu)
        self.add_dynamic_items(*(pressable(self.bot_context, verb, act) for verb, act in PRESSES.items()))
        await self.add_cog(Registration(self.bot_context, self))

    async def close(self) -> None:
        """Answer who has asked already, then close the client."""
        await self.bot_context.empty(_FAREWELL)
        await super().close()

    async def on_message(self, _: discord.Message, /) -> None:
        """Words are not commands here."""

    async def on_app_command_completion(self, interaction: discord.Interaction[Any], _: object) -> None:
        """A command went well."""
        InteractionContext.of(interaction).conclude("done")

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        """The boundary of listeners: what failed is in the log, and the next event is heard."""
        _log.error(
            "listener_failed", listener=event_method, reference=secrets.token_hex(4), exc_info=sys.exc_info()
        )


def build(desk: Desk, options: BotOptions) -> DeskBot:
    """The client of this desk; ``start(token)`` runs it until it is closed."""
    return DeskBot(BotContext(desk, options, Rights(desk, options.roles)))
