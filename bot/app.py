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
from bot.delivery.bot_view import BotView
from bot.delivery.confirmation import MessageConfirmations
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.gateway import Gateway, Supervisor
from bot.delivery.listener import Listener
from bot.delivery.permission import ESSENTIAL, lacking
from bot.delivery.ping import Pings
from bot.delivery.reconcile import Reconcile
from bot.delivery.wire.limits import Limits
from bot.delivery.wire.redirect import redirect
from bot.delivery.wire.wire import Wire
from bot.desk import open_desk
from bot.doctor.diagnosis import diagnose
from bot.domain.errors import TocsinError
from bot.domain.process_health import ProcessHealth
from bot.domain.process_role import ProcessRole
from bot.ingress.readiness import Probe
from bot.ingress.server import Ingress
from bot.jobs import table
from bot.options import chosen_words, ingress_options, ping_words, question_to
from bot.outgoing.heartbeat import Heartbeat
from bot.outgoing.page import fetch
from bot.outgoing.poll import PollClient
from bot.outgoing.sample_alert import SampleAlert
from bot.process import free_bytes, holding, keep_private, share_heap
from bot.scheduler import Job, Metronome
from bot.settings.database import database_choice
from bot.settings.tree import Settings
from bot.usecases.admin import home, setting, status
from bot.usecases.admin.watch import Watch
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake
from bot.usecases.outbox import outage as outages
from cogs.bot import DeskBot, build
from cogs.context import BotOptions
from cogs.rights import RoleWords
from storage.desk_lock import DeskLock

_log: Final = structlog.stdlib.get_logger(__name__)

_LOOK: Final = 0.02  # seconds between looks at a line that is being opened
SWITCH_INTERVAL: Final = 0.0005  # seconds; the writing thread waits at most this long for the loop's


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
async def running(
    settings: Settings,
    *,
    role: ProcessRole = ProcessRole.ALL,
    lock: DeskLock | None = None,
    over: asyncio.Event | None = None,
) -> AsyncIterator[RunningDesk]:
    """Everything at work from here on; cards are delivered as soon as Discord lets the bot in.

    With ``lock`` this process is the desk until ``over``, then another may be: all is let go of at once.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    share_heap()
    redirect(settings.discord.url)
    choice = database_choice(settings)
    _log.info("database_chosen", database=choice.shown, origin=choice.origin)
    async with AsyncExitStack() as stack:
        if choice.embedded:
            stack.enter_context(holding(Path(choice.shown)))
        keep_private(settings.storage.data)
        desk = await stack.enter_async_context(open_desk(settings, lock=lock))
        down_for = await outages.wake(desk)
        if down_for is not None:
            _log.info("was_down", seconds=round(down_for.total_seconds()))
        await setting.assign_default_channel(desk)
        if settings.discord.guild is not None:
            await home.remember(desk, settings.discord.guild)
        delivery = _Delivery(desk, settings)
        if delivery.pings.wakes_nobody:
            _log.warning(
                "criticals_wake_nobody", remedy="choose a role with /setup, or name one under [ping]"
            )
        stack.push_async_callback(delivery.dispatcher.stop)
        stack.push_async_callback(delivery.reconcile.stop)
        rehearsal = SampleAlert(desk)
        intake = Intake(desk)
        process_health = partial(delivery.process_health, intake)
        supervisor = Supervisor(
            lambda: delivery.attach(
                build(desk, _bot_options(settings, desk, rehearsal, process_health, delivery.pings))
            ),
            _token(settings),
            desk.clock,
        )
        delivery.gateway = supervisor.state
        delivery.watch = watch = Watch(
            desk, settings.watch.rules, process_health=process_health, disk=lambda: free_bytes(choice.folder)
        )
        ingress = Ingress(
            desk, intake, options=ingress_options(settings), fetch=fetch, probes=_probes(desk, delivery)
        )
        if role is ProcessRole.ALL:
            rehearsal.url = await ingress.start()
            await setting.remember_address(desk, rehearsal.url)
            stack.push_async_callback(ingress.stop)
        else:
            rehearsal.url = settings.http.base_url(last=desk.project.settings.ingress_url)
        connection = asyncio.create_task(supervisor.run(), name="supervisor")
        stack.push_async_callback(_end, connection)
        reconcile = delivery.reconcile
        metronome = Metronome(
            table(
                desk,
                recheck_parked=reconcile.recheck_parked,
                find_deleted=reconcile.find_deleted,
                find_reactions=delivery.bot_view.tell_hour,
                process_health=process_health,
                fetch=PollClient(settings.senders.poll).fetch,
                watch=watch.look,
                anchor=partial(write_anchor, folder=settings.storage.data),
                heartbeat=_heartbeat(settings, watch, desk),
                question=question_to(settings, desk),
            )
        )
        metronome.start()
        stack.push_async_callback(metronome.stop)
        if lock is not None and over is not None:
            stack.push_async_callback(_end, asyncio.create_task(_heed(lock, desk), name="bell"))
            stack.push_async_callback(
                _end, asyncio.create_task(_abandon(lock, over, delivery.dispatcher), name="over")
            )
        yield RunningDesk(desk, rehearsal.url, supervisor.state)


class _Delivery:
    """The parts of delivery that outlive a Discord client."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._started_at = desk.clock.now()
        self._limits = limits = Limits()
        self._words = settings.roles.respond
        self.bot_view = BotView()
        self.wire = Wire(_token(settings), limits, desk.clock)
        self.confirmations = MessageConfirmations(desk)
        self.pings = Pings(
            ping_words(settings),
            self.bot_view,
            self._responders,
            chosen=lambda ident: chosen_words(desk.of(ident)),
        )
        self.dispatcher = Dispatcher(
            desk, self.wire, pings=self.pings, confirmations=self.confirmations, bot_view=self.bot_view
        )
        self.reconcile = Reconcile(desk, self.wire, self.dispatcher, self.bot_view)
        self.gateway = Gateway()
        self.wire.failures.is_away = lambda: self.gateway.line().trouble is not None
        self.watch: Watch | None = None

    def _responders(self, project_id: int) -> tuple[str, ...]:
        """Roles that may respond in a project, as picked; the configured ones are the first one's."""
        picked = self._desk.of(project_id).project.settings.respond_role_ids
        words = self._words if project_id == self._desk.project.id else ()
        return (*words, *map(str, picked))

    def attach(self, bot: DeskBot) -> DeskBot:
        """Tie a new client to everything that listens."""
        Listener(
            bot,
            dispatcher=self.dispatcher,
            confirmations=self.confirmations,
            bot_view=self.bot_view,
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
            wakes_nobody=self.pings.wakes_nobody,
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
    settings: Settings,
    desk: Desk,
    rehearsal: SampleAlert,
    process_health: Callable[[], ProcessHealth],
    pings: Pings,
) -> BotOptions:
    roles = settings.roles
    return BotOptions(
        public_url=settings.http.public_url or rehearsal.url,
        send_test=rehearsal.send,
        lacking=lambda have: lacking(have, ESSENTIAL),
        process_health=process_health,
        guild_id=settings.discord.guild,
        ping_words=ping_words(settings),
        resolve_ping=pings.resolve,
        diagnose=partial(diagnose, settings, desk),
        roles=RoleWords(view=roles.view, respond=roles.respond, manage=roles.manage),
    )


def _heartbeat(settings: Settings, watch: Watch, desk: Desk) -> Job | None:
    """The dead man's ping, if there is somebody to hear it."""
    if settings.watch.url is None:
        return None
    heartbeat = Heartbeat(settings.watch.url, lambda: watch.troubles, desk.clock)
    return Job("heartbeat", settings.watch.ping, heartbeat.ping)


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
    return settings.discord.token.reveal()


async def _heed(lock: DeskLock, desk: Desk) -> None:
    """Other processes ring through the database."""
    while True:
        await lock.rung.wait()
        lock.rung.clear()
        desk.bell.ring()


async def _abandon(lock: DeskLock, over: asyncio.Event, dispatcher: Dispatcher) -> None:
    """Another process is the desk: what is on its way is cut off."""
    await over.wait()
    if lock.superseded:
        dispatcher.abandon()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
