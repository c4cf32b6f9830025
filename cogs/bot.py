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
from cogs import subject
from cogs.admin import setup
from cogs.admin.setup import SetupCommand
from cogs.admin.status import StatusCommand
from cogs.alert import board, group, listing
from cogs.alert import button as alert
from cogs.alert.command import AlertCommands, acknowledge_message
from cogs.alert.triage import TriageCommand, brief_message
from cogs.door import BotOptions, Door
from cogs.errand import UNREACHABLE, Errand
from cogs.home import Home
from cogs.incident import action as incident_action
from cogs.incident import button as incident
from cogs.incident import escalation
from cogs.incident import listing as incident_listing
from cogs.incident.command import IncidentCommands
from cogs.incident.escalation import escalate_message
from cogs.incident.pin import Pins, add_message
from cogs.press import Acts, Leftovers, pressable
from cogs.reaction.reaction import Reactions
from cogs.reconciliation import Reconciliation
from cogs.recurrence import button as recurrence
from cogs.recurrence.command import RecurrenceCommands
from cogs.registration import Registration
from cogs.rights import Rights

# None is privileged: what people press and set says who they are.
INTENTS: Final = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True)
PRESSES: Final[Acts] = MappingProxyType(
    {
        **alert.PRESSES,
        **board.PRESSES,
        **escalation.PRESSES,
        **group.PRESSES,
        **incident.PRESSES,
        **incident_action.PRESSES,
        **incident_listing.PRESSES,
        **listing.PRESSES,
        **recurrence.PRESSES,
        **setup.PRESSES,
    }
)
FORMS: Final[Acts] = MappingProxyType({**alert.FORMS, **escalation.FORMS, **incident.FORMS, **setup.FORMS})
_READY_LULL: Final = 0.5  # seconds without another server before READY; a desk is in one or few
_FAREWELL: Final = 2.0  # seconds

_log = structlog.stdlib.get_logger(__name__)


def given(interaction: discord.Interaction[Any]) -> dict[str, Any]:
    """The options of a command by name; what is still being typed is none yet."""
    data: dict[str, Any] = dict(interaction.data or {})
    parts: list[dict[str, Any]] = list(data.get("options", ()))
    found: dict[str, Any] = {}
    while parts:
        part = parts.pop()
        parts += part.get("options", ())
        if "value" in part and not part.get("focused"):
            found[part["name"]] = part["value"]
    return found


class DeskTree(app_commands.CommandTree["DeskBot"]):
    """The commands, their clock and their error boundary."""

    async def interaction_check(self, interaction: discord.Interaction["DeskBot"], /) -> bool:
        """Everything begins here, completions and commands alike, and asks for admission."""
        command = interaction.command
        name = command.qualified_name if command is not None else "unknown"
        is_typing = interaction.type is discord.InteractionType.autocomplete
        errand = Errand(self.client.door, interaction, "completion" if is_typing else name)
        try:
            if not (self.client.door.home is None and name == "setup"):  # it brings a code along
                await errand.admit(*subject.of_options(given(interaction)))
        except (TocsinError, *UNREACHABLE) as error:
            if is_typing:
                await interaction.response.autocomplete([])
            else:
                await errand.excuse(error)
            return False
        return True

    async def on_error(
        self, interaction: discord.Interaction["DeskBot"], error: app_commands.AppCommandError, /
    ) -> None:
        """The boundary: every error becomes an answer."""
        errand = Errand.of(interaction)
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            _log.warning("command_outdated", reason=str(error))
            errand.conclude("stale")
            await errand.attend(errand.whisper(answer.stale()))
            return
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await errand.excuse(cause)


class DeskBot(commands.Bot):
    """discord.py's client, bound to a desk; it keeps next to nothing in memory."""

    def __init__(self, door: Door) -> None:
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
        self.door = door

    async def setup_hook(self) -> None:
        """Add all cogs and pressable items; this is before the gateway is asked for."""
        reactions, pins = Reactions(self.door, self), Pins(self.door, self)
        for cog in (
            AlertCommands(self.door),
            IncidentCommands(),
            RecurrenceCommands(self.door),
            SetupCommand(self.door),
            StatusCommand(self.door),
            TriageCommand(),
            Leftovers(self.door, PRESSES, FORMS),
            reactions,
            pins,
            Home(self.door, self),
            Reconciliation(self.door, self, reactions, pins),
        ):
            await self.add_cog(cog)
        for menu in (acknowledge_message, escalate_message, add_message, brief_message):
            self.tree.add_command(menu)
        self.add_dynamic_items(*(pressable(self.door, verb, act) for verb, act in PRESSES.items()))
        await self.add_cog(Registration(self.door, self))

    async def close(self) -> None:
        """Serve whoever is at the door, then close it."""
        await self.door.empty(_FAREWELL)
        await super().close()

    async def on_message(self, _: discord.Message, /) -> None:
        """Words are not commands here."""

    async def on_app_command_completion(self, interaction: discord.Interaction[Any], _: object) -> None:
        """A command went well."""
        Errand.of(interaction).conclude("done")

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        """The boundary of listeners: what failed is in the log, and the next event is heard."""
        _log.error(
            "listener_failed", listener=event_method, reference=secrets.token_hex(4), exc_info=sys.exc_info()
        )


def build(desk: Desk, options: BotOptions) -> DeskBot:
    """The client of this desk; ``start(token)`` runs it until it is closed."""
    return DeskBot(Door(desk, options, Rights(desk, options.roles)))
