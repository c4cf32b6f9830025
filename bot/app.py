"""The composition root: the one file that knows everybody."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from pydantic import SecretStr

from bot import demo as demonstration
from bot.clock import SystemClock
from bot.config import Settings
from bot.database import DatabaseChoice, database_choice
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.echo import Echoes
from bot.delivery.gateway import Gateway, Supervisor
from bot.delivery.limits import Limits
from bot.delivery.listener import Listener
from bot.delivery.permission import ESSENTIAL, lacking
from bot.delivery.ping import Pings
from bot.delivery.presence import Presence
from bot.delivery.reconcile import Reconcile
from bot.delivery.redirect import redirect
from bot.delivery.wire import Wire
from bot.domain.errors import TocsinError
from bot.domain.signal import Severity
from bot.ingress.options import IngressOptions
from bot.ingress.readiness import Probe
from bot.ingress.server import Ingress
from bot.jobs import table
from bot.key import signing_key
from bot.process import holding, told_to_stop, write_ready_file
from bot.rehearsal import Rehearsal
from bot.sandbox.server import Sandbox
from bot.scheduler import Metronome
from bot.usecases import open as opening
from bot.usecases import setting, status
from bot.usecases.desk import Desk, Rules
from bot.usecases.intake import Intake
from cogs.bot import DeskBot, build
from cogs.door import BotOptions
from cogs.rights import RoleWords
from storage import schema
from storage.engine import Storage

_log = structlog.stdlib.get_logger(__name__)

_LOOK: Final = 0.02  # seconds between looks at a line that is being opened
SWITCH_INTERVAL: Final = 0.0005  # seconds; the writing thread waits at most this long for the loop's


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """The desk on the configured database, migrated if it is an embedded file.

    Raises:
        TocsinError: a PostgreSQL database lacks migrations, with the command to type.
    """
    choice = database_choice(settings)
    try:
        await _migrate(choice)
    except OSError as error:
        raise TocsinError(
            f"The database {choice.shown} (from {choice.origin}) cannot be reached:"
            f" {error.strerror or error}. Is it running, and may this user use it?"
        ) from error
    storage = Storage.open(choice.url)
    try:
        yield await opening.open_desk(
            storage,
            SystemClock(),
            rules=Rules(
                silence=settings.alerts.ttl,
                reopen_window=settings.alerts.reopen_window,
                lease=settings.alerts.lease,
                default_channel_id=settings.discord.default_channel,
            ),
            signing_key=signing_key(settings.storage),
        )
    finally:
        await storage.close()


async def _migrate(choice: DatabaseChoice) -> None:
    if choice.embedded:
        applied = await schema.upgrade(choice.url)
        if applied:
            _log.info("database migrated", file=choice.shown, applied=applied)
        return
    pending = await schema.pending(choice.url)
    if pending:
        raise TocsinError(
            f"{choice.shown} lacks {len(pending)} of its migrations. Run: tocsin db upgrade"
            " (with --dry-run it only prints the SQL)"
        )


async def run(settings: Settings, *, ready_file: Path | None = None) -> None:
    """Be the bot until SIGINT or SIGTERM; the ready file is written once cards can be delivered."""
    async with told_to_stop() as told, running(settings) as place:
        if await place.ready_before(told) and ready_file is not None:
            write_ready_file(ready_file, {"ingress_url": place.url})
        await told.wait()


async def demo(settings: Settings, *, port: int, sandbox_port: int, ready_file: Path | None = None) -> None:
    """Bot and sandbox on loopback; without a ready file a short story is told."""
    sandbox = Sandbox()
    sandbox_url = await sandbox.start("127.0.0.1", sandbox_port)
    try:
        async with told_to_stop() as told, running(_into(settings, sandbox, port)) as place:
            if not await place.ready_before(told):
                return
            senders = await demonstration.admit(place.desk, place.url)
            if ready_file is not None:
                write_ready_file(ready_file, _description(sandbox, place.url, senders))
                await told.wait()
                return
            print(demonstration.welcome(sandbox_url, senders), flush=True)  # noqa: T201 -- for a person to read
            telling = asyncio.create_task(demonstration.tell(sandbox_url, senders, place.desk.clock))
            await told.wait()
            await _end(telling)
    finally:
        await sandbox.stop()


def _description(
    sandbox: Sandbox, ingress_url: str, senders: Mapping[str, demonstration.Sender]
) -> dict[str, object]:
    """What a program needs to use a demo."""
    sources = {name: {"url": each.url, "token": each.token} for name, each in senders.items()}
    return {**sandbox.describe(), "ingress_url": ingress_url, "sources": sources}


def _into(settings: Settings, sandbox: Sandbox, port: int) -> Settings:
    """The settings of a demo: this sandbox is its Discord, and whoever is on call is pinged."""
    return settings.model_copy(
        update={
            "discord": settings.discord.model_copy(
                update={
                    "token": SecretStr(sandbox.bot_token),
                    "url": sandbox.url,
                    "default_channel": sandbox.channels["alerts"],
                    "guild": sandbox.guild_id,
                }
            ),
            "http": settings.http.model_copy(update={"port": port}),
            "ping": settings.ping.model_copy(update={"critical": ("on-call",)}),
        }
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A desk at work; ``url`` is the address for senders."""

    desk: Desk
    url: str
    gateway: Gateway

    async def ready_before(self, told: asyncio.Event) -> bool:
        """Wait until cards can be delivered; False when it was told to stop first."""
        while not told.is_set():
            if await self.gateway.gateway_ready() is None:
                return True
            await self.desk.clock.sleep(_LOOK)
        return False


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Place]:
    """Everything at work from here on; cards are delivered as soon as Discord lets the bot in."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    redirect(settings.discord.url)
    choice = database_choice(settings)
    _log.info("database chosen", database=choice.shown, origin=choice.origin)
    async with AsyncExitStack() as stack:
        if choice.embedded:
            stack.enter_context(holding(Path(choice.shown)))
        desk = await stack.enter_async_context(open_desk(settings))
        await setting.home_the_homeless(desk)
        delivery = _Delivery(desk, settings)
        stack.push_async_callback(delivery.dispatcher.stop)
        rehearsal = Rehearsal(desk)
        supervisor = Supervisor(
            lambda: delivery.attach(build(desk, _bot_options(settings, rehearsal))),
            _token(settings),
            desk.clock,
        )
        delivery.gateway = supervisor.state
        ingress = Ingress(
            desk, Intake(desk), options=_ingress_options(settings), probes=_probes(desk, delivery)
        )
        rehearsal.url = await ingress.start()
        await setting.remember_address(desk, rehearsal.url)
        stack.push_async_callback(ingress.stop)
        connection = asyncio.create_task(supervisor.run(), name="supervisor")
        stack.push_async_callback(_end, connection)
        reconcile = delivery.reconcile
        metronome = Metronome(
            table(desk, recheck_parked=reconcile.recheck_parked, find_deleted=reconcile.find_deleted)
        )
        metronome.start()
        stack.push_async_callback(metronome.stop)
        yield Place(desk, rehearsal.url, supervisor.state)


class _Delivery:
    """The parts of the door to Discord that outlive a client."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        limits = Limits()
        self.presence = Presence()
        self.wire = Wire(_token(settings), limits, desk.clock)
        self.echoes = Echoes(desk)
        self.pings = Pings(_ping_words(settings), self.presence)
        self.dispatcher = Dispatcher(
            desk, self.wire, pings=self.pings, echoes=self.echoes, presence=self.presence
        )
        self.reconcile = Reconcile(desk, self.wire, self.dispatcher, self.presence)
        self.gateway = Gateway()

    def attach(self, bot: DeskBot) -> DeskBot:
        """Tie a new client to everything that listens."""
        Listener(
            bot,
            dispatcher=self.dispatcher,
            echoes=self.echoes,
            presence=self.presence,
            reconcile=self.reconcile,
        ).attach()
        return bot


def _bot_options(settings: Settings, rehearsal: Rehearsal) -> BotOptions:
    roles = settings.roles
    return BotOptions(
        public_url=settings.http.public_url or rehearsal.url,
        send_test=rehearsal.send,
        lacking=lambda have: lacking(have, ESSENTIAL),
        guild_id=settings.discord.guild,
        roles=RoleWords(view=roles.view, respond=roles.respond, manage=roles.manage),
    )


def _ingress_options(settings: Settings) -> IngressOptions:
    http = settings.http
    return IngressOptions(
        host=http.host,
        port=http.port,
        max_body=int(http.max_body),
        max_in_flight=http.max_in_flight,
        source_rate=http.source_rate,
        source_burst=http.source_burst,
    )


def _ping_words(settings: Settings) -> dict[Severity, tuple[str, ...]]:
    ping = settings.ping
    return {Severity.CRITICAL: ping.critical, Severity.WARNING: ping.warning, Severity.INFO: ping.info}


def _probes(desk: Desk, delivery: _Delivery) -> list[Probe]:
    async def writable() -> str | None:
        await status.writable(desk)
        return None

    async def connected() -> str | None:
        return await delivery.gateway.gateway_ready()

    async def flowing() -> str | None:
        return await delivery.dispatcher.cards_not_stuck() or await status.default_channel_trouble(desk)

    return [Probe("database", writable), Probe("gateway", connected), Probe("cards", flowing)]


def _token(settings: Settings) -> str:
    if settings.discord.token is None:
        raise TocsinError("No bot token is set: discord.token (TOCSIN_DISCORD_TOKEN).")
    return settings.discord.token.get_secret_value()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
