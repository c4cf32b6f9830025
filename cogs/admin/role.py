"""Roles that get rights in ``/setup``: giving them, showing them, and taking them back."""

from collections.abc import Sequence
from typing import Final

import discord

from bot.cards.admin import role as role_card
from bot.cards.admin.role import MANAGE, RESPOND, VIEW, Chosen
from bot.domain.errors import InvalidInputError
from bot.domain.snowflake import is_snowflake
from bot.usecases.admin import setting
from cogs.interaction import InteractionContext

RIGHTS: Final = (VIEW, RESPOND, MANAGE)


def chosen(context: InteractionContext) -> list[Chosen]:
    """The roles that were given rights here, with those that the server does not have any more."""
    guild = context.member.guild
    found = []
    for right in RIGHTS:
        for role_id in _ids(context, right):
            role = guild.get_role(role_id)
            found.append(Chosen(role_id, role.name if role else f"{role_id} (gone)", right))
    return found


async def give(context: InteractionContext, right: str, role: discord.Role) -> bool:
    """Add to what was chosen before; False when it is everybody, which is asked about first."""
    if role.is_default():
        await context.reply_ephemeral(role_card.ask_everyone(right, context.bot_context.tag))
        return False
    await _save(context, right, (*_ids(context, right), role.id))
    return True


async def give_everyone(context: InteractionContext, right: str) -> None:
    """The question was answered with yes."""
    if right not in RIGHTS:
        raise InvalidInputError("setup", "names no right")
    await _save(context, right, (*_ids(context, right), context.member.guild.id))


async def take_back(context: InteractionContext, value: str) -> None:
    """A role that was picked loses the right that was given to it here."""
    right, dot, role_id = value.partition(".")
    if right not in RIGHTS or not dot or not is_snowflake(role_id):
        raise InvalidInputError("setup", "names no role")
    left = [each for each in _ids(context, right) if each != int(role_id)]
    await _save(context, right, left, thinking=False)


def _ids(context: InteractionContext, right: str) -> tuple[int, ...]:
    settings = context.bot_context.desk.project.settings
    return {
        VIEW: settings.view_role_ids,
        RESPOND: settings.respond_role_ids,
        MANAGE: settings.manage_role_ids,
    }[right]


async def _save(
    context: InteractionContext, right: str, role_ids: Sequence[int], *, thinking: bool = True
) -> None:
    unique = tuple(dict.fromkeys(role_ids))
    work = setting.choose_roles(context.bot_context.desk, actor=context.actor, **{right: unique})
    await context.defer_if_slow(work, thinking=thinking)
