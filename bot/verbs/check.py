"""``tocsin check``: what is wrong and how to mend it."""

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from bot.app import open_desk
from bot.clock import SystemClock
from bot.delivery.diagnostics import DiagnosticsInput, Finding, FindingLevel, examine
from bot.domain.alert.signal import Severity
from bot.domain.errors import TocsinError
from bot.options import chosen_words
from bot.settings.database import DatabaseChoice, database_choice
from bot.settings.environment import strays
from bot.settings.tree import Settings
from bot.usecases.admin import home
from bot.usecases.admin import source as sources
from bot.verbs import host
from bot.verbs.integrity import check_integrity
from bot.verbs.loop import run
from bot.verbs.setting import load_quietly
from storage import schema

_MARKS = {FindingLevel.OK: "ok   ", FindingLevel.WARN: "warn ", FindingLevel.ERROR: "ERROR"}


@dataclass
class ReportSection:
    """One heading of the report."""

    name: str
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class PickedChannels:
    """Channels that cards go to, and for some how another is picked."""

    ids: list[int]
    remedies: dict[int, str]


def check(args: Namespace) -> int:
    """Look at everything; 0 when nothing keeps alerts from reaching their channel, else 1."""
    settings = load_quietly(args)
    if args.integrity:
        return check_integrity(settings)
    choice = database_choice(settings)
    rooms = run(_examine(settings, choice))
    for room in rooms:
        if not room.findings:
            continue
        print(room.name)
        for finding in room.findings:
            print(f"  {_MARKS[finding.level]}  {finding.what}")
            if finding.remedy:
                print(f"         {finding.remedy}")
        print()
    worst = [finding.level for room in rooms for finding in room.findings]
    errors, warnings = worst.count(FindingLevel.ERROR), worst.count(FindingLevel.WARN)
    print("All is well." if not errors + warnings else f"Errors: {errors}, warnings: {warnings}.")
    return 1 if errors else 0


async def _examine(settings: Settings, choice: DatabaseChoice) -> list[ReportSection]:
    machine = [*host.folders(settings), *host.disk(settings), *host.pictures()]
    usable = all(finding.level is not FindingLevel.ERROR for finding in machine)
    database, readable = await _database(choice) if usable or not choice.embedded else (None, False)
    picked = PickedChannels(_named_channels(settings), _named_remedies(settings))
    homes: list[Finding] = []
    chosen: dict[Severity, tuple[str, ...]] = {}
    if readable:
        try:
            chosen = await _chosen(settings)
            picked, homes = await _channels(settings, picked), await _home(settings)
        except TocsinError as error:
            homes = [Finding(FindingLevel.ERROR, str(error))]
    return [
        ReportSection("Configuration", [*_configuration(), *_ringing(settings, chosen)]),
        ReportSection("This machine", machine),
        ReportSection("Database", [] if database is None else [database]),
        ReportSection("Door for senders", [await host.door(settings.http), await _door(settings)]),
        ReportSection("Discord", [*await _discord(settings, picked, chosen), *homes]),
    ]


def _configuration() -> list[Finding]:
    found = [
        Finding(FindingLevel.WARN, f"{stray}.", "Correct its name or remove it from the environment.")
        for stray in strays(Settings, os.environ)
    ]
    return [Finding(FindingLevel.OK, "Every setting can be used."), *found]


async def _chosen(settings: Settings) -> dict[Severity, tuple[str, ...]]:
    """Whom people have chosen with `/setup`."""
    async with open_desk(settings) as desk:
        return chosen_words(desk)


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


async def _home(settings: Settings) -> list[Finding]:
    """Which server the desk belongs to, and how to say so."""
    async with open_desk(settings) as desk:
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


async def _channels(settings: Settings, named: PickedChannels) -> PickedChannels:
    """Those of the configuration and those that were picked for the desk or for a source."""
    async with open_desk(settings) as desk:
        listed = await sources.listing(desk)
        picked = [desk.default_channel_id, *(one.channel_id for one in listed)]
        picked += [one.fallback_channel_id for one in listed]
    remedies = {
        ident: f"Pick another: tocsin source move {one.name} --{option} ID"
        for one in listed
        for option, ident in (("fallback", one.fallback_channel_id), ("channel", one.channel_id))
        if ident is not None and ident != picked[0]
    }
    return PickedChannels([*named.ids, *(ident for ident in picked if ident)], remedies | named.remedies)


async def _door(settings: Settings) -> Finding:
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
            token=settings.discord.token.get_secret_value(),
            base_url=settings.discord.url,
            guild=settings.discord.guild,
            channels=picked.ids,
            remedies=picked.remedies,
            capabilities={"view": roles.view, "respond": roles.respond, "manage": roles.manage},
            pings=[*ping.critical, *ping.warning, *ping.info, *picked_roles],
        )
    )
    return [*found, *await host.clock(settings, SystemClock().now())]
