"""Diagnostics: what is wrong between the bot and Discord, in plain words, and how to mend it.

It speaks REST only, so it may run while the bot itself is connected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import discord

from bot.delivery.forum import missing_tags
from bot.delivery.permission import ESSENTIAL, invite_url, lacking
from bot.delivery.wire.redirect import redirect
from bot.domain.finding import Finding, FindingLevel

_NAMED: Final = 10  # servers that are listed when the configured one is not among them
_EVERYBODY: Final = frozenset({"here", "everyone"})


@dataclass(frozen=True)
class DiagnosticsInput:
    """What is to be examined.

    ``capabilities`` maps a capability to the roles (names or ids) that have it, none meaning everyone;
    ``pings`` are roles to be mentioned. ``guild`` is the server to look at, None all that the bot is in.
    ``remedies`` says how another channel is chosen where that is not done with /setup.
    """

    token: str = field(repr=False)
    base_url: str | None = None
    guild: int | None = None
    channels: Sequence[int] = ()
    remedies: Mapping[int, str] = field(default_factory=dict)
    capabilities: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pings: Sequence[str] = ()


def _ok(what: str) -> Finding:
    return Finding(FindingLevel.OK, what)


def _warn(what: str, remedy: str) -> Finding:
    return Finding(FindingLevel.WARN, what, remedy)


def _error(what: str, remedy: str) -> Finding:
    return Finding(FindingLevel.ERROR, what, remedy)


async def examine(chart: DiagnosticsInput) -> list[Finding]:
    """Look at everything in turn; a step that cannot be taken ends the examination with an error."""
    redirect(chart.base_url)
    findings: list[Finding] = []
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        async with client:
            await client.login(chart.token)
            findings += _application(client)
            findings += await _servers(client, chart)
    except discord.LoginFailure:
        findings.append(
            _error(
                "Discord refuses the bot token.",
                "In the Developer Portal open your application, Bot, Reset Token; set TOCSIN_DISCORD_TOKEN.",
            )
        )
    except (discord.HTTPException, discord.RateLimited) as error:
        findings.append(_error(f"Discord refuses a request: {error}", "Try again in a minute."))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        where = chart.base_url or "discord.com"
        findings.append(
            _error(
                f"{where} cannot be reached ({type(error).__name__}).",
                "Check the network, and TOCSIN_DISCORD_URL if it is set.",
            )
        )
    return findings


def _application(client: discord.Client) -> list[Finding]:
    user, application = client.user, client.application
    if user is None or application is None:
        return [_error("The token belongs to no bot.", "Use the token of a bot application.")]
    findings = [
        _ok(f"Logged in as {user.name}."),
        _ok("Intents: none of the privileged ones is needed, nothing to enable."),
        _ok(f"Invite link with the least permissions: {invite_url(application.id)}"),
    ]
    if application.bot_require_code_grant:
        findings.append(
            _warn(
                "The application demands a code grant; the invite link will not work.",
                "In the Developer Portal open Bot and switch off 'Requires OAuth2 Code Grant'.",
            )
        )
    return findings


async def _servers(client: discord.Client, chart: DiagnosticsInput) -> list[Finding]:
    """Every server the bot is in, and every channel it should write to."""
    guilds = await _guilds(client, chart.guild)
    if not guilds:
        return [await _homeless(client, chart.guild)]
    findings: list[Finding] = []
    unseen = set(chart.channels)
    for guild in guilds:
        findings.append(_ok(f"The bot is in the server {guild.name}."))
        findings += _roles(guild, chart)
        findings += await _channels(client, guild, unseen)
    return findings + _nowhere(chart, unseen, {guild.id: guild.name for guild in guilds})


async def _guilds(client: discord.Client, only: int | None) -> list[discord.Guild]:
    if only is None:
        ids = [guild.id async for guild in client.fetch_guilds(with_counts=False)]
        return [await client.fetch_guild(ident, with_counts=False) for ident in ids]
    try:
        return [await client.fetch_guild(only, with_counts=False)]
    except (discord.NotFound, discord.Forbidden):
        return []


async def _homeless(client: discord.Client, wanted: int | None) -> Finding:
    """Why there is no server to look at: it may be in others than the configured one."""
    others = [] if wanted is None else [each async for each in client.fetch_guilds(limit=_NAMED)]
    if not others:
        which = "no server" if wanted is None else f"no server with the id {wanted}, nor in any other"
        return _error(f"The bot is in {which}.", "Open the invite link as an administrator.")
    names = ", ".join(f"{each.name} ({each.id})" for each in others)
    return _error(
        f"The bot is in no server with the id {wanted}; it is in {names}.",
        "Correct discord.guild (TOCSIN_GUILD), or open the invite link as an administrator of that server.",
    )


async def _channels(client: discord.Client, guild: discord.Guild, unseen: set[int]) -> list[Finding]:
    """Look at the channels of ``unseen`` that the server has, and strike them off."""
    if client.user is None:
        return []
    me = await guild.fetch_member(client.user.id)
    found = [channel for channel in await guild.fetch_channels() if channel.id in unseen]
    unseen.difference_update(channel.id for channel in found)
    return [_channel(channel, me) for channel in found] + [
        finding
        for channel in found
        if isinstance(channel, discord.ForumChannel)
        for finding in _tags(channel, me)
    ]


def _nowhere(chart: DiagnosticsInput, unseen: set[int], guilds: Mapping[int, str]) -> list[Finding]:
    findings = [
        _error(
            f"{ident} is the id of the server {guilds[ident]} itself, not of a channel."
            if ident in guilds
            else f"There is no channel with the id {ident} in the bot's servers.",
            chart.remedies.get(ident, "Pick another with /setup."),
        )
        for ident in sorted(unseen)
    ]
    if not chart.channels:
        findings.append(
            _error(
                "No channel is configured, alerts have nowhere to go.",
                "Run /setup in Discord, or set TOCSIN_DEFAULT_CHANNEL.",
            )
        )
    return findings


def _channel(channel: discord.abc.GuildChannel, me: discord.Member) -> Finding:
    if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
        return _error(
            f"#{channel.name} is neither a text channel nor a forum.",
            "Pick a text channel with /setup, or correct TOCSIN_DEFAULT_CHANNEL.",
        )
    have = channel.permissions_for(me)
    missing = lacking(have)
    if not missing:
        return _ok(f"#{channel.name}: all permissions are there.")
    level = FindingLevel.ERROR if lacking(have, ESSENTIAL) else FindingLevel.WARN
    return Finding(
        level,
        f"#{channel.name}: the bot lacks {', '.join(missing)}.",
        f"In the settings of #{channel.name}, Permissions, allow these for the role or member {me.name}.",
    )


def _tags(forum: discord.ForumChannel, me: discord.Member) -> list[Finding]:
    """Whether incidents can be sorted by severity and state."""
    missing = missing_tags(forum)
    if not missing or forum.permissions_for(me).manage_channels:
        return []
    return [
        _warn(
            f"#{forum.name}: the tags {', '.join(missing)} are missing, and the bot may not make them.",
            f"Make them in the settings of #{forum.name}, or allow {me.name} Manage Channels there.",
        )
    ]


def _roles(guild: discord.Guild, chart: DiagnosticsInput) -> list[Finding]:
    findings = [
        _warn(
            f"In {guild.name} only administrators may {capability}: no role is called {' or '.join(words)}.",
            f"Create one of these roles, or name others in roles.{capability}.",
        )
        for capability, words in chart.capabilities.items()
        if words and not any(_role(guild, word) for word in words)
    ]
    for word in chart.pings:
        role = _role(guild, word)
        if word in _EVERYBODY:
            continue
        if role is None:
            findings.append(
                _warn(
                    f"In {guild.name} there is no role {word} to ping.",
                    "Create the role, or correct the section [ping].",
                )
            )
        elif not role.mentionable:
            findings.append(
                _warn(
                    f"The role {role.name} cannot be pinged.",
                    f"In the server settings, Roles, {role.name}, allow anyone to @mention it.",
                )
            )
    return findings


def _role(guild: discord.Guild, word: str) -> discord.Role | None:
    return next((role for role in guild.roles if word in {role.name, str(role.id)}), None)
