"""Who is mentioned by a text, who of them may be, and whose device rings.

The text's own mentions are met with ``allowed_mentions``; a role rings when it is mentionable or the
author may mention everyone; an embed never mentions anybody, an edit never rings.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.sandbox.model.guild import Guild, User
from bot.sandbox.model.message import Pings

USER = re.compile(r"<@!?(\d{1,20})>")
ROLE = re.compile(r"<@&(\d{1,20})>")
EVERYONE = re.compile(r"@(?:everyone|here)\b")


@dataclass(frozen=True, slots=True)
class Allowed:
    """``allowed_mentions`` after validation: kinds that are parsed, ids that are listed."""

    parse: frozenset[str] = frozenset()
    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    replied_user: bool = False


ALL_ALLOWED = Allowed(frozenset({"users", "roles", "everyone"}), replied_user=True)
USERS_ALLOWED = Allowed(frozenset({"users"}), replied_user=True)


@dataclass(slots=True)
class Mentions:
    """What the wire calls ``mentions``, ``mention_roles`` and ``mention_everyone``, and who is rung."""

    users: list[User] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    everyone: bool = False
    pings: Pings = field(default_factory=Pings)


def _found(pattern: re.Pattern[str], texts: Iterable[str]) -> list[int]:
    return list(dict.fromkeys(int(match) for text in texts for match in pattern.findall(text)))


def read_mentions(
    guild: Guild, texts: list[str], allowed: Allowed, *, may_mention_all: bool, replied: User | None = None
) -> Mentions:
    """The mentions of ``texts`` (content, or the texts of V2 components) under ``allowed``."""
    found = Mentions()
    for user_id in _found(USER, texts):
        member = guild.members.get(user_id)
        if member is not None and ("users" in allowed.parse or user_id in allowed.users):
            found.users.append(member.user)
    if replied is not None and allowed.replied_user and replied not in found.users:
        found.users.append(replied)
    found.roles = [
        role_id
        for role_id in _found(ROLE, texts)
        if role_id in guild.roles and ("roles" in allowed.parse or role_id in allowed.roles)
    ]
    found.everyone = (
        may_mention_all and "everyone" in allowed.parse and any(EVERYONE.search(text) for text in texts)
    )
    found.pings = Pings(
        users=[user.id for user in found.users],
        roles=[role_id for role_id in found.roles if may_mention_all or guild.roles[role_id].is_mentionable],
        everyone=found.everyone,
    )
    return found
