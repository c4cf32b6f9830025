"""``/audit``: who did what, for whoever looks after the desk."""

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.admin import audit as audit_card
from bot.domain import actor as actors
from bot.domain.alert.alert import parse_ref as parse_alert
from bot.domain.audit import AuditSearch, Sealed
from bot.domain.incident.incident import parse_ref as parse_incident
from bot.domain.sight import Subject, SubjectRef
from bot.domain.snowflake import is_snowflake
from bot.usecases.admin import audit_log
from cogs.context import BotContext
from cogs.interaction import InteractionContext
from cogs.rights import Capability

_TASK = "read the audit log"
_LOOKED_AT: Final = 100  # entries, of which those are shown that one may see
_LAST: Final = 2**53
_NUMBERED: Final = {
    "alert": Subject.ALERT,
    "incident": Subject.INCIDENT,
    "recurrence": Subject.RECURRENCE,
}

Click = discord.Interaction[Any]
Before = app_commands.Range[int, 1, _LAST]


class AuditCommands(commands.GroupCog, group_name="audit", group_description="Who did what"):
    """The group; every answer is seen by who asked alone."""

    def __init__(self, bot_context: BotContext) -> None:
        self._bot_context = bot_context

    @app_commands.command(description="What was done last")
    @app_commands.describe(before="Only what came before the entry of this number")
    async def recent(self, interaction: Click, before: Before | None = None) -> None:
        """``/audit recent``."""
        await self._show(interaction, "Audit log", AuditSearch(), before, "/audit recent")

    @app_commands.command(description="What was done to an alert, and by whom")
    @app_commands.describe(alert="Such as A-1042", before="Only what came before the entry of this number")
    async def alert(
        self, interaction: Click, alert: app_commands.Range[str, 1, 40], before: Before | None = None
    ) -> None:
        """``/audit alert``."""
        number = parse_alert(alert)
        search = AuditSearch(subject=f"alert:{number}")
        await self._show(interaction, f"Audit log of A-{number}", search, before, f"/audit alert A-{number}")

    @app_commands.command(description="What was done to an incident, and by whom")
    @app_commands.describe(incident="Such as I-7", before="Only what came before the entry of this number")
    async def incident(
        self, interaction: Click, incident: app_commands.Range[str, 1, 40], before: Before | None = None
    ) -> None:
        """``/audit incident``."""
        number = parse_incident(incident)
        search = AuditSearch(subject=f"incident:{number}")
        title, again = f"Audit log of I-{number}", f"/audit incident I-{number}"
        await self._show(interaction, title, search, before, again)

    @app_commands.command(description="What somebody did")
    @app_commands.describe(person="Who", before="Only what came before the entry of this number")
    async def person(self, interaction: Click, person: discord.User, before: Before | None = None) -> None:
        """``/audit person``."""
        search = AuditSearch(actor=str(actors.person(person.id, "")))
        title = f"What {person.display_name} did"
        await self._show(interaction, title, search, before, f"/audit person @{person.name}")

    async def _show(
        self, interaction: Click, title: str, search: AuditSearch, before: int | None, again: str
    ) -> None:
        context = InteractionContext.of(interaction)
        context.demand(Capability.MANAGE, _TASK)
        work = audit_log.page(context.bot_context.desk, search, before=before, limit=_LOOKED_AT)
        found = await context.defer_if_slow(work, thinking=True)
        seen = [each for each in found if await context.hidden(_about(each)) is None]
        shown = seen[: audit_card.LINES]
        last = shown[-1].id if len(seen) > len(shown) else found[-1].id if len(found) == _LOOKED_AT else 0
        older = f"{again} before:{last}" if last else ""
        await context.reply_ephemeral(audit_card.listing(title, shown, older))


def _about(sealed: Sealed) -> list[SubjectRef]:
    """Where what an entry is about is shown; what has no channel is for whoever looks after the desk."""
    kind, _, which = sealed.entry.subject.partition(":")
    if kind in _NUMBERED and is_snowflake(which):
        return [SubjectRef(_NUMBERED[kind], int(which))]
    return [SubjectRef(Subject.SOURCE, which)] if kind == "source" else []
