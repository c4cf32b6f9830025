"""``/setup``: from an empty desk to the first alert, for whoever manages the server.

What was chosen so far travels in custom_ids; the token is shown once, in the last ephemeral answer.
"""

from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

import discord
import msgspec
from discord import app_commands
from discord.ext import commands

from bot.cards import answer
from bot.cards.admin import checklist as checklist_card
from bot.cards.admin import role as role_card
from bot.cards.admin import setup as setup_card
from bot.cards.admin import wake as wake_card
from bot.cards.admin.setup import (
    CHANNEL,
    CREATE,
    DEFAULT,
    OTHER,
    PROVIDER,
    ChannelChoice,
    Made,
    ProviderChoice,
    SetupDraft,
)
from bot.cards.card import Card
from bot.cards.ids import CustomId, Verb, build
from bot.cards.limits import fit_modal
from bot.cards.modal import Input, Modal
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.snowflake import is_snowflake
from bot.providers.registry import SENDERS
from bot.usecases.admin import home, setting
from bot.usecases.admin import project as projects
from bot.usecases.admin import source as sources
from bot.usecases.admin.source import Issued
from cogs.admin import checklist, default_channel, wake
from cogs.admin import role as roles
from cogs.context import HOMELESS, BotContext
from cogs.interaction import InteractionContext
from cogs.message import read_fields, read_values
from cogs.press import Acts
from cogs.rights import Capability
from cogs.time_input import read_span

TASK: Final = "set up the alert desk"
_NAME: Final = "name"
_EVERY: Final = "every"
_CHOICES: Final = tuple(ProviderChoice(name, provider.title) for name, provider in SENDERS.items())

Click = discord.Interaction[Any]


class SetupCommand(commands.Cog):
    """The command itself; the rest are presses."""

    def __init__(self, bot_context: BotContext) -> None:
        self._bot_context = bot_context

    @app_commands.command(name="setup", description="Choose the channel for alerts and let a sender in")
    @app_commands.describe(
        view="A role whose members may look (without one, whoever sees the channel)",
        respond="A role whose members may act on alerts",
        manage="A role whose members may also set up the desk",
        code="The first time: the code that `tocsin run` prints",
        project="Whose it is (that of this channel)",
    )
    @app_commands.default_permissions(manage_guild=True)
    async def setup(
        self,
        interaction: Click,
        view: discord.Role | None = None,
        respond: discord.Role | None = None,
        manage: discord.Role | None = None,
        code: str = "",
        project: str = "",
    ) -> None:
        """``/setup``."""
        context = InteractionContext.of(interaction)
        if self._bot_context.home is None:
            await self._settle(context, code)
        if project.strip():
            await _enter(context, project.strip())
        context.demand(Capability.MANAGE, TASK)
        for right, role in zip(roles.RIGHTS, (view, respond, manage), strict=True):
            if role is not None and not await roles.give(context, right, role):
                return
        gone = default_channel.is_gone(context)
        chosen = context.bot_context.desk.default_channel_id or _here(interaction)
        draft = SetupDraft(channel_id=0 if gone else chosen)
        await context.reply_ephemeral(await _first_page(context, draft, thinking=True))

    async def _settle(self, context: InteractionContext, code: str) -> None:
        """The server where the printed code is typed by whoever manages it is the desk's from now on."""
        asking = context.interaction.user
        if not isinstance(asking, discord.Member):
            raise ConflictError(HOMELESS)
        self._bot_context.rights.demand(asking, Capability.MANAGE, TASK)
        if not code:
            raise ConflictError(HOMELESS)
        claiming = home.claim(self._bot_context.desk, asking.guild.id, code, actor=context.actor)
        await context.defer_if_slow(claiming, thinking=True)
        context.interaction.client.dispatch("home_settled")
        await context.admit()


async def _enter(context: InteractionContext, name: str) -> None:
    """Whose set-up it is; who may not change it does not hear that there is such a project."""
    bot_context = context.bot_context
    theirs = await context.within_deadline(projects.of(bot_context.desk, name))
    if not bot_context.rights.of(theirs).allows(context.member, Capability.MANAGE):
        raise NotFoundError("project", name)
    context.enter(theirs)


async def choose(context: InteractionContext, which: CustomId) -> None:
    """A select of the first page, or its button."""
    context.demand(Capability.MANAGE, TASK)
    if which.subject == role_card.EVERYONE:
        await roles.give_everyone(context, which.extra)
        await context.reply_ephemeral(answer.done("Everybody here may do that now. /setup takes it back."))
        return
    if which.subject in wake_card.SUBJECTS:
        await wake.press(context, which)
        return
    if which.subject in checklist_card.SUBJECTS:
        await checklist.press(context, which)
        return
    draft = SetupDraft.decode(which.extra)
    picked = next(iter(read_values(context.interaction)), "")
    if which.subject == CHANNEL and is_snowflake(picked):
        draft = SetupDraft(int(picked), draft.provider)
        home = await context.defer_if_slow(default_channel.pick(context, draft.channel_id), thinking=False)
        await context.update_message(await _first_page(context, draft, home=home))
    elif which.subject == DEFAULT:
        work = default_channel.choose(context, draft.channel_id)
        home = await context.defer_if_slow(work, thinking=False)
        await context.update_message(await _first_page(context, draft, home=home))
    elif which.subject in (PROVIDER, OTHER):
        await context.update_message(await _first_page(context, SetupDraft(draft.channel_id, picked)))
    elif which.subject == role_card.ROLE:
        await roles.take_back(context, picked)
        await context.update_message(await _first_page(context, draft))
    elif which.subject == CREATE:
        await context.ask(_ask_name(context, draft))
    else:
        await context.reply_ephemeral(answer.stale())


async def create(context: InteractionContext, which: CustomId) -> None:
    """The name was given: let the sender in and show, this once, what it needs."""
    context.demand(Capability.MANAGE, TASK)
    draft = SetupDraft.decode(which.extra)
    fields = read_fields(context.interaction)
    name = fields.get(_NAME, "").strip() or draft.provider
    typed = fields.get(_EVERY, "").strip()
    every = read_span(typed, _EVERY) if typed else None
    issued = await context.defer_if_slow(_make(context, draft, name, every), thinking=False)
    sender = SENDERS[issued.source.provider]
    url = sender.address(context.bot_context.options.public_url, issued.source.id, issued.token)
    made = Made(
        channel_id=draft.channel_id,
        source_id=issued.source.id,
        source_name=issued.source.name,
        provider=issued.source.provider,
        url=url,
        token=issued.token,
        recipe=sender.recipe(url, issued.token),
    )
    shown = setup_card.result(made, context.bot_context.tag)
    await (context.update_message(shown) if context.on_ephemeral else context.reply_ephemeral(shown))


async def send_test(context: InteractionContext, which: CustomId) -> None:
    """An alert that takes the same way as a real one."""
    context.demand(Capability.MANAGE, TASK)
    ref = await context.defer_if_slow(_send_test(context, which.number), thinking=True)
    came = answer.done(f"A test alert came in through the door: {ref}").content
    left = await checklist.page(context, SetupDraft(), before="Its card comes in a moment.")
    await context.reply_ephemeral(msgspec.structs.replace(left, content=came))


async def _make(context: InteractionContext, draft: SetupDraft, name: str, every: timedelta | None) -> Issued:
    """The first channel becomes the desk's own; a later source may speak in another one.

    When the desk's own is gone, the one that was picked takes its place and its waiting cards.
    """
    desk, actor = context.bot_context.desk, context.actor
    default_channel.demand_fit(context, draft.channel_id)
    homeless = default_channel.is_homeless(context)
    own = homeless or desk.default_channel_id == draft.channel_id
    channel_id = None if own else draft.channel_id
    issued = await sources.add(desk, name, draft.provider, actor=actor, channel_id=channel_id, every=every)
    if homeless:
        await setting.choose_channel(desk, draft.channel_id, actor=actor)
    return issued


async def _send_test(context: InteractionContext, source_id: int) -> str:
    listed = await sources.listing(context.bot_context.desk)
    found = next((each for each in listed if each.id == source_id), None)
    if found is None:
        raise NotFoundError("source", str(source_id))
    return await context.bot_context.options.send_test(found.name, found.project_id)


async def _first_page(
    context: InteractionContext,
    draft: SetupDraft,
    *,
    home: ChannelChoice | None = None,
    thinking: bool = False,
) -> Card:
    tag = context.bot_context.tag
    steps = await context.defer_if_slow(checklist.steps(context), thinking=thinking)
    problems = default_channel.problems(context, draft.channel_id)
    home = home or default_channel.present(context)
    page = setup_card.first_page(draft, _CHOICES, tag, problems=problems, home=home)
    page = wake_card.add_wake(page, wake.view_of(context), draft, tag)
    page = checklist_card.add_steps(page, steps, draft, tag)
    return role_card.add_roles(page, roles.chosen(context), draft, tag)


def _here(interaction: Click) -> int:
    """The channel where the command was given, if cards can stand there."""
    channel = interaction.channel
    return channel.id if isinstance(channel, discord.TextChannel) else 0


def _ask_name(context: InteractionContext, draft: SetupDraft) -> Modal:
    if draft.provider not in SENDERS or not draft.channel_id:
        raise InvalidInputError("setup", "pick a channel and a sender first")
    field = Input(
        custom_id=_NAME,
        label="What is this sender called here?",
        placeholder=f"{draft.provider}, or such as prod-eu: lower-case letters, digits, . _ -",
        required=False,
        max_length=64,
    )
    custom_id = build(Verb.SETUP, context.bot_context.tag, CREATE, draft.encode())
    silent = Input(
        custom_id=_EVERY,
        label="Must it be heard every so often?",
        placeholder="5m, 24h; a critical alert when it is silent. Empty: it speaks when it likes",
        required=False,
        max_length=20,
    )
    return fit_modal(Modal(custom_id=custom_id, title="A new source", inputs=(field, silent)))


PRESSES: Final[Acts] = MappingProxyType({Verb.SETUP: choose, Verb.TEST: send_test})
FORMS: Final[Acts] = MappingProxyType({Verb.SETUP: create})
