"""The composition root: the one file that knows everybody."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from bot import metrics
from bot.anchor_file import write_anchor
from bot.clock import SystemClock
from bot.delivery.bot_view import BotView
from bot.delivery.confirmation import MessageConfirmations
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.gateway import Gateway, Supervisor
from bot.delivery.limits import Limits
from bot.delivery.listener import Listener
from bot.delivery.permission import ESSENTIAL, lacking
from bot.delivery.ping import Pings
from bot.delivery.reconcile import Reconcile
from bot.delivery.redirect import redirect
from bot.delivery.wire import Wire
from bot.domain.access.webhook import read_secret
from bot.domain.alert.signal import Severity
from bot.domain.errors import TocsinError
from bot.domain.process_health import ProcessHealth
from bot.ingress.options import IngressOptions
from bot.ingress.peer import read_networks
from bot.ingress.readiness import Probe
from bot.ingress.server import Ingress
from bot.jobs import table
from bot.outgoing.heartbeat import Heartbeat
from bot.outgoing.page import fetch
from bot.outgoing.poll import PollClient
from bot.outgoing.sample_alert import SampleAlert
from bot.outgoing.webhook import Webhook, WebhookOptions
from bot.process import free_bytes, holding, keep_private, share_heap, told_to_stop, write_ready_file
from bot.scheduler import Job, Metronome
from bot.settings.database import DatabaseChoice, database_choice
from bot.settings.key import signing_key
from bot.settings.tree import Settings
from bot.usecases.admin import home, setting, startup, status
from bot.usecases.admin.watch import Watch
from bot.usecases.desk import Desk, Rules
from bot.usecases.intake.queue import Intake
from bot.usecases.outbox import outage as outages
from bot.usecases.triage.agent_request import Question
from cogs.bot import DeskBot, build
from cogs.context import BotOptions
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
        yield await startup.open_desk(
            storage,
            SystemClock(),
            rules=Rules(
                silence=settings.alerts.ttl,
                reopen_window=settings.alerts.reopen_window,
                lease=settings.alerts.lease,
                max_attempts=settings.alerts.max_attempts,
                flap_limit=settings.alerts.flap_limit,
                flap_window=settings.alerts.flap_window,
                group_window=settings.alerts.group_window,
                repeats=settings.ping.repeats,
                ack_spans=settings.ping.ack_spans,
                default_channel_id=settings.discord.default_channel,
                fallback_channel_id=settings.discord.fallback_channel,
                incidents=settings.incidents.rules,
                gate=settings.gate.policy,
                triage=settings.triage.rules,
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


@dataclass(frozen=True, slots=True)
class RunningDesk:
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
async def running(settings: Settings) -> AsyncIterator[RunningDesk]:
    """Everything at work from here on; cards are delivered as soon as Discord lets the bot in."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    share_heap()
    redirect(settings.discord.url)
    choice = database_choice(settings)
    _log.info("database chosen", database=choice.shown, origin=choice.origin)
    async with AsyncExitStack() as stack:
        if choice.embedded:
            stack.enter_context(holding(Path(choice.shown)))
        keep_private(settings.storage.data)
        desk = await stack.enter_async_context(open_desk(settings))
        down_for = await outages.wake(desk)
        if down_for is not None:
            _log.info("was down", seconds=round(down_for.total_seconds()))
        await setting.assign_default_channel(desk)
        if settings.discord.guild is not None:
            await home.remember(desk, settings.discord.guild)
        delivery = _Delivery(desk, settings)
        stack.push_async_callback(delivery.dispatcher.stop)
        rehearsal = SampleAlert(desk)
        intake = Intake(desk)
        process_health = partial(delivery.process_health, intake)
        supervisor = Supervisor(
            lambda: delivery.attach(build(desk, _bot_options(settings, rehearsal, process_health))),
            _token(settings),
            desk.clock,
        )
        delivery.gateway = supervisor.state
        delivery.watch = watch = Watch(
            desk, settings.watch.rules, process_health=process_health, disk=lambda: free_bytes(choice.folder)
        )
        ingress = Ingress(
            desk, intake, options=_ingress_options(settings), fetch=fetch, probes=_probes(desk, delivery)
        )
        rehearsal.url = await ingress.start()
        await setting.remember_address(desk, rehearsal.url)
        stack.push_async_callback(ingress.stop)
        connection = asyncio.create_task(supervisor.run(), name="supervisor")
        stack.push_async_callback(_end, connection)
        reconcile = delivery.reconcile
        metronome = Metronome(
            table(
                desk,
                recheck_parked=reconcile.recheck_parked,
                find_deleted=reconcile.find_deleted,
                find_reactions=delivery.presence.tell_hour,
                process_health=process_health,
                fetch=PollClient().fetch,
                watch=watch.look,
                anchor=partial(write_anchor, desk, settings.storage.data),
                heartbeat=_heartbeat(settings, watch, desk),
                question=_question(settings, desk),
            )
        )
        metronome.start()
        stack.push_async_callback(metronome.stop)
        yield RunningDesk(desk, rehearsal.url, supervisor.state)


class _Delivery:
    """The parts of the door to Discord that outlive a client."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._started_at = desk.clock.now()
        self._limits = limits = Limits()
        self._words = settings.roles.respond
        self.presence = BotView()
        self.wire = Wire(_token(settings), limits, desk.clock)
        self.echoes = MessageConfirmations(desk)
        self.pings = Pings(_ping_words(settings), self.presence, self._responders)
        self.dispatcher = Dispatcher(
            desk, self.wire, pings=self.pings, echoes=self.echoes, presence=self.presence
        )
        self.reconcile = Reconcile(desk, self.wire, self.dispatcher, self.presence)
        self.gateway = Gateway()
        self.watch: Watch | None = None

    def _responders(self) -> tuple[str, ...]:
        """Roles that may respond, as configured and as picked in Discord."""
        return (*self._words, *map(str, self._desk.project.settings.respond_role_ids))

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

    def process_health(self, intake: Intake) -> ProcessHealth:
        """How the process is now."""
        if self._desk.default_channel_id is not None:
            self.pings.expect(self._desk.default_channel_id)
        return ProcessHealth(
            line=self.gateway.line(),
            hints=self.pings.hints,
            pauses=tuple(self._limits.pauses(now=self._desk.clock.monotonic())),
            limited=self._limits.refused,
            unstored=intake.waiting,
            turned_away=metrics.total(metrics.TURNED_AWAY),
            clock_off=self.wire.ahead,
            troubles=() if self.watch is None else self.watch.troubles,
            started_at=self._started_at,
            lost=intake.losses.told(self._desk.clock.now()),
        )


def _bot_options(
    settings: Settings, rehearsal: SampleAlert, process_health: Callable[[], ProcessHealth]
) -> BotOptions:
    roles = settings.roles
    return BotOptions(
        public_url=settings.http.public_url or rehearsal.url,
        send_test=rehearsal.send,
        lacking=lambda have: lacking(have, ESSENTIAL),
        process_health=process_health,
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
        source_daily_bytes=int(http.source_daily_bytes),
        mappings=settings.senders.mapping,
        sns_topics=settings.senders.sns_topics,
        max_connections=http.max_connections,
        proxies=read_networks(http.proxies),
        public_url=http.public_url or "",
        local_metrics=not (http.public_url or http.proxies)
        if http.local_metrics is None
        else http.local_metrics,
    )


def _question(settings: Settings, desk: Desk) -> Question | None:
    """How the triage agent is asked, if there is one."""
    triage = settings.triage
    if triage.webhook is None or triage.secret is None:
        return None
    options = WebhookOptions(
        url=triage.webhook,
        key=read_secret(triage.secret.get_secret_value()),
        hosts=frozenset({*triage.hosts, *triage.private_hosts}),
        private_hosts=frozenset(triage.private_hosts),
        patience=triage.timeout,
    )
    return Webhook(options, desk.clock).ask


def _heartbeat(settings: Settings, watch: Watch, desk: Desk) -> Job | None:
    """The dead man's ping, if there is somebody to hear it."""
    if settings.watch.url is None:
        return None
    heartbeat = Heartbeat(settings.watch.url, lambda: watch.troubles, desk.clock)
    return Job("heartbeat", settings.watch.ping, heartbeat.ping)


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
