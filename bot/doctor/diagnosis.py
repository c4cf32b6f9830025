"""Diagnosis: everything that may keep alerts from reaching people, looked at in turn.

`tocsin check` prints what it finds, `/doctor` shows it in Discord.
"""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from bot.clock import SystemClock
from bot.delivery.diagnostics import DiagnosticsInput, examine
from bot.desk import open_desk
from bot.doctor import host
from bot.domain.alert.signal import Severity
from bot.domain.errors import TocsinError
from bot.domain.finding import Finding, FindingLevel, ReportSection
from bot.options import chosen_words
from bot.settings.database import DatabaseChoice, database_choice
from bot.settings.environment import strays
from bot.settings.tree import Settings
from bot.usecases.admin import home
from bot.usecases.admin import source as sources
from bot.usecases.desk import Desk
from storage import schema


@dataclass(frozen=True)
class PickedChannels:
    """Channels that cards go to, and for some how another is picked."""

    ids: list[int]
    remedies: dict[int, str]


@asynccontextmanager
async def _opened(settings: Settings, desk: Desk | None) -> AsyncIterator[Desk]:
    if desk is not None:
        yield desk
        return
    async with open_desk(settings) as opened:
        yield opened


async def diagnose(settings: Settings, desk: Desk | None = None) -> list[ReportSection]:
    """Look at everything; ``desk`` is the one that is open in this process."""
    choice = database_choice(settings)
    machine = [*host.folders(settings), *host.disk(settings), *host.pictures()]
    usable = all(finding.level is not FindingLevel.ERROR for finding in machine)
    database, readable = await _database(choice) if usable or not choice.embedded else (None, False)
    picked = PickedChannels(_named_channels(settings), _named_remedies(settings))
    homes: list[Finding] = []
    chosen: dict[Severity, tuple[str, ...]] = {}
    own: dict[str, tuple[str, ...]] = {}
    if readable:
        try:
            chosen, own = await _chosen(settings, desk)
            picked, homes = await _channels(settings, desk, picked), await _home(settings, desk)
        except TocsinError as error:
            homes = [Finding(FindingLevel.ERROR, str(error))]
    return [
        ReportSection("Configuration", [*_configuration(), *_ringing(settings, chosen), *_own_rings(own)]),
        ReportSection("This machine", machine),
        ReportSection("Database", [] if database is None else [database]),
        ReportSection("Door for senders", [await host.http_port(settings), await _public_address(settings)]),
        ReportSection("Discord", [*await _discord(settings, picked, chosen), *homes]),
    ]


def _configuration() -> list[Finding]:
    found = [
        Finding(FindingLevel.WARN, f"{stray}.", "Correct its name or remove it from the environment.")
        for stray in strays(Settings, os.environ)
    ]
    return [Finding(FindingLevel.OK, "Every setting can be used."), *found]


async def _chosen(
    settings: Settings, opened: Desk | None
) -> tuple[dict[Severity, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Whom people have chosen with `/setup`, and sources that say themselves whom their criticals wake."""
    async with _opened(settings, opened) as desk:
        own = {each.name: each.wakes for each in await sources.listing(desk)}
        critical = Severity.CRITICAL
        return chosen_words(desk), {name: each[critical] for name, each in own.items() if critical in each}


def _own_rings(own: Mapping[str, Sequence[str]]) -> list[Finding]:
    return [
        Finding(FindingLevel.OK, f"Criticals of {name} ring {', '.join(words) or 'nobody'}.")
        for name, words in own.items()
    ]


def _ringing(settings: Settings, chosen: Mapping[Severity, Sequence[str]]) -> list[Finding]:
    """Whether anybody is woken at all."""
    if role_ids := chosen.get(Severity.CRITICAL):
        return [
            Finding(FindingLevel.OK, f"Criticals ring the role {', '.join(role_ids)}, chosen with /setup.")
        ]
    if settings.ping.critical:
        return [Finding(FindingLevel.OK, f"Criticals ring {', '.join(settings.ping.critical)}.")]
    remedy = 'Choose a role with /setup, or name one under [ping], such as critical = ["on-call"].'
    return [Finding(FindingLevel.ERROR, "Criticals wake nobody.", remedy)]


async def _database(choice: DatabaseChoice) -> tuple[Finding, bool]:
    """How the database is, and whether it can be read."""
    where = f"{choice.shown} (from {choice.origin})"
    try:
        pending = await schema.pending(choice.url)
    except schema.NewerSchemaError as error:
        return Finding(FindingLevel.ERROR, f"{where}: {error}"), False
    except Exception as error:  # noqa: BLE001 -- whatever a driver raises is the finding
        remedy = "Is it running, and are name, user and password right?"
        return Finding(
            FindingLevel.ERROR, f"{where} cannot be used: {schema.first_line(error)}", remedy
        ), False
    if not pending:
        return Finding(FindingLevel.OK, f"{where} is reachable and up to date."), True
    if choice.embedded:
        return Finding(FindingLevel.OK, f"{where} is made or brought up to date by the next start."), False
    what = f"{where} lacks {len(pending)} of its migrations."
    return Finding(
        FindingLevel.ERROR, what, "Run: tocsin db upgrade (with --dry-run it only prints the SQL)"
    ), False


async def _home(settings: Settings, opened: Desk | None) -> list[Finding]:
    """Which server the desk belongs to, and how to say so."""
    async with _opened(settings, opened) as desk:
        known = settings.discord.guild or desk.project.settings.guild_id
        code, has_channel = home.setup_code(desk), desk.default_channel_id is not None
    if known is not None:
        return [Finding(FindingLevel.OK, f"The desk belongs to the server {known}.")]
    if has_channel:
        return [Finding(FindingLevel.OK, "The desk will belong to the server of its channel.")]
    what = "No server is this desk's yet: until then it answers nobody."
    return [Finding(FindingLevel.WARN, what, f"On your server type /setup with the code {code}")]


def _named_channels(settings: Settings) -> list[int]:
    discord = settings.discord
    named = (discord.default_channel, discord.fallback_channel, settings.incidents.channel)
    return [ident for ident in named if ident is not None]


def _named_remedies(settings: Settings) -> dict[int, str]:
    """For each channel of the configuration the setting that names it."""
    discord, incidents = settings.discord, settings.incidents.channel
    settable = (
        (discord.default_channel, "discord.default_channel (TOCSIN_DEFAULT_CHANNEL)"),
        (discord.fallback_channel, "discord.fallback_channel (TOCSIN_FALLBACK_CHANNEL)"),
        (incidents, "incidents.channel (TOCSIN_INCIDENTS_CHANNEL)"),
    )
    names: dict[int, list[str]] = {}
    for ident, name in settable:
        if ident is not None:
            names.setdefault(ident, []).append(name)
    return {
        ident: f"Correct {' and '.join(each)}: in Discord right-click the channel, Copy Channel ID."
        for ident, each in names.items()
    }


async def _channels(settings: Settings, opened: Desk | None, named: PickedChannels) -> PickedChannels:
    """The channels of the configuration, and those that were picked for the desk or for a source."""
    async with _opened(settings, opened) as desk:
        listed = await sources.listing(desk)
        picked = [desk.default_channel_id, *(one.channel_id for one in listed)]
        picked += [one.fallback_channel_id for one in listed]
        picked.append(desk.project.settings.incident_channel_id)
    remedies = {
        ident: f"Pick another: tocsin source move {one.name} --{option} ID"
        for one in listed
        for option, ident in (("fallback", one.fallback_channel_id), ("channel", one.channel_id))
        if ident is not None and ident != picked[0]
    }
    return PickedChannels([*named.ids, *(ident for ident in picked if ident)], remedies | named.remedies)


async def _public_address(settings: Settings) -> Finding:
    url = settings.http.public_url
    if url is None:
        return Finding(
            FindingLevel.WARN,
            "No public address is set: senders on other machines cannot be told where to post.",
            "Set http.public_url (TOCSIN_PUBLIC_URL) to the address by which they reach this machine.",
        )
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.get(f"{url}/healthz")
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        return Finding(
            FindingLevel.WARN, f"{url} does not answer: {reason}", "Is Tocsin running, and its proxy set up?"
        )
    if answer.is_success:
        return Finding(FindingLevel.OK, f"{url} answers.")
    return Finding(
        FindingLevel.WARN,
        f"{url}/healthz answers {answer.status_code}.",
        "Something else listens there, or the proxy does not pass the path on.",
    )


async def _discord(
    settings: Settings, picked: PickedChannels, chosen: Mapping[Severity, Sequence[str]]
) -> list[Finding]:
    if settings.discord.token is None:
        return [
            Finding(
                FindingLevel.ERROR,
                "No bot token is set.",
                "In the Developer Portal make an application with a bot, copy the token of its page Bot, "
                "and set discord.token (TOCSIN_DISCORD_TOKEN).",
            )
        ]
    roles, ping = settings.roles, settings.ping
    picked_roles = [word for words in chosen.values() for word in words]
    found = await examine(
        DiagnosticsInput(
            token=settings.discord.token.reveal(),
            base_url=settings.discord.url,
            guild=settings.discord.guild,
            channels=picked.ids,
            remedies=picked.remedies,
            capabilities={"view": roles.view, "respond": roles.respond, "manage": roles.manage},
            pings=[*ping.critical, *ping.warning, *ping.info, *picked_roles],
        )
    )
    return [*found, *await host.clock(settings, SystemClock().now())]
